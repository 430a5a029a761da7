"""The pages of care: complaints step by step, gifts and the tax line, recommendations, offers, the programme."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from outreach import contacts, facts, tasks
from outreach.care import complaints, gifts, programme, referrals, special_offers
from outreach.care.rows import Complaint, Gift, Redemption, Referral
from outreach.clock import now, on_wall
from outreach.house import House
from outreach.users import Role
from tests.web import lint
from tests.web.conftest import SignIn, hidden_fields
from tests.world import World


def test_a_complaint_goes_from_the_card_to_its_end_and_every_step_can_be_undone(
    signed_in: SignIn, people: World, house: House
) -> None:
    client, anna = signed_in(), people.people["anna"]
    page = f"/contacts/{anna}/care"
    sent = client.submit(page, to=f"/contacts/{anna}/complaints", **{"complaint-text": "Falsche Rechnung", "complaint-on": ""})  # fmt: skip
    assert sent.status_code == 303
    shown = client.get(page)
    assert "Falsche Rechnung" in shown.text
    assert lint.problems(shown.text) == []
    with house.database.reading() as session:
        number = session.scalar(select(Complaint.id))
    for step in ("heard", "apology", "solved", "asked"):
        to = f"/complaints/{number}/steps/{step}"
        assert client.submit(page, to=to, note="Gutschrift").status_code == 303, step
        after = client.get(page).text
        assert re.search(r'action="(/changes/\d+/undo)"', after), step
    with house.database.reading() as session:
        assert complaints.open_of(session, anna) == []
        assert session.get_one(Complaint, number).outcome == "Gutschrift\n" * 3 + "Gutschrift"
    undo = re.search(r'action="(/changes/\d+/undo)"', after)
    assert undo is not None
    assert client.post(undo[1], data=hidden_fields(after, undo[1])).status_code == 303
    with house.database.reading() as session:
        assert complaints.blocks_sales(session, anna)
        assert session.get_one(Complaint, number).asked_at is None


def test_a_complaint_without_words_says_so_beside_the_field(signed_in: SignIn, people: World) -> None:
    anna = people.people["anna"]
    answer = signed_in().submit(f"/contacts/{anna}/care", to=f"/contacts/{anna}/complaints", **{"complaint-text": " "})
    assert answer.status_code == 422
    assert "complaint-text-error" in answer.text
    assert lint.problems(answer.text) == []


def test_a_complaint_is_closed_and_opened_again(signed_in: SignIn, people: World, house: House) -> None:
    client, anna = signed_in(), people.people["anna"]
    with house.database.writing() as session:
        number = complaints.open(session, anna, "War keine", now()).id
    page = f"/contacts/{anna}/care"
    assert client.submit(page, to=f"/complaints/{number}/closing", note="Irrtum").status_code == 303
    assert "War keine" in client.get("/care?show=closed").text
    assert client.submit(page, to=f"/complaints/{number}/opening").status_code == 303
    assert client.submit("/care", to=f"/complaints/{number}/steps/heard", next="/care").location == "/care"
    assert client.submit(page, to=f"/complaints/{number}/steps/heard/back").status_code == 303


def test_the_tax_line_is_shown_in_euros_before_a_gift_is_kept(signed_in: SignIn, people: World, house: House) -> None:
    client, anna = signed_in(), people.people["anna"]
    page, to = f"/contacts/{anna}/care", f"/contacts/{anna}/gifts"
    given = {"gift-what": "Wein", "gift-amount": "60,50", "gift-on": ""}
    refused = client.submit(page, to=to, **given)
    assert refused.status_code == 422
    assert "60,50" in refused.text
    assert "6050" not in refused.text
    assert lint.problems(refused.text) == []
    with house.database.reading() as session:
        assert session.scalar(select(Gift.id)) is None
    assert client.submit(page, to=to, **given, **{"gift-despite_line": "y"}).status_code == 303
    with house.database.reading() as session:
        (gift,) = gifts.of_contact(session, anna)
        assert (gift.amount, gift.state) == (6050, "given")
    client.submit(page, to=f"/gifts/{gift.id}/liked", liked="yes")
    with house.database.reading() as session:
        assert gifts.of_contact(session, anna)[0].liked is True
    assert "60,50" in client.get("/care").text


def test_a_fact_becomes_an_idea_and_the_idea_a_gift(signed_in: SignIn, people: World, house: House) -> None:
    client, anna = signed_in(), people.people["anna"]
    with house.database.writing() as session:
        facts.add(session, contact_id=anna, kind="interest", text="Rosen im Garten")
    page = f"/contacts/{anna}/care"
    assert client.submit(page, to=f"/contacts/{anna}/gifts/ideas").status_code == 303
    with house.database.reading() as session:
        (idea,) = gifts.of_contact(session, anna)
        assert (idea.what, idea.state) == ("Rosen im Garten", "idea")
    client.submit(page, to=f"/contacts/{anna}/gifts", **{"gift-what": "Rosenstock", "gift-amount": "", "gift": idea.id})
    with house.database.reading() as session:
        (given,) = gifts.of_contact(session, anna)
        assert (given.id, given.what, given.state) == (idea.id, "Rosenstock", "given")


@pytest.mark.parametrize("amount", ["viel", "-5", "99999999999999"])
def test_an_amount_nobody_can_pay_is_refused(signed_in: SignIn, people: World, amount: str) -> None:
    anna = people.people["anna"]
    given = {"gift-what": "Wein", "gift-amount": amount, "gift-on": "31.02.2026" if amount == "-5" else ""}
    assert signed_in().submit(f"/contacts/{anna}/care", to=f"/contacts/{anna}/gifts", **given).status_code == 422


def test_a_recommendation_is_noted_thanked_and_linked(signed_in: SignIn, people: World, house: House) -> None:
    client, anna, doctor = signed_in(), people.people["anna"], people.people["doctor"]
    page = f"/contacts/{anna}/care"
    to = f"/contacts/{anna}/referrals"
    assert client.submit(page, to=to, **{"referral-name": "Frau Neu", "referral-about": ""}).status_code == 303
    with house.database.reading() as session:
        number = session.scalar(select(Referral.id))
    assert "Frau Neu" in client.get("/care").text
    assert client.submit("/care", to=f"/referrals/{number}/thanks", next="/care").location == "/care"
    linking = f"{page}?link={number}"
    unknown = client.submit(linking, to=f"/referrals/{number}/link", **{"link-about": "Nobody Atall"})
    assert unknown.status_code == 422
    assert lint.problems(unknown.text) == []
    assert client.submit(linking, to=f"/referrals/{number}/link", **{"link-contact_id": doctor}).status_code == 303
    with house.database.reading() as session:
        (line,) = referrals.brought(session, anna)
        assert line.contact_id == doctor
        assert line.thanked_at is not None
        assert tasks.open_of(session, contact_id=anna) == []
    assert client.submit(page, to=f"/referrals/{number}/removal").status_code == 303


def test_when_several_people_are_called_so_one_has_to_be_chosen(signed_in: SignIn, people: World, house: House) -> None:
    client, doctor = signed_in(), people.people["doctor"]
    page, to = f"/contacts/{doctor}/care", f"/contacts/{doctor}/referrals"
    with house.database.reading() as session:
        name = contacts.person(session, people.people["anna"]).name
    answer = client.submit(page, to=to, **{"referral-about": name})
    assert answer.status_code == 422
    assert answer.text.count('name="referral-contact_id"') == 2
    assert lint.problems(answer.text) == []


def test_an_offer_is_made_used_up_and_says_so(signed_in: SignIn, people: World, house: House) -> None:
    client, anna, doctor = signed_in(), people.people["anna"], people.people["doctor"]
    made = client.submit(
        "/care/offers/new", to="/care/offers", name="Herbst", code="herbst", limit_count="1", for_whom=""
    )
    assert made.status_code == 303
    page = made.location
    used = client.submit(page, to=page + "/redemptions", contact_id=anna)
    assert used.status_code == 303
    assert "HERBST" in client.get(f"/contacts/{anna}/care").text
    with house.database.reading() as session:
        offer_id = special_offers.list_page(session).rows[0].id
        number = session.scalar(select(Redemption.id))
    assert "/redemptions" not in re.findall(r'action="([^"]*)"', client.get(page).text)
    late = client.post(page + "/redemptions", data={**hidden_fields(client.get(page).text, page + "/closing"), "contact_id": doctor})  # fmt: skip
    assert late.status_code == 422
    assert client.submit(page, to=f"/redemptions/{number}/removal").status_code == 303
    assert client.submit(f"/contacts/{doctor}/care", to=f"/contacts/{doctor}/redemptions", **{"redeem-offer": offer_id}).status_code == 303  # fmt: skip
    assert (
        client.submit(page + "/edit", to=page, name="Winter", code="", limit_count="2", for_whom="").status_code == 303
    )
    assert client.submit(page, to=page + "/closing").status_code == 303
    assert client.submit(page, to=page + "/opening").status_code == 303
    with house.database.reading() as session:
        line = special_offers.line(session, offer_id)
        assert (line.name, line.code, line.used, line.limit_count) == ("Winter", "HERBST", 1, 2)


def test_a_step_of_the_programme_is_ticked_with_a_note(signed_in: SignIn, people: World, house: House) -> None:
    client, anna = signed_in(), people.people["anna"]
    page, to = f"/contacts/{anna}/care", f"/contacts/{anna}/programme/reachable"
    assert client.submit(page, to=to, note="Durchwahl bekannt").status_code == 303
    assert "Durchwahl bekannt" in client.get(page).text
    assert client.submit(page, to=to + "/back").status_code == 303
    with house.database.reading() as session:
        assert programme.of_contact(session, anna, today=now().date()).done == 0


def test_a_reader_looks_and_changes_nothing(signed_in: SignIn, people: World, house: House) -> None:
    client, anna = signed_in(Role.READER), people.people["anna"]
    with house.database.writing() as session:
        number = complaints.open(session, anna, "Falsche Rechnung", now()).id
    shown = client.get(f"/contacts/{anna}/care")
    assert "Falsche Rechnung" in shown.text
    assert f"/complaints/{number}" not in shown.text
    assert client.post(f"/complaints/{number}/steps/heard").status_code in (400, 403)
    assert client.get("/care/offers/new").status_code == 403


def test_the_start_page_says_what_waits(signed_in: SignIn, people: World, house: House) -> None:
    client, anna = signed_in(), people.people["anna"]
    with house.database.writing() as session:
        complaints.open(session, anna, "Falsche Rechnung", now())
        for n in range(7):
            tasks.add(session, text=f"Anruf {n}", due_on=on_wall(now(), "Europe/Berlin").date())
        referrals.add(session, anna, name="Frau Neu", on=now().date())
    shown = client.get("/")
    assert lint.problems(shown.text) == []
    assert "Anruf 0" in shown.text
    assert "Anruf 6" not in shown.text
    assert f"/contacts/{anna}/care#complaints" in shown.text
    first = re.search(r'action="(/tasks/\d+/done)"', shown.text)
    assert first is not None
    assert client.submit("/", to=first[1], next="/").location == "/"
    assert "Anruf 0" not in re.sub(r'<div class="notices".*?</div>\s*</div>', "", client.get("/").text, flags=re.S)
