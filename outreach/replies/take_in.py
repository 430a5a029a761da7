"""One mail taken in: matched, understood, kept when it is about somebody we know, and what follows from it is done.

    raw ─ envelope, classify ─▶ match ─▶ Incoming ─▶ consequences

Strangers' mails leave no trace, nor do those of people who were erased. A mail read again (another folder numbering, a
crash, a copy in a second mailbox of ours) is known by its Message-ID.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from outreach import db, lines, logs
from outreach.clock import on_wall
from outreach.history import store as history
from outreach.house import House
from outreach.mail import classify
from outreach.mail.classify import Classified, Envelope, Kind
from outreach.mail.rows import Delivery
from outreach.mailboxes.rows import Mailbox
from outreach.replies import consequences, matching
from outreach.replies.rows import Incoming
from outreach.senders import Sender

log = logs.get(__name__)
TEXT_MOST = 20_000
#: mails are filed one at a time, so that two that come at once are told apart; any number of ours, see migrate.py
_LOCK = 7_221_011
#: so much of a mail is looked through for words of mail systems
_HEAD = 20_000
#: where Microsoft's servers keep the Message-ID they replaced
_ORIGINAL_ID = re.compile(rb"^X-Microsoft-Original-Message-ID:\s*<([^<>\s]{1,900})>", re.IGNORECASE | re.MULTILINE)
_REPORT_MOST = 200_000
_ACTION = re.compile(rb"^Action:[ \t]*([a-z]+)", re.IGNORECASE | re.MULTILINE)
#: words that stand in every report of a mail system, in its head or first lines
_REPORT = re.compile(
    rb"mailer-daemon|postmaster|mail delivery|report-type|auto-submitted|x-failed-recipients|feedback-report"
    rb"|return-path:\s*<>|undeliver|unzustellbar|nicht zugestellt|could not be delivered|delivery (?:has )?fail|bounce",
    re.IGNORECASE,
)
#: kinds that never leave a row: other people's newsletters
_NOT_FILED = frozenset({Kind.LIST})


def take_in(
    session: Session, house: House, sender_id: int, raw: bytes, *, role: str, at: datetime, now: datetime
) -> Incoming | None:
    """The mail as it is kept with its consequences; None for strangers, for what is ours, and for what is known."""
    envelope = classify.envelope(raw)
    fingerprint = fingerprint_of(envelope, raw)
    if _is_known(session, fingerprint):
        return None
    moment = _moment(envelope, at, now)
    own = matching.own_addresses(session)
    if role == "sent":
        return _own_mail(session, house, sender_id, envelope, raw, fingerprint, moment, own, now)
    if envelope.from_address in own:
        return None
    if not (may_be_a_report(envelope, raw) or matching.is_about_us(session, house.sealer, envelope)):
        return None  # a stranger's mail: most of what lies in a mailbox, and not ours to read
    today = on_wall(now, house.settings.timezone).date()
    what = classify.classify(raw, today=today, own=own)
    if what.kind in _NOT_FILED:
        return None
    _one_at_a_time(session)
    found = matching.match(session, house.sealer, envelope, what, now=now)
    # A mail of ours nobody of the customer file got (a test, a digest), or somebody erased since: nothing is kept.
    if found.contact_id is None or _is_known(session, fingerprint):
        return None
    row = Incoming(
        sender_id=sender_id, fingerprint=fingerprint, message_id=_id(envelope.message_id), direction="in",
        references=" ".join(_id(one) for one in envelope.references)[-8000:], address=envelope.from_address[:320],
        subject=lines.cut(envelope.subject, 500), at=moment, contact_id=found.contact_id,
        delivery_id=found.delivery_id, matched_by=found.by, kind=what.kind.value, sub=what.sub,
        text=lines.paragraphs(what.text, TEXT_MOST), details=_details(what, raw), created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    consequences.follow(session, house, row, what, now=now)
    session.flush()
    log.info("mail_taken_in", kind=row.kind, sub=row.sub, by=row.matched_by)
    return row


def may_be_a_report(envelope: Envelope, raw: bytes) -> bool:
    """Whether somebody unknown may be telling of a mail of ours: a mail system, a spam desk, a program."""
    return envelope.is_automatic or _REPORT.search(raw[:_HEAD]) is not None


def _is_known(session: Session, fingerprint: bytes) -> bool:
    mailboxes = select(Mailbox.sender_id)
    known = select(Incoming.id).where(Incoming.sender_id.in_(mailboxes), Incoming.fingerprint == fingerprint)
    return session.scalar(known.limit(1)) is not None


def _one_at_a_time(session: Session) -> None:
    """Whoever else files a mail waits; on SQLite every writer waits anyway."""
    if not db.is_sqlite(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def fingerprint_of(envelope: Envelope, raw: bytes) -> bytes:
    """What one mail is known by: its Message-ID, or its beginning when it has none."""
    named = envelope.message_id.encode("utf-8", "replace") if envelope.message_id else b"\0" + raw[:4096]
    return hashlib.sha256(named).digest()


def _own_mail(
    session: Session, house: House, sender_id: int, envelope: Envelope, raw: bytes, fingerprint: bytes,
    at: datetime, own: Collection[str], now: datetime,
) -> Incoming | None:  # fmt: skip
    """A mail in the Sent folder: ours proves that it went out; one written by hand is a touchpoint."""
    original = _ORIGINAL_ID.search(raw[:_HEAD])
    named = (envelope.message_id, original[1].decode("ascii", "replace") if original else "")
    delivery = next((one for name in named if (one := matching.delivery_of(session, house.sealer, name))), None)
    if delivery is not None:
        _prove(session, delivery, at)
        return None
    recipients = matching.recipients_of(session, [one for one in (*envelope.to, *envelope.cc) if one not in own])
    if not recipients:
        return None
    _one_at_a_time(session)
    if _is_known(session, fingerprint):
        return None
    from_address = session.scalar(select(Sender.address).where(Sender.id == sender_id)) or ""
    today = on_wall(now, house.settings.timezone).date()
    said = lines.paragraphs(classify.classify(raw, today=today, own=own).text, TEXT_MOST)
    first: Incoming | None = None
    for contact_id, address in recipients.items():
        touchpoint = history.add(
            session, contact_id=contact_id, kind="mail_out", at=at, source=from_address[:100],
            text=lines.paragraphs(f"{envelope.subject}\n\n{said}".strip() or "…", history.TEXT_MOST),
        )  # fmt: skip
        if first is None:
            first = Incoming(
                sender_id=sender_id, fingerprint=fingerprint, message_id=_id(envelope.message_id), direction="out",
                references=" ".join(_id(one) for one in envelope.references)[-8000:], address=address[:320],
                subject=lines.cut(envelope.subject, 500), at=at, contact_id=contact_id, matched_by="address",
                kind="written", text=said, details={}, touchpoint_id=touchpoint.id, created_at=now,
            )  # fmt: skip
            session.add(first)
            session.flush()
        consequences.wrote(session, contact_id, at=at, now=now, zone=house.settings.timezone)
    return first


def _prove(session: Session, delivery: Delivery, at: datetime) -> None:
    """A copy in the Sent folder settles what nobody could know."""
    unsure = update(Delivery).where(Delivery.id == delivery.id, Delivery.state == "unsure")
    session.connection().execute(unsure.values(state="sent", sent_at=at, reason="in_sent_folder"))


def _moment(envelope: Envelope, received: datetime, now: datetime) -> datetime:
    """When it was written, unless its clock was wrong: never in the future, never a day from when the server got it."""
    said: datetime | None = envelope.date
    if said is not None and said.tzinfo is not None and abs((said - received).total_seconds()) < 86_400:
        return min(said.astimezone(UTC), now)
    return min(received.astimezone(UTC), now)


def _id(message_id: str) -> str:
    """A Message-ID that may stand in a header of ours; empty for one that is none."""
    clean = message_id.strip()
    clean = clean if clean.startswith("<") else f"<{clean}>" if clean else ""
    ok = clean.isascii() and clean.isprintable() and len(clean) <= 900 and not any(c in clean[1:-1] for c in "<> ")  # noqa: PLR2004
    return clean if ok and clean.endswith(">") else ""


def _details(what: Classified, raw: bytes) -> dict[str, object]:
    said = {
        "recipient": what.recipient, "status": what.status, "reason": what.reason, "hard": what.hard,
        "returns_on": what.returns_on.isoformat() if what.returns_on else None, "successor": what.successor,
        "successor_name": what.successor_name, "delayed": (what.kind is Kind.BOUNCE and is_still_tried(raw)) or None,
    }  # fmt: skip
    clean = {name: lines.cut(one, 500) if isinstance(one, str) else one for name, one in said.items()}
    return {name: value for name, value in clean.items() if value not in (None, "")}


def is_still_tried(raw: bytes) -> bool:
    """Whether a report only says that it takes longer (RFC 3464 2.3.3): nothing has come back yet."""
    actions = {one.lower() for one in _ACTION.findall(raw[:_REPORT_MOST])}
    return actions == {b"delayed"}
