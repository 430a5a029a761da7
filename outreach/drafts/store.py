"""Drafts proposed, edited, read. A draft is text; whether it may go out is asked in checks.py, each time anew."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from outreach import clock, facts, jobs, lines, logs, salutation
from outreach.clock import on_wall
from outreach.contacts import Contact, address_key
from outreach.drafts import doubts, letters, situation, texts
from outreach.drafts.compose import Composed, Given, Reason, compose, pick_fact
from outreach.drafts.rows import PURPOSES, Attachment, Draft, DraftVersion, State
from outreach.errors import N_, Conflict, Invalid, NotFound
from outreach.mail import message
from outreach.mail.rows import Delivery
from outreach.mailboxes import store as mailboxes
from outreach.occasions.rows import Occasion
from outreach.occasions.rows import State as OccasionState
from outreach.salutation import Greeting

log = logs.get(__name__)
TEXT_MOST = 20_000
SUBJECT_MOST = 200
FILES_MOST = 10
#: most mailboxes take 20 to 25 MB with the third that base64 adds
FILES_BYTES_MOST = 12_000_000
#: so many drafts are made at a time
BLOCK = 30
#: kinds of letters that are written to an occasion of another name
_LETTER_OF = {"answer_owed": "answer"}
_COLLEAGUES = timedelta(days=90)
_PREFIX = re.compile(r"^\s*(?:(?:re|aw|antw|wg|fwd?)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)


@dataclass(frozen=True)
class Thread:
    """The mail a draft answers or follows: its Message-ID, those before it, its subject, and when it came."""

    message_id: str
    references: Sequence[str] = ()
    subject: str = ""
    on: date | None = None
    #: the address the answer goes to, when it is one of the contact's
    address: str = ""


def get(session: Session, draft_id: int) -> Draft:
    """The draft; raises NotFound."""
    found = session.get(Draft, draft_id)
    if found is None:
        raise NotFound(N_("There is no such draft, or not any more."))
    return found


def of_occasion(session: Session, occasion_id: int) -> Draft | None:
    """The draft of this occasion, if there is one."""
    return session.scalars(select(Draft).where(Draft.occasion_id == occasion_id)).one_or_none()


def propose(
    session: Session,
    occasion_id: int,
    *,
    now: datetime,
    zone: str,
    thread: Thread | None = None,
    improve: bool = False,
) -> Draft | None:
    """The draft of this occasion, made when there is none; None when it names nobody to write to.

    A greeting that is refused, or something else that is missing, gives a blocked draft that says why. Raises NotFound.
    """
    found = of_occasion(session, occasion_id)
    if found is not None:
        return found
    occasion = session.get(Occasion, occasion_id)
    if occasion is None:
        raise NotFound(N_("There is no such occasion, or not any more."))
    if occasion.contact_id is None:
        return None
    contact = session.get_one(Contact, occasion.contact_id)
    if contact.gone:
        return None
    draft = Draft(
        occasion_id=occasion.id, contact_id=contact.id, kind="", form="", purpose="relationship",
        to_address=_address(session, contact, thread), created_at=now,
        sender_id=mailboxes.for_user(session, contact.owner_id),
    )  # fmt: skip
    _write(session, draft, occasion, contact, thread or _follows(session, occasion), now=now, zone=zone)
    if improve and draft.blocked is None and draft.kind != "answer":
        draft.improving = "wanted"
    session.add(draft)
    session.flush()
    return draft


def propose_waiting(session: Session, *, now: datetime, zone: str, improve: bool = False) -> int:
    """Drafts for the best open occasions that have none yet; gives how many were made."""
    query = (
        select(Occasion.id)
        .outerjoin(Draft, Draft.occasion_id == Occasion.id)
        .where(
            Occasion.state == OccasionState.OPEN,
            Occasion.action == "draft",
            Occasion.contact_id.is_not(None),
            Draft.id.is_(None),
        )
        .order_by(Occasion.score.desc(), Occasion.id)
        .limit(BLOCK)
    )
    made = [propose(session, one, now=now, zone=zone, improve=improve) for one in session.scalars(query).all()]
    if improve and any(one is not None and one.improving for one in made):
        jobs.ask(session, "improve_drafts")
    return len(made)


def propose_again(session: Session, draft_id: int, *, now: datetime, zone: str) -> Draft:
    """The letter written anew from the card as it is now; what was typed stays as an earlier version. Raises Conflict."""
    draft = locked(session, draft_id)
    occasion = session.get_one(Occasion, draft.occasion_id)
    contact = session.get_one(Contact, draft.contact_id)
    _keep_version(session, draft, None, now)
    thread = Thread(draft.in_reply_to, draft.references.split(), draft.subject) if draft.in_reply_to else None
    if draft.sender_id is None:
        draft.sender_id = mailboxes.for_user(session, contact.owner_id)
    if not draft.to_address:
        draft.to_address = _address(session, contact, thread)
    _write(session, draft, occasion, contact, thread, now=now, zone=zone)
    draft.version += 1
    draft.confirmed = []
    draft.improving, draft.improving_note = "", None  # these are the words of the texts again
    session.flush()
    return draft


def refresh_blocked(session: Session, draft: Draft, *, now: datetime, zone: str) -> Draft:
    """A draft that could not be written is tried again: perhaps the card says now what was missing."""
    if draft.blocked is None or draft.state != State.PROPOSED or draft.text:
        return draft
    return propose_again(session, draft.id, now=now, zone=zone)


def save(
    session: Session,
    draft_id: int,
    *,
    version: int,
    subject: str,
    text: str,
    to_address: str | None = None,
    sender_id: int | None = None,
    purpose: str | None = None,
    user_id: int | None,
    now: datetime,
) -> Draft:
    """The draft as a person changed it. Raises NotFound, Invalid, and Conflict when it changed since `version`."""
    draft = locked(session, draft_id)
    if draft.version != version:
        raise Conflict(N_("This letter was changed in another window. What you typed is still here; please compare."))
    change(session, draft, subject=subject, text=text, to_address=to_address, sender_id=sender_id, purpose=purpose,
           user_id=user_id, now=now)  # fmt: skip
    return draft


def change(
    session: Session, draft: Draft, *, subject: str, text: str, to_address: str | None, sender_id: int | None,
    purpose: str | None, user_id: int | None, now: datetime,
) -> bool:  # fmt: skip
    """Keep what was typed into a locked draft; gives whether anything changed. Raises Invalid."""
    subject = clean_subject(subject)
    text = clean_text(text)
    to_address = draft.to_address if to_address is None else _own_address(session, draft, to_address)
    sender_id = draft.sender_id if sender_id is None else mailboxes.from_line(session, sender_id).sender_id
    purpose = draft.purpose if purpose is None else purpose
    if purpose not in PURPOSES:
        raise Invalid(N_("Choose what this mail is for."), field="purpose")
    now_is = (draft.subject, draft.text, draft.to_address, draft.sender_id, draft.purpose)
    if now_is == (subject, text, to_address, sender_id, purpose):
        return False
    _keep_version(session, draft, user_id, now)
    draft.subject, draft.text, draft.to_address, draft.sender_id = subject, text, to_address, sender_id
    draft.purpose = purpose
    draft.version += 1
    if text and draft.blocked is not None:  # somebody wrote the letter; a greeting by hand needs no rule
        draft.blocked = None
    session.flush()
    return True


def confirm_sentence(session: Session, draft_id: int, key: str) -> Draft:
    """A person says that a sentence without a source is right. Raises NotFound, Conflict."""
    draft = locked(session, draft_id)
    marks = doubts.marks(situation.proposed(draft), draft.text, confirmed=set(draft.confirmed))
    if key not in {one.key for one in marks}:
        raise NotFound(N_("This sentence is not in the letter any more."))
    draft.confirmed = sorted({*draft.confirmed, key})
    session.flush()
    return draft


def attach(session: Session, draft_id: int, *, filename: str, media_type: str, content: bytes) -> Attachment:
    """One more file with the letter; a new version, for the approval is bound to it. Raises Invalid, Conflict."""
    draft = locked(session, draft_id)
    name = lines.line(filename.replace("\\", "/").rpartition("/")[2], field="file", most=150)
    have = situation.files(session, draft_id)
    if not name or not content:
        raise Invalid(N_("Choose a file that is not empty."), field="file")
    if len(have) >= FILES_MOST or sum(one.size for one in have) + len(content) > FILES_BYTES_MOST:
        raise Invalid(N_("At most %(most)s files with 12 MB together fit into a mail."), field="file", most=FILES_MOST)
    kind = media_type if re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,60}", media_type or "") else "application/octet-stream"
    made = Attachment(draft_id=draft_id, filename=name, media_type=kind[:100], size=len(content),
                      sha256=hashlib.sha256(content).digest(), content=content)  # fmt: skip
    session.add(made)
    draft.version += 1
    session.flush()
    return made


def detach(session: Session, draft_id: int, attachment_id: int) -> None:
    """Take a file away again; raises NotFound, Conflict."""
    draft = locked(session, draft_id)
    found = session.get(Attachment, attachment_id)
    if found is None or found.draft_id != draft_id:
        raise NotFound(N_("There is nothing at this address."))
    session.delete(found)
    draft.version += 1
    session.flush()


def versions(session: Session, draft_id: int) -> Sequence[DraftVersion]:
    """Earlier states, newest first."""
    query = select(DraftVersion).where(DraftVersion.draft_id == draft_id).order_by(DraftVersion.number.desc())
    return session.scalars(query).all()


def locked(session: Session, draft_id: int) -> Draft:
    """The draft, held for this change alone, while it waits for a person. Raises NotFound, Conflict."""
    held = update(Draft).where(Draft.id == draft_id, Draft.state == State.PROPOSED)
    if session.connection().execute(held.values(version=Draft.version)).rowcount == 0:
        get(session, draft_id)
        raise Conflict(N_("This letter was approved or settled already."))
    return session.scalars(select(Draft).where(Draft.id == draft_id).execution_options(populate_existing=True)).one()


def clean_subject(subject: str) -> str:
    """A subject as it may be kept; raises Invalid."""
    return lines.line(subject, field="subject", most=SUBJECT_MOST)


def clean_text(text: str) -> str:
    """A letter as it may be kept: one kind of line end, no control characters; raises Invalid."""
    if len(text) > TEXT_MOST:
        raise Invalid(N_("A letter has at most %(most)s characters."), field="text", most=TEXT_MOST)
    return lines.paragraphs(text, TEXT_MOST)


def _write(
    session: Session, draft: Draft, occasion: Occasion, contact: Contact, thread: Thread | None, *, now: datetime,
    zone: str,
) -> None:  # fmt: skip
    """Fill the letter of this kind for this person, or say why it cannot be written."""
    today = on_wall(now, zone).date()
    kind = _LETTER_OF.get(occasion.kind, occasion.kind)
    form = texts.form_of(contact.language, contact.address_form)
    letter = texts.choose(
        letters.of(session, kind, form), contact_id=contact.id, occasion_id=occasion.id,
        taken=_taken_variants(session, contact, kind, form, now),
    )  # fmt: skip
    company = situation.company_name(session, contact)
    greeted = salutation.greeting(situation.named(contact, company))
    known = facts.of_contact(session, contact.id, today=today)
    fact = pick_fact(known, kind, today, contact_id=contact.id)
    draft.kind, draft.form, draft.variant, draft.purpose = kind, form, letter.variant, letter.purpose
    if occasion.kind == "follow_up":  # what asks once more is for the same purpose as what it asks about
        before = session.get(Draft, occasion.details.get("draft_id", 0))
        draft.purpose = before.purpose if before is not None else draft.purpose
    if thread is not None:
        draft.in_reply_to = thread.message_id
        draft.references = " ".join([*thread.references, thread.message_id])[-8000:]
    if not isinstance(greeted, Greeting):
        _block(draft, greeted.sentence, dict(greeted.values), greeted.field)
        return
    made = compose(
        letter,
        Given(
            greeting=str(greeted), language=contact.language, today=today, first_name=contact.first_name,
            last_name=contact.last_name, company=company, reason=_reason(occasion, thread), fact=fact,
        ),
    )  # fmt: skip
    if not isinstance(made, Composed):
        _block(draft, made.sentence, dict(made.values), made.field)
        return
    _fill(draft, made, fact.id if fact is not None and _used(made) else None, thread)


def _fill(draft: Draft, made: Composed, fact_id: int | None, thread: Thread | None) -> None:
    subject = made.subject
    if thread is not None and thread.subject:
        bare = _PREFIX.sub("", thread.subject).strip()
        # A real answer says so; asking once more carries the subject of the mail it follows.
        subject = f"Re: {bare}" if draft.kind == "answer" else bare
    draft.subject = draft.first_subject = " ".join(subject.split())[:SUBJECT_MOST]
    draft.text = draft.first_text = made.text
    draft.sentences = [situation.kept(one) for one in made.sentences]
    draft.blocked, draft.fact_id, draft.not_before = None, fact_id, made.not_before


def _used(made: Composed) -> bool:
    return any(one.source == "fact" for one in made.sentences)


def _block(draft: Draft, sentence: str, values: dict[str, object], field: str | None) -> None:
    plain = {name: one if isinstance(one, int | float | str) else str(one) for name, one in values.items()}
    draft.blocked = {"sentence": sentence, "values": plain, "field": field or ""}
    draft.subject = draft.first_subject = draft.text = draft.first_text = ""
    draft.sentences = []


def _reason(occasion: Occasion, thread: Thread | None) -> Reason:
    details = dict(occasion.details)
    if thread is not None and thread.on is not None:
        details["received_on"] = thread.on.isoformat()
    return Reason(
        kind=occasion.kind, headline=occasion.headline, quote=occasion.quote, link=occasion.link,
        source_name=occasion.source_name, happened_on=occasion.happened_on, details=details,
        published_on=occasion.published_at.date() if occasion.published_at is not None else None,
    )  # fmt: skip


def _follows(session: Session, occasion: Occasion) -> Thread | None:
    """The mail of ours a follow-up goes on with."""
    before = occasion.details.get("draft_id")
    if occasion.kind != "follow_up" or not isinstance(before, int):
        return None
    row = session.execute(
        select(Delivery.message, Draft.references, Draft.subject, Draft.sent_at)
        .join(Draft, Draft.delivery_id == Delivery.id)
        .where(Draft.id == before)
    ).first()
    if row is None or row[0] is None:
        return None
    return Thread(message.id_of(row[0]), row[1].split(), row[2], row[3].date() if row[3] else None)


def _taken_variants(session: Session, contact: Contact, kind: str, form: str, now: datetime) -> Collection[int]:
    """Wordings that colleagues got for such a reason lately."""
    if contact.company_id is None:
        return ()
    query = (
        select(Draft.variant)
        .join(Contact, Contact.id == Draft.contact_id)
        .where(Contact.company_id == contact.company_id, Contact.id != contact.id, Draft.kind == kind,
               Draft.form == form, Draft.created_at > now - _COLLEAGUES)
    )  # fmt: skip
    return set(session.scalars(query))


def _address(session: Session, contact: Contact, thread: Thread | None) -> str:
    """Where it goes: where they wrote from, when that is an address of theirs; else their first one."""
    if thread is not None and thread.address:
        with suppress(Invalid):  # whatever stood in their mail need not be an address
            if address_key(thread.address) in situation.addresses(session, contact):
                return thread.address
    return contact.email or ""


def _own_address(session: Session, draft: Draft, address: str) -> str:
    contact = session.get_one(Contact, draft.contact_id)
    if address_key(address) not in situation.addresses(session, contact):
        raise Invalid(N_("Only an address that stands on the card can be written to."), field="to_address")
    return address.strip()


def _keep_version(session: Session, draft: Draft, user_id: int | None, now: datetime) -> None:
    session.add(
        DraftVersion(draft_id=draft.id, number=draft.version, subject=draft.subject, text=draft.text,
                     to_address=draft.to_address, sender_id=draft.sender_id, by_id=user_id, at=now or clock.now())
    )  # fmt: skip
