"""How fast a segment is counted at 1,000,000 contacts on PostgreSQL, beside a plain count of the table.

The million is made by the database itself: 10 tags, 2 lists, a campaign everybody with consent was sent.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bench import Figure, postgres_house
from campaigns.segments import store
from outreach import contacts
from outreach.clock import now
from outreach.contacts import Contact
from outreach.house import House

CONTACTS = 1_000_000
TIMES = 5
FILTERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("stage is", {"field": "stage", "is": "regular"}),
    ("stage is one of two", {"field": "stage", "one_of": ["fan", "advocate"]}),
    ("added in the last 30 days", {"field": "created_at", "within_days": 30}),
    ("last name is", {"field": "last_name", "is": "Name 77"}),
    ("address is", {"field": "email", "is": "person4711@firma.example"}),
    ("company is", {"field": "company", "is": "Firma 12"}),
    ("has a tag (a tenth)", {"field": "tag", "has": "Tag 3"}),
    ("is subscribed to a list (four fifths)", {"field": "list", "confirmed": 1}),
    ("opened a newsletter (a tenth)", {"field": "campaign", "opened": 1}),
    ("opened anything in 30 days", {"field": "opened", "within_days": 30}),
    ("stage and tag and list", {"all": [{"field": "stage", "is": "regular"}, {"field": "tag", "has": "Tag 3"},
                                        {"field": "list", "confirmed": 1}]}),
    ("stage or tag", {"any": [{"field": "stage", "is": "fan"}, {"field": "tag", "has": "Tag 3"}]}),
    ("sent, not opened", {"field": "campaign", "not_opened": 1}),
)  # fmt: skip


def run() -> list[Figure]:
    """Milliseconds of each count, the middle of five, and the first page of the contact list."""
    with postgres_house() as house:
        _fill(house)
        with house.database.reading() as session:
            plain = _middle(lambda: session.execute(text("SELECT count(*) FROM contacts")).scalar())
            figures = [
                Figure(f"count(*) of {CONTACTS:,} contacts, PostgreSQL", plain, "ms", "what the others stand beside")
            ]
            for name, given in FILTERS:
                spent = _middle(lambda given=given: store.count(session, given))
                people = store.count(session, given)
                figures.append(
                    Figure(f"segment: {name}", spent, "ms", f"{people:,} people; {spent / plain:.2f} × count(*)")
                )
            figures += _pages(session)
    return figures


def _pages(session: Session) -> list[Figure]:
    pages = (
        ("first page of contacts by name", {}),
        ("first page of contacts, newest first", {"sort": "created", "direction": "desc"}),
        ("search for one name among all", {"search": "person4711"}),
    )
    return [
        Figure(name, _middle(lambda given=given: contacts.list_page(session, **given)), "ms", "with the capped total")
        for name, given in pages
    ]


def _middle(ask: Any) -> float:
    ask()
    spent = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        ask()
        spent.append(1000 * (time.perf_counter() - begun))
    return statistics.median(spent)


def _fill(house: House) -> None:
    with house.database.writing() as session:
        for statement in _STATEMENTS:
            session.execute(text(statement), {"now": now()})
        assert session.scalar(select(Contact.id).where(Contact.id == CONTACTS)) == CONTACTS
    with house.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


_STATEMENTS = (
    """INSERT INTO companies (id, name, name_key, city, website, industry, created_at, updated_at)
       SELECT n, 'Firma ' || n, 'firma ' || n, 'Köln', '', '', :now, :now FROM generate_series(1, 5000) n""",
    f"""INSERT INTO contacts (id, company_id, title, first_name, last_name, salutation, address_form, email, email_key,
            address_hash, language, city, phone, stage, custom, measuring_agreed, source, created_at, updated_at)
        SELECT n, 1 + n % 5000, '', 'Anna', 'Name ' || n % 20000, 'frau', 'sie', 'person' || n || '@firma.example',
            'person' || n || '@firma.example', sha256(('x' || n)::bytea), 'de', 'Ort ' || n % 1000, '',
            (ARRAY['prospect', 'first_buyer', 'repeat_buyer', 'regular', 'advocate', 'fan'])[1 + n % 6],
            jsonb_build_object('zahl', n % 100), n % 2 = 0, 'bench', CAST(:now AS timestamptz) - n * interval '1 minute', :now
        FROM generate_series(1, {CONTACTS}) n""",
    "INSERT INTO tags (id, name, key) SELECT n, 'Tag ' || n, 'tag ' || n FROM generate_series(1, 10) n",
    "INSERT INTO contact_tags (tag_id, contact_id) SELECT 1 + (id / 7) % 10, id FROM contacts",
    """INSERT INTO lists (id, key, name, description, is_public, language, created_at)
       SELECT n, 'list-' || n, 'List ' || n, '', true, 'de', :now FROM generate_series(1, 2) n""",
    """INSERT INTO consents (id, contact_id, list_id, how, text_shown, source, zone, requested_ip, granted_at, confirmed_ip,
           withdrawn_how)
       SELECT id, id, 1, 'import', 'p', 's', 'UTC', '', :now, '', '' FROM contacts WHERE id % 5 > 0""",
    """INSERT INTO subscriptions (list_id, contact_id, state, consent_id, text_shown, source, requested_ip, changed_at)
       SELECT 1, contact_id, 'confirmed', id, '', '', '', :now FROM consents""",
    """INSERT INTO campaigns (id, name, state, version, subject, preheader, format, body, created_at, updated_at)
       VALUES (1, 'C', 'draft', 1, 'S', '', 'html', 'B', :now, :now)""",
    """INSERT INTO deliveries (kind, campaign_id, contact_id, consent_id, address, address_hash, state, attempts,
           next_try_at, reason, answer, created_at, sent_at, opened_at)
       SELECT 'newsletter', 1, contact_id, id, 'x', '\\x00', 'sent', 1, :now, '', '', :now, :now,
           CASE WHEN id % 8 = 1 THEN CAST(:now AS timestamptz) - id % 90 * interval '1 day' END FROM consents""",
)  # fmt: skip
