"""The composition root of the web: `gunicorn 'wsgi:create_app()'`, and the `outreach` command. Importing it does nothing."""

from __future__ import annotations

from flask import Flask

import campaigns.web
import outreach.web
from outreach import settings
from outreach.house import House, open_house
from outreach.web import app


def create_app(house: House | None = None) -> Flask:
    """The web application of the installation the environment describes, or of one that is open already."""
    return app.build(
        house or open_house(settings.load()),
        [*outreach.web.blueprints(), *campaigns.web.blueprints()],
        [outreach.web.week.own_lines, campaigns.web.week_lines],
    )
