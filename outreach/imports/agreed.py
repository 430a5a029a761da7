"""Consent history out of files: who agreed, when and from where; who left; to whom nobody may write.

    blocked, complained, undeliverable → the suppression list, and nothing else of somebody unknown
    unsubscribed                       → unsubscribed here, unless they agreed here afterwards
    confirmed, or nothing said         → subscribed, when the person importing states the proof
    never confirmed                    → a contact without a subscription

Whoever left here stays away, whatever the file says (subscriptions.grant_imported).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from outreach import db
from outreach.consent import subscriptions, suppression
from outreach.consent.rows import Consent, ConsentEvent, Subscription, Suppression
from outreach.consent.withdrawal import withdraw
from outreach.errors import N_
from outreach.imports.mapping import LABELS
from outreach.imports.order import Counts, Notes, Order
from outreach.imports.record import Note, Record, Said
from outreach.imports.words import fold

_REASONS = {"bounced": "unknown_address", "complained": "spam_report", "blocked": "objection"}
_KEPT_OUT = N_(
    "Where the file comes from, the address is blocked or does not exist. It is on the suppression list now; nothing "
    "else of the row was taken in."
)
_BLOCKED = N_("Where the file comes from, the address is blocked or does not exist. It is on the suppression list now.")
_UNSUBSCRIBED = N_("The person has unsubscribed from the list and stays unsubscribed.")
_LEFT_ELSEWHERE = N_("The person had left the list where the file comes from, and counts as unsubscribed.")
_LEFT_NOWHERE = N_("The person had left a list where the file comes from; without a topic this is not kept here.")
_NEVER_CONFIRMED = N_("The person never confirmed the sign-up and is on no topic.")
_NOT_UNDERSTOOD = N_("%(label)s: “%(value)s” was not understood and left out.")
_NO_SUCH_LIST = N_("There is no topic “%(name)s” here; the person was not put on it.")
Match = tuple[str, ...]


def keep_out(
    session: Session, records: Sequence[Record], known: Collection[Match], order: Order, counts: Counts, notes: Notes,
    now: datetime,
) -> list[Record]:  # fmt: skip
    """Suppress the addresses nobody may write to; the records that are taken in all the same."""
    blocked = [record for record in records if record.hash and record.said.state in _REASONS]
    if not blocked:
        return list(records)
    put = db.insert(session, Suppression).on_conflict_do_nothing().returning(Suppression.address_hash)
    rows = {record.hash: (_REASONS[record.said.state], record.said.state) for record in blocked}
    for hashed, (reason, state) in rows.items():
        detail = f"{mark(order.import_id)} {state}"
        made = session.connection().execute(put.values(address_hash=hashed, reason=reason, detail=detail, at=now))
        counts.suppressed += made.first() is not None
    kept = []
    for record in records:
        is_known = ("address", record.key or "") in known
        if record not in blocked:
            kept.append(record)
        elif is_known:
            notes.add(record.line, Note(_BLOCKED, {}), "", taken_in=True)
            kept.append(record)
        else:
            notes.skip(record.line, Note(_KEPT_OUT, {}), "")  # not even the excerpt: it may hold the address
    return kept


def mark(import_id: int) -> str:
    """How the suppressions of an import are told from others, so that an undo finds them."""
    return f"{suppression.OF_IMPORT}{import_id}:"


def settle(
    session: Session, whose: Mapping[int, Sequence[Record]], order: Order, counts: Counts, notes: Notes, now: datetime
) -> None:
    """Subscribe and unsubscribe these contacts as their rows say."""
    for record in (one for records in whose.values() for one in records):
        _believe(record, notes, now)
    wishes: dict[int, dict[int, Record]] = {list_id: {} for list_id in order.list_ids}
    for contact_id, records in whose.items():
        strongest = max(records, key=lambda record: _STRENGTH.index(_state(record.said, order)))
        if _state(strongest.said, order) in _REASONS:
            withdraw(session, contact_id=contact_id, how="suppressed", ip="", now=now)
            continue
        lists = {*order.list_ids, *_named(records, order, notes)}
        if not lists and _state(strongest.said, order) == "unsubscribed":
            notes.add(strongest.line, Note(_LEFT_NOWHERE, {}), "", taken_in=True)
        for list_id in lists:
            wishes.setdefault(list_id, {})[contact_id] = strongest
    for list_id, wanted in wishes.items():
        _settle_list(session, list_id, wanted, order, counts, notes, now)


def _believe(record: Record, notes: Notes, now: datetime) -> None:
    """Nobody agreed tomorrow: it would outlive every farewell. Whoever leaves tomorrow has left."""
    said = record.said
    for name in ("requested_at", "granted_at"):
        if (moment := getattr(said, name)) is not None and moment > now:
            setattr(said, name, None)
            shown = {"label": LABELS[name], "value": f"{moment:%Y-%m-%d %H:%M}"}
            notes.add(record.line, Note(_NOT_UNDERSTOOD, shown), "", taken_in=True)
    if said.left_at is not None:
        said.left_at = min(said.left_at, now)


def _settle_list(
    session: Session, list_id: int, wanted: Mapping[int, Record], order: Order, counts: Counts, notes: Notes,
    now: datetime,
) -> None:  # fmt: skip
    states = {contact_id: _state(record.said, order) for contact_id, record in wanted.items()}
    left = {contact_id: wanted[contact_id] for contact_id, state in states.items() if state == "unsubscribed"}
    _take_off(session, list_id, left, order, counts, notes, now)
    for contact_id, state in states.items():
        if state == "pending":
            counts.without_proof += 1
            notes.add(wanted[contact_id].line, Note(_NEVER_CONFIRMED, {}), "", taken_in=True)
    agreed = [contact_id for contact_id, state in states.items() if state in ("", "subscribed")]
    if not agreed:
        return
    if not order.consent_proof:
        confirmed = select(Subscription.contact_id).where(
            Subscription.list_id == list_id, Subscription.contact_id.in_(agreed), Subscription.state == "confirmed"
        )
        counts.without_proof += len(agreed) - len(session.scalars(confirmed).all())
        return
    granted = subscriptions.grant_imported(
        session, contact_ids=agreed, list_id=list_id, proof=order.consent_proof, source=order.filename, now=now,
        zone=order.zone,
    )  # fmt: skip
    _write_proof(session, list_id, {one: wanted[one].said for one in granted.subscribed}, order)
    counts.subscribed += len(granted.subscribed)
    counts.kept_unsubscribed += len(granted.kept_unsubscribed)
    for contact_id in granted.kept_unsubscribed:
        notes.add(wanted[contact_id].line, Note(_UNSUBSCRIBED, {}), "", taken_in=True)


def _write_proof(session: Session, list_id: int, said: Mapping[int, Said], order: Order) -> None:
    """The times and IP addresses the other program kept become those of the consent, and lines of the history."""
    with_times = {
        contact_id: one for contact_id, one in said.items() if one.granted_at or one.requested_at or one.source
    }
    if not with_times:
        return
    session.connection().execute(
        update(Consent)
        .where(Consent.contact_id == bindparam("of"), Consent.list_id == list_id, Consent.withdrawn_at.is_(None))
        .values({name: bindparam(f"b_{name}") for name in ("requested_at", "requested_ip", "confirmed_ip", "source")}),
        [
            {"of": contact_id, "b_requested_at": one.requested_at, "b_requested_ip": one.requested_ip,
             "b_confirmed_ip": one.confirmed_ip, "b_source": (one.source or order.filename)[:500]}
            for contact_id, one in with_times.items()
        ],
    )  # fmt: skip
    dated = [
        {"of": contact_id, "b_granted_at": one.granted_at} for contact_id, one in with_times.items() if one.granted_at
    ]
    if dated:
        session.connection().execute(
            update(Consent)
            .where(Consent.contact_id == bindparam("of"), Consent.list_id == list_id, Consent.withdrawn_at.is_(None))
            .values(granted_at=bindparam("b_granted_at")),
            dated,
        )
    events = [
        _event(contact_id, list_id, what=what, at=at, ip=ip, order=order)
        for contact_id, one in with_times.items()
        for what, at, ip in (("requested", one.requested_at, one.requested_ip), ("confirmed", one.granted_at, one.confirmed_ip))
        if at
    ]  # fmt: skip
    if events:
        session.connection().execute(insert(ConsentEvent), events)


def _take_off(
    session: Session,
    list_id: int,
    left: Mapping[int, Record],
    order: Order,
    counts: Counts,
    notes: Notes,
    now: datetime,
) -> None:
    """Unsubscribed there is unsubscribed here, unless the person agreed here after they had left there."""
    if not left:
        return
    stands = (
        select(Subscription.contact_id, Subscription.state, Consent.granted_at)
        .outerjoin(Consent, Consent.id == Subscription.consent_id)
        .where(Subscription.list_id == list_id, Subscription.contact_id.in_(list(left)))
        .with_for_update(of=Subscription)
    )
    states = {contact_id: (state, granted_at) for contact_id, state, granted_at in session.execute(stands)}
    moved = []
    for contact_id, record in left.items():
        state, granted_at = states.get(contact_id, ("", None))
        agreed_since = granted_at and record.said.left_at and granted_at > record.said.left_at
        if state != "unsubscribed" and not (state == "confirmed" and agreed_since):
            moved.append(contact_id)
            notes.add(record.line, Note(_LEFT_ELSEWHERE, {}), "", taken_in=True)
    if not moved:
        return
    counts.left_before += len(moved)
    put = db.insert(session, Subscription)
    put = put.on_conflict_do_update(
        index_elements=["list_id", "contact_id"],
        set_={name: put.excluded[name] for name in ("state", "consent_id", "changed_at")},
    )
    same = {"list_id": list_id, "state": "unsubscribed", "consent_id": None, "text_shown": "", "source": "",
            "requested_ip": "", "requested_at": None, "changed_at": now}  # fmt: skip
    session.connection().execute(put, [{**same, "contact_id": contact_id} for contact_id in moved])
    session.connection().execute(
        update(Consent)
        .where(Consent.contact_id.in_(moved), Consent.list_id == list_id, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=now, withdrawn_how="by_hand")
    )
    events = [
        _event(contact_id, list_id, what="unsubscribed", at=left[contact_id].said.left_at or now, ip="", order=order)
        for contact_id in moved
    ]
    session.connection().execute(insert(ConsentEvent), events)


def _named(records: Sequence[Record], order: Order, notes: Notes) -> set[int]:
    """The lists a row names itself, when there are such lists here."""
    found = set()
    for record in records:
        for name in record.lists:
            list_id = order.lists.get(fold(name))
            if list_id is None:
                notes.add(record.line, Note(_NO_SUCH_LIST, {"name": name[:100]}), "", taken_in=True)
            else:
                found.add(list_id)
    return found


def _event(contact_id: int, list_id: int, *, what: str, at: datetime, ip: str, order: Order) -> dict[str, Any]:
    return {
        "contact_id": contact_id,
        "list_id": list_id,
        "what": what,
        "text_shown": "",
        "source": f"import: {order.filename}"[:500],  # never the contact's own source: sign-ups are told by that
        "ip": ip,
        "zone": order.zone,
        "at": at,
    }


def _state(said: Said, order: Order) -> str:
    return "pending" if not said.state and order.has_confirmations and not said.granted_at else said.state


_STRENGTH = ("", "subscribed", "pending", "unsubscribed", "bounced", "complained", "blocked")
