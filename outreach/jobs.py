"""Asking for work: a job is a hint about a row, sent after the transaction that wrote the row.

    session → ask() … commit → Hints.send() → broker → actor → "look at row 7 now"

If the broker is away, the row is committed all the same, the failure is logged, and the sweep asks again.
Actors are registered explicitly on a broker that was given; nothing here touches Dramatiq's global broker.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import dramatiq
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import Middleware
from sqlalchemy import event
from sqlalchemy.orm import Session

from outreach import logs

log = logs.get(__name__)
QUEUE = "default"


@dataclass(frozen=True)
class Asked:
    """One job somebody asked for: the actor's name and its keyword arguments (plain JSON values)."""

    job: str
    args: dict[str, Any] = field(default_factory=dict)


def ask(session: Session, job: str, **args: Any) -> None:
    """Ask for `job` once this transaction is committed; the same job asked twice in it is sent once."""
    asked: list[Asked] = session.info.setdefault("asked", [])
    wanted = Asked(job, args)
    if wanted not in asked:
        asked.append(wanted)


@event.listens_for(Session, "after_commit")
def _send_asked(session: Session) -> None:
    if session.in_nested_transaction():  # a savepoint is released: nothing is committed yet
        return
    asked = session.info.pop("asked", [])
    send: Callable[[list[Asked]], None] | None = session.info.get("after_commit")
    if asked and send is not None:
        send(asked)


@event.listens_for(Session, "after_rollback")
def _forget_asked(session: Session) -> None:
    if session.in_nested_transaction():  # what was asked for outside the savepoint still holds
        return
    session.info.pop("asked", None)


def broker(url: str) -> dramatiq.Broker:
    """The broker at `url`: empty = threads of this process, `redis://`, `amqp://`. No connection is made yet.

    No middleware of Dramatiq's is used: it would retry 20 times, while our rows decide when to try again.
    """
    middleware: list[Middleware] = []
    made: dramatiq.Broker
    if not url:
        made = StubBroker(middleware=middleware)
    elif url.startswith(("amqp://", "amqps://")):
        from dramatiq.brokers.rabbitmq import RabbitmqBroker  # imported when used: pika is slow to load

        made = RabbitmqBroker(url=url, middleware=middleware)
    else:
        from dramatiq.brokers.redis import RedisBroker

        made = RedisBroker(url=url, middleware=middleware)  # type: ignore[no-untyped-call]
    return made


def problem(broker: dramatiq.Broker) -> str:
    """What keeps the broker from answering now, in its library's words; empty when it answers."""
    try:
        broker.declare_queue(QUEUE)
        if isinstance(broker, StubBroker):
            return ""
        if (client := getattr(broker, "client", None)) is not None:
            client.ping()
        else:
            _ = getattr(broker, "connection")  # noqa: B009 - pika connects when it is asked for
    except Exception as error:  # noqa: BLE001 - an edge: each broker library has its own family of errors
        return str(error).splitlines()[0] if str(error) else type(error).__name__
    return ""


class Hints:
    """Sends what was asked for to a broker; a broker that is away costs time, never work."""

    def __init__(self, broker: dramatiq.Broker) -> None:
        self.broker = broker

    def send(self, asked: list[Asked]) -> None:
        """Send each job; what cannot be sent is logged and left to the sweep."""
        for one in asked:
            message: dramatiq.Message[Any] = dramatiq.Message(
                queue_name=QUEUE, actor_name=one.job, args=(), kwargs=one.args, options={}
            )
            try:
                self.broker.declare_queue(QUEUE)
                self.broker.enqueue(message)
            except Exception as error:  # noqa: BLE001 - an edge: each broker library has its own family of errors
                log.warning("job_not_sent", job=one.job, error=type(error).__name__)


def register(broker: dramatiq.Broker, function: Callable[..., None], *, name: str) -> None:
    """Make `function` the actor `name` on `broker`."""
    dramatiq.actor(actor_name=name, queue_name=QUEUE, broker=broker)(function)


class WithWorker(Middleware):
    """Something that lives as long as the workers of this process: started after they boot, stopped before they end."""

    def __init__(self, *, start: Callable[[], None], stop: Callable[[], None]) -> None:
        self._start, self._stop = start, stop

    def after_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        self._start()

    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        self._stop()


class Workers:
    """The worker threads of this process, for the in-process broker: what `dramatiq` starts for the others."""

    def __init__(self, broker: dramatiq.Broker, *, threads: int = 8) -> None:
        self._worker = dramatiq.Worker(broker, worker_threads=threads, worker_timeout=100)

    def start(self) -> None:
        """Begin to work."""
        self._worker.start()

    def stop(self) -> None:
        """Finish what is in hand and end."""
        self._worker.stop(timeout=30_000)
