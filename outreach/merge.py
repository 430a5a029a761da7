"""Two contacts, or two companies, that are one: field by field, everything moves along, and it can be undone.

    compare ──▶ a person chooses the fields ──▶ contacts() | companies(), one change set in the journal ──▶ undo

What a mail was sent under never changes its number: the contact that went stays as an empty row (gone = "merged"), with
its deliveries and the proof behind them, and the card that stayed reads both. A consent belongs to the address it was
given for: the standing of the address that is kept counts, and a person who left a list has left it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from outreach import companies as firms
from outreach import contacts as people
from outreach import journal, valuation
from outreach.care.rows import Complaint, Gift, ProgrammeStep, Redemption, Referral
from outreach.companies import Company
from outreach.consent import history as consent_history
from outreach.consent import permissions, withdrawal
from outreach.consent.rows import Consent, Permission, Subscription, Suppression
from outreach.contacts import Contact, ContactTag
from outreach.contacts.channels import phone_key
from outreach.contacts.rows import Channel, Photo, PostalAddress
from outreach.dates import SpecialDay
from outreach.errors import N_, Conflict, Invalid, NotFound
from outreach.facts import Fact
from outreach.history.rows import Touchpoint
from outreach.mail.rows import Delivery
from outreach.surveys.rows import AnswerSheet
from outreach.tasks import Task

#: what is chosen field by field
CONTACT_FIELDS = (
    "title", "first_name", "last_name", "salutation", "address_form", "email", "phone", "language", "role", "company_id",
    "city", "stage", "letter_greeting", "owner_id", "photo_id", "source", "birthday",
)  # fmt: skip
COMPANY_FIELDS = (
    "name", "city", "website", "industry", "legal_form", "register_number", "phone", "customer_since", "founding",
)  # fmt: skip
_CUSTOM = "custom."
_LISTS = ("aliases", "former_names", "domains", "competitors")
#: what a contact owns, and the columns that must not double when it moves
_OWNED: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
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
)
#: rows that change without the session noting it; what is undone last stands first
_STANDING = ("consents", "subscriptions", "consent_events", "survey_answers")


@dataclass(frozen=True)
class Field:
    """One field of the two; `proposed` is the side that looks better: "keep" or "other"."""

    name: str
    keep: Any
    other: Any
    proposed: str


@dataclass(frozen=True)
class Comparison:
    """Two cards side by side: where they differ, and how many rows of each kind would move."""

    keep_id: int
    other_id: int
    keep_name: str
    other_name: str
    fields: Sequence[Field]
    moves: Mapping[str, int]


# ── contacts ───────────────────────────────────────────────────────────────────


def compare_contacts(session: Session, keep_id: int, other_id: int) -> Comparison:
    """The two contacts, field by field; raises NotFound, and Invalid for one and the same."""
    keep, other = _two(session, keep_id, other_id)
    days = {one: _birthday(session, one) for one in (keep_id, other_id)}
    found = []
    for name in CONTACT_FIELDS:
        left = days[keep_id] if name == "birthday" else getattr(keep, name)
        right = days[other_id] if name == "birthday" else getattr(other, name)
        found += _field(name, left, right)
    for key in sorted({*keep.custom, *other.custom}):
        found += _field(_CUSTOM + key, keep.custom.get(key), other.custom.get(key))
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
    _choose_days(session, keep_id, other_id, take, "birthday")
    _choose_fields(session, keep, other, take)
    for row, unique in _OWNED:
        _move_rows(session, row, unique, "contact_id", keep_id, other_id)
    _move_referrals(session, keep_id, other_id)
    _move_answers(session, keep_id, other_id)
    _join_standing(session, keep, other, address_taken=had is not None and keep.email_key == had, now=now)
    _heed_objections(session, keep_id, hashes, now)
    for earlier in session.scalars(select(Contact).where(Contact.merged_into_id == other_id)):
        earlier.merged_into_id = keep_id
    other.gone, other.merged_into_id, other.company_id, other.photo_id = "merged", keep_id, None, None
    session.flush()
    journal.compare(session, standing, journal.snapshot(session, [keep_id, other_id], _STANDING))
    _call_off_doubles(session, keep_id, other_id)
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


def _field(name: str, left: Any, right: Any) -> list[Field]:
    if left == right or (_is_empty(left) and _is_empty(right)):
        return []
    return [Field(name, left, right, "other" if _is_empty(left) or _is_default(name, left) else "keep")]


def _is_empty(value: Any) -> bool:
    return value is None or value == ""


def _is_default(name: str, value: Any) -> bool:
    return (name, value) in (("stage", "prospect"), ("address_form", "sie"))


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


def _choose_days(session: Session, keep_id: int, other_id: int, take: Collection[str], kind: str) -> None:
    """There is one birthday per person, one founding day per company: the one not chosen goes."""
    column = SpecialDay.contact_id if kind == "birthday" else SpecialDay.company_id
    mine, theirs = (
        session.scalar(select(SpecialDay).where(column == one, SpecialDay.kind == kind)) for one in (keep_id, other_id)
    )
    if mine is not None and theirs is not None:
        session.delete(mine if kind in take else theirs)
        session.flush()


def _move_rows(
    session: Session, row: type[Any], unique: tuple[str, ...], owner: str, keep_id: int, other_id: int
) -> None:
    """Every row of the other becomes one of the kept; what would double goes. Through the session, for the journal."""
    column = getattr(row, owner)

    def key(one: Any) -> tuple[Any, ...]:
        return tuple(getattr(one, name) for name in unique)

    have = {key(one) for one in session.scalars(select(row).where(column == keep_id))} if unique else set()
    for one in session.scalars(select(row).where(column == other_id)).all():
        if unique and key(one) in have:
            session.delete(one)
        elif row in (ContactTag, ProgrammeStep):  # the owner is part of their key
            session.delete(one)
            session.flush()
            names = [c.key for c in row.__mapper__.column_attrs if c.key != owner]
            session.add(row(**{owner: keep_id}, **{name: getattr(one, name) for name in names}))
        else:
            setattr(one, owner, keep_id)
        have.add(key(one))
    session.flush()


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


# ── what was agreed ────────────────────────────────────────────────────────────


def _join_standing(session: Session, keep: Contact, other: Contact, *, address_taken: bool, now: datetime) -> None:
    mine, theirs = _subscriptions(session, keep.id), _subscriptions(session, other.id)
    if address_taken:
        for sub in mine.values():
            if (
                sub.state == "confirmed"
                and _proven_by_mail(session, sub)
                and _state(theirs, sub.list_id) != "confirmed"
            ):
                withdrawal.withdraw(
                    session,
                    contact_id=keep.id,
                    list_id=sub.list_id,
                    how="by_hand",
                    ip="",
                    now=now,
                    source="address_changed",
                )
        keep.measuring_agreed = other.measuring_agreed
    mine = _subscriptions(session, keep.id)
    for sub in theirs.values():
        own = mine.get(sub.list_id)
        if sub.state == "unsubscribed":
            _leave(session, keep.id, sub, own, now)
        elif (
            sub.state == "confirmed"
            and _carries_over(session, sub, address_taken)
            and (own is None or own.state == "pending" or (address_taken and _proven_by_mail(session, own)))
        ):
            _copy_consent(session, keep.id, sub, own, now)
    # Nobody is on a list twice; the consents behind these stay as proof.
    for sub in theirs.values():
        session.delete(sub)
    session.flush()


def _heed_objections(session: Session, keep_id: int, hashes: Sequence[bytes], now: datetime) -> None:
    """Who wants no mail under one address wants none under the other: what was agreed to before that ends."""
    suppressed = select(Suppression.at).where(
        Suppression.address_hash.in_(hashes), Suppression.reason != "unknown_address"
    )
    said = [*session.scalars(suppressed), *permissions.objecting(session, [keep_id]).values()]
    for sub in _subscriptions(session, keep_id).values() if said else ():
        consent = session.get(Consent, sub.consent_id) if sub.consent_id else None
        if consent is not None and consent.granted_at <= max(said):
            withdrawal.withdraw(
                session, contact_id=keep_id, list_id=sub.list_id, how="suppressed", ip="", now=now, source="merged"
            )


def _carries_over(session: Session, sub: Subscription, address_taken: bool) -> bool:
    """What the person said counts for the person; what a click in a mail proved, for that address."""
    return address_taken or not _proven_by_mail(session, sub)


def _subscriptions(session: Session, contact_id: int) -> dict[int, Subscription]:
    query = select(Subscription).where(Subscription.contact_id == contact_id)
    return {one.list_id: one for one in session.scalars(query.execution_options(populate_existing=True))}


def _state(found: Mapping[int, Subscription], list_id: int) -> str:
    return found[list_id].state if list_id in found else ""


def _proven_by_mail(session: Session, sub: Subscription) -> bool:
    consent = session.get(Consent, sub.consent_id) if sub.consent_id else None
    return consent is not None and consent.how == "double_opt_in"


def _leave(session: Session, contact_id: int, sub: Subscription, own: Subscription | None, now: datetime) -> None:
    """Whoever left a list under one address has left it, unless they came back under the other since."""
    if own is None:
        session.add(
            Subscription(list_id=sub.list_id, contact_id=contact_id, state="unsubscribed", changed_at=sub.changed_at)
        )
    elif own.state != "unsubscribed" and own.changed_at < sub.changed_at:
        withdrawal.withdraw(
            session, contact_id=contact_id, list_id=sub.list_id, how="by_hand", ip="", now=now, source="merged"
        )


def _copy_consent(
    session: Session, contact_id: int, sub: Subscription, own: Subscription | None, now: datetime
) -> None:
    """The proof stays where it was given; the card that stays gets a copy of it."""
    proof = session.get_one(Consent, sub.consent_id)
    names = [one.key for one in Consent.__mapper__.column_attrs if one.key not in ("id", "contact_id")]
    copy = Consent(contact_id=contact_id, **{name: getattr(proof, name) for name in names})
    session.add(copy)
    session.flush()
    if own is not None:
        if own.consent_id is not None:  # it was proven for the address that is first no longer
            old = session.get_one(Consent, own.consent_id)
            old.withdrawn_at, old.withdrawn_how = now, "address_changed"
        session.delete(own)
        session.flush()
    session.add(
        Subscription(
            list_id=sub.list_id, contact_id=contact_id, state="confirmed", consent_id=copy.id, changed_at=sub.changed_at
        )
    )
    consent_history.record(
        session, contact_id=contact_id, list_id=sub.list_id, what="granted", text_shown=proof.text_shown, source="merged",
        ip="", zone=proof.zone, at=now,
    )  # fmt: skip
    session.flush()


def _call_off_doubles(session: Session, keep_id: int, other_id: int) -> None:
    """A newsletter under way to both goes once."""
    same = aliased(Delivery)
    also = exists().where(and_(same.campaign_id == Delivery.campaign_id, same.contact_id == keep_id))
    session.connection().execute(
        update(Delivery)
        .where(Delivery.contact_id == other_id, Delivery.state == "ready", also)
        .values(state="cancelled", reason="merged")
    )


def _moves(session: Session, contact_id: int) -> dict[str, int]:
    owned = [(row.__tablename__, row, row.contact_id) for row, _ in _OWNED]
    owned += [("referrals", Referral, Referral.referrer_id), ("deliveries", Delivery, Delivery.contact_id)]
    owned += [("survey_answers", AnswerSheet, AnswerSheet.contact_id)]
    found = {}
    for name, row, column in owned:
        found[name] = session.scalar(select(func.count()).select_from(row).where(column == contact_id)) or 0
    return {name: count for name, count in found.items() if count}


# ── companies ──────────────────────────────────────────────────────────────────

_OF_COMPANY: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
    (Contact, ()),
    (PostalAddress, ("street", "extra", "postcode", "city", "country")),
    (SpecialDay, ("kind", "label", "year", "month", "day")),
    (Touchpoint, ()),
    (Fact, ()),
    (Task, ()),
)


def compare_companies(session: Session, keep_id: int, other_id: int) -> Comparison:
    """The two companies, field by field; raises NotFound, and Invalid for one and the same."""
    keep, other = _two_companies(session, keep_id, other_id)
    found = []
    for name in COMPANY_FIELDS:
        if name != "founding":
            found += _field(name, getattr(keep, name), getattr(other, name))
    days = [_founding(session, one) for one in (keep_id, other_id)]
    found += _field("founding", *days)
    moves = {
        row.__tablename__: session.scalar(select(func.count()).select_from(row).where(row.company_id == other_id)) or 0
        for row, _ in _OF_COMPANY
    }
    return Comparison(keep_id, other_id, keep.name, other.name, found, {k: n for k, n in moves.items() if n})


def companies(session: Session, keep_id: int, other_id: int, *, take: Collection[str] = ()) -> int:
    """Make the two one; the name that goes stays as another name. Gives the change set. Raises NotFound, Invalid."""
    keep, other = _two_companies(session, keep_id, other_id)
    unknown = [name for name in take if name not in COMPANY_FIELDS]
    if unknown:
        raise Invalid(N_("There is no field “%(name)s”."), field="take", name=unknown[0][:100])
    session.flush()
    set_id = journal.begin(session, "merge", origin_id=keep_id)
    names = [keep.name, other.name]
    _choose_days(session, keep_id, other_id, take, "founding")
    for name in take:
        if name != "founding":
            setattr(keep, name, getattr(other, name))
    keep.name_key = firms.name_key(keep.name)
    for name in _LISTS:
        both = [*getattr(keep, name), *getattr(other, name)]
        both += [one for one in names if one != keep.name] if name == "aliases" else []
        setattr(keep, name, list(dict.fromkeys(one for one in both if one != keep.name)))
    session.flush()
    for row, unique in _OF_COMPANY:
        _move_rows(session, row, unique, "company_id", keep_id, other_id)
    session.expire(other)
    session.delete(session.get_one(Company, other_id))
    session.flush()
    return set_id


def _two_companies(session: Session, keep_id: int, other_id: int) -> tuple[Company, Company]:
    if keep_id == other_id:
        raise Invalid(N_("A company cannot be merged with itself."))
    # In the order of their numbers, so that two who merge the same pair wait for each other.
    locked = select(Company).where(Company.id.in_((keep_id, other_id))).order_by(Company.id).with_for_update()
    found = {one.id for one in session.scalars(locked.execution_options(populate_existing=True))}
    if found != {keep_id, other_id}:
        raise NotFound(N_("There is no such company, or not any more."))
    return firms.get(session, keep_id), firms.get(session, other_id)


def _founding(session: Session, company_id: int) -> tuple[int | None, int | None, int | None] | None:
    query = select(SpecialDay.year, SpecialDay.month, SpecialDay.day)
    row = session.execute(query.where(SpecialDay.company_id == company_id, SpecialDay.kind == "founding")).one_or_none()
    return (row[0], row[1], row[2]) if row else None
