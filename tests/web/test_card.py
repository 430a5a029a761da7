"""The card of a contact and of a company on the web: every part changed where it stands, bad input kept, undone, readers."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach import clock, companies, contacts, dates, facts, merge, tasks, valuation
from outreach.consent import permissions
from outreach.consent.rows import Subscription
from outreach.contacts import channels
from outreach.history import store as history
from outreach.history.rows import Touchpoint
from outreach.house import House
from outreach.journal import ChangeSet
from outreach.users import Role
from tests.web import lint
from tests.web.conftest import Browser, SignIn
from tests.world import World

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


@pytest.fixture
def editor(signed_in: SignIn) -> Browser:
    return signed_in(Role.EDITOR)


@pytest.fixture
def anna(people: World) -> str:
    return f"/contacts/{people.people['anna']}"


@pytest.fixture
def firm(people: World) -> str:
    return f"/companies/{people.companies['mueller']}"


def _one(house: House, number: int) -> contacts.Person:
    with house.database.reading() as session:
        return contacts.person(session, number)


def _number(address: str) -> int:
    return int(address.rpartition("/")[2])


def _undo(client: Browser, address: str) -> str:
    """Press the first "Undo" on this page; gives the page that follows."""
    shown = client.get(address).text
    action = re.search(r'action="(/changes/\d+/undo)"', shown)
    assert action, "no undo on the page"
    fields = dict(re.findall(r'name="(csrf_token|next)" value="([^"]*)"', shown[action.start() : action.start() + 600]))
    answer = client.post(action[1], data=fields, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


# ── what everybody sees ────────────────────────────────────────────────────────


def test_a_card_says_who_what_next_and_what_happened(editor: Browser, house: House, anna: str) -> None:
    with house.database.writing() as session:
        history.add(session, contact_id=_number(anna), kind="order", amount=420_000, text="Workshop")
        facts.add(session, contact_id=_number(anna), kind="wish", text="Schulung im Herbst")
    shown = editor.get(anna).text
    assert "Sehr geehrte Frau Müller," in shown
    assert "Schulung im Herbst" in shown.split('id="next"')[1].split("</section>")[0]  # an open wish is the next step
    assert "4.200" in shown
    assert lint.problems(shown) == []


def test_a_greeting_that_is_refused_says_why_and_where_to_mend_it(editor: Browser, people: World) -> None:
    shown = editor.get(f"/contacts/{people.people['no_name']}").text
    assert 'class="greeting warn"' in shown
    assert f"/contacts/{people.people['no_name']}/person" in shown


def test_a_reader_sees_the_card_and_no_form(signed_in: SignIn, anna: str, firm: str, house: House) -> None:
    with house.database.writing() as session:
        facts.add(session, contact_id=_number(anna), kind="wish", text="Schulung")
        history.add(session, contact_id=_number(anna), kind="offer", text="Schulung", amount=1000)
        tasks.add(session, contact_id=_number(anna), text="Anrufen")
    reader = signed_in(Role.READER)
    for address in (anna, firm, f"{anna}/changes", f"{anna}/timeline"):
        shown = reader.get(address).text
        main = shown[shown.index("<main") :]
        assert 'method="post"' not in main, address
        assert "/edit" not in main, address
        assert '/new"' not in main, address
    assert reader.get(f"{anna}/facts/new").status_code == 403


def test_a_merged_contact_leads_to_the_card_it_became(editor: Browser, house: House, people: World) -> None:
    keep, other = people.people["anna"], people.people["anna_two"]
    with house.database.writing() as session:
        merge.contacts(session, keep, other, now=clock.now())
    answer = editor.get(f"/contacts/{other}")
    assert answer.status_code == 303
    assert answer.location == f"/contacts/{keep}"


def test_ten_thousand_entries_show_thirty_and_a_way_on(editor: Browser, house: House, anna: str) -> None:
    now = clock.now()
    with house.database.writing() as session:
        session.add_all(
            Touchpoint(contact_id=_number(anna), kind="note", at=now - timedelta(hours=n), text=f"Notiz {n}")
            for n in range(10_000)
        )
    shown = editor.get(anna).text
    assert shown.count('class="entry"') == 30
    more = re.search(r'href="([^"]*/timeline\?after=[^"]*)"', shown)
    assert more
    following = editor.get(more[1]).text
    assert "Notiz 30" in following
    assert "Notiz 29<" not in following


def test_the_timeline_can_be_narrowed_to_a_kind(editor: Browser, house: House, anna: str) -> None:
    with house.database.writing() as session:
        history.add(session, contact_id=_number(anna), kind="call", text="am Telefon")
        history.add(session, contact_id=_number(anna), kind="note", text="nur notiert")
    shown = editor.get(f"{anna}/timeline?kind=call").text
    assert "am Telefon" in shown
    assert "nur notiert" not in shown
    assert editor.get(f"{anna}/timeline?kind=dance").status_code == 422
    assert editor.get(f"{anna}/timeline?after=nonsense").status_code == 422


# ── entries ────────────────────────────────────────────────────────────────────


def test_an_entry_is_noted_with_its_day_and_amount_and_undone(editor: Browser, house: House, anna: str) -> None:
    answer = editor.submit(
        f"{anna}/entries/new", to=f"{anna}/entries", kind="order", on="2026-05-03", text="Workshop", amount="4.200,50 €"
    )
    assert answer.status_code == 303
    with house.database.reading() as session:
        entry = session.scalars(select(Touchpoint)).one()
        assert (entry.kind, entry.amount, entry.at.date()) == ("order", 420_050, date(2026, 5, 3))
        assert contacts.get(session, _number(anna)).turnover_36 == 420_050
    _undo(editor, anna)
    with house.database.reading() as session:
        assert session.scalars(select(Touchpoint)).all() == []
        assert contacts.get(session, _number(anna)).turnover_36 == 0  # value follows the way back


def test_a_bad_amount_keeps_what_was_typed(editor: Browser, anna: str) -> None:
    answer = editor.submit(
        f"{anna}/entries/new", to=f"{anna}/entries", kind="offer", on="2026-05-03", text="Schulung", amount="viel"
    )
    assert answer.status_code == 422
    assert 'id="amount-error"' in answer.text
    assert "Schulung" in answer.text
    assert lint.problems(answer.text) == []


def test_a_form_opened_in_place_comes_back_to_its_place_with_its_mistake(editor: Browser, anna: str) -> None:
    shown = editor.get(f"{anna}/entries/new", headers={"HX-Request": "true"}).text
    assert f'hx-post="{anna}/entries"' in shown
    token = re.search(r'name="csrf_token" value="([^"]*)"', shown)
    assert token
    answer = editor.post(
        f"{anna}/entries", data={"csrf_token": token[1], "kind": "note", "text": ""}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#entry-new"


def test_an_entry_is_changed_and_keeps_its_hour(editor: Browser, house: House, anna: str) -> None:
    with house.database.writing() as session:
        made = history.add(session, contact_id=_number(anna), kind="call", text="alt")
        number, at = made.id, made.at
    form = editor.get(f"{anna}/entries/{number}/edit").text
    on = re.search(r'name="on"[^>]*value="([^"]*)"', form)
    assert on
    editor.submit(f"{anna}/entries/{number}/edit", to=f"{anna}/entries/{number}", kind="call", on=on[1], text="neu")
    with house.database.reading() as session:
        entry = history.get(session, number)
        assert (entry.text, entry.at) == ("neu", at)


def test_an_offer_is_won_and_becomes_an_order(editor: Browser, house: House, anna: str) -> None:
    with house.database.writing() as session:
        number = history.add(session, contact_id=_number(anna), kind="offer", text="Schulung", amount=1000_00).id
    editor.submit(anna, to=f"{anna}/entries/{number}/answer", answer="won")
    with house.database.reading() as session:
        kinds = {one.kind: one.state for one in session.scalars(select(Touchpoint))}
    assert kinds == {"offer": "won", "order": ""}
    _undo(editor, anna)
    with house.database.reading() as session:
        assert [(one.kind, one.state) for one in session.scalars(select(Touchpoint))] == [("offer", "open")]


def test_an_entry_of_another_card_is_not_there(editor: Browser, house: House, people: World, anna: str) -> None:
    with house.database.writing() as session:
        number = history.add(session, contact_id=people.people["doctor"], kind="call").id
    assert editor.get(f"{anna}/entries/{number}/edit").status_code == 404


# ── facts ──────────────────────────────────────────────────────────────────────


def _fact(**given: str) -> dict[str, str]:
    return {"kind": "wish", "text": "Schulung", "source": "Telefonat 3.5.", "noted_on": "2026-05-03", **given}


def test_a_wish_is_noted_closed_and_opened_again(editor: Browser, house: House, anna: str) -> None:
    editor.submit(f"{anna}/facts/new", to=f"{anna}/facts", **_fact())
    with house.database.reading() as session:
        fact = facts.of_contact(session, _number(anna), today=date(2026, 9, 15))[0]
    assert (fact.kind, fact.source, fact.noted_on) == ("wish", "Telefonat 3.5.", date(2026, 5, 3))
    editor.submit(anna, to=f"{anna}/facts/{fact.id}/closing")
    with house.database.reading() as session:
        assert facts.get(session, fact.id).closed_at is not None
    editor.submit(anna, to=f"{anna}/facts/{fact.id}/reopening")
    with house.database.reading() as session:
        assert facts.get(session, fact.id).closed_at is None


def test_a_sensitive_note_is_stored_only_after_a_word(editor: Browser, house: House, anna: str) -> None:
    given = _fact(kind="topic", text="Hat Krebs, bitte behutsam")
    answer = editor.submit(f"{anna}/facts/new", to=f"{anna}/facts", **given)
    assert answer.status_code == 422
    assert 'name="anyway"' in answer.text
    assert "Hat Krebs, bitte behutsam" in answer.text
    assert "Telefonat 3.5." in answer.text
    with house.database.reading() as session:
        assert facts.of_contact(session, _number(anna), today=date(2026, 9, 15)) == []
    editor.submit(f"{anna}/facts/new", to=f"{anna}/facts", **given, anyway="yes")
    with house.database.reading() as session:
        assert len(facts.of_contact(session, _number(anna), today=date(2026, 9, 15))) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"text": ""}, "text"), ({"noted_on": "gestern"}, "noted_on"), ({"valid_until": "2026-01-01"}, "valid_until")],
)
def test_a_bad_note_is_kept_on_the_form(editor: Browser, anna: str, wrong: dict[str, str], field: str) -> None:
    answer = editor.submit(f"{anna}/facts/new", to=f"{anna}/facts", **_fact(**wrong))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "Telefonat 3.5." in answer.text


def test_a_note_is_changed_and_taken_off_and_comes_back(editor: Browser, house: House, anna: str) -> None:
    with house.database.writing() as session:
        number = facts.add(session, contact_id=_number(anna), kind="topic", text="alt").id
    editor.submit(f"{anna}/facts/{number}/edit", to=f"{anna}/facts/{number}", **_fact(kind="topic", text="neu"))
    with house.database.reading() as session:
        assert facts.get(session, number).text == "neu"
    editor.submit(anna, to=f"{anna}/facts/{number}/removal")
    _undo(editor, anna)
    with house.database.reading() as session:
        assert facts.get(session, number).text == "neu"


# ── days, tasks, addresses ─────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"day": "3", "month": "5", "year": "1980"}, (1980, 5, 3)),
        ({"day": "3", "month": "5"}, (None, 5, 3)),
        ({"year": "1980"}, (1980, None, None)),
    ],
)
def test_a_birthday_is_noted_as_far_as_it_is_known(
    editor: Browser, house: House, anna: str, typed: dict[str, str], kept: tuple[int | None, ...]
) -> None:
    answer = editor.submit(f"{anna}/days/new", to=f"{anna}/days", kind="birthday", repeats="yearly", **typed)
    assert answer.status_code == 303
    with house.database.reading() as session:
        found = dates.of(session, contact_id=_number(anna), today=date(2026, 9, 15))
        assert [(one.year, one.month, one.day) for one in found] == [kept]
    editor.submit(anna, to=f"{anna}/days/{found[0].id}/removal")
    with house.database.reading() as session:
        assert dates.of(session, contact_id=_number(anna), today=date(2026, 9, 15)) == []


@pytest.mark.parametrize("typed", [{"day": "31", "month": "2"}, {"day": "x", "month": "5"}, {}])
def test_a_day_that_is_none_is_said_so(editor: Browser, anna: str, typed: dict[str, str]) -> None:
    answer = editor.submit(f"{anna}/days/new", to=f"{anna}/days", kind="birthday", repeats="yearly", **typed)
    assert answer.status_code == 422
    assert 'id="day-error"' in answer.text


def test_a_task_is_put_on_the_list_and_ticked_off(editor: Browser, house: House, anna: str, people: World) -> None:
    given = {"text": "Angebot nachfassen", "due_on": "2026-12-01", "user_id": str(people.owner)}
    editor.submit(f"{anna}/tasks/new", to=f"{anna}/tasks", **given)
    with house.database.reading() as session:
        task = tasks.open_of(session, contact_id=_number(anna))[0]
    assert (task.text, task.due_on, task.user_id) == ("Angebot nachfassen", date(2026, 12, 1), people.owner)
    editor.submit(anna, to=f"{anna}/tasks/{task.id}/done")
    with house.database.reading() as session:
        assert tasks.open_of(session, contact_id=_number(anna)) == []


def test_a_task_without_words_keeps_its_day(editor: Browser, anna: str) -> None:
    answer = editor.submit(f"{anna}/tasks/new", to=f"{anna}/tasks", text="", due_on="2026-12-01", user_id="")
    assert answer.status_code == 422
    assert "2026-12-01" in answer.text


def test_a_postal_address_is_added_changed_and_emptied(editor: Browser, house: House, anna: str) -> None:
    town = {"label": "work", "street": "Deichstraße 3", "postcode": "50667", "city": "Köln"}
    editor.submit(f"{anna}/addresses/new", to=f"{anna}/addresses", **town)
    with house.database.reading() as session:
        one = channels.postal(session, contact_id=_number(anna))[0]
    assert one.lines == ["Deichstraße 3", "50667 Köln"]
    at = f"{anna}/addresses/{one.id}"
    editor.submit(f"{at}/edit", to=at, **{**town, "street": "Deichstraße 5"})
    editor.submit(f"{at}/edit", to=at, label="work", street="", postcode="", city="", extra="", country="")
    with house.database.reading() as session:
        assert channels.postal(session, contact_id=_number(anna)) == []


# ── the person ─────────────────────────────────────────────────────────────────


def test_the_name_is_changed_where_it_stands(editor: Browser, house: House, anna: str) -> None:
    given = {"salutation": "frau", "title": "Dr.", "first_name": "Anna", "last_name": "Möller", "role": "Einkauf",
             "company": "Nordlicht Medien AG", "address_form": "sie", "language": "de"}  # fmt: skip
    answer = editor.submit(f"{anna}/person", to=f"{anna}/person", **given)
    assert answer.status_code == 303
    person = _one(house, _number(anna))
    assert (person.name, person.role, person.company) == ("Dr. Anna Möller", "Einkauf", "Nordlicht Medien AG")
    assert person.email == "anna@mueller.example"  # what was not asked stays
    assert "Sehr geehrte Frau Dr. Möller," in editor.get(anna).text


def test_the_greeting_is_shown_while_typing(editor: Browser, anna: str) -> None:
    shown = editor.get(f"{anna}/greeting?salutation=herr&last_name=Weiß&address_form=sie&language=de").text
    assert "Sehr geehrter Herr Weiß," in shown
    assert "Sehr geehrte(r)" not in editor.get(f"{anna}/greeting?last_name=").text


def test_another_mail_address_is_asked_to_confirm_and_the_page_says_so(
    editor: Browser, house: House, anna: str
) -> None:
    answer = editor.submit(f"{anna}/reach", to=f"{anna}/reach", email="neu@mueller.example", phone="", city="Köln")
    shown = editor.get(answer.location).text
    assert "neu@mueller.example is asked" in shown or "Neuigkeiten" in shown.split('id="notices"')[1].split("</main")[0]
    with house.database.reading() as session:
        states = session.scalars(select(Subscription.state).where(Subscription.contact_id == _number(anna))).all()
    assert states == ["pending"]


def test_an_address_somebody_else_has_is_refused_beside_its_field(editor: Browser, anna: str) -> None:
    answer = editor.submit(f"{anna}/reach", to=f"{anna}/reach", email="bjoern@groessmann.example", phone="1", city="X")
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert "bjoern@groessmann.example" in answer.text


def test_a_further_number_is_added_and_taken_off(editor: Browser, house: House, anna: str) -> None:
    add = {"kind": "phone", "label": "mobile", "value": "0171 234567"}
    editor.submit(f"{anna}/channels/new", to=f"{anna}/channels", **add)
    again = editor.submit(f"{anna}/channels/new", to=f"{anna}/channels", **add)
    assert again.status_code == 422
    assert 'id="value-error"' in again.text
    with house.database.reading() as session:
        one = channels.of(session, _number(anna))[0]
    editor.submit(anna, to=f"{anna}/channels/{one.id}/removal")
    with house.database.reading() as session:
        assert channels.of(session, _number(anna)) == []


def test_a_bad_further_address_is_said_beside_its_field(editor: Browser, anna: str) -> None:
    answer = editor.submit(f"{anna}/channels/new", to=f"{anna}/channels", kind="email", label="work", value="kein @")
    assert answer.status_code == 422
    assert 'id="value-error"' in answer.text


def test_standing_is_changed_and_the_pace_follows(editor: Browser, house: House, anna: str) -> None:
    given = {"stage": "fan", "owner_id": "", "pace": "own", "ideal": "10", "latest": "20", "paused_until": ""}
    editor.submit(f"{anna}/standing", to=f"{anna}/standing", **given)
    person = _one(house, _number(anna))
    assert (person.stage, person.stage_by_hand, person.cadence_ideal) == ("fan", True, 10)
    assert person.due_on is not None
    editor.submit(f"{anna}/standing", to=f"{anna}/standing", **{**given, "stage": "", "muted": "y", "deceased": "y"})
    person = _one(house, _number(anna))
    assert (person.stage, person.stage_by_hand, person.due_on) == ("prospect", False, None)
    assert person.deceased_at is not None


@pytest.mark.parametrize("wrong", [{"ideal": "viele"}, {"ideal": "20", "latest": "10"}, {"paused_until": "bald"}])
def test_bad_standing_keeps_what_was_chosen(editor: Browser, anna: str, wrong: dict[str, str]) -> None:
    given = {"stage": "fan", "owner_id": "", "pace": "own", "ideal": "10", "latest": "20", "paused_until": "", **wrong}
    answer = editor.submit(f"{anna}/standing", to=f"{anna}/standing", **given)
    assert answer.status_code == 422
    assert re.search(r'<option selected value="fan"', answer.text)


def test_tags_and_own_fields_are_changed_alone(editor: Browser, house: House, anna: str) -> None:
    editor.submit(f"{anna}/tags", to=f"{anna}/tags", tags="VIP, Presse")
    editor.submit(
        f"{anna}/fields", to=f"{anna}/fields", custom_kundennummer="18", custom_branche="Handel", source="Messe"
    )
    person = _one(house, _number(anna))
    assert person.tags == ("Presse", "VIP")
    assert person.custom["kundennummer"] == 18
    assert (person.name, person.email) == ("Anna Müller", "anna@mueller.example")
    wrong = editor.submit(f"{anna}/fields", to=f"{anna}/fields", custom_kundennummer="viele", source="Messe")
    assert wrong.status_code == 422
    assert "viele" in wrong.text


def test_a_picture_is_shown_privately_and_taken_away(editor: Browser, house: House, anna: str) -> None:
    answer = editor.submit(f"{anna}/photo/edit", to=f"{anna}/photo", photo=(io.BytesIO(PNG), "a.png"))
    assert answer.status_code == 303
    shown = editor.get(f"{anna}/photo")
    assert (shown.status_code, shown.mimetype, shown.data) == (200, "image/png", PNG)
    assert "private" in shown.headers["Cache-Control"]
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    editor.submit(f"{anna}/photo/edit", to=f"{anna}/photo/removal")
    assert editor.get(f"{anna}/photo").status_code == 404


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", b"GIF89a", b""])
def test_what_is_no_picture_is_refused(editor: Browser, anna: str, content: bytes) -> None:
    answer = editor.submit(f"{anna}/photo/edit", to=f"{anna}/photo", photo=(io.BytesIO(content), "a.png"))
    assert answer.status_code == 422
    assert 'id="photo-error"' in answer.text


def test_what_somebody_said_moves_the_light(editor: Browser, house: House, anna: str) -> None:
    given = {
        "channel": "phone",
        "what": "objected",
        "source": "telephone, 3 May",
        "said": "bitte nicht",
        "on": "2026-05-03",
    }
    editor.submit(f"{anna}/permissions/new", to=f"{anna}/permissions", **given)
    with house.database.reading() as session:
        one = permissions.of(session, _number(anna))[0]
    assert one.what == "objected"
    assert "bitte nicht" in editor.get(anna).text
    editor.submit(anna, to=f"{anna}/permissions/{one.id}/end")
    with house.database.reading() as session:
        assert permissions.standing(session, _number(anna)) == []
    missing = editor.submit(f"{anna}/permissions/new", to=f"{anna}/permissions", **{**given, "source": ""})
    assert missing.status_code == 422
    assert 'id="source-error"' in missing.text


# ── companies ──────────────────────────────────────────────────────────────────


def test_a_company_card_adds_up_its_people_and_its_own_orders(
    editor: Browser, house: House, anna: str, firm: str
) -> None:
    with house.database.writing() as session:
        history.add(session, contact_id=_number(anna), kind="order", amount=100_000, text="Workshop")
        history.add(session, company_id=_number(firm), kind="order", amount=50_000, text="Wartung")
    shown = editor.get(firm).text
    assert "1.500" in shown.split('id="next"')[1][:300]
    assert "Workshop" in shown
    assert "Wartung" in shown
    assert lint.problems(shown) == []


def test_entries_notes_and_tasks_of_a_company_are_its_own(editor: Browser, house: House, firm: str) -> None:
    editor.submit(f"{firm}/entries/new", to=f"{firm}/entries", kind="meeting", on="2026-05-03", text="Führung")
    editor.submit(f"{firm}/facts/new", to=f"{firm}/facts", **_fact(kind="project", text="Neues Werk"))
    editor.submit(f"{firm}/tasks/new", to=f"{firm}/tasks", text="Nachfragen", due_on="", user_id="")
    editor.submit(
        f"{firm}/days/new", to=f"{firm}/days", kind="founding", repeats="yearly", year="1954", month="10", day="1"
    )
    shown = editor.get(firm).text
    for words in ("Führung", "Neues Werk", "Nachfragen"):
        assert words in shown
    with house.database.reading() as session:
        assert dates.of(session, company_id=_number(firm), today=date(2026, 9, 15))[0].year == 1954


def test_a_company_keeps_lists_one_entry_a_line(editor: Browser, house: House, firm: str) -> None:
    given = {"name": "Müller & Söhne Maschinenbau GmbH", "city": "Köln", "aliases": "Müller\r\nMSM", "competitors": "Schmidt",
             "domains": "https://www.mueller.example/x", "former_names": "", "customer_since": "01.04.2019"}  # fmt: skip
    assert editor.submit(f"{firm}/edit", to=firm, **given).status_code == 303
    with house.database.reading() as session:
        one = companies.get(session, _number(firm))
        assert (one.aliases, one.domains, one.customer_since) == (
            ["Müller", "MSM"],
            ["mueller.example"],
            date(2019, 4, 1),
        )
    wrong = editor.submit(f"{firm}/edit", to=firm, **{**given, "customer_since": "früher"})
    assert wrong.status_code == 422
    assert 'id="customer_since-error"' in wrong.text


# ── the history ────────────────────────────────────────────────────────────────


def test_the_history_says_who_changed_what_in_words(editor: Browser, anna: str) -> None:
    editor.submit(f"{anna}/reach", to=f"{anna}/reach", email="anna@mueller.example", phone="0221 5", city="Bonn")
    shown = editor.get(f"{anna}/changes").text
    assert "Jonas Öztürk" in shown
    assert "<del>Köln</del>" in shown
    assert "<ins>Bonn</ins>" in shown
    assert lint.problems(shown) == []


def test_a_change_is_taken_back_once(editor: Browser, house: House, anna: str) -> None:
    editor.submit(f"{anna}/tags", to=f"{anna}/tags", tags="Presse")
    _undo(editor, f"{anna}/changes")
    assert _one(house, _number(anna)).tags == ("Messe", "VIP")
    with house.database.reading() as session:
        number = session.scalars(select(ChangeSet.id).where(ChangeSet.undone_at.is_not(None))).one()
    token = re.search(r'name="csrf_token" value="([^"]*)"', editor.get(anna).text)
    assert token
    assert editor.post(f"/changes/{number}/undo", data={"csrf_token": token[1]}).status_code == 409


def test_what_was_changed_since_stays_and_is_said(editor: Browser, house: House, anna: str) -> None:
    editor.submit(f"{anna}/reach", to=f"{anna}/reach", email="anna@mueller.example", phone="", city="Bonn")
    first = re.search(r"/changes/\d+/undo", editor.get(anna).text)
    assert first
    with house.database.writing() as session:
        contacts.update(session, _number(anna), city="Berlin")
    token = re.search(r'name="csrf_token" value="([^"]*)"', editor.get(anna).text)
    assert token
    answer = editor.post(first[0], data={"csrf_token": token[1], "next": anna}, follow_redirects=True)
    assert _one(house, _number(anna)).city == "Berlin"
    assert 'class="notice warning"' in answer.text


def test_undoing_a_new_contact_leads_to_the_list(editor: Browser, house: House) -> None:
    answer = editor.submit(
        "/contacts/new",
        to="/contacts",
        last_name="Neu",
        address_form="sie",
        language="de",
        stage="prospect",
        salutation="",
    )
    shown = _undo(editor, answer.location)
    assert "<h1>" in shown
    with house.database.reading() as session:
        assert session.scalar(select(contacts.Contact.id).where(contacts.Contact.last_name == "Neu")) is None


def test_the_list_is_sorted_by_due_and_narrowed_by_class(editor: Browser, house: House, people: World) -> None:
    def sell(session: Session, name: str, cents: int) -> None:
        history.add(session, contact_id=people.people[name], kind="order", amount=cents, text="x")

    with house.database.writing() as session:
        sell(session, "anna", 900_000)
        sell(session, "doctor", 1_000)
        valuation.recompute(session, clock.now())
    shown = editor.get("/contacts?class=A").text
    assert "Anna Müller" in shown
    assert "Größmann" not in shown.split('id="results"')[1]
    assert "Größmann" in editor.get("/contacts?sort=due").text
    assert "Größmann" in editor.get("/contacts?sort=value").text
