"""What can be chosen in the forms of this floor: (value, word) pairs; "0" means none."""

from __future__ import annotations

from zoneinfo import available_timezones

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from campaigns.segments import store
from outreach import senders as sender_rows
from outreach.consent import lists as topics
from outreach.mail import templates as kept

Choices = list[tuple[str, str]]


def lists(session: Session) -> Choices:
    """Lists, with how many confirmed readers each has."""
    rows = topics.list_page(session, per_page=500).rows
    return [("0", _("Any list")), *((str(row.id), f"{row.name} ({row.confirmed})") for row in rows)]


def segments(session: Session) -> Choices:
    """Saved segments."""
    return [("0", _("Everybody")), *((str(row.id), row.name) for row in store.list_page(session, per_page=500).rows)]


def senders(session: Session) -> Choices:
    """Senders as they stand in the From line."""
    return [("0", "–"), *((str(row.id), f"{row.name} <{row.address}>") for row in sender_rows.everybody(session))]


def templates(session: Session) -> Choices:
    """Templates to begin with, and an empty page."""
    rows = kept.list_page(session, per_page=100).rows
    return [*((str(row.id), row.name) for row in rows), ("0", _("An empty page"))]


def zones() -> list[str]:
    """Every zone of the IANA database that is a place."""
    return [
        *sorted(
            zone
            for zone in available_timezones()
            if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "posix", "right"))
        ),
        "UTC",
    ]
