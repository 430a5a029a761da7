"""Hits: written when they come, in one cheap statement; settled later, when it shows who made them.

request → take_in (upsert, count + 1) … timetable → settle (bursts become scanners; opened_at, clicked_at)
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Insert, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from outreach import clock
from outreach.errors import N_, BadToken, NotFound
from outreach.mail.rows import Delivery
from outreach.tokens import Sealer
from outreach.tracking.rows import AnonymousHit, Hit, Link
from outreach.tracking.verdicts import BURST, Verdict, is_burst, verdict

PIXEL = 0  # the link_id of opens
#: hits younger than this may still turn out to be part of a burst
_UNSETTLED = BURST * 15


@dataclass(frozen=True)
class Request:
    """What a verdict needs to see of a request; nothing of it is stored."""

    method: str
    agent: str
    ip: str


def take_open(session: Session, sealer: Sealer, token: str, request: Request, now: datetime) -> None:
    """Count that a pixel was fetched; raises BadToken."""
    if (numbers := _try(sealer, "open", token)) is not None:
        _count(session, numbers[0], PIXEL, "open", request, now)
    else:
        (campaign_id,) = sealer.open("open-anonymous", token)
        _count_anonymous(session, campaign_id, PIXEL, "open", request, now)


def take_click(session: Session, sealer: Sealer, token: str, request: Request, now: datetime) -> str:
    """Count that a link was followed and give where it leads; raises BadToken, NotFound for a link that is gone."""
    if (numbers := _try(sealer, "click", token)) is not None:
        delivery_id, link_id = numbers
        address = address_of(session, link_id)
        _count(session, delivery_id, link_id, "click", request, now)
    else:
        campaign_id, link_id = sealer.open("click-anonymous", token)
        address = address_of(session, link_id)
        _count_anonymous(session, campaign_id, link_id, "click", request, now)
    return address


def address_of(session: Session, link_id: int) -> str:
    """Where a link leads; raises NotFound."""
    address = session.scalar(select(Link.url).where(Link.id == link_id))
    if address is None:
        raise NotFound(N_("This link leads nowhere any more."))
    return address


def settle(session: Session, now: datetime | None = None) -> int:
    """Turn bursts of clicks into scanner hits, then note the first real open and click on the deliveries.

    Looks at hits of the last minutes only, so it costs nothing when nothing happens. Gives how many it looked at.
    """
    now = now or clock.now()
    rows = session.execute(
        select(Hit.delivery_id, Hit.link_id, Hit.verdict, Hit.first_at).where(
            Hit.last_at >= now - _UNSETTLED * 10, Hit.verdict.in_(("person", "unknown")), Hit.link_id != PIXEL
        )
    ).all()
    clicks: dict[int, list[datetime]] = defaultdict(list)
    for row in rows:
        clicks[row.delivery_id].append(row.first_at)
    for delivery_id in [number for number, moments in clicks.items() if is_burst(moments)]:
        _to_scanner(session, delivery_id)
    _note_firsts(session, now)
    return len(rows)


def _note_firsts(session: Session, now: datetime) -> None:
    for is_it, column, verdicts in (
        (Hit.link_id == PIXEL, Delivery.opened_at, ("person",)),
        (Hit.link_id != PIXEL, Delivery.clicked_at, ("person", "unknown")),
    ):
        mine = (Hit.delivery_id == Delivery.id) & is_it & Hit.verdict.in_(verdicts)
        recent = select(Hit.delivery_id).where(is_it, Hit.verdict.in_(verdicts), Hit.last_at >= now - _UNSETTLED * 10)
        first = select(func.min(Hit.first_at)).where(mine).scalar_subquery()
        session.execute(
            update(Delivery).where(Delivery.id.in_(recent), column.is_(None)).values({column: first}),
            execution_options={"synchronize_session": False},
        )


def _to_scanner(session: Session, delivery_id: int) -> None:
    rows = session.execute(
        select(Hit.link_id, Hit.campaign_id, Hit.first_at, Hit.last_at, Hit.count).where(
            Hit.delivery_id == delivery_id, Hit.link_id != PIXEL, Hit.verdict.in_(("person", "unknown"))
        )
    ).all()
    session.execute(
        delete(Hit).where(Hit.delivery_id == delivery_id, Hit.link_id != PIXEL, Hit.verdict.in_(("person", "unknown")))
    )
    for row in rows:
        values = {"delivery_id": delivery_id, "link_id": row.link_id, "verdict": "scanner", "campaign_id": row.campaign_id,
                  "first_at": row.first_at, "last_at": row.last_at, "count": row.count}  # fmt: skip
        session.execute(_raise_count(session, values))


def _count(
    session: Session, delivery_id: int, link_id: int, kind: Literal["open", "click"], request: Request, now: datetime
) -> None:
    found = session.execute(select(Delivery.campaign_id, Delivery.sent_at).where(Delivery.id == delivery_id)).first()
    if found is None or found.campaign_id is None:
        return  # the delivery was erased with its person: nothing to count
    judged = _judge(kind, request, found.sent_at, now)
    session.execute(_raise_count(session, {
        "delivery_id": delivery_id, "link_id": link_id, "verdict": judged, "campaign_id": found.campaign_id,
        "first_at": now, "last_at": now, "count": 1,
    }))  # fmt: skip


def _count_anonymous(
    session: Session, campaign_id: int, link_id: int, kind: Literal["open", "click"], request: Request, now: datetime
) -> None:
    judged = _judge(kind, request, None, now)
    hour = now.replace(minute=0, second=0, microsecond=0)
    insert = _insert(session, AnonymousHit).values(
        campaign_id=campaign_id, link_id=link_id, verdict=judged, hour=hour, count=1
    )
    session.execute(
        insert.on_conflict_do_update(
            index_elements=["campaign_id", "link_id", "verdict", "hour"], set_={"count": AnonymousHit.count + 1}
        )
    )


def _judge(kind: Literal["open", "click"], request: Request, sent_at: datetime | None, now: datetime) -> Verdict:
    return verdict(kind=kind, method=request.method, agent=request.agent, ip=request.ip, sent_at=sent_at, now=now)


def _raise_count(session: Session, values: dict[str, Any]) -> Insert:
    insert = _insert(session, Hit).values(**values)
    made: Insert = insert.on_conflict_do_update(
        index_elements=["delivery_id", "link_id", "verdict"],
        set_={"count": Hit.count + insert.excluded.count, "last_at": insert.excluded.last_at},
    )
    return made


def _insert(session: Session, row: type[Any]) -> Any:
    return sqlite_insert(row) if session.get_bind().dialect.name == "sqlite" else postgres_insert(row)


def _try(sealer: Sealer, kind: str, token: str) -> tuple[int, ...] | None:
    try:
        return sealer.open(kind, token)
    except BadToken:
        return None
