"""Consent for many contacts at once: what an import brings, and what nobody confirmed in time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    table,
    update,
)
from sqlalchemy.orm import Session

from outreach import db
from outreach.consent import permissions
from outreach.consent.history import UNKNOWN_ZONE
from outreach.consent.rows import Consent, ConsentEvent, Subscription
from outreach.contacts import Contact, ContactTag
from outreach.errors import N_, Invalid

#: how long a sign-up waits for its confirmation
WAITS = timedelta(days=28)


#: the floor above owns them; here only those of people who are forgotten altogether are looked at
_deliveries = table("deliveries", column("contact_id"), column("kind"), column("state"))


@dataclass(frozen=True)
class Granted:
    """What became of an imported consent: contact ids."""

    subscribed: frozenset[int]
    already: frozenset[int]
    kept_unsubscribed: frozenset[int]


def grant_imported(
    session: Session,
    *,
    contact_ids: Collection[int],
    list_id: int,
    proof: str,
    source: str,
    now: datetime,
    zone: str = UNKNOWN_ZONE,
) -> Granted:
    """Put these contacts on the list, on the proof the person importing states. Raises Invalid without one.

    Whoever unsubscribed or objected to mails stays off, whoever is confirmed stays as they are. The caller has left out
    suppressed addresses (`suppression.among`). Nine statements, however many contacts.
    """
    if not proof.strip():
        raise Invalid(
            N_("Say where the consent comes from: what the people agreed to, where and when."), field="consent_proof"
        )
    found = select(Subscription.contact_id, Subscription.state).where(
        Subscription.list_id == list_id, Subscription.contact_id.in_(list(contact_ids))
    )
    states = dict(session.execute(found.with_for_update()).all())
    left = set(session.scalars(who_left(list_id).where(ConsentEvent.contact_id.in_(list(contact_ids)))))
    left |= permissions.objecting(session, contact_ids).keys()
    states |= {contact_id: "unsubscribed" for contact_id in left if states.get(contact_id) != "confirmed"}
    new = [contact_id for contact_id in dict.fromkeys(contact_ids) if states.get(contact_id, "pending") == "pending"]
    if new:
        _grant(session, new, list_id=list_id, proof=proof.strip(), source=source[:500], now=now, zone=zone)
    return Granted(
        subscribed=frozenset(new),
        already=frozenset(contact_id for contact_id, state in states.items() if state == "confirmed"),
        kept_unsubscribed=frozenset(contact_id for contact_id, state in states.items() if state == "unsubscribed"),
    )


def forget_unconfirmed(session: Session, now: datetime) -> list[int]:
    """Sign-ups nobody confirmed in 28 days vanish, and with them contacts that exist only because of one: their ids.

    The confirmation mails sent to those vanish too; whoever got any other mail stays, and so does the word of whoever
    had left the list before: anybody can type an address into a form.
    """
    too_old = (Subscription.state == "pending", Subscription.requested_at < now - WAITS)
    names = (Subscription.list_id, Subscription.contact_id)
    had_left = who_left(Subscription.list_id).where(ConsentEvent.contact_id == Subscription.contact_id).exists()
    back = session.execute(
        update(Subscription).where(*too_old, had_left).values(state="unsubscribed", changed_at=now).returning(*names)
        .execution_options(synchronize_session=False)
    ).all()  # fmt: skip
    gone_rows = session.execute(
        delete(Subscription).where(*too_old).returning(*names).execution_options(synchronize_session=False)
    ).all()
    expired = [*back, *gone_rows]
    if not expired:
        return []
    events = [_event(contact_id, list_id, what="expired", now=now) for list_id, contact_id in expired]
    session.execute(insert(ConsentEvent), events)
    session.expire_all()
    gone = list(_left_over(session, {contact_id for _, contact_id in expired}))
    if gone:
        session.execute(delete(_deliveries).where(_deliveries.c.contact_id.in_(gone)))
        session.execute(delete(Contact).where(Contact.id.in_(gone)))
    return gone


def who_left(list_id: Any) -> Select[int]:
    """The contacts who ever left this list. A sign-up that waits since then takes nothing back; only its confirmation does."""
    return select(ConsentEvent.contact_id).where(ConsentEvent.list_id == list_id, ConsentEvent.what == "unsubscribed")


def _grant(
    session: Session, contact_ids: Sequence[int], *, list_id: int, proof: str, source: str, now: datetime, zone: str
) -> None:
    """Consents, subscriptions and history lines for all of them, each in one INSERT … SELECT."""
    given = {
        "list_id": list_id,
        "how": "import",
        "text_shown": proof,
        "source": source,
        "zone": zone,
        "requested_ip": "",
        "granted_at": now,
        "confirmed_ip": "",
        "withdrawn_how": "",
    }
    _insert_select(session, insert(Consent), given, Contact.id, Contact.id.in_(contact_ids))
    put = db.insert(session, Subscription)
    put = put.on_conflict_do_update(
        index_elements=["list_id", "contact_id"],
        where=Subscription.state == "pending",
        set_={name: put.excluded[name] for name in ("state", "consent_id", "changed_at")},
    )
    # None of them had a valid consent to this list, so the one found is the one just made.
    new = and_(Consent.contact_id.in_(contact_ids), Consent.list_id == list_id, Consent.withdrawn_at.is_(None))
    stands = {
        "list_id": list_id,
        "state": "confirmed",
        "text_shown": "",
        "source": "",
        "requested_ip": "",
        "changed_at": now,
    }
    _insert_select(session, put, stands, Consent.contact_id, new, consent_id=Consent.id)
    happened = {**_event(0, list_id, what="imported", now=now), "text_shown": proof, "source": source, "zone": zone}
    happened.pop("contact_id")
    _insert_select(session, insert(ConsentEvent), happened, Contact.id, Contact.id.in_(contact_ids))


def _insert_select(
    session: Session, into: Any, same: dict[str, Any], contact_id: Any, where: ColumnElement[bool], **columns: Any
) -> None:
    """One row per contact: `contact_id` and `columns` come from the selected rows, the rest is the same for all."""
    table = into.table
    values = [literal(value, table.c[name].type) for name, value in same.items()]
    rows = select(contact_id, *columns.values(), *values).where(where)
    session.connection().execute(into.from_select(["contact_id", *columns, *same], rows, include_defaults=False))


def _event(contact_id: int, list_id: int, *, what: str, now: datetime) -> dict[str, object]:
    return {
        "contact_id": contact_id,
        "list_id": list_id,
        "what": what,
        "text_shown": "",
        "source": "",
        "ip": "",
        "zone": UNKNOWN_ZONE,
        "at": now,
    }


def _left_over(session: Session, contact_ids: set[int]) -> Sequence[int]:
    """Those of them that came through a sign-up (which left its source) and of whom nothing else is known."""
    signed_up = exists().where(
        ConsentEvent.contact_id == Contact.id,
        ConsentEvent.what == "requested",
        func.substr(ConsentEvent.source, 1, 200) == Contact.source,
    )
    nothing_else = (Contact.company_id.is_(None), Contact.stage == "prospect", Contact.phone == "", Contact.city == "")
    no_rows = (~_has(Subscription.contact_id), ~_has(Consent.contact_id), ~_has(ContactTag.contact_id))
    other_mail = exists().where(
        _deliveries.c.contact_id == Contact.id,
        or_(_deliveries.c.kind != "confirm", _deliveries.c.state.in_(("claimed", "sending"))),
    )
    return session.scalars(
        select(Contact.id)
        .where(Contact.id.in_(contact_ids), Contact.source != "", signed_up, *nothing_else, *no_rows, ~other_mail)
        .order_by(Contact.id)
    ).all()


def _has(column: object) -> ColumnElement[bool]:
    return exists().where(and_(column == Contact.id))
