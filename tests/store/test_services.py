"""Services, and who waits for them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from outreach import clock, contacts, facts, services
from outreach.contacts import Contact
from outreach.errors import Conflict, Invalid
from outreach.facts import Fact
from tests import world
from tests.world import World

TODAY = date(2026, 9, 15)


@pytest.fixture
def small(session: Session) -> World:
    return world.build(session)


def _fact(session: Session, contact_id: int, text: str, kind: str = "wish", on: date = TODAY, **more: object) -> int:
    return facts.add(session, contact_id=contact_id, kind=kind, text=text, noted_on=on, **more).id  # type: ignore[arg-type]


def _waiting(session: Session, service_id: int) -> list[int]:
    return [one.contact_id for one in services.interested(session, service_id, TODAY)]


def test_wishes_stand_before_interests_before_tags_the_newest_first(session: Session, small: World) -> None:
    anna, doctor, double, particle = (small.people[name] for name in ("anna", "doctor", "double", "particle"))
    _fact(session, anna, "Interesse an Schulungen", kind="interest", on=date(2026, 9, 10))
    _fact(session, doctor, "Will Angebot Schulung", on=date(2026, 5, 3), source="Telefonat 3.5.")
    _fact(session, double, "schulung für die Meister", on=date(2026, 6, 1))
    contacts.update(session, particle, tags=["Schulungskunde"])
    made = services.add(session, name="Schulung", tags=["schulungskunde"])
    found = services.interested(session, made.id, TODAY)
    assert [one.contact_id for one in found] == [double, doctor, anna, particle]
    assert [one.why for one in found] == ["wish", "wish", "interest", "tag"]
    assert (found[1].quote, found[1].noted_on, found[1].source) == (
        "Will Angebot Schulung",
        date(2026, 5, 3),
        "Telefonat 3.5.",
    )
    assert found[0].company
    assert found[3].fact_id is None


def test_one_line_per_contact_with_every_reason(session: Session, small: World) -> None:
    anna = small.people["anna"]
    _fact(session, anna, "Webseite neu", kind="interest")
    wish = _fact(session, anna, "Neue Webseiten für die Filialen", on=date(2026, 1, 1))
    contacts.update(session, anna, tags=["web"])
    made = services.add(session, name="Webseiten", tags=["Web"])
    (found,) = services.interested(session, made.id, TODAY)
    assert [one.why for one in found.reasons] == ["wish", "interest", "tag"]
    assert found.fact_id == wish


def test_who_is_muted_died_or_has_the_wish_fulfilled_is_left_out(session: Session, small: World) -> None:
    names = ("anna", "doctor", "double", "particle", "no_address", "no_name")
    anna, doctor, double, particle, there, over = (small.people[name] for name in names)
    for one in (anna, doctor, there):
        _fact(session, one, "Coaching")
    facts.close(session, _fact(session, double, "Coaching"))
    _fact(session, over, "Coaching", on=date(2026, 1, 1), valid_until=date(2026, 9, 14))
    contacts.update(session, anna, muted=True)
    contacts.update(session, doctor, deceased=True)
    contacts.update(session, particle, tags=["coach"], deceased=True)
    made = services.add(session, name="Coaching", tags=["coach"])
    assert _waiting(session, made.id) == [there]


@pytest.mark.parametrize(
    ("name", "words", "wish", "fits"),
    [
        ("Schulung", [], "will SCHULUNGEN im Herbst", True),
        ("Webseiten", [], "eine neue Webseite", True),
        ("Cafe-Möbel", [], "Möbel fürs Café", True),
        ("Beratung für Handwerker", [], "etwas für den Garten", False),
        ("Beratung", [], "Unternehmensberatung", False),
        ("Beratung", ["Unternehmensberatung"], "Unternehmensberatung", True),
        ("Energie-Workshop", ["Wärmepumpe planen"], "Wärmepumpe", False),
        ("Energie-Workshop", ["Wärmepumpe planen"], "planen eine Wärmepumpe", True),
        ("Energie-Workshop", ["Wärmepumpe"], "ein Workshop", False),
        ("Für und mit", [], "für und mit", False),
        ("C++", [], "C++ lernen", False),
        ("KI", [], "mehr über KI", True),
        ("O'Neill & Co: \"Test\" | x", [], "Test", True),
    ],
)  # fmt: skip
def test_words_fit_by_their_beginnings(
    session: Session, small: World, name: str, words: list[str], wish: str, *, fits: bool
) -> None:
    _fact(session, small.people["anna"], wish)
    made = services.add(session, name=name, words=words)
    assert bool(_waiting(session, made.id)) is fits


def test_a_changed_service_is_news_only_when_the_person_says_so(session: Session) -> None:
    made = services.add(session, name="Schulung")
    made.news_at = datetime(2026, 1, 1, tzinfo=UTC)
    services.change(session, made.id, description="Jetzt auch online")
    assert made.news_at.year == 2026
    assert made.news_at.month == 1
    services.change(session, made.id, is_news=True)
    assert made.news_at > clock.ago(days=1)
    services.archive(session, made.id)
    assert services.list_all(session) == []
    assert [one.id for one in services.list_all(session, archived=True)] == [made.id]
    services.restore(session, made.id)
    assert [one.id for one in services.list_all(session)] == [made.id]


def test_two_services_have_two_names(session: Session) -> None:
    services.add(session, name="Schulung")
    other = services.add(session, name="Beratung")
    with pytest.raises(Conflict):
        services.add(session, name="schulung")
    with pytest.raises(Conflict):
        services.change(session, other.id, name="SCHULUNG")
    with pytest.raises(Invalid):
        services.add(session, name=" ")
    services.change(session, other.id, name="Beratung", words=["Rat", "Rat", ""])
    assert other.words == ["Rat"]


def test_thousands_of_wishes_give_a_list_within_its_bounds(session: Session) -> None:
    now = clock.now()
    columns = {"title": "", "first_name": "", "salutation": "", "address_form": "sie", "language": "de", "city": "", "phone": "", "stage": "prospect", "custom": {}, "measuring_agreed": False, "source": "", "created_at": now, "updated_at": now}  # fmt: skip
    session.execute(insert(Contact), [{**columns, "last_name": f"K{n}"} for n in range(3000)])
    first = session.query(Contact.id).order_by(Contact.id).limit(1).scalar() or 1
    session.execute(
        insert(Fact),
        [{"contact_id": first + n % 3000, "kind": "wish", "text": f"Schulung {n}", "noted_on": TODAY, "source": "", "created_at": now} for n in range(11_000)],
    )  # fmt: skip
    made = services.add(session, name="Schulung")
    found = services.interested(session, made.id, TODAY)
    assert len(found) == 3000
    assert sum(len(one.reasons) for one in found) == services.LOOKED_AT
