"""Settling hits: what only shows after a while. Bursts of clicks become a scanner's; then the first real open and click
are noted on the deliveries. A hit stays unsettled until this has looked at it, so nothing is lost while no worker runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from outreach import clock, db
from outreach.mail.rows import Delivery
from outreach.tracking.hits import PIXEL
from outreach.tracking.rows import Hit
from outreach.tracking.verdicts import BURST, is_burst

#: a hit younger than this may still turn out to be part of a burst
_YOUNG = BURST * 15
_AT_ONCE = 2_000
_HUMAN = ("person", "unknown")


def settle(session: Session, now: datetime | None = None) -> int:
    """Look at the deliveries with unsettled hits, at most 2,000 of them; gives how many there were."""
    now = now or clock.now()
    touched = list(session.scalars(
        select(Hit.delivery_id).where(Hit.is_settled.is_(False)).distinct().order_by(Hit.delivery_id).limit(_AT_ONCE)))  # fmt: skip
    if not touched:
        return 0
    for delivery_id in _bursts(session, touched):
        _to_scanner(session, delivery_id)
    _note_firsts(session, touched)
    session.execute(
        update(Hit).where(Hit.delivery_id.in_(touched), Hit.is_settled.is_(False), Hit.first_at <= now - _YOUNG)
        .values(is_settled=True), execution_options={"synchronize_session": False})  # fmt: skip
    return len(touched)


def _bursts(session: Session, delivery_ids: Collection[int]) -> list[int]:
    clicks: dict[int, list[datetime]] = defaultdict(list)
    for delivery_id, first_at in session.execute(
        select(Hit.delivery_id, Hit.first_at)
        .where(Hit.delivery_id.in_(delivery_ids), Hit.link_id != PIXEL, Hit.verdict.in_(_HUMAN))
    ):  # fmt: skip
        clicks[delivery_id].append(first_at)
    return [number for number, moments in clicks.items() if is_burst(moments)]


def _note_firsts(session: Session, delivery_ids: Collection[int]) -> None:
    for is_it, column, verdicts in (
        (Hit.link_id == PIXEL, Delivery.opened_at, ("person",)),
        (Hit.link_id != PIXEL, Delivery.clicked_at, _HUMAN),
    ):
        mine = (Hit.delivery_id == Delivery.id) & is_it & Hit.verdict.in_(verdicts)
        first = select(func.min(Hit.first_at)).where(mine).scalar_subquery()
        session.execute(
            update(Delivery).where(Delivery.id.in_(delivery_ids), column.is_(None)).values({column: first}),
            execution_options={"synchronize_session": False},
        )


def _to_scanner(session: Session, delivery_id: int) -> None:
    clicks = (Hit.delivery_id == delivery_id, Hit.link_id != PIXEL, Hit.verdict.in_(_HUMAN))
    rows = session.execute(
        select(Hit.link_id, Hit.campaign_id, Hit.first_at, Hit.last_at, Hit.count).where(*clicks)
    ).all()
    session.execute(delete(Hit).where(*clicks), execution_options={"synchronize_session": False})
    insert = db.insert(session, Hit)
    values: list[dict[str, Any]] = [
        {**row._mapping, "delivery_id": delivery_id, "verdict": "scanner", "is_settled": False} for row in rows
    ]
    session.connection().execute(insert.on_conflict_do_update(
        index_elements=["delivery_id", "link_id", "verdict"],
        set_={"count": Hit.count + insert.excluded.count, "last_at": insert.excluded.last_at}), values)  # fmt: skip
