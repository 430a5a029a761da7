"""A copy of what was sent, in the person's own Sent folder: once, and not where the provider does it by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from outreach import clock, logs, once
from outreach.drafts.rows import Draft, State
from outreach.errors import OutreachError
from outreach.house import House
from outreach.mail import mailbox
from outreach.mail.mailbox import MailboxTrouble
from outreach.mail.rows import Delivery
from outreach.mailboxes.rows import Mailbox as MailboxRow
from outreach.replies.inbox import account_of

log = logs.get(__name__)
#: what could not be filed within this time is left alone: a late copy surprises more than a missing one
_GIVE_UP = timedelta(days=3)
_BLOCK = 20
#: so long one worker has a copy in hand alone
_LASTS = timedelta(minutes=10)


def file_sent(house: House) -> int:
    """File what was sent and is not filed yet; gives how many were. Safe to repeat."""
    filed = 0
    for draft_id, sender_id, raw, at in _waiting(house):
        # Looking for a copy and leaving one are two steps: two workers between them would leave two.
        key = f"file_sent:{draft_id}"
        with house.database.writing() as session:
            if not once.mine(session, key, clock.now(), lasts=_LASTS):
                continue
        is_filed = clock.now() - at > _GIVE_UP or _file(house, sender_id, raw, at)
        with house.database.writing() as session:
            if is_filed:
                done = update(Draft).where(Draft.id == draft_id, Draft.filed_at.is_(None))
                filed += session.connection().execute(done.values(filed_at=clock.now())).rowcount
            once.give_back(session, key)  # whoever still believes that it waits finds the copy itself
    return filed


def _waiting(house: House) -> list[tuple[int, int, bytes, datetime]]:
    query = (
        select(Draft.id, Draft.sender_id, Delivery.message, Draft.sent_at)
        .join(Delivery, Delivery.id == Draft.delivery_id)
        .join(MailboxRow, MailboxRow.sender_id == Draft.sender_id)
        .where(Draft.state == State.SENT, Draft.filed_at.is_(None), MailboxRow.look_failures < 3)
        .order_by(Draft.id.desc())
        .limit(_BLOCK)
    )
    with house.database.reading() as session:
        rows = [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]
    return [(one, sender, raw, at) for one, sender, raw, at in rows if sender and raw and at]


def _file(house: House, sender_id: int, raw: bytes, at: datetime) -> bool:
    try:
        with house.database.reading() as session:
            row = session.get_one(MailboxRow, sender_id)
            if not row.imap_host or not row.files_sent:
                return True
            account, folder = account_of(house, row), row.sent_folder
        if not folder:
            with mailbox.open(account) as opened:
                folder = opened.sent_folder() or ""
        if not folder:
            log.warning("no_sent_folder", sender=sender_id)
            return True
        mailbox.append_sent(account, folder, raw, at)
    except (MailboxTrouble, OutreachError) as trouble:
        log.warning("not_filed", sender=sender_id, error=str(trouble)[:200])
        return False
    return True
