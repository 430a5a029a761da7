"""Which server a mail leaves by: the person's own mailbox, or the mail server of the installation."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.house import House
from outreach.mail.server import Server
from outreach.mailboxes.rows import Mailbox


def server(session: Session, house: House, sender_id: int | None, *, personal: bool) -> Server | None:
    """The server for mails of this sender; None: they stay in the built-in outbox.

    Letters leave by the mailbox of their sender. Newsletters do when it is said to carry them, and so do the mails that
    have no sender where the installation has no mail server of its own. Raises Invalid when a password cannot be read.
    """
    found = session.get(Mailbox, sender_id) if sender_id is not None else None
    if found is not None and found.smtp_host and (personal or found.carries_newsletters):
        return of_mailbox(house, found)
    own = Server.of(house.settings)
    if own is not None or personal:
        return own
    carrying = select(Mailbox).where(Mailbox.smtp_host != "", Mailbox.carries_newsletters).order_by(Mailbox.sender_id)
    first = session.scalars(carrying.limit(1)).first()
    return of_mailbox(house, first) if first is not None and sender_id is None else None


def of_mailbox(house: House, box: Mailbox) -> Server | None:
    """The way out of this mailbox; None when it has none."""
    if not box.smtp_host:
        return None
    return Server(
        host=box.smtp_host,
        port=box.smtp_port,
        security=box.smtp_security,
        user=box.smtp_user,
        password=house.vault.unlock(box.smtp_password),
        own_name=house.settings.mail_domain,
        timeout=house.settings.smtp_timeout,
        of_mailbox=True,
    )
