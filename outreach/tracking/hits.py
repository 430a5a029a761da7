"""Hits: written when they come, many requests in one transaction; settled later (settle.py), when it shows who made them.

request → Counter.take (whoever comes first writes for all who wait) → take_in (upsert, count + 1)
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach import db
from outreach.db import Database
from outreach.errors import N_, BadToken, NotFound
from outreach.mail.rows import Delivery
from outreach.tokens import Sealer
from outreach.tracking.rows import AnonymousHit, Hit, Link
from outreach.tracking.verdicts import verdict

PIXEL = 0  # the link_id of opens
Kind = Literal["open", "click"]


@dataclass(frozen=True)
class Request:
    """What a verdict needs to see of a request; nothing of it is stored."""

    method: str
    agent: str
    ip: str


@dataclass(frozen=True)
class Seen:
    """A sealed link that was fetched."""

    kind: Kind
    token: str
    request: Request
    at: datetime


#: where a click leads ("" for an open), or why nothing was counted
Answer = str | BadToken | NotFound


def take_in(session: Session, sealer: Sealer, seen: Sequence[Seen]) -> list[Answer]:
    """Count these hits in a handful of statements; an answer for each, in their order."""
    opened = [_opened(sealer, one) for one in seen]
    addresses = _addresses(session, {of.link_id for of in opened if isinstance(of, _Of) and of.link_id != PIXEL})
    sent = _sent(session, {of.number for of in opened if isinstance(of, _Of) and not of.is_anonymous})
    answers: list[Answer] = []
    hits: list[dict[str, Any]] = []
    anonymous: list[dict[str, Any]] = []
    for one, of in zip(seen, opened, strict=True):
        if isinstance(of, BadToken):
            answers.append(of)
        elif of.link_id != PIXEL and of.link_id not in addresses:
            answers.append(NotFound(N_("This link leads nowhere any more.")))
        else:
            answers.append(addresses.get(of.link_id, ""))
            if of.is_anonymous:
                anonymous.append(_anonymous_row(one, of))
            elif of.number in sent:  # else the delivery was erased with its person: nothing to count
                hits.append(_row(one, of, *sent[of.number]))
    _write(session, hits, anonymous)
    return answers


def take_open(session: Session, sealer: Sealer, token: str, request: Request, now: datetime) -> None:
    """Count that a pixel was fetched; raises BadToken."""
    _raised(take_in(session, sealer, [Seen("open", token, request, now)])[0])


def take_click(session: Session, sealer: Sealer, token: str, request: Request, now: datetime) -> str:
    """Count that a link was followed and give where it leads; raises BadToken, NotFound for a link that is gone."""
    return _raised(take_in(session, sealer, [Seen("click", token, request, now)])[0])


class Counter:
    """Counts for all threads of a process: one commit serves everybody who waits, and nobody is answered before it.

    Measured on SQLite, where writers wait for each other: two thirds more hits a second than one commit each.
    """

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database, self._sealer = database, sealer
        self._waiting: list[_Waiting] = []
        self._arriving, self._writing = threading.Lock(), threading.Lock()

    def take(self, seen: Seen) -> str:
        """Count one hit and give where it leads; raises BadToken, NotFound, and what the database says."""
        mine = _Waiting(seen)
        with self._arriving:
            self._waiting.append(mine)
        with self._writing:  # whoever gets in writes for all who came meanwhile; they find it done
            if not mine.done:
                with self._arriving:
                    batch, self._waiting = self._waiting, []
                self._count(batch)
        if mine.error is not None:
            raise mine.error
        return _raised(mine.answer)

    def _count(self, batch: list[_Waiting]) -> None:
        try:
            with self._database.writing() as session:
                answers = take_in(session, self._sealer, [one.seen for one in batch])
            for one, answer in zip(batch, answers, strict=True):
                one.answer = answer
        except Exception as error:  # noqa: BLE001 - every request that waited has to learn of it
            for one in batch:
                one.error = error
        finally:
            for one in batch:
                one.done = True


@dataclass
class _Waiting:
    seen: Seen
    answer: Answer = ""
    error: Exception | None = field(default=None)
    done: bool = False


@dataclass(frozen=True)
class _Of:
    """What a token stands for: a delivery, or a newsletter when nobody is measured in person."""

    number: int
    link_id: int
    is_anonymous: bool


def _opened(sealer: Sealer, seen: Seen) -> _Of | BadToken:
    for is_anonymous, suffix in ((False, ""), (True, "-anonymous")):
        try:
            numbers = sealer.open(seen.kind + suffix, seen.token)
        except BadToken as error:
            bad = error
        else:
            return _Of(numbers[0], numbers[1] if seen.kind == "click" else PIXEL, is_anonymous)
    return bad


def _addresses(session: Session, link_ids: set[int]) -> dict[int, str]:
    if not link_ids:
        return {}
    return dict(session.execute(select(Link.id, Link.url).where(Link.id.in_(link_ids))).all())


def _sent(session: Session, delivery_ids: set[int]) -> dict[int, tuple[int, datetime | None]]:
    if not delivery_ids:
        return {}
    rows = session.execute(
        select(Delivery.id, Delivery.campaign_id, Delivery.sent_at).where(
            Delivery.id.in_(delivery_ids), Delivery.campaign_id.is_not(None)
        )
    )
    return {number: (campaign_id or 0, sent_at) for number, campaign_id, sent_at in rows}


def _row(seen: Seen, of: _Of, campaign_id: int, sent_at: datetime | None) -> dict[str, Any]:
    return {"delivery_id": of.number, "link_id": of.link_id, "verdict": _judge(seen, sent_at), "campaign_id": campaign_id,
            "first_at": seen.at, "last_at": seen.at, "count": 1, "is_settled": False}  # fmt: skip


def _anonymous_row(seen: Seen, of: _Of) -> dict[str, Any]:
    return {"campaign_id": of.number, "link_id": of.link_id, "verdict": _judge(seen, None),
            "hour": seen.at.replace(minute=0, second=0, microsecond=0), "count": 1}  # fmt: skip


def _judge(seen: Seen, sent_at: datetime | None) -> str:
    asked = seen.request
    return verdict(kind=seen.kind, method=asked.method, agent=asked.agent, ip=asked.ip, sent_at=sent_at, now=seen.at)


def _write(session: Session, hits: list[dict[str, Any]], anonymous: list[dict[str, Any]]) -> None:
    # In the order of their keys: two processes that count at once never wait for each other in a circle.
    if hits:
        insert = db.insert(session, Hit)
        hits.sort(key=lambda row: (row["delivery_id"], row["link_id"], row["verdict"]))
        session.connection().execute(insert.on_conflict_do_update(
            index_elements=["delivery_id", "link_id", "verdict"],
            set_={"count": Hit.count + 1, "last_at": insert.excluded.last_at}), hits)  # fmt: skip
    if anonymous:
        insert = db.insert(session, AnonymousHit)
        anonymous.sort(key=lambda row: (row["campaign_id"], row["link_id"], row["verdict"], row["hour"]))
        session.connection().execute(insert.on_conflict_do_update(
            index_elements=["campaign_id", "link_id", "verdict", "hour"],
            set_={"count": AnonymousHit.count + 1}), anonymous)  # fmt: skip


def _raised(answer: Answer) -> str:
    if isinstance(answer, str):
        return answer
    raise answer
