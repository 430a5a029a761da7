"""The pages of the ground floor, and what every page of every floor is built with. See docs/web.md."""

from __future__ import annotations

from flask import Blueprint

from outreach.web import door, outbox, public, settings, settings_house, settings_lists, settings_people, week


def blueprints() -> list[Blueprint]:
    """Every blueprint of this floor."""
    assert settings_house.pages is settings_lists.pages is settings_people.pages is settings.pages  # one blueprint, four files
    return [door.pages, week.pages, outbox.pages, public.pages, settings.pages]
