"""Every table of this floor, imported in one place for those who need the whole schema (migrations, tests)."""

from outreach import (
    companies,
    contacts,
    dates,
    duplicates,
    facts,
    fairs,
    journal,
    once,
    organisation,
    seasons,
    senders,
    services,
    stops,
    tasks,
    timetable,
    users,
    valuation,
)
from outreach.care import rows as care
from outreach.consent import rows as consent
from outreach.drafts import rows as drafts
from outreach.history import rows as history
from outreach.imports import rows as imports
from outreach.mail import rows as mail
from outreach.mailboxes import rows as mailboxes
from outreach.occasions import rows as occasions
from outreach.replies import rows as replies
from outreach.surveys import rows as surveys
from outreach.tracking import rows as tracking

__all__ = [
    "care",
    "companies",
    "consent",
    "contacts",
    "dates",
    "drafts",
    "duplicates",
    "facts",
    "fairs",
    "history",
    "imports",
    "journal",
    "mail",
    "mailboxes",
    "occasions",
    "once",
    "organisation",
    "replies",
    "seasons",
    "senders",
    "services",
    "stops",
    "surveys",
    "tasks",
    "timetable",
    "tracking",
    "users",
    "valuation",
]
