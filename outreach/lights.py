"""What the lights of contacts rest on, read from the customer file for any number of contacts in a handful of queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from outreach.consent.light import Known, Light, Recorded, lights
from outreach.consent.rows import Permission, Suppression
from outreach.contacts.rows import Channel, Contact, PostalAddress
from outreach.history.rows import Touchpoint


def of(session: Session, contact_ids: Collection[int]) -> Mapping[int, tuple[Light, Light, Light]]:
    """The lights of mail, phone and letter of these contacts."""
    return {contact_id: lights(one) for contact_id, one in known(session, contact_ids).items()}


def known(session: Session, contact_ids: Collection[int]) -> Mapping[int, Known]:
    """The facts behind the lights; contacts that do not exist are left out."""
    ids = list(contact_ids)
    if not ids:
        return {}
    orders = _orders(session, ids)
    phones, letters = _phones(session, ids), _letters(session, ids)
    said = _said(session, ids)
    people = select(Contact.id, Contact.email, Contact.phone, Contact.deceased_at, Contact.company_id,
                    Suppression.reason.is_not(None)).outerjoin(
        Suppression, Suppression.address_hash == Contact.address_hash
    ).where(Contact.id.in_(ids), Contact.gone == "")  # fmt: skip
    return {
        row[0]: Known(
            has_mail=bool(row[1]),
            has_phone=bool(row[2]) or row[0] in phones,
            has_letter=row[0] in letters,
            is_suppressed=bool(row[5]),
            is_deceased=row[3] is not None,
            at_work=row[4] is not None,
            orders=orders.get(row[0], 0),
            recorded=said.get(row[0], ()),
        )
        for row in session.execute(people)
    }


def _orders(session: Session, ids: list[int]) -> Mapping[int, int]:
    query = (
        select(Touchpoint.contact_id, func.count())
        .where(Touchpoint.contact_id.in_(ids), Touchpoint.kind == "order")
        .group_by(Touchpoint.contact_id)
    )
    return {row[0]: row[1] for row in session.execute(query) if row[0] is not None}


def _phones(session: Session, ids: list[int]) -> set[int]:
    query = select(Channel.contact_id).where(
        Channel.contact_id.in_(ids), Channel.kind == "phone", Channel.label != "fax"
    )
    return set(session.scalars(query))


def _letters(session: Session, ids: list[int]) -> set[int]:
    """Whoever has a postal address of their own, or whose company has one."""
    query = select(Contact.id).where(
        Contact.id.in_(ids),
        select(PostalAddress.id)
        .where(
            or_(
                PostalAddress.contact_id == Contact.id,
                and_(PostalAddress.company_id.is_not(None), PostalAddress.company_id == Contact.company_id),
            )
        )
        .exists(),
    )
    return set(session.scalars(query))


def _said(session: Session, ids: list[int]) -> Mapping[int, list[Recorded]]:
    query = (
        select(Permission.contact_id, Permission.channel, Permission.what, Permission.at, Permission.source)
        .where(Permission.contact_id.in_(ids), Permission.ended_at.is_(None))
        .order_by(Permission.at.desc(), Permission.id.desc())
    )
    found: dict[int, list[Recorded]] = {}
    for contact_id, channel, what, at, source in session.execute(query):
        found.setdefault(contact_id, []).append(Recorded(channel, what, at.date(), source))
    return found
