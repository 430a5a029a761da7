"""The pages of the ground floor, and what every page of every floor is built with. See docs/web.md."""

from __future__ import annotations

from flask import Blueprint

from outreach.web import door, outbox, public, settings, week
from outreach.web import settings_house, settings_lists, settings_people  # noqa: F401, I001 - more pages of `settings`


def blueprints() -> list[Blueprint]:
    """Every blueprint of this floor."""
    return [door.pages, week.pages, outbox.pages, public.pages, settings.pages]
