"""Two contacts that are one person."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from outreach import contacts as people
from outreach import journal, valuation
from outreach.care.rows import Complaint, Gift, ProgrammeStep, Redemption, Referral
from outreach.consent.rows import Permission
from outreach.contacts import Contact, ContactTag
from outreach.contacts.channels import phone_key
from outreach.contacts.rows import Channel, Photo, PostalAddress
from outreach.dates import SpecialDay
from outreach.drafts.rows import Draft
from outreach.errors import N_, Conflict, Invalid
from outreach.facts import Fact
from outreach.history.rows import Touchpoint
from outreach.journal import Noted
from outreach.mail.rows import Delivery
from outreach.merge.agreed import call_off_doubles, heed_objections, join_standing
from outreach.merge.parts import CONTACT_FIELDS, Comparison, choose_days, field, move_rows
from outreach.occasions.rows import Lesson, Occasion
from outreach.replies.rows import Bounce, Incoming
from outreach.stops import Stop
from outreach.surveys.rows import AnswerSheet
from outreach.tasks import Task

_CUSTOM = "custom."
#: what a contact owns, and the columns that must not double when it moves
OWNED: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
    (ContactTag, ("tag_id",)),
    (Channel, ("kind", "key")),
    (PostalAddress, ("street", "extra", "postcode", "city", "country")),
    (SpecialDay, ("kind", "label", "year", "month", "day")),
    (ProgrammeStep, ("step",)),
    (Redemption, ("special_offer_id",)),
    (Touchpoint, ()),
    (Fact, ()),
    (Task, ()),
    (Permission, ()),
    (Complaint, ()),
    (Gift, ()),
    (Occasion, ()),
    (Lesson, ("kind", "source", "rule", "undone_at")),
    (Stop, ("kind", "lifted_at")),
)
#: what moves along by statement: no card shows its changes, the way back needs them
LETTERS: tuple[type[Any], ...] = (Draft, Incoming, Bounce)
#: rows that change without the session noting it; what is undone last stands first
_STANDING = ("consents", "subscriptions", "consent_events", "survey_answers")


def compare_contacts(session: Session, keep_id: int, other_id: int) -> Comparison:
    """The two contacts, field by field; raises NotFound, and Invalid for one and the same."""
    keep, other = _two(session, keep_id, other_id)
    days = {one: _birthday(session, one) for one in (keep_id, other_id)}
    found = []
    for name in CONTACT_FIELDS:
        left = days[keep_id] if name == "birthday" else getattr(keep, name)
        right = days[other_id] if name == "birthday" else getattr(other, name)
        found += field(name, left, right)
    for key in sorted({*keep.custom, *other.custom}):
        found += field(_CUSTOM + key, keep.custom.get(key), other.custom.get(key))
    names = [people.display_name(one.title, one.first_name, one.last_name, one.email) for one in (keep, other)]
    return Comparison(keep_id, other_id, names[0], names[1], found, _moves(session, other_id))


def contacts(session: Session, keep_id: int, other_id: int, *, take: Collection[str] = (), now: datetime) -> int:
    """Make the two one: `take` names the fields of the other that win. Gives the change set, for `journal.undo`.

    Raises NotFound, Invalid for one and the same, Conflict when one of them has just been merged.
    """
    keep, other = _two(session, keep_id, other_id)
    unknown = [name for name in take if name not in CONTACT_FIELDS and not name.startswith(_CUSTOM)]
    if unknown:
        raise Invalid(N_("There is no field “%(name)s”."), field="take", name=unknown[0][:100])
    session.flush()
    set_id = journal.begin(session, "merge", origin_id=keep_id)
    standing = journal.snapshot(session, [keep_id, other_id], _STANDING)
    had, hashes = other.email_key, [one for one in (keep.address_hash, other.address_hash) if one is not None]
    choose_days(session, keep_id, other_id, take, "birthday")
    _choose_fields(session, keep, other, take)
    for row, unique in OWNED:
        move_rows(session, row, unique, "contact_id", keep_id, other_id)
    _move_letters(session, keep_id, other_id)
    _move_referrals(session, keep_id, other_id)
    _move_answers(session, keep_id, other_id)
    join_standing(session, keep, other, address_taken=had is not None and keep.email_key == had, now=now)
    heed_objections(session, keep_id, hashes, now)
    for earlier in session.scalars(select(Contact).where(Contact.merged_into_id == other_id)):
        earlier.merged_into_id = keep_id
    other.gone, other.merged_into_id, other.company_id, other.photo_id = "merged", keep_id, None, None
    session.flush()
    journal.compare(session, standing, journal.snapshot(session, [keep_id, other_id], _STANDING))
    call_off_doubles(session, keep_id, other_id)
    valuation.refresh(session, [keep_id], now)
    return set_id


def _two(session: Session, keep_id: int, other_id: int) -> tuple[Contact, Contact]:
    if keep_id == other_id:
        raise Invalid(N_("A contact cannot be merged with itself."))
    # In the order of their numbers, so that two who merge the same pair wait for each other.
    locked = select(Contact).where(Contact.id.in_((keep_id, other_id))).order_by(Contact.id).with_for_update()
    session.scalars(locked.execution_options(populate_existing=True)).all()
    keep, other = people.get(session, keep_id), people.get(session, other_id)
    if keep.gone or other.gone:
        raise Conflict(N_("One of the two was merged before."))
    return keep, other


def _choose_fields(session: Session, keep: Contact, other: Contact, take: Collection[str]) -> None:
    address, phone = (keep.email, other.email), (keep.phone, other.phone)
    left = (other.email, other.email_key, other.address_hash)
    other.email = other.email_key = other.address_hash = None
    session.flush()  # the address is unique: it has to be free before the other takes it
    for name in take:
        if name == "email":
            keep.email, keep.email_key, keep.address_hash = left
        elif name == "photo_id":
            _take_photo(session, keep, other)
        elif name == "stage":
            keep.stage, keep.stage_by_hand = other.stage, other.stage_by_hand
        elif name in CONTACT_FIELDS and name != "birthday":
            setattr(keep, name, getattr(other, name))
    taken = {name.removeprefix(_CUSTOM) for name in take if name.startswith(_CUSTOM)}
    keep.custom = {**other.custom, **keep.custom, **{key: other.custom[key] for key in taken if key in other.custom}}
    session.flush()
    _keep_the_rest(session, keep, address, phone)


def _take_photo(session: Session, keep: Contact, other: Contact) -> None:
    photo = session.get(Photo, other.photo_id) if other.photo_id else None
    if photo is not None:
        copy = Photo(contact_id=keep.id, media_type=photo.media_type, content=photo.content)
        session.add(copy)
        session.flush()
        keep.photo_id = copy.id


def _keep_the_rest(session: Session, keep: Contact, addresses: Iterable[str | None], phones: Iterable[str]) -> None:
    """The address and the number that were not chosen stay on the card, beside the first."""
    have = {(one.kind, one.key) for one in session.scalars(select(Channel).where(Channel.contact_id == keep.id))}
    have |= {("email", keep.email_key or ""), ("phone", phone_key(keep.phone))}
    for kind, values in (("email", addresses), ("phone", phones)):
        for value in values:
            key = value.casefold() if value and kind == "email" else phone_key(value or "")
            if value and (kind, key) not in have:
                session.add(Channel(contact_id=keep.id, kind=kind, label="other", value=value, key=key))
                have.add((kind, key))
    session.flush()


def _birthday(session: Session, contact_id: int) -> tuple[int | None, int | None, int | None] | None:
    query = select(SpecialDay.year, SpecialDay.month, SpecialDay.day)
    row = session.execute(query.where(SpecialDay.contact_id == contact_id, SpecialDay.kind == "birthday")).one_or_none()
    return (row[0], row[1], row[2]) if row else None


def _move_letters(session: Session, keep_id: int, other_id: int) -> None:
    """Letters in the queue and sent ones, mails that came, and what came back of theirs."""
    for row in LETTERS:
        moved = update(row).where(row.contact_id == other_id).values(contact_id=keep_id).returning(row.id)
        ids = session.scalars(moved.execution_options(synchronize_session="fetch")).all()
        journal.note(
            session,
            [
                Noted(row.__tablename__, {"id": one}, {"contact_id": other_id}, {"contact_id": keep_id}, keep_id)
                for one in ids
            ],
        )


def _move_referrals(session: Session, keep_id: int, other_id: int) -> None:
    pair = (keep_id, other_id)
    brought = {one.contact_id for one in session.scalars(select(Referral).where(Referral.referrer_id == keep_id))}
    for one in session.scalars(select(Referral).where(Referral.referrer_id == other_id)).all():
        if one.contact_id in pair or (one.contact_id is not None and one.contact_id in brought):
            session.delete(one)
        else:
            one.referrer_id = keep_id
    session.flush()
    who = {one.referrer_id for one in session.scalars(select(Referral).where(Referral.contact_id == keep_id))}
    for one in session.scalars(select(Referral).where(Referral.contact_id == other_id)).all():
        if one.referrer_id in pair or one.referrer_id in who:
            session.delete(one)
        else:
            one.contact_id = keep_id
    session.flush()


def _move_answers(session: Session, keep_id: int, other_id: int) -> None:
    """Who answered the same survey under both names keeps both answers: the second stays behind, and is shown all the same."""
    answered = set(session.scalars(select(AnswerSheet.survey_id).where(AnswerSheet.contact_id == keep_id)))
    for one in session.scalars(select(AnswerSheet).where(AnswerSheet.contact_id == other_id)).all():
        if one.survey_id not in answered:
            one.contact_id = keep_id
    session.flush()


def _moves(session: Session, contact_id: int) -> dict[str, int]:
    owned = [(row.__tablename__, row, row.contact_id) for row, _ in OWNED]
    owned += [("referrals", Referral, Referral.referrer_id), ("deliveries", Delivery, Delivery.contact_id)]
    owned += [("survey_answers", AnswerSheet, AnswerSheet.contact_id)]
    owned += [(row.__tablename__, row, row.contact_id) for row in LETTERS]
    found = {}
    for name, row, column in owned:
        found[name] = session.scalar(select(func.count()).select_from(row).where(column == contact_id)) or 0
    return {name: count for name, count in found.items() if count}
