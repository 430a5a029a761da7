"""The mails the built-in outbox viewer shows, because no mail server is set up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from outreach import paging
from outreach.errors import N_, NotFound
from outreach.mail.rows import KeptMail
from outreach.paging import Page

#: shown above a mail, in this order
SHOWN = ("From", "Reply-To", "To", "Subject", "Date", "List-Unsubscribe")
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)


@dataclass(frozen=True)
class KeptLine:
    """A kept mail in the list."""

    id: int
    recipient: str
    subject: str
    at: datetime


@dataclass(frozen=True)
class Opened:
    """One kept mail, taken apart."""

    id: int
    recipient: str
    subject: str
    at: datetime
    headers: tuple[tuple[str, str], ...]
    html: str
    text: str
    raw: str


def list_page(
    session: Session,
    *,
    search: str = "",
    sort: str = "at",
    direction: str = "desc",
    page: int = 1,
    per_page: int = paging.PER_PAGE,
) -> Page[KeptLine]:
    """Kept mails, newest first; `sort` is at, recipient or subject."""
    columns: dict[str, Any] = {"at": KeptMail.at, "recipient": KeptMail.recipient, "subject": KeptMail.subject}
    by: Any = columns.get(sort, KeptMail.at)
    ways = [by.asc(), KeptMail.id.asc()] if direction == "asc" else [by.desc(), KeptMail.id.desc()]
    query = select(KeptMail.id, KeptMail.recipient, KeptMail.subject, KeptMail.at).order_by(*ways)
    if search.strip():
        pattern = paging.like(search.strip().lower())
        query = query.where(
            or_(
                func.lower(KeptMail.recipient).like(pattern, escape="\\"),
                func.lower(KeptMail.subject).like(pattern, escape="\\"),
            )
        )
    return paging.fetch(session, query, lambda row: KeptLine(*row[:4]), page=page, per_page=per_page)


def get(session: Session, mail_id: int) -> Opened:
    """One mail with its parts; raises NotFound."""
    row = session.execute(
        select(KeptMail.id, KeptMail.recipient, KeptMail.subject, KeptMail.at, KeptMail.raw).where(
            KeptMail.id == mail_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound(N_("There is no such mail, or not any more."))
    message = message_from_bytes(row.raw, policy=policy.default)
    headers = tuple((name, str(message[name])) for name in SHOWN if message[name])
    return Opened(
        row.id,
        row.recipient,
        row.subject,
        row.at,
        headers,
        _part(message, "html"),
        _part(message, "plain"),
        row.raw.decode("utf-8", "replace"),
    )


def framed(html: str) -> str:
    """The HTML as it may stand in a frame: its links open beside the page, not inside the frame."""
    base = '<base target="_blank">'
    return _HEAD.sub(lambda found: found[0] + base, html, count=1) if _HEAD.search(html) else base + html


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body is not None else ""
