"""For tests of personal mails: a mailbox that is open now, and a letter somebody may be written."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach import clock, companies, contacts, senders
from outreach.consent import permissions
from outreach.contacts import Contact
from outreach.drafts import approve, situation, store
from outreach.drafts.rows import Draft
from outreach.house import House
from outreach.mailboxes import store as mailboxes
from outreach.occasions import suggest
from outreach.occasions.silence import Candidate
from tests.sink import Sink

ZONE = "Europe/Berlin"


def noon_zone(now: datetime) -> str:
    """A zone in which it is between noon and one o'clock now, so that no test depends on the hour it runs."""
    off = 12 - now.hour
    return f"Etc/GMT{-off:+d}" if off else "Etc/GMT"


def mailbox(session: Session, house: House, **given: Any) -> int:
    """A sender with a mailbox that is open on every day at this hour, without a gap."""
    made = senders.create(session, name="Katharina Weiß", address="katharina@weiss-beratung.example")
    wanted = {
        "signature": "Katharina Weiß", "weekdays": "1234567", "opens_at": "00:00", "closes_at": "23:59", "region": "",
        "gap_seconds": 0, "zone": noon_zone(clock.now()), **given,
    }  # fmt: skip
    mailboxes.save(session, house.vault, made.id, **wanted)
    return made.id


def person(session: Session, email: str = "anna@moebel-weber.example", **given: Any) -> int:
    """Somebody at a company who agreed to mails."""
    company_id = companies.find(session, "Möbel Weber GmbH") or companies.create(session, name="Möbel Weber GmbH").id
    wanted = {"first_name": "Anna", "last_name": "Köhler", "salutation": "frau", "company_id": company_id, **given}
    made = contacts.create(session, email=email, **wanted)
    at = clock.now() - timedelta(days=60)
    permissions.record(session, made.id, channel="mail", what="agreed", source="Telefonat 3.5.", at=at)
    return made.id


def proposed(session: Session, contact_id: int, *, kind: str = "award", story: str = "1", **changes: Any) -> Draft:
    """A draft for this person, because the company won a prize."""
    now = clock.now()
    company_id = session.scalar(select(Contact.company_id).where(Contact.id == contact_id))
    wanted: dict[str, Any] = {
        "kind": kind, "what": f"story:{story}", "source": "feed:1", "source_name": "Südwest Presse",
        "company_id": company_id, "contact_id": contact_id, "headline": "Möbel Weber gewinnt den Gründerpreis",
        "quote": "Möbel Weber hat den Gründerpreis gewonnen.", "link": "https://news.example/1",
        "published_at": now - timedelta(days=1), "story": story,
    }  # fmt: skip
    (outcome,) = suggest.suggest(session, [Candidate(**{**wanted, **changes})], now=now, zone=ZONE)
    made = store.propose(session, outcome.id, now=now, zone=ZONE)
    assert made is not None
    return made


def agree(session: Session, house: House, draft: Draft, **changes: Any) -> approve.Approved:
    """Approve a draft as a person who sees it; `ago` seconds before now, so that the undo is over."""
    now = clock.now() - timedelta(seconds=changes.pop("ago", 60))
    seen = approve.seen(session, situation.around(session, draft, now=now, zone=ZONE))
    given: dict[str, Any] = {"seen_fingerprint": seen, "subject": draft.subject, "text": draft.text}
    return approve.approve(session, house, draft.id, **{**given, **changes}, user_id=None, now=now)


def prepare(house: House, server: Sink, **given: Any) -> tuple[int, int]:
    """A mailbox at this server and a draft for Anna; gives the ids of sender and draft."""
    with house.database.writing() as session:
        sender_id = mailbox(session, house, smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="", **given)
        return sender_id, proposed(session, person(session)).id


def approved(house: House, draft_id: int, **changes: Any) -> None:
    """Approve it, as `agree`, in a transaction of its own."""
    with house.database.writing() as session:
        agree(session, house, store.get(session, draft_id), **changes)


def state(house: House, draft_id: int) -> tuple[str, str]:
    """The state of a draft, and why it came back."""
    with house.database.reading() as session:
        found = store.get(session, draft_id)
        return found.state, found.returned
