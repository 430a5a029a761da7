"""Erasure and the full export: nothing of a person is left, and before that everything of them can be had."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from campaigns.rows import Campaign
from outreach import contacts, duplicates, erasure, facts, journal, merge
from outreach.care.rows import Complaint, Gift, Referral
from outreach.consent import suppression
from outreach.consent.rows import Consent, Permission, Subscription
from outreach.contacts import Contact, channels, photos
from outreach.contacts.rows import Channel, PostalAddress
from outreach.dates import SpecialDay
from outreach.db import Base
from outreach.errors import Conflict, NotFound
from outreach.exports import everything
from outreach.history import store as history
from outreach.imports.rows import Import, ImportSkip
from outreach.mail.rows import Delivery, KeptMail
from outreach.surveys.rows import AnswerSheet, Question, Survey
from outreach.tasks import Task
from tests import world
from tests.world import NOW

JPEG = b"\xff\xd8\xff\xe0 a face"
#: everything that names the person, spelled as somebody searching a stolen database would
NAMES = ("Quirin", "Zwiebelfisch", "quirin@zwiebel.example", "q.z@privat.example", "0151 7771", "Zwiebelgasse", "Nelken-Allergie")  # fmt: skip


def dump(session: Session) -> str:
    """Every cell of every table, also of those that are not in the models (full-text search)."""
    if session.get_bind().dialect.name == "sqlite":
        names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
    else:
        names = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    cells = []
    for name in names:
        for row in session.execute(text(f'SELECT * FROM "{name}"')):
            for cell in row:
                is_raw = isinstance(cell, bytes | memoryview)
                cells.append(bytes(cell).decode("utf-8", "replace") if is_raw else str(cell))
    return "\n".join(cells).lower()


@pytest.fixture
def quirin(session: Session) -> int:
    people = world.build(session)
    made = contacts.create(
        session, first_name="Quirin", last_name="Zwiebelfisch", email="quirin@zwiebel.example", phone="0151 7771",
        city="Bonn", salutation="herr", tags=["VIP"], custom={"kundennummer": 99}, company="Nordlicht Medien AG",
    ).id  # fmt: skip
    contacts.update(session, made, role="Chef")
    channels.add(session, made, kind="email", value="q.z@privat.example", label="home")
    channels.set_postal(session, contact_id=made, street="Zwiebelgasse 3", postcode="53111", city="Bonn")
    photos.put(session, made, JPEG)
    entry = history.add(session, contact_id=made, kind="call", text="Quirin Zwiebelfisch rief an")
    session.add_all(
        [
            facts.Fact(contact_id=made, kind="topic", text="Nelken-Allergie", noted_on=date(2026, 5, 3)),
            SpecialDay(contact_id=made, kind="birthday", month=5, day=3),
            Task(contact_id=made, text="Zwiebelfisch anrufen"),
            Permission(contact_id=made, channel="phone", what="agreed", said="Zwiebelfisch sagt ja"),
            Complaint(contact_id=made, text="Zwiebelfisch beschwert sich", reported_at=NOW, touchpoint_id=entry.id),
            Gift(contact_id=made, what="Wein für Zwiebelfisch"),
            Import(id=77, filename="k.csv", state="done"),
            Survey(id=5, title="Frage"),
        ]
    )
    session.flush()
    brought = history.add(
        session, contact_id=people.people["anna"], kind="referral", text="Hat Quirin Zwiebelfisch gebracht"
    )
    session.add_all(
        [
            Referral(referrer_id=people.people["anna"], contact_id=made, name="Quirin Zwiebelfisch", referred_on=date(2026, 1, 1), touchpoint_id=brought.id),
            Question(id=8, survey_id=5, position=1, kind="scale", text="Wie gut?"),
            Question(id=9, survey_id=5, position=2, kind="words", text="Warum?"),
            ImportSkip(import_id=77, line=3, sentence="x", values={"address": "quirin@zwiebel.example"}, excerpt="quirin@zwiebel.example · Quirin"),
            ImportSkip(import_id=77, line=4, sentence="x", values={}, excerpt="Herr · Quirin · Zwiebelfisch"),
            ImportSkip(import_id=77, line=5, sentence="x", values={}, excerpt="jemand@anders.example"),
        ]
    )  # fmt: skip
    session.flush()
    session.add(AnswerSheet(survey_id=5, contact_id=made, answers={"8": 3, "9": "Zwiebelfisch war es zu laut"}))
    consent = Consent(contact_id=made, list_id=people.lists["news"], how="by_hand", text_shown="Ja, Zwiebelfisch", source="Messe", zone="UTC", granted_at=NOW, confirmed_ip="192.0.2.55")  # fmt: skip
    session.add_all(
        [consent, Campaign(id=1, name="Mai", subject="Neues im Mai", format="html", body="b", state="sent", audience=1)]
    )
    session.flush()
    session.add(Subscription(contact_id=made, list_id=people.lists["news"], state="confirmed", consent_id=consent.id))
    duplicates_ = duplicates.DuplicateProposal(
        one_id=people.people["anna"], other_id=made, score=50, reasons=["same_name"]
    )
    session.add(duplicates_)
    session.flush()
    return made


def _deliver(session: Session, contact_id: int, *, state: str = "sent") -> int:
    consent = session.scalars(select(Consent.id).where(Consent.contact_id == contact_id)).one()
    owner = {"owner_id": None}
    hashed = contacts.address_hash("quirin@zwiebel.example")
    made = Delivery(kind="newsletter", campaign_id=1, contact_id=contact_id, consent_id=consent, address="quirin@zwiebel.example", address_hash=hashed, state=state, sent_at=NOW, opened_at=NOW, answer="250 ok quirin@zwiebel.example", **owner)  # fmt: skip
    confirm = Delivery(
        kind="confirm",
        contact_id=contact_id,
        address="quirin@zwiebel.example",
        address_hash=hashed,
        state="sent",
        message=b"To: Quirin Zwiebelfisch",
    )
    session.add_all([made, confirm])
    session.flush()
    session.add(
        KeptMail(
            delivery_id=made.id,
            recipient="Quirin@zwiebel.example",
            subject="Hallo Quirin",
            raw=b"Hallo Quirin Zwiebelfisch",
        )
    )
    session.flush()
    return made.id


def test_nothing_names_the_person_after_their_erasure(session: Session, quirin: int) -> None:
    _deliver(session, quirin)
    before = dump(session)
    assert all(name.lower() in before for name in NAMES if name != "0151 7771")
    erasure.erase(session, quirin, now=NOW)
    after = dump(session)
    assert [name for name in NAMES if name.lower() in after] == []
    assert "192.0.2.55" not in after
    assert "a face" not in after


def test_the_hash_stays_so_that_nobody_writes_to_them_again(session: Session, quirin: int) -> None:
    erasure.erase(session, quirin, now=NOW)
    assert suppression.contains(session, "Quirin@zwiebel.example")
    assert suppression.contains(session, "q.z@privat.example")
    assert session.scalar(select(suppression.Suppression.reason).where(suppression.Suppression.address_hash == contacts.address_hash("quirin@zwiebel.example"))) == "erased"  # fmt: skip


def test_without_newsletters_the_row_itself_goes(session: Session, quirin: int) -> None:
    done = erasure.erase(session, quirin, now=NOW)
    assert done.newsletters_kept == 0
    assert session.scalar(select(Contact.id).where(Contact.id == quirin)) is None


def test_a_sent_newsletter_stays_countable_and_holds_no_address(session: Session, quirin: int) -> None:
    delivery_id = _deliver(session, quirin)
    assert erasure.erase(session, quirin, now=NOW).newsletters_kept == 1
    kept = session.execute(
        select(Delivery.state, Delivery.opened_at, Delivery.address, Delivery.address_hash).where(
            Delivery.id == delivery_id
        )
    ).one()
    assert kept == ("sent", NOW, "", bytes(32))
    left = session.execute(
        select(Contact.gone, Contact.email, Contact.last_name, Contact.city).where(Contact.id == quirin)
    ).one()
    assert left == ("erased", None, "", "")
    with pytest.raises(NotFound):
        contacts.get(session, quirin)


def test_a_newsletter_not_sent_yet_is_not_sent(session: Session, quirin: int) -> None:
    _deliver(session, quirin, state="ready")
    erasure.erase(session, quirin, now=NOW)
    assert session.scalars(select(Delivery.id)).all() == []


def test_while_a_mail_is_on_its_way_nothing_is_erased(session: Session, quirin: int) -> None:
    delivery_id = _deliver(session, quirin)
    from outreach.mail.rows import Owner

    session.add(Owner(id=1))
    session.flush()
    session.execute(text("UPDATE deliveries SET state = 'sending', owner_id = 1 WHERE id = :id"), {"id": delivery_id})
    with pytest.raises(Conflict, match="just being sent"):
        erasure.erase(session, quirin, now=NOW)


def test_marks_of_a_survey_stay_and_its_words_go(session: Session, quirin: int) -> None:
    erasure.erase(session, quirin, now=NOW)
    assert session.execute(select(AnswerSheet.contact_id, AnswerSheet.answers)).one() == (None, {"8": 3})


def test_whoever_brought_them_keeps_the_thanks_without_the_name(session: Session, quirin: int) -> None:
    erasure.erase(session, quirin, now=NOW)
    assert session.execute(select(Referral.contact_id, Referral.name)).one() == (None, "")


def test_others_stay_as_they_are(session: Session, quirin: int) -> None:
    def others() -> dict[str, list[Any]]:
        found = {}
        for name in ("contacts", "subscriptions", "consent_events", "contact_tags", "companies"):
            table = Base.metadata.tables[name]
            owner = table.c.contact_id if "contact_id" in table.c else table.c.id
            found[name] = session.execute(select(table).where(owner != quirin).order_by(*table.primary_key)).all()
        return found

    before = others()
    erasure.erase(session, quirin, now=NOW)
    assert others() == before
    assert session.scalars(select(ImportSkip.excerpt).order_by(ImportSkip.line)).all() == [
        "",
        "",
        "jemand@anders.example",
    ]


def test_what_was_merged_into_them_goes_with_them(session: Session, quirin: int) -> None:
    other = contacts.create(session, first_name="Q.", last_name="Zwiebelfisch", email="alt@zwiebel.example").id
    merge.contacts(session, quirin, other, now=NOW)
    assert everything.numbers(session, quirin) == [quirin] or other in everything.numbers(session, quirin)
    erasure.erase(session, quirin, now=NOW)
    assert "zwiebel" not in dump(session)
    assert suppression.contains(session, "alt@zwiebel.example")


def test_the_journal_forgets_too(session: Session, quirin: int) -> None:
    assert journal.history(session, contact_id=quirin).total > 0
    erasure.erase(session, quirin, now=NOW)
    assert journal.history(session, contact_id=quirin).total == 0


def test_everything_of_a_person_is_in_one_archive(session: Session, quirin: int) -> None:
    _deliver(session, quirin)
    content = everything.archive(everything.gather(session, quirin), now=NOW)
    with zipfile.ZipFile(io.BytesIO(content)) as found:
        data = json.loads(found.read("data.json"))
        page = found.read("readable.html").decode()
        names = found.namelist()
        mails = b"".join(found.read(name) for name in names if name.startswith("mails/"))
    assert data["contacts"][0]["email"] == "quirin@zwiebel.example"
    assert data["contacts"][0]["company"] == "Nordlicht Medien AG"
    assert data["contact_channels"][0]["value"] == "q.z@privat.example"
    assert data["consents"][0]["confirmed_ip"] == "192.0.2.55"
    assert {row["kind"] for row in data["deliveries"]} == {"newsletter", "confirm"}
    assert any(row["campaign"] == "Neues im Mai" for row in data["deliveries"])
    for table in (
        "touchpoints",
        "facts",
        "tasks",
        "gifts",
        "complaints",
        "special_days",
        "contact_tags",
        "subscriptions",
        "survey_answers",
        "permissions",
        "postal_addresses",
    ):
        assert data[table], table
    assert any(name.startswith("photos/") for name in names)
    assert b"Hallo Quirin" in mails
    for words in ("Nelken-Allergie", "Zwiebelgasse 3", "Neues im Mai"):
        assert words in page
    assert "Anna" not in json.dumps(data["contacts"])


def test_texts_of_a_person_cannot_run_in_the_page(session: Session) -> None:
    made = contacts.create(session, first_name="<script>alert(1)</script>", last_name="X")
    page = everything.readable(everything.gather(session, made.id), now=NOW)
    assert "<script>" not in page


def test_every_table_that_points_to_a_contact_is_exported_and_erased(session: Session) -> None:
    """A new table joins by its foreign key; this says so when one is left out on purpose."""
    pointing = {table.name for table, _ in everything.pointing(Base.metadata.tables["contacts"])}
    assert {Channel.__tablename__, PostalAddress.__tablename__, "touchpoints", "deliveries", "changes"} <= pointing
    every = {
        t.name
        for t in Base.metadata.sorted_tables
        for c in t.columns
        for k in c.foreign_keys
        if k.column.table.name == "contacts"
    }
    assert every - pointing == {"contacts", "duplicate_proposals", "import_kept"}
