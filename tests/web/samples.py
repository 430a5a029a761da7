"""Arguments for every page whose address has gaps, so that the lint can open it. A test fails when one is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from outreach.house import House
from tests.world import World

#: the newsletters of the example data
SENT, DRAFT = 1, 2
Sample = Callable[[House, World], dict[str, Any]]

SAMPLES: dict[str, Sample] = {
    "settings.sender": lambda house, people: {"sender_id": 1},
    "settings.topic": lambda house, people: {"list_id": people.lists["news"]},
    "settings.field": lambda house, people: {"field_id": 1},
    "settings.person": lambda house, people: {"user_id": people.assistant},
    "outbox.mail": lambda house, people: {"mail_id": 1, "view": "html"},
    "contacts.card": lambda house, people: {"contact_id": people.people["anna"]},
    "contacts.edit": lambda house, people: {"contact_id": people.people["doctor"]},
    "contacts.proof": lambda house, people: {"contact_id": people.people["anna"]},
    "companies.card": lambda house, people: {"company_id": people.companies["mueller"]},
    "companies.edit": lambda house, people: {"company_id": people.companies["mueller"]},
    "tags.edit": lambda house, people: {"tag_id": 1},
    "imports.show": lambda house, people: {"import_id": 1},
    "exports.erase": lambda house, people: {"contact_id": people.people["anna"]},
    "exports.person": lambda house, people: {"contact_id": people.people["anna"]},
    "imports.skipped": lambda house, people: {"import_id": 1},
    "newsletters.show": lambda house, people: {"campaign_id": DRAFT},
    "newsletters.readers": lambda house, people: {"campaign_id": DRAFT},
    "newsletters.ready": lambda house, people: {"campaign_id": DRAFT},
    "newsletters.missed": lambda house, people: {"campaign_id": SENT},
    "newsletters.progress": lambda house, people: {"campaign_id": SENT},
    "templates.edit": lambda house, people: {"template_id": 1},
    "segments.edit": lambda house, people: {"segment_id": 1},
    "segments.people": lambda house, people: {"segment_id": 1},
    "segments.why": lambda house, people: {"segment_id": 1, "contact": people.people["anna"]},
    "reports.show": lambda house, people: {"campaign_id": SENT},
    "reports.people": lambda house, people: {"campaign_id": SENT, "figure": "sent"},
    "reports.table": lambda house, people: {"campaign_id": SENT, "table": "links"},
    "public.sign_up": lambda house, people: {"key": "neuigkeiten"},
    "public.embed": lambda house, people: {"key": "neuigkeiten"},
    "public.thanks": lambda house, people: {"key": "neuigkeiten"},
    "public.preferences": lambda house, people: {
        "token": house.sealer.seal("preferences", people.people["anna"]),
    },
}

#: answers that are no page: pictures, files, redirects, the frame with somebody's mail; and pages that need a mail first
NO_PAGE = frozenset(
    {
        "static",
        "door.health",
        "public.open",
        "public.click",
        "public.confirm",
        "public.unsubscribe",
        "outbox.frame",
        "newsletters.preview",
        "templates.preview",
        "issue.view",
    }
)
