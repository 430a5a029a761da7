"""What the journal does not keep for ever: contacts that were taken back, whom nobody could find to erase them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from outreach.journal.rows import Change, ChangeSet

#: how long a contact that was taken back can be brought back
KEPT_FOR = timedelta(days=30)


def forget_removed(session: Session, now: datetime) -> int:
    """Drop what the journal holds of contacts removed a month ago; how many. All else of them went with their row."""
    old = select(ChangeSet.id).where(ChangeSet.at < now - KEPT_FOR)
    removed = (Change.table_name == "contacts", Change.after.is_(None), Change.contact_id.is_(None))
    return session.connection().execute(delete(Change).where(Change.set_id.in_(old), *removed)).rowcount
