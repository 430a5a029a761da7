"""Special offers: a code for a group of customers, with a limit and an end. The limit holds however many ask at once."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import ColumnElement, func, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from outreach import clock, contacts, lines, paging
from outreach.care.rows import Redemption, SpecialOffer
from outreach.contacts import Contact, tags
from outreach.contacts.rows import ContactTag, Tag
from outreach.contacts.store import display_name
from outreach.errors import N_, Conflict, Invalid, NotFound
from outreach.history import store as history
from outreach.paging import Page
from outreach.value import Stage

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,29}")
#: no letter that looks like a digit: codes are read out on the telephone
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LIMIT_MOST = 1_000_000
CLASSES = ("A", "B", "C")


class OfferFields(TypedDict, total=False):
    """What can be said of a special offer; `for_whom` is "", "tag:…", "stage:…" or "class:…"."""

    code: str
    name: str
    description: str
    for_whom: str
    limit_count: int | None
    ends_on: date | None


@dataclass(frozen=True)
class OfferLine:
    """A special offer in a list."""

    id: int
    code: str
    name: str
    description: str
    for_whom: str
    limit_count: int | None
    ends_on: date | None
    closed_at: datetime | None
    used: int

    @property
    def left(self) -> int | None:
        """How often it can still be used; None without a limit."""
        return None if self.limit_count is None else max(0, self.limit_count - self.used)

    def is_open(self, today: date) -> bool:
        """Whether somebody can use it today."""
        return self.closed_at is None and not (self.ends_on and self.ends_on < today) and self.left != 0


@dataclass(frozen=True)
class UseLine:
    """Somebody used an offer."""

    id: int
    offer_id: int
    code: str
    offer: str
    contact_id: int
    contact: str
    at: datetime


def create(session: Session, **given: Unpack[OfferFields]) -> SpecialOffer:
    """A new special offer; an empty code is made up. Raises Invalid, and Conflict when the code is taken."""
    clean = _clean({"name": "", **given})
    clean["code"] = clean.get("code") or _free_code(session)
    return _store(session, SpecialOffer(), clean)


def change(session: Session, offer_id: int, **given: Unpack[OfferFields]) -> SpecialOffer:
    """Change what is given, leave the rest; raises Invalid, NotFound, Conflict."""
    found, clean = get(session, offer_id), _clean(dict(given))
    if not clean.get("code", True):
        del clean["code"]
    return _store(session, found, clean)


def close(session: Session, offer_id: int) -> SpecialOffer:
    """Nobody can use it any more; twice means once."""
    found = get(session, offer_id)
    found.closed_at = found.closed_at or clock.now()
    session.flush()
    return found


def reopen(session: Session, offer_id: int) -> SpecialOffer:
    """It can be used again, as far as limit and end allow."""
    found = get(session, offer_id)
    found.closed_at = None
    session.flush()
    return found


def redeem(
    session: Session,
    offer_id: int,
    contact_id: int,
    *,
    today: date,
    user_id: int | None = None,
    at: datetime | None = None,
) -> Redemption:
    """A contact uses the offer; a second time gives the first one. It stands on the timeline.

    Raises NotFound, and Conflict with the reason: closed, over, used up, not for this contact.
    """
    offer = _taken(session, offer_id)
    contact = contacts.get(session, contact_id)
    before = session.scalar(
        select(Redemption).where(Redemption.special_offer_id == offer_id, Redemption.contact_id == contact_id)
    )
    if before is not None:
        return before
    _refuse_over(session, offer, today)
    if not fits(session, offer.for_whom, contact_id):
        name = display_name(contact.title, contact.first_name, contact.last_name, contact.email)
        raise Conflict(N_("This offer is not meant for %(name)s."), field="contact_id", name=name)
    moment = at or clock.now()
    touchpoint = history.add(
        session, contact_id=contact_id, user_id=user_id, kind="note", at=moment, text=f"{offer.name} ({offer.code})"
    )
    made = Redemption(special_offer_id=offer_id, contact_id=contact_id, touchpoint_id=touchpoint.id, at=moment)
    session.add(made)
    session.flush()
    return made


def take_back(session: Session, redemption_id: int) -> int:
    """It was not used after all; gives whose it was. Raises NotFound; the journal can bring it back."""
    found = session.get(Redemption, redemption_id)
    if found is None:
        raise NotFound(N_("There is nothing at this address."))
    touchpoint_id, contact_id = found.touchpoint_id, found.contact_id
    session.delete(found)
    session.flush()
    if touchpoint_id is not None:
        history.remove(session, touchpoint_id)
    return contact_id


def get(session: Session, offer_id: int) -> SpecialOffer:
    """The special offer; raises NotFound."""
    found = session.get(SpecialOffer, offer_id)
    if found is None:
        raise NotFound(N_("There is no such offer, or not any more."))
    return found


def line(session: Session, offer_id: int) -> OfferLine:
    """The special offer with how often it was used; raises NotFound."""
    row = session.execute(_query().where(SpecialOffer.id == offer_id)).one_or_none()
    if row is None:
        raise NotFound(N_("There is no such offer, or not any more."))
    return OfferLine(*row)


def list_page(session: Session, *, page: int = 1, per_page: int = paging.PER_PAGE) -> Page[OfferLine]:
    """All special offers, the open ones first, newest first."""
    query = _query().order_by(SpecialOffer.closed_at.is_not(None), SpecialOffer.id.desc())
    return paging.fetch(session, query, lambda row: OfferLine(*row[:9]), page=page, per_page=per_page)


def open_for(session: Session, contact_id: int, *, today: date) -> Sequence[OfferLine]:
    """The offers this contact could use now and has not."""
    used = select(Redemption.special_offer_id).where(Redemption.contact_id == contact_id)
    query = _query().where(SpecialOffer.closed_at.is_(None), SpecialOffer.id.not_in(used)).order_by(SpecialOffer.id)
    found = [OfferLine(*row) for row in session.execute(query.limit(200))]
    return [one for one in found if one.is_open(today) and fits(session, one.for_whom, contact_id)]


def uses(session: Session, offer_id: int, *, page: int = 1, per_page: int = paging.PER_PAGE) -> Page[UseLine]:
    """Who used an offer, newest first."""
    query = _uses().where(Redemption.special_offer_id == offer_id)
    query = query.order_by(Redemption.at.desc(), Redemption.id.desc())
    return paging.fetch(session, query, _use, page=page, per_page=per_page)


def used_by(session: Session, contact_id: int) -> Sequence[UseLine]:
    """The offers a contact used, newest first."""
    query = _uses().where(Redemption.contact_id == contact_id).order_by(Redemption.at.desc()).limit(100)
    return [_use(row) for row in session.execute(query)]


def fits(session: Session, for_whom: str, contact_id: int) -> bool:
    """Whether a contact belongs to the group an offer is for."""
    return session.scalar(select(Contact.id).where(Contact.id == contact_id, _group(for_whom))) is not None


def people(session: Session, for_whom: str) -> int:
    """How many contacts a group has."""
    query = select(func.count()).select_from(Contact).where(Contact.gone == "", _group(for_whom))
    return session.scalar(query) or 0


def _group(for_whom: str) -> ColumnElement[bool]:
    kind, _, value = for_whom.partition(":")
    if kind == "tag":
        carries = select(ContactTag.contact_id).join(Tag, Tag.id == ContactTag.tag_id)
        return Contact.id.in_(carries.where(Tag.key == tags.key(value)))
    if kind == "stage":
        return Contact.stage == value
    if kind == "class":
        return Contact.value_class == value
    return true()


def _refuse_over(session: Session, offer: SpecialOffer, today: date) -> None:
    if offer.closed_at is not None:
        raise Conflict(N_("The offer %(code)s is closed."), field="offer", code=offer.code)
    if offer.ends_on is not None and offer.ends_on < today:
        raise Conflict(N_("The offer %(code)s is over."), field="offer", code=offer.code)
    used = session.scalar(select(func.count()).where(Redemption.special_offer_id == offer.id)) or 0
    if offer.limit_count is not None and used >= offer.limit_count:
        raise Conflict(N_("The offer %(code)s is used up."), field="offer", code=offer.code)


def _taken(session: Session, offer_id: int) -> SpecialOffer:
    """The offer, held until the end of the transaction: of two for the last place, one comes second."""
    session.flush()
    held = update(SpecialOffer).where(SpecialOffer.id == offer_id).values(code=SpecialOffer.code)
    if session.connection().execute(held).rowcount == 0:
        raise NotFound(N_("There is no such offer, or not any more."))
    found = get(session, offer_id)
    session.refresh(found)
    return found


def _store(session: Session, row: SpecialOffer, values: dict[str, Any]) -> SpecialOffer:
    other = select(SpecialOffer.name).where(SpecialOffer.code == values.get("code"), SpecialOffer.id != row.id)
    if row.id is None:
        other = select(SpecialOffer.name).where(SpecialOffer.code == values.get("code"))
    taken = Conflict(N_("There is already an offer with the code %(code)s."), field="code", code=values.get("code", ""))
    if "code" in values and session.scalar(other) is not None:
        raise taken
    try:
        with session.begin_nested():
            for name, value in values.items():
                setattr(row, name, value)
            session.add(row)
    except IntegrityError:  # the same code a moment ago
        raise taken from None
    return row


def _free_code(session: Session) -> str:
    while True:
        code = "".join(secrets.choice(_LETTERS) for _ in range(8))
        if session.scalar(select(SpecialOffer.id).where(SpecialOffer.code == code)) is None:
            return code


def _clean(given: dict[str, Any]) -> dict[str, Any]:
    if "code" in given:
        given["code"] = re.sub(r"\s+", "-", given["code"].strip().upper())
        if given["code"] and not _CODE.fullmatch(given["code"]):
            raise Invalid(
                N_("A code has 3 to 30 letters (A to Z), digits and hyphens, such as FRUEHLING-26."), field="code"
            )
    if "name" in given:
        given["name"] = lines.line(given["name"], field="name", most=200)
        if not given["name"]:
            raise Invalid(N_("Give the offer a name."), field="name")
    if "description" in given:
        given["description"] = history.paragraph(given["description"], field="description", most=5000)
    if given.get("limit_count") is not None and not 1 <= given["limit_count"] <= LIMIT_MOST:
        raise Invalid(N_("The limit is a number from 1 up, or empty."), field="limit_count")
    if "for_whom" in given:
        _check_group(given["for_whom"])
    return given


def _check_group(for_whom: str) -> None:
    kind, _, value = for_whom.partition(":")
    known = {"": not value, "tag": bool(value), "stage": value in set(Stage), "class": value in CLASSES}
    if not known.get(kind, False) or len(for_whom) > 120:
        raise Invalid(N_("Choose whom the offer is for."), field="for_whom")


def _query() -> Any:
    used = (
        select(func.count())
        .where(Redemption.special_offer_id == SpecialOffer.id)
        .correlate(SpecialOffer)
        .scalar_subquery()
    )
    return select(
        SpecialOffer.id, SpecialOffer.code, SpecialOffer.name, SpecialOffer.description, SpecialOffer.for_whom,
        SpecialOffer.limit_count, SpecialOffer.ends_on, SpecialOffer.closed_at, used,
    )  # fmt: skip


def _uses() -> Any:
    return (
        select(
            Redemption.id, Redemption.special_offer_id, SpecialOffer.code, SpecialOffer.name, Redemption.contact_id,
            Contact.title, Contact.first_name, Contact.last_name, Contact.email, Redemption.at,
        )
        .join(SpecialOffer, SpecialOffer.id == Redemption.special_offer_id)
        .join(Contact, Contact.id == Redemption.contact_id)
    )  # fmt: skip


def _use(row: Any) -> UseLine:
    return UseLine(row[0], row[1], row[2], row[3], row[4], display_name(row[5], row[6], row[7], row[8]), row[9])
