"""The history of a card: what was changed, by whom, when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach import paging
from outreach.journal.rows import Change, ChangeSet
from outreach.journal.write import Row
from outreach.paging import Page
from outreach.users import User


@dataclass(frozen=True)
class ChangeLine:
    """One changed row in the history of a card."""

    table: str
    key: Row
    before: Row | None
    after: Row | None


@dataclass(frozen=True)
class SetLine:
    """A change set in the history of a card."""

    id: int
    kind: str
    origin_id: int | None
    who: str
    at: datetime
    undone_at: datetime | None
    undoes_id: int | None
    changes: Sequence[ChangeLine]


def history(
    session: Session, *, contact_id: int | None = None, company_id: int | None = None, page: int = 1, per_page: int = 20
) -> Page[SetLine]:
    """What was changed on this card, newest first."""
    mine = Change.contact_id == contact_id if contact_id is not None else Change.company_id == company_id
    touched = select(Change.set_id).where(mine).distinct()
    query = (
        select(
            ChangeSet.id,
            ChangeSet.kind,
            ChangeSet.origin_id,
            User.name,
            ChangeSet.at,
            ChangeSet.undone_at,
            ChangeSet.undoes_id,
        )
        .outerjoin(User, User.id == ChangeSet.user_id)
        .where(ChangeSet.id.in_(touched))
        .order_by(ChangeSet.id.desc())
    )
    found = paging.fetch(session, query, lambda row: row, page=page, per_page=per_page)
    lines: dict[int, list[ChangeLine]] = {row[0]: [] for row in found.rows}
    wanted = select(Change.set_id, Change.table_name, Change.key, Change.before, Change.after)
    for set_id, *line in session.execute(wanted.where(Change.set_id.in_(list(lines)), mine).order_by(Change.id)):
        lines[set_id].append(ChangeLine(*line))
    sets = [SetLine(row[0], row[1], row[2], row[3] or "", row[4], row[5], row[6], lines[row[0]]) for row in found.rows]
    return Page(sets, found.page, found.per_page, found.total, found.capped)
