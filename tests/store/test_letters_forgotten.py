"""Letters and answers of people who are erased, exported, or merged."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from sqlalchemy import select

from outreach import clock, erasure, journal, merge, users
from outreach.contacts import Contact
from outreach.drafts import store
from outreach.drafts.rows import Attachment, Draft, DraftVersion
from outreach.exports import everything
from outreach.house import House
from outreach.mail.rows import Delivery
from outreach.replies.rows import Bounce, Incoming
from outreach.stops import Stop
from tests import letters
from tests.replying import Desk
from tests.store.test_erasure import dump

QUIRIN = "quirin@zwiebel.example"
THREAT = "Quirin Zwiebelfisch hier. Wir haben unseren Anwalt eingeschaltet und werden Sie abmahnen."


@pytest.fixture
def desk(any_house: House) -> Desk:
    return Desk(any_house)


def quirin(desk: Desk) -> int:
    """Somebody with a letter that was sent, one that waits, an answer, a threat and a bounce."""
    made = desk.person(QUIRIN, first_name="Quirin", last_name="Zwiebelfisch", salutation="herr")
    sent = desk.sent(made)
    with desk.house.database.writing() as session:
        users.add(
            session, name="Katharina", email="chefin@weiss.example", password="a good long one", role=users.Role.OWNER
        )
    other = desk.proposed(made, kind="certification")
    with desk.house.database.writing() as session:
        store.attach(
            session, other, filename="Für Zwiebelfisch.pdf", media_type="application/pdf", content=b"%PDF zwiebel"
        )
    desk.approved(
        draft_id=other, subject="Für Zwiebelfisch", text="Guten Tag, Herr Zwiebelfisch,\n\nGlückwunsch an Quirin."
    )
    desk.bounce(QUIRIN, status="4.2.2", said="452 4.2.2 full", about=desk.message_id(sent))
    desk.comes("Zwiebelfisch dankt.", answers=sent, From=f"Quirin Zwiebelfisch <{QUIRIN}>")
    desk.approved(draft_id=other)
    return made


def test_nothing_of_letters_and_answers_is_left_and_what_was_sent_is_counted(desk: Desk) -> None:
    made = quirin(desk)
    desk.comes(THREAT, From=QUIRIN)
    with desk.house.database.writing() as session:
        session.execute(Delivery.__table__.update().where(Delivery.kind == "system").values(state="sent"))
        assert "zwiebel" in dump(session)
        erasure.erase(session, made, now=clock.now())
    with desk.house.database.reading() as session:
        left = [line for line in dump(session).splitlines() if "zwiebel" in line or "quirin" in line]
        assert left == []
        for table in (Draft, DraftVersion, Attachment, Incoming, Bounce):
            assert session.scalars(select(table)).all() == []
        personal = select(Delivery.state, Delivery.address, Delivery.message, Delivery.contact_id)
        (kept,) = session.execute(personal.where(Delivery.kind == "personal")).all()
        assert tuple(kept) == ("sent", "", None, made)
        assert session.get_one(Contact, made).gone == "erased"
        assert [one.kind for one in session.scalars(select(Stop))] == ["legal_threat"]


def test_the_export_of_a_person_holds_letters_answers_and_files(desk: Desk) -> None:
    made = quirin(desk)
    with desk.house.database.reading() as session:
        known = everything.gather(session, made)
    packed = zipfile.ZipFile(io.BytesIO(everything.archive(known, now=clock.now())))
    data = json.loads(packed.read("data.json"))
    assert {one["subject"] for one in data["drafts"]} >= {"Für Zwiebelfisch"}
    assert "Zwiebelfisch dankt." in [one["text"] for one in data["incoming_mails"]]
    assert [one["kind"] for one in data["bounces"]] == ["soft"]
    assert [
        name.endswith("-Für Zwiebelfisch.pdf") for name in packed.namelist() if name.startswith("attachments/")
    ] == [True]
    assert "Zwiebelfisch dankt." in packed.read("readable.html").decode()


def test_a_merged_person_brings_letters_and_answers_along_and_takes_them_back(desk: Desk) -> None:
    made = quirin(desk)
    before = {row: _whose(desk, row) for row in (Draft, Incoming, Bounce)}
    with desk.house.database.writing() as session:
        done = merge.contacts(session, desk.anna, made, now=clock.now())
    assert all(set(_whose(desk, row)) == {desk.anna} for row in before)
    with desk.house.database.writing() as session:
        undone = journal.undo(session, done)
        assert [one for one in undone.kept if one.table in ("drafts", "incoming_mails", "bounces")] == []
    assert {row: _whose(desk, row) for row in before} == before


def test_a_letter_of_a_merged_person_goes_to_the_address_the_card_keeps(desk: Desk) -> None:
    made = desk.person(QUIRIN, first_name="Quirin", last_name="Zwiebelfisch", salutation="herr")
    draft_id = desk.proposed(made)
    with desk.house.database.writing() as session:
        merge.contacts(session, desk.anna, made, now=clock.now())
    with desk.house.database.writing() as session:
        letters.agree(session, desk.house, store.get(session, draft_id))
    assert (desk.draft(draft_id).contact_id, desk.draft(draft_id).to_address) == (desk.anna, QUIRIN)
    assert desk.delivery(draft_id).contact_id == desk.anna


def _whose(desk: Desk, row: type[Draft] | type[Incoming] | type[Bounce]) -> list[int]:
    with desk.house.database.reading() as session:
        return [one for one in session.scalars(select(row.contact_id).order_by(row.id)) if one is not None]
