"""Every table of this floor, imported in one place for those who need the whole schema (migrations, tests)."""

from outreach import companies, contacts, once, organisation, senders, timetable, users
from outreach.consent import rows as consent
from outreach.imports import rows as imports
from outreach.mail import rows as mail
from outreach.tracking import rows as tracking

__all__ = [
    "companies",
    "consent",
    "contacts",
    "imports",
    "mail",
    "once",
    "organisation",
    "senders",
    "timetable",
    "tracking",
    "users",
]
