"""The pages of this floor: segments, newsletters, reports."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy.orm import Session

from outreach.house import House
from outreach.web.week import Line


def blueprints() -> list[Blueprint]:
    """Every blueprint of this floor."""
    return []


def week_lines(session: Session, house: House) -> list[Line]:
    """What this floor puts on the start page."""
    return []
