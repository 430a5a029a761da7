"""Erasure (Art. 17 GDPR): everything of one person goes; a hash that nobody writes to them again, and numbers, stay.

    suppress the hashes → mails, imports, surveys, other people's cards lose what names them → rows → the contact

Mails that were sent stay countable: their deliveries keep state and moments, and lose address and text. While there
are such, an empty contact row (gone = "erased") and an empty proof of consent stay, because the deliveries point to them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    delete,
    false,
    func,
    not_,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.orm import Session

from outreach import contacts, db, lines, logs, paging, stops
from outreach.care.referrals import THANK
from outreach.care.rows import Referral
from outreach.consent.rows import Consent, Suppression
from outreach.contacts import Contact, address_hash
from outreach.db import Base
from outreach.drafts.rows import Draft
from outreach.duplicates import DuplicateProposal
from outreach.errors import N_, Conflict
from outreach.exports.everything import addresses, numbers, pointing
from outreach.history.rows import Touchpoint
from outreach.imports.rows import ImportSkip
from outreach.journal import Change
from outreach.mail.rows import Delivery, KeptMail
from outreach.replies.consequences import LEGAL_THREAT
from outreach.replies.rows import Incoming
from outreach.stops import Stop
from outreach.surveys.rows import AnswerSheet, Question
from outreach.tasks import Task

log = logs.get(__name__)
_IN_HAND = ("claimed", "sending")
_NOT_SENT = ("ready", "cancelled", "skipped", "expired")
#: no hash of an address has this value
_NO_HASH = bytes(32)
_ERASED = N_("The row belonged to somebody who was erased since.")
#: tables whose rows are not simply deleted
_BY_HAND = frozenset(["deliveries", "consents", "survey_answers", "referrals", "contacts"])
#: a few columns of the empty row that stay: what reports count by
_KEPT = frozenset(["id", "created_at", "gone", "address_form", "language", "stage"])


@dataclass(frozen=True)
class Erased:
    """What an erasure did: addresses that are suppressed now, newsletters that stay as numbers."""

    suppressed: int
    newsletters_kept: int


@dataclass(frozen=True)
class _Who:
    ids: list[int]
    addresses: set[str]
    names: list[tuple[str, str]]


def erase(session: Session, contact_id: int, *, now: datetime) -> Erased:
    """Erase this person, and the cards that were merged into theirs. Raises NotFound, and Conflict while a mail to
    them is just being sent."""
    contacts.get(session, contact_id)
    who = _who(session, contact_id)
    sending = select(Delivery.id).where(Delivery.contact_id.in_(who.ids), Delivery.state.in_(_IN_HAND)).limit(1)
    if session.scalar(sending) is not None:
        raise Conflict(N_("A mail to this person is just being sent. Try again in a minute."))
    session.flush()
    session.expunge_all()  # everything below passes the session by, and the journal with it
    suppressed = _suppress(session, who, now)
    _empty_mails(session, who)
    _empty_alerts(session, who)
    _empty_imports(session, who)
    _empty_surveys(session, who)
    _empty_referrals(session, who)
    _empty_journal(session, who)
    kept = _deliveries(session, who)
    _remove_rows(session, who)
    _remove_contacts(session, who)
    _tidy_search(session)
    log.info("contact_erased", contact=contact_id, newsletters_kept=kept)
    return Erased(suppressed, kept)


def _who(session: Session, contact_id: int) -> _Who:
    ids = numbers(session, contact_id)
    names = session.execute(select(Contact.first_name, Contact.last_name).where(Contact.id.in_(ids))).all()
    known = [(first, last) for first, last in dict.fromkeys((a, b) for a, b in names) if first and last]
    return _Who(ids, addresses(session, ids), known)


def _suppress(session: Session, who: _Who, now: datetime) -> int:
    """Also what was suppressed before stands for the erasure now: an undone import does not lift it, no note names anybody."""
    put = db.insert(session, Suppression)
    put = put.on_conflict_do_update(index_elements=["address_hash"], set_={"reason": "erased", "detail": ""})
    hashes = {address_hash(address) for address in who.addresses}
    for hashed in hashes:
        session.connection().execute(put.values(address_hash=hashed, reason="erased", detail="", at=now))
    return len(hashes)


def _empty_mails(session: Session, who: _Who) -> None:
    mine = select(Delivery.id).where(Delivery.contact_id.in_(who.ids))
    _run(
        session,
        delete(KeptMail).where(or_(KeptMail.delivery_id.in_(mine), func.lower(KeptMail.recipient).in_(who.addresses))),
    )


def _empty_alerts(session: Session, who: _Who) -> None:
    """A threat stands at the flag of the company, and words of customers in mails to users: the words go, all else stays."""
    threats = select(Incoming.text).where(Incoming.contact_id.in_(who.ids), Incoming.kind == LEGAL_THREAT)
    quoted = [lines.cut(one, stops.QUOTE_MOST) for one in session.scalars(threats)]
    said = update(Stop).where(Stop.kind == LEGAL_THREAT, Stop.quote.in_(quoted))
    _run(session, said.values(headline="", quote=""))
    to_users = update(Delivery).where(Delivery.kind == "system", Delivery.state.not_in(("ready", *_IN_HAND)))
    _run(session, to_users.values(message=None))
    shown = select(Delivery.id).where(Delivery.kind == "system")
    _run(session, delete(KeptMail).where(KeptMail.delivery_id.in_(shown)))


def _empty_imports(session: Session, who: _Who) -> None:
    """Reports of imports quote the rows they skipped."""
    of_import = or_(*_mentions(who, ImportSkip.excerpt), *_mentions(who, cast(ImportSkip.values, String)))
    _run(session, update(ImportSkip).where(of_import).values(excerpt="", values={}, sentence=_ERASED))


def _empty_surveys(session: Session, who: _Who) -> None:
    """Marks stay as numbers, words go."""
    worded = {str(number) for number in session.scalars(select(Question.id).where(Question.kind == "words"))}
    sheets = select(AnswerSheet.id, AnswerSheet.answers).where(AnswerSheet.contact_id.in_(who.ids))
    for sheet_id, answers in session.execute(sheets).all():
        left = {number: answer for number, answer in answers.items() if number not in worded}
        nameless: dict[str, Any] = {"contact_id": None, "complaint_id": None, "touchpoint_id": None, "answers": left}
        _run(session, update(AnswerSheet).where(AnswerSheet.id == sheet_id).values(**nameless))


def _empty_referrals(session: Session, who: _Who) -> None:
    """Whoever brought this person keeps the thanks due, without the name; also where it was taken back since."""
    brought = _ids(session, select(Referral.id).where(Referral.contact_id.in_(who.ids)))
    brought |= _ids(session, _noted("referrals", "contact_id", who.ids))
    brought -= _ids(session, select(Referral.id).where(Referral.id.in_(brought), Referral.contact_id.not_in(who.ids)))
    written = select(Change.before, Change.after).where(*_of("referrals", brought))
    entries = _ids(session, select(Referral.touchpoint_id).where(Referral.id.in_(brought)))
    entries |= {
        row["touchpoint_id"] for both in session.execute(written) for row in both if row and row.get("touchpoint_id")
    }
    of_thanks = (Task.kind == "thanks", Task.origin_id.in_(brought))
    thanks = _ids(session, select(Task.id).where(*of_thanks))
    thanks |= _ids(session, _noted("tasks", "origin_id", brought, kind="thanks"))
    # Whole, not word by word: the name may stand there as somebody said it.
    _run(session, update(Touchpoint).where(Touchpoint.id.in_(entries)).values(text="…"))
    _run(session, update(Task).where(*of_thanks).values(text=f"{THANK}: …"))
    _run(session, delete(Referral).where(Referral.referrer_id.in_(who.ids)))
    _run(session, update(Referral).where(Referral.contact_id.in_(who.ids)).values(name="", contact_id=None))
    for table, ids in (("referrals", brought), ("touchpoints", entries), ("tasks", thanks)):
        _run(session, delete(Change).where(*_of(table, ids)))


def _of(table: str, ids: Collection[int]) -> tuple[ColumnElement[bool], ...]:
    return Change.table_name == table, Change.key["id"].as_integer().in_(ids)


def _noted(table: str, column: str, values: Collection[int], *, kind: str = "") -> Select[Any]:
    """The numbers of rows that ever had one of these values, also of rows that are gone."""
    said = [
        and_(side[column].as_integer().in_(values), side["kind"].as_string() == kind if kind else true())
        for side in (Change.before, Change.after)
    ]
    return select(Change.key["id"].as_integer()).where(Change.table_name == table, or_(*said))


def _ids(session: Session, query: Select[Any]) -> set[int]:
    return {one for one in session.scalars(query) if one is not None}


def _empty_journal(session: Session, who: _Who) -> None:
    """What was changed on the card, on what is left of it, and wherever one of the addresses was written."""
    by_key = (Change.table_name == "contacts") & Change.key["id"].as_integer().in_(who.ids)
    _run(session, delete(Change).where(or_(Change.contact_id.in_(who.ids), by_key)))
    addressed = [
        func.lower(cast(column, String)).like(paging.like(address), escape="\\")
        for address in who.addresses
        for column in (Change.before, Change.after)
    ]
    _run(session, delete(Change).where(or_(*addressed, false())))


def _deliveries(session: Session, who: _Who) -> int:
    """Newsletters and letters become numbers, what was not sent is not sent, every other mail goes: how many newsletters
    stay."""
    mine = Delivery.contact_id.in_(who.ids)
    _run(session, delete(Draft).where(Draft.contact_id.in_(who.ids)))  # before the deliveries they are bound to
    counted = and_(Delivery.kind.in_(("newsletter", "personal")), Delivery.state.not_in(_NOT_SENT))
    _run(session, delete(Delivery).where(mine, not_(counted)))
    empty = update(Delivery).where(mine).values(address="", address_hash=_NO_HASH, message=None, answer="")
    kept = session.scalars(empty.returning(Delivery.kind).execution_options(synchronize_session=False)).all()
    return sum(kind == "newsletter" for kind in kept)


def _remove_rows(session: Session, who: _Who) -> None:
    for table, columns in reversed(pointing(Base.metadata.tables["contacts"])):
        if table.name not in _BY_HAND:
            _run(session, delete(table).where(or_(*(column.in_(who.ids) for column in columns))))
    either = or_(DuplicateProposal.one_id.in_(who.ids), DuplicateProposal.other_id.in_(who.ids))
    _run(session, delete(DuplicateProposal).where(either))
    needed = select(Delivery.consent_id).where(Delivery.contact_id.in_(who.ids), Delivery.consent_id.is_not(None))
    mine = Consent.contact_id.in_(who.ids)
    _run(session, delete(Consent).where(mine, Consent.id.not_in(needed)))
    _run(session, update(Consent).where(mine).values(text_shown="", source="", requested_ip="", confirmed_ip=""))


def _remove_contacts(session: Session, who: _Who) -> None:
    """Rows that deliveries point to stay empty, the others go."""
    _run(session, update(Contact).where(Contact.id.in_(who.ids)).values(merged_into_id=None, photo_id=None))
    pointed = set(session.scalars(select(Delivery.contact_id).where(Delivery.contact_id.in_(who.ids)).distinct()))
    _run(session, delete(Contact).where(Contact.id.in_([one for one in who.ids if one not in pointed])))
    if pointed:
        empty = {name: value for name, value in _nothing().items() if name not in _KEPT}
        _run(session, update(Contact).where(Contact.id.in_(list(pointed))).values(gone="erased", **empty))


def _tidy_search(session: Session) -> None:
    """SQLite's full-text index keeps the words of deleted rows until its parts are merged."""
    if not db.is_sqlite(session):
        return
    found = session.execute(text("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%fts5%'"))
    for (name,) in found.all():
        session.execute(text(f"INSERT INTO {name} ({name}) VALUES ('optimize')"))


def _nothing() -> dict[str, Any]:
    """An empty value for every column of a contact."""
    found: dict[str, Any] = {}
    for column in Contact.__table__.columns:
        kind = column.type.python_type if not column.foreign_keys else int
        if column.nullable:
            found[column.name] = None
        elif kind in (str, int, bool, list, dict):
            found[column.name] = kind()
    found |= {"updated_at": Contact.updated_at, "name_dismissed": []}
    return found


def _mentions(who: _Who, column: Any) -> list[ColumnElement[bool]]:
    held = func.lower(column)
    found: list[ColumnElement[bool]] = [held.like(paging.like(address), escape="\\") for address in who.addresses]
    for first, last in who.names:
        both = [held.like(paging.like(word.lower()), escape="\\") for word in (first, last)]
        found.append(and_(*both))
    return [*found, false()]


def _run(session: Session, statement: Any) -> None:
    session.connection().execute(statement)
