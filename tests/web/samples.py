"""Arguments for every page whose address has gaps, so that the lint can open it. A test fails when one is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feeds import sources, watches
from feeds.rows import Entry, Match, SourceImport, Watch
from feeds.sources import lists as source_lists
from feeds.suggest import Desk, Fresh, Source, take_in
from feeds.texts import Article
from outreach import clock, facts, fairs
from outreach.contacts import channels
from outreach.drafts import store
from outreach.drafts.rows import Attachment, Draft
from outreach.fairs import Fair
from outreach.history import store as history
from outreach.house import House
from outreach.mailboxes import store as mailboxes
from outreach.occasions.rows import Occasion
from outreach.replies import hooks
from outreach.replies.rows import Incoming
from outreach.senders import Sender
from tests import inbox, letters
from tests.world import World

#: the newsletters of the example data
SENT, DRAFT = 1, 2
Sample = Callable[[House, World], dict[str, Any]]


def _contact(house: House, people: World) -> dict[str, Any]:
    return {"contact_id": people.people["anna"]}


def _company(house: House, people: World) -> dict[str, Any]:
    return {"company_id": people.companies["mueller"]}


def _with(name: str, whose: Sample, make: Callable[[Session, dict[str, Any]], int]) -> Sample:
    """Arguments with the number of a row made for the occasion."""

    def sample(house: House, people: World) -> dict[str, Any]:
        given = whose(house, people)
        with house.database.writing() as session:
            return {**given, name: make(session, given)}

    return sample


def _fact(session: Session, whose: dict[str, Any]) -> int:
    return facts.add(session, **whose, kind="wish", text="Schulung im Herbst").id


def _entry(session: Session, whose: dict[str, Any]) -> int:
    return history.add(session, **whose, kind="offer", text="Schulung", amount=420_000).id


def _address(session: Session, whose: dict[str, Any]) -> int:
    made = channels.set_postal(session, **whose, street="Deichstraße 3", postcode="50667", city="Köln")
    return made.id if made is not None else 0


def _hook(house: House, people: World) -> dict[str, str]:
    """A provider that may call."""
    with house.database.writing() as session:
        hooks.turn_on(session, house, "mailgun")
    return {"provider": "mailgun"}


def _draft(house: House, people: World) -> dict[str, int]:
    """A letter in the queue with a file; made once."""
    with house.database.writing() as session:
        draft_id = session.scalar(select(Draft.id).order_by(Draft.id))
        if draft_id is None:
            draft_id = letters.proposed(session, letters.person(session)).id
        attachment = session.scalar(select(Attachment.id).where(Attachment.draft_id == draft_id))
        if attachment is None:
            given = {"filename": "Angebot.pdf", "media_type": "application/pdf", "content": b"%PDF-1.7"}
            attachment = store.attach(session, draft_id, **given).id
        return {"draft_id": draft_id, "file_id": attachment}


def _mail(house: House, people: World) -> dict[str, int]:
    """A mail that waits for an answer; made once."""
    with house.database.writing() as session:
        found = session.scalar(select(Incoming.id).order_by(Incoming.id))
        if found is None:
            sender_id = session.scalars(select(Sender.id).order_by(Sender.id)).first() or 0
            mailboxes.save(session, house.vault, sender_id)
            found = inbox.comes(session, house, sender_id, "anna@mueller.example", "Was kostet das denn?")
        return {"incoming_id": found}


_OPML = b'<opml version="2.0"><body><outline text="Blatt" xmlUrl="https://blatt.example/rss"/></body></opml>'


def _news(house: House, people: World) -> dict[str, int]:
    """A report about a customer, with everything around it; made once."""
    now, company_id = clock.now(), people.companies["mueller"]
    with house.database.writing() as session:
        while watches.follow(session, now=now):
            pass
        made = sources.add(session, "https://blatt.example/feed", title="Kölner Blatt", now=now)
        sources.link(session, made.id, company_id=company_id)
        entry = session.scalar(select(Entry).where(Entry.feed_id == made.id))
        if entry is None:
            title = "Müller & Söhne Maschinenbau gewinnt Innovationspreis"
            text = "Die Müller & Söhne Maschinenbau GmbH aus Köln hat den Innovationspreis gewonnen."
            entry = Entry(
                feed_id=made.id, identity="0" * 64, title=title, link="https://blatt.example/1", published_at=now
            )
            session.add(entry)
            session.flush()
            article = Article(str(entry.id), title, text, "", now, entry.link)
            source = Source(made.id, "Kölner Blatt")
            take_in(session, Desk(), source, [Fresh(entry.id, article)], now=now, zone=house.settings.timezone)
            fair = fairs.add(session, name="Orgatec", starts_on=now.date(), uid="orgatec")
            fairs.exhibits(session, fair.id, company_id)
            source_lists.begin(session, _OPML, name="blatt.opml", user_id=None, now=now)
        return {
            "feed": made.id,
            "company": company_id,
            "occasion": session.scalars(select(Occasion.id)).first() or 0,
            "fair": session.scalars(select(Fair.id).where(Fair.uid == "orgatec")).one(),
            "list": session.scalars(select(SourceImport.id)).first() or 0,
            "watch": session.scalars(select(Watch.id).where(Watch.kind == "company")).first() or 0,
            "match": session.scalars(select(Match.id).where(Match.company_id == company_id)).first() or 0,
        }


_PARTS = {
    f"{pages}.{view}": whose
    for pages, whose in (("contacts", _contact), ("companies", _company))
    for view in ("timeline_of", "entry_new", "fact_new", "day_new", "task_new", "address_new")
} | {
    f"contacts.{view}": _contact
    for view in ("person_edit", "reach_edit", "channel_new", "standing_edit", "tags_edit", "own_edit", "photo_edit", "grant",
                 "measuring", "permit")
}  # fmt: skip
_ROWS = {
    f"{pages}.{view}": _with(name, whose, make)
    for pages, whose in (("contacts", _contact), ("companies", _company))
    for view, name, make in (
        ("fact_edit", "fact_id", _fact),
        ("entry_edit", "entry_id", _entry),
        ("address_edit", "address_id", _address),
    )
}

SAMPLES: dict[str, Sample] = {
    **_PARTS,
    **_ROWS,
    "changes.of_contact": _contact,
    "changes.of_company": _company,
    "settings.mailbox": lambda house, people: {"sender_id": 1},
    "inbox.show": _mail,
    "settings.sender": lambda house, people: {"sender_id": 1},
    "settings.topic": lambda house, people: {"list_id": people.lists["news"]},
    "settings.hook": _hook,
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
    "exports.erasure": lambda house, people: {"contact_id": people.people["anna"]},
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
    "letter_reports.download": lambda house, people: {"table": "kinds"},
    "reports.table": lambda house, people: {"campaign_id": SENT, "table": "links"},
    "queue.show": _draft,
    "letters.edit": lambda house, people: {"kind": "award", "form": "de_sie", "variant": 0},
    "tasks.edit": lambda house, people: {"task_id": 1},
    "care.of_contact": lambda house, people: {"contact_id": people.people["anna"]},
    "care.offer": lambda house, people: {"offer_id": 1},
    "care.edit_offer": lambda house, people: {"offer_id": 1},
    "services.show": lambda house, people: {"service_id": 1},
    "services.waiting": lambda house, people: {"service_id": 1},
    "services.edit": lambda house, people: {"service_id": 1},
    "surveys.show": lambda house, people: {"survey_id": 1},
    "surveys.edit": lambda house, people: {"survey_id": 1},
    "surveys.preview": lambda house, people: {"survey_id": 1},
    "surveys.links": lambda house, people: {"survey_id": 1, "contact": people.people["anna"]},
    "surveys.link_table": lambda house, people: {"survey_id": 1},
    "surveys.table": lambda house, people: {"survey_id": 1, "number": 1},
    "calendar.feed": lambda house, people: {"token": house.sealer.seal("calendar", people.owner, 1, 0)},
    "public.survey": lambda house, people: {"token": house.sealer.seal("survey", 1, people.people["anna"])},
    "public.survey_thanks": lambda house, people: {"token": house.sealer.seal("survey", 1, 0)},
    "occasions.listed": lambda house, people: {"which": "held"},
    "occasions.show": lambda house, people: {"occasion_id": _news(house, people)["occasion"]},
    "occasions.fair": lambda house, people: {"fair_id": _news(house, people)["fair"]},
    "feeds.show": lambda house, people: {"feed_id": _news(house, people)["feed"]},
    "feeds.list_report": lambda house, people: {"import_id": _news(house, people)["list"]},
    "watches.of_company": _company,
    "watches.edit": lambda house, people: {"watch_id": _news(house, people)["watch"]},
    "watches.teach": lambda house, people: {"match_id": _news(house, people)["match"]},
    "press.of_company": lambda house, people: {"company_id": _news(house, people)["company"]},
    "press.table": _company,
    "merge.find": lambda house, people: {"one": people.people["anna"]},
    "merge.find_company": lambda house, people: {"one": people.companies["mueller"]},
    "merge.compare": lambda house, people: {"one": people.people["anna"], "other": people.people["double"]},
    "merge.compare_companies": lambda house, people: {
        "one": people.companies["mueller"],
        "other": people.companies["nordlicht"],
    },
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
        "contacts.photo",
        "segments.people_file",
        "contacts.greeting",
        "tasks.suggested",
        "inbox.of_entry",
        "queue.file",
        "letter_pdf.show",
    }
)
