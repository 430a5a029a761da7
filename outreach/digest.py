"""The morning digest: the best letters of the day by mail, with their full text. Its links open pages and decide nothing.

On workdays at each person's chosen time, in their zone, and not when there is nothing. The day it was for stands at the
user, so that it comes once whatever is restarted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from outreach import lines, logs
from outreach.clock import on_wall
from outreach.consent.light import Light
from outreach.drafts import queue, store
from outreach.drafts.queue import View
from outreach.errors import N_
from outreach.house import House
from outreach.mail import outbox, render, text
from outreach.mail.message import Mail
from outreach.mailboxes import pace
from outreach.mailboxes import store as mailboxes
from outreach.mailboxes.rows import Mailbox
from outreach.occasions import kinds
from outreach.senders import Sender
from outreach.users import Role, User

log = logs.get(__name__)
#: so many letters in full
MOST = 5
#: a worker that was away sends it this much later; after that the morning is over
_LATE = timedelta(hours=3)


@dataclass(frozen=True)
class Letter:
    """One letter as the digest shows it."""

    name: str
    company: str
    why: str
    quote: str
    source: str
    subject: str
    #: paragraphs, each of lines
    text: Sequence[Sequence[str]]
    light: str
    light_reason: str
    link: str


def send_due(session: Session, house: House, *, now: datetime) -> int:
    """The digests whose time has come; gives how many went out."""
    sent = 0
    for user in session.scalars(_waiting(now)).all():
        local = on_wall(now, user.time_zone)
        if not _is_time(session, user, local):
            continue
        taken = update(User).where(User.id == user.id, or_(User.digest_on.is_(None), User.digest_on < local.date()))
        if session.connection().execute(taken.values(digest_on=local.date())).rowcount == 0:
            continue
        sent += _send(session, house, user, now)
    return sent


def _waiting(now: datetime) -> Any:
    """Users who may get one; tomorrow's date in the east is the most a day can be ahead."""
    return select(User).where(
        User.digest_at != "",
        User.disabled_at.is_(None),
        User.role.in_((Role.OWNER, Role.EDITOR)),
        or_(User.digest_on.is_(None), User.digest_on <= (now + timedelta(days=1)).date()),
    )


def _is_time(session: Session, user: User, local: datetime) -> bool:
    """Whether this is the morning of a workday of this person, at or shortly after the chosen time."""
    begin = datetime.combine(local.date(), time.fromisoformat(user.digest_at), local.tzinfo)
    if not begin <= local < begin + _LATE:
        return False
    sender_id = mailboxes.for_user(session, user.id)
    box = session.get(Mailbox, sender_id) if sender_id is not None else None
    return pace.is_workday(mailboxes.pace_of(box), local.date())


def _send(session: Session, house: House, user: User, now: datetime) -> bool:
    sender = session.scalars(select(Sender).order_by(Sender.id).limit(1)).first()
    letters, more = _letters(session, house, user, now)
    if sender is None or not letters:
        return False
    language = "de" if user.language.startswith("de") else "en"
    translate = render.translator(language)
    subject = _subject(translate, letters, more)
    page = render.layout_page(
        "digest", translate, language=language, subject=subject, preheader=letters[0].subject, organisation="",
        letters=letters, more=more, queue_url=house.url("/queue/"), settings_url=house.url("/settings/"),
    )  # fmt: skip
    outbox.put(
        session, house, kind="system",
        mail=Mail(
            from_name=sender.name, from_address=sender.address, reply_to="", to_name=user.name, to_address=user.email,
            subject=subject, text=text.from_html(page), html=page, headers=(("Auto-Submitted", "auto-generated"),),
        ),
    )  # fmt: skip
    log.info("digest_sent", user=user.id, letters=len(letters))
    return True


def _letters(session: Session, house: House, user: User, now: datetime) -> tuple[list[Letter], int]:
    batch = queue.batch(session, now=now, zone=user.time_zone)
    shown = [one for one in batch.lines if not one.blocked][:MOST]
    made = []
    for one in shown:
        view = queue.view(session, store.get(session, one.draft_id), now=now, zone=house.settings.timezone)
        made.append(_letter(house, view, user.language))
    return made, len(batch.lines) - len(shown) + batch.more


def _letter(house: House, view: View, language: str) -> Letter:
    paragraphs = [part.splitlines() for part in view.draft.text.split("\n\n")]
    translate = render.translator("de" if language.startswith("de") else "en")
    mail: Light = view.lights[0]
    reason = translate(mail.sentence) % {name: _said(one) for name, one in mail.values.items()}
    return Letter(
        name=view.name, company=view.company, why=kinds.load()[view.occasion.kind].label(language),
        quote=view.occasion.quote or view.occasion.headline, source=view.occasion.source_name,
        subject=view.draft.subject, text=paragraphs, light=mail.colour, light_reason=reason,
        link=house.url(f"/queue/{view.draft.id}"),
    )  # fmt: skip


def _said(value: object) -> object:
    return f"{value:%d.%m.%Y}" if hasattr(value, "strftime") else value


def _subject(translate: Any, letters: Sequence[Letter], more: int) -> str:
    if len(letters) == 1 and not more:
        return lines.cut(translate(N_("One letter for today: %(name)s")) % {"name": letters[0].name}, 120)
    names = ", ".join(one.name for one in letters[:3])
    said = translate(N_("%(count)s letters for today: %(names)s")) % {"count": len(letters) + more, "names": names}
    return lines.cut(said, 120)
