"""Ticking off a task that belongs to something: the step of the complaint and the thanks are ticked with it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from outreach import tasks
from outreach.care import complaints, referrals
from outreach.errors import NotFound
from outreach.tasks import Task


def finish(session: Session, task_id: int, *, user_id: int | None, zone: str = "UTC") -> Task:
    """The task is done, and so is what it belongs to; twice means once. Raises NotFound, Invalid as `complaints.done`."""
    found = tasks.get(session, task_id)
    if found.origin_id is not None and found.done_at is None:
        try:
            if found.kind == "complaint":
                complaints.done(session, found.origin_id, found.step, user_id=user_id, zone=zone)
            elif found.kind == "thanks":
                referrals.thanked(session, found.origin_id, user_id=user_id)
        except NotFound:
            pass  # what it belonged to is gone; the task is a task all the same
    return tasks.finish(session, task_id, user_id=user_id)


def reopen(session: Session, task_id: int) -> Task:
    """The task is not done after all, and neither is what it belongs to. Raises NotFound."""
    found = tasks.get(session, task_id)
    if found.origin_id is not None and found.done_at is not None:
        try:
            if found.kind == "complaint":
                complaints.not_done(session, found.origin_id, found.step)
            elif found.kind == "thanks":
                referrals.not_thanked(session, found.origin_id)
        except NotFound:
            pass
    return tasks.reopen(session, task_id)
