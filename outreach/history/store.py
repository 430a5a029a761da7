"""One touchpoint at a time: noted, changed, taken away. Every one may move the cadence, the value and the stage."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any, TypedDict, Unpack
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from outreach import clock, companies, contacts, lines, valuation
from outreach.contacts import Contact
from outreach.errors import N_, Conflict, Invalid, NotFound
from outreach.history.rows import Kind, Touchpoint

TEXT_MOST = 20_000
#: cents; a hundred million euros is a slip of the finger
AMOUNT_MOST = 10_000_000_000
#: what has an amount
PAID = frozenset({Kind.OFFER, Kind.ORDER, Kind.GIFT})


class TouchpointFields(TypedDict, total=False):
    """What can be said of a touchpoint. `at` is a moment or a day (noon, UTC); `amount` is in cents of a euro."""

    kind: str
    at: datetime | date
    text: str
    amount: int | None
    state: str
    source: str


def add(
    session: Session,
    *,
    contact_id: int | None = None,
    company_id: int | None = None,
    user_id: int | None = None,
    **given: Unpack[TouchpointFields],
) -> Touchpoint:
    """Note what happened with a contact, or with a company as a whole; raises Invalid, NotFound.

    An offer begins open. Cadence, turnover and stage of the contact follow at once.
    """
    if contact_id is not None:
        contacts.get(session, contact_id)
    elif company_id is not None:
        companies.get(session, company_id)
    else:
        raise Invalid(N_("Say whom this is about."), field="contact_id")
    clean = _clean({"kind": "", "at": clock.now(), "text": "", "amount": None, "source": "", **given})
    if clean["kind"] == Kind.OFFER:
        clean.setdefault("state", "open")
    if not clean["text"] and clean["amount"] is None and clean["kind"] not in (Kind.CALL, Kind.MEETING, Kind.LETTER):
        raise Invalid(N_("Say in a few words what it was."), field="text")
    made = Touchpoint(
        contact_id=contact_id, company_id=company_id if contact_id is None else None, created_by_id=user_id, **clean
    )
    session.add(made)
    session.flush()
    if contact_id is not None:
        # On PostgreSQL the row waited for whoever was merging the contact away; then it has to go to the other card.
        gone = session.scalar(select(Contact.gone).where(Contact.id == contact_id))
        if gone:
            raise NotFound(N_("There is no such contact, or not any more."))
    _follow(session, made)
    return made


def change(session: Session, touchpoint_id: int, **given: Unpack[TouchpointFields]) -> Touchpoint:
    """Change what is given, leave the rest; raises Invalid, NotFound."""
    found = get(session, touchpoint_id)
    for name, value in _clean({"kind": found.kind, **given}).items():
        setattr(found, name, value)
    if found.kind != Kind.OFFER:
        found.state = ""
    session.flush()
    _follow(session, found)
    return found


def remove(session: Session, touchpoint_id: int) -> None:
    """Take an entry off the timeline; the journal can bring it back."""
    found = get(session, touchpoint_id)
    session.delete(found)
    session.flush()
    _follow(session, found)


def get(session: Session, touchpoint_id: int) -> Touchpoint:
    """The touchpoint; raises NotFound."""
    found = session.get(Touchpoint, touchpoint_id)
    if found is None:
        raise NotFound(N_("There is no such entry, or not any more."))
    return found


def settle_offer(session: Session, touchpoint_id: int, *, won: bool, user_id: int | None, on: date) -> Touchpoint:
    """The answer to an offer. Won makes the order of the same amount, which is given back; lost gives the offer.

    Raises Conflict when somebody was faster.
    """
    offer = get(session, touchpoint_id)
    changed = session.connection().execute(
        update(Touchpoint)
        .where(Touchpoint.id == touchpoint_id, Touchpoint.kind == "offer", Touchpoint.state == "open")
        .values(state="open")  # takes the row; the change itself goes through the session, for the journal
    )
    if changed.rowcount == 0:
        raise Conflict(N_("This offer was answered before."))
    session.refresh(offer)
    offer.state = "won" if won else "lost"
    if not won:
        session.flush()
        return offer
    order = add(
        session, contact_id=offer.contact_id, company_id=offer.company_id, user_id=user_id, kind="order", at=on, text=offer.text,
        amount=offer.amount, source=offer.source,
    )  # fmt: skip
    offer.led_to_id = order.id
    session.flush()
    return order


def check_day(day: date) -> None:
    """Refuse a day or a moment no customer file reaches to; raises Invalid."""
    if not 1900 <= day.year <= clock.now().year + 1:
        raise Invalid(N_("This day is too far away."), field="at")


def noon(day: date, zone: str = "UTC") -> datetime:
    """The moment that stands for a day without an hour: noon there."""
    return datetime.combine(day, time(12), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _clean(given: dict[str, Any]) -> dict[str, Any]:
    kind = str(given.get("kind", ""))
    if kind not in set(Kind):
        raise Invalid(N_("Choose what it was."), field="kind")
    clean: dict[str, Any] = {"kind": kind}
    if "at" in given:
        clean["at"] = _moment(given["at"])
    if "text" in given:
        clean["text"] = paragraph(given["text"] or "", field="text", most=TEXT_MOST)
    if "source" in given:
        clean["source"] = lines.line(given["source"] or "", field="source", most=100)
    if "amount" in given:
        clean["amount"] = _amount(given["amount"], kind)
    if given.get("state"):
        if given["state"] not in ("open", "won", "lost") or kind != Kind.OFFER:
            raise Invalid(N_("Only an offer is open, won or lost."), field="state")
        clean["state"] = given["state"]
    return clean


def _moment(value: datetime | date) -> datetime:
    check_day(value)
    return value if isinstance(value, datetime) else noon(value)


def _amount(value: int | None, kind: str) -> int | None:
    if value is None:
        return None
    if kind not in PAID:
        raise Invalid(N_("Only an offer, an order or a gift has an amount."), field="amount")
    if abs(value) > AMOUNT_MOST:
        raise Invalid(N_("This amount is too large."), field="amount")
    if value < 0 and kind != Kind.ORDER:
        raise Invalid(N_("Only an order may be negative, as a credit note."), field="amount")
    return value


def paragraph(value: str, *, field: str, most: int) -> str:
    """Text of several lines, safe to store; raises Invalid for what is too long."""
    kept = lines.paragraphs(value, most)
    if len(value) > most:
        raise Invalid(
            N_("%(label)s: this is longer than %(most)s characters."),
            field=field,
            most=most,
            label=lines.LABELS.get(field, field),
        )
    return kept


def _follow(session: Session, touchpoint: Touchpoint) -> None:
    if touchpoint.contact_id is not None:
        valuation.refresh(session, [touchpoint.contact_id], clock.now())
