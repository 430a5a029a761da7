"""The pages of the ground floor, and what every page of every floor is built with. See docs/web.md."""

from __future__ import annotations

from flask import Blueprint

from outreach.web import door, settings, week


def blueprints() -> list[Blueprint]:
    """Every blueprint of this floor."""
    return [door.pages, week.pages, settings.pages]
