"""What is owed to a contact, in one query, and the facts of a card sorted by what they ask for. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.care.rows import Complaint, ProgrammeStep, Referral
from outreach.facts import FactLine, Kind
from outreach.tasks import TaskLine


@dataclass(frozen=True)
class Owed:
    """Numbers of open rows; 0 is none."""

    complaint_id: int | None
    thanks: int
    referral_asked: bool


@dataclass(frozen=True)
class Sorted:
    """Facts as a card shows them: what is open by kind, and what is over."""

    open: dict[str, list[FactLine]]
    over: Sequence[FactLine]

    @property
    def count(self) -> int:
        """How many are open."""
        return sum(map(len, self.open.values()))

    def first(self, kind: str) -> FactLine | None:
        """The newest open one of a kind."""
        return next(iter(self.open.get(kind, [])), None)


def owed(session: Session, contact_id: int) -> Owed:
    """The open complaint, thanks for referrals, and whether this person was asked for a referral."""
    complaint = select(func.min(Complaint.id)).where(Complaint.contact_id == contact_id, Complaint.closed_at.is_(None))
    thanks = select(func.count()).where(Referral.referrer_id == contact_id, Referral.thanked_at.is_(None))
    asked = select(func.count()).where(ProgrammeStep.contact_id == contact_id, ProgrammeStep.step == "activate")
    row = session.execute(select(complaint.scalar_subquery(), thanks.scalar_subquery(), asked.scalar_subquery())).one()
    return Owed(row[0], row[1], bool(row[2]))


def by_kind(found: Sequence[FactLine], today: date) -> Sorted:
    """Wishes first. A promise whose day is over is still owed, so only closing it folds it away."""
    kinds = (Kind.WISH, Kind.PROMISE, Kind.PROJECT, Kind.TOPIC, Kind.INTEREST, Kind.TABOO)
    still = [one for one in found if one.is_open(today) or (one.kind == Kind.PROMISE and one.closed_at is None)]
    mine = {kind.value: [one for one in still if one.kind == kind] for kind in kinds}
    here = {one.id for one in still}
    return Sorted({kind: some for kind, some in mine.items() if some}, [one for one in found if one.id not in here])


def promise_is_due(facts: Sorted, tasks: Sequence[TaskLine], today: date) -> bool:
    """A promise whose day has come, as a fact or as a task."""
    promised = any(one.valid_until is not None and one.valid_until <= today for one in facts.open.get("promise", []))
    return promised or any(one.kind == "promise" and one.due_on is not None and one.due_on <= today for one in tasks)
