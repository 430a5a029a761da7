"""Mailboxes: made, changed, paused; their servers as the plain values that mail/ works with."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from outreach import clock, lines, organisation, senders
from outreach.errors import N_, Invalid, NotFound
from outreach.mailboxes import login, pace
from outreach.mailboxes.pace import Pace
from outreach.mailboxes.rows import SECURITIES, Mailbox
from outreach.organisation import Organisation
from outreach.senders import Sender
from outreach.vault import Vault

SIGNATURE_MOST = 2000
_HOST = re.compile(r"(?=.{1,253}$)[\w-]+(\.[\w-]+)*\.?|\[?[0-9A-Fa-f:.]+\]?")
#: fields as they come from a form; passwords beside them
TEXTS = ("smtp_host", "smtp_security", "smtp_user", "imap_host", "imap_security", "imap_user", "sent_folder",
         "signature", "opens_at", "closes_at", "zone", "weekdays", "region")  # fmt: skip
NUMBERS = ("smtp_port", "imap_port", "per_day", "gap_seconds", "days_back")
YES_NO = ("carries_newsletters", "files_sent", "writes_html", "shows_imprint")
_BETWEEN = {"smtp_port": (1, 65535), "imap_port": (1, 65535), "per_day": (1, 500), "gap_seconds": (0, 3600),
            "days_back": (1, 365)}  # fmt: skip


@dataclass(frozen=True)
class MailboxLine:
    """A sender in a list, with its mailbox when it has one."""

    sender_id: int
    name: str
    address: str
    has_mailbox: bool
    sends: bool
    reads: bool
    paused_at: datetime | None
    trouble: Mapping[str, Any] | None
    look_trouble: Mapping[str, Any] | None
    looked_at: datetime | None
    sent_today: int
    per_day: int
    #: the gap after the last mail is over then; the next look is due then; after trouble, the next try to send
    next_at: datetime | None = None
    look_at: datetime | None = None
    broken_until: datetime | None = None


@dataclass(frozen=True)
class From:
    """Who a personal mail comes from, and what is added below it."""

    sender_id: int
    name: str
    address: str
    reply_to: str
    signature: str
    #: mandatory data by legal form, line by line; empty where none are asked for
    imprint: tuple[str, ...]
    pace: Pace
    paused: bool
    #: names of mandatory fields that are empty; nothing personal is sent while there are any
    missing: tuple[str, ...] = ()
    writes_html: bool = False


def get(session: Session, sender_id: int) -> Mailbox:
    """The mailbox of a sender; raises NotFound."""
    found = session.get(Mailbox, sender_id)
    if found is None:
        raise NotFound(N_("This sender has no mailbox yet."))
    return found


def save(
    session: Session,
    vault: Vault,
    sender_id: int,
    *,
    smtp_password: str | None = None,
    imap_password: str | None = None,
    user_id: int | None = None,
    imprint: Mapping[str, str] | None = None,
    **given: Any,
) -> Mailbox:
    """The mailbox of this sender with what is given (TEXTS, NUMBERS, YES_NO); made when there is none.

    A password of None is left as it is; an empty one is taken away. Raises NotFound, Invalid with the field.
    """
    senders.get(session, sender_id)
    clean = _clean(given)
    found = session.get(Mailbox, sender_id)
    if found is None:
        found = Mailbox(sender_id=sender_id, look_at=clock.now())
        session.add(found)
    for name, value in clean.items():
        setattr(found, name, value)
    found.user_id = user_id if user_id is not None else found.user_id
    if imprint is not None:
        found.imprint = _imprint(imprint)
    login.keep_passwords(found, vault, smtp_password=smtp_password, imap_password=imap_password)
    session.flush()
    login.must_be_encrypted(found)
    # Something was mended: the next try is now.
    found.failures, found.broken_until, found.trouble = 0, None, None
    found.look_failures, found.look_trouble, found.look_at = 0, None, clock.now()
    session.flush()
    if (found.opens_at or "") >= (found.closes_at or ""):
        raise Invalid(N_("The hours have to begin before they end."), field="closes_at")
    return found


def pause(session: Session, sender_id: int, *, paused: bool, now: datetime) -> None:
    """Hold this mailbox's letters, or let them go on; raises NotFound."""
    get(session, sender_id).paused_at = now if paused else None
    session.flush()


def pause_everything(session: Session, *, paused: bool, now: datetime) -> None:
    """The red button: nothing leaves for customers, neither newsletters nor letters, until it is released."""
    organisation.get(session).sending_paused_at = now if paused else None
    session.flush()


def everything_paused(session: Session) -> datetime | None:
    """Since when the red button holds everything; None: it does not."""
    return session.scalar(select(Organisation.sending_paused_at))


def lines_of_all(session: Session) -> Sequence[MailboxLine]:
    """Every sender with its mailbox, by name."""
    query = select(Sender, Mailbox).outerjoin(Mailbox, Mailbox.sender_id == Sender.id).order_by(Sender.name, Sender.id)
    return [_line(sender, box) for sender, box in session.execute(query)]


def standing_trouble(session: Session) -> Sequence[MailboxLine]:
    """The mailboxes that cannot send or cannot be read now."""
    return [one for one in lines_of_all(session) if one.trouble or one.look_trouble]


def for_user(session: Session, user_id: int | None) -> int | None:
    """The sender a person writes as: the mailbox of their own, else the first one, else the first sender; None: no sender."""
    mine = select(Mailbox.sender_id).where(Mailbox.user_id == user_id).order_by(Mailbox.sender_id).limit(1)
    found = session.scalar(mine) if user_id is not None else None
    if found is None:
        found = session.scalar(select(Mailbox.sender_id).order_by(Mailbox.sender_id).limit(1))
    return found if found is not None else session.scalar(select(Sender.id).order_by(Sender.id).limit(1))


def from_line(session: Session, sender_id: int) -> From:
    """Who a personal mail of this sender comes from; raises NotFound."""
    sender = senders.get(session, sender_id)
    box = session.get(Mailbox, sender_id)
    house = organisation.get(session)
    data = _as_organisation(house, box)
    asked = data.legal_form != "freelancer" or (box is not None and box.shows_imprint)
    return From(
        sender_id=sender_id,
        name=sender.name,
        address=sender.address,
        reply_to=sender.reply_to if sender.reply_to != sender.address else "",
        signature=box.signature if box is not None else "",
        imprint=tuple(organisation.imprint(data)) if asked else (),
        pace=pace_of(box),
        paused=(box is not None and box.paused_at is not None) or house.sending_paused_at is not None,
        missing=tuple(organisation.missing_in_imprint(data)) if asked else (),
        writes_html=box is not None and box.writes_html,
    )


def imprint_data(session: Session, sender_id: int) -> Organisation:
    """The data of this sender's imprint: its own when it has some, else the organisation's."""
    return _as_organisation(organisation.get(session), session.get(Mailbox, sender_id))


def pace_of(box: Mailbox | None) -> Pace:
    """How this mailbox writes; a sender without one writes as a new mailbox would."""
    if box is None:
        return Pace()
    return Pace(**{name: getattr(box, name) for name in Pace.__dataclass_fields__})


def take_over_imap_login(given: dict[str, Any]) -> dict[str, Any]:
    """Most people have one login for both ways: an empty IMAP user is the SMTP user."""
    return {**given, "imap_user": given.get("imap_user") or given.get("smtp_user", "")}


def set_trouble(session: Session, sender_id: int, trouble: Mapping[str, Any] | None) -> None:
    """Note what keeps the mailbox from being read; None: nothing any more."""
    session.connection().execute(
        update(Mailbox).where(Mailbox.sender_id == sender_id).values(look_trouble=dict(trouble) if trouble else None)
    )


def _clean(given: Mapping[str, Any]) -> dict[str, Any]:
    clean: dict[str, Any] = {}
    for name, value in given.items():
        if name in NUMBERS:
            least, most = _BETWEEN[name]
            if not isinstance(value, int) or not least <= value <= most:
                raise Invalid(
                    N_("Please give a number from %(least)s to %(most)s."), field=name, least=least, most=most
                )
            clean[name] = value
        elif name in YES_NO:
            clean[name] = bool(value)
        elif name in TEXTS:
            clean[name] = _text(name, str(value or ""))
        else:
            raise ValueError(f"{name!r} is no field of a mailbox")
    return clean


def _text(name: str, value: str) -> str:
    if name == "signature":
        return lines.paragraphs(value, SIGNATURE_MOST)
    value = lines.line(value, field=name, most=320)
    checks = {
        "smtp_security": value in SECURITIES,
        "imap_security": value in SECURITIES,
        "smtp_host": not value or _HOST.fullmatch(value) is not None,
        "imap_host": not value or _HOST.fullmatch(value) is not None,
        "opens_at": _is_time(value),
        "closes_at": _is_time(value),
        "zone": clock.is_zone(value),
        "region": value in ("", *pace.regions()),
        "weekdays": re.fullmatch(r"1?2?3?4?5?6?7?", value) is not None and value != "",
    }
    if not checks.get(name, True):
        raise Invalid(N_("“%(value)s” cannot be used here."), field=name, value=value[:100])
    return value[:200] if name == "sent_folder" else value


def _is_time(value: str) -> bool:
    try:
        return time.fromisoformat(value).strftime("%H:%M") == value
    except ValueError:
        return False


def _imprint(given: Mapping[str, str]) -> dict[str, str] | None:
    """Data of one's own; none when nothing is filled in."""
    if given.get("legal_form", "") not in ("", *organisation.LEGAL_FORMS):
        raise Invalid(N_("There is no such legal form."), field="legal_form")
    kept = {name: lines.line(given.get(name, ""), field=name, most=most) for name, most in organisation.MOST.items()}
    kept.pop("anonymous_measuring")
    filled = any(value for name, value in kept.items() if name != "legal_form")
    if filled and not kept["legal_form"]:
        raise Invalid(N_("Say which legal form these data belong to."), field="legal_form")
    return kept if filled else None


def _as_organisation(house: Organisation, box: Mailbox | None) -> Organisation:
    """The imprint of this sender: its own when it has one."""
    if box is None or not box.imprint:
        return house
    own = {name: str(box.imprint.get(name, "")) for name in organisation.MOST}
    return Organisation(**{**own, "anonymous_measuring": "none"})


def _line(sender: Sender, box: Mailbox | None) -> MailboxLine:
    if box is None:
        return MailboxLine(sender.id, sender.name, sender.address, False, False, False, None, None, None, None, 0, 0)
    return MailboxLine(
        sender.id, sender.name, sender.address, True, bool(box.smtp_host), bool(box.imap_host), box.paused_at,
        box.trouble, box.look_trouble, box.looked_at, _sent_today(box), box.per_day, box.next_at, box.look_at,
        box.broken_until,
    )  # fmt: skip


def _sent_today(box: Mailbox) -> int:
    """What the row counts is of the day it counted last."""
    return box.sent_today if box.counted_on == clock.on_wall(clock.now(), box.zone).date() else 0
