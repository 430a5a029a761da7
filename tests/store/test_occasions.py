"""Occasions on the databases: found once, held with a reason, decided, learned from, and stopped by grave news."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from outreach import companies, contacts, dates, facts, fairs, history, seasons, services, stops
from outreach.care import complaints, referrals
from outreach.contacts import Contact, tags
from outreach.errors import Conflict, Invalid, NotFound
from outreach.history import store as timeline
from outreach.occasions import decide, found, learning, pages, suggest
from outreach.occasions.rows import Occasion, State
from outreach.occasions.silence import Candidate
from outreach.occasions.suggest import Outcome
from tests import world
from tests.world import World

NOW = world.NOW
TODAY = NOW.date()
ZONE = "Europe/Berlin"


@pytest.fixture
def small(session: Session) -> World:
    made = world.build(session)
    session.execute(update(Contact).values(due_on=None))
    return made


def _company(session: Session, small: World, person: str = "anna") -> int:
    company_id = session.scalar(select(Contact.company_id).where(Contact.id == small.people[person]))
    assert company_id is not None
    return company_id


def news(company_id: int, kind: str = "award", story: str = "1", **changes: Any) -> Candidate:
    return replace(
        Candidate(
            kind=kind, what=f"story:{story}", source="feed:1", source_name="Südwest Presse", company_id=company_id,
            headline="Möbel Weber gewinnt den Gründerpreis", quote="Möbel Weber hat den Gründerpreis gewonnen.",
            link="https://news.example/1", published_at=NOW - timedelta(days=1), story=story,
        ),
        **changes,
    )  # fmt: skip


def _suggest(session: Session, *candidates: Candidate, now: datetime = NOW) -> list[Outcome]:
    return suggest.suggest(session, candidates, now=now, zone=ZONE)


def _states(session: Session) -> dict[str, str]:
    return {row[0]: row[1] for row in session.execute(select(Occasion.kind, Occasion.state))}


def test_the_same_reason_twice_is_one_occasion(session: Session, small: World) -> None:
    company_id = _company(session, small)
    (first,) = _suggest(session, news(company_id))
    (second,) = _suggest(session, news(company_id, headline="Anders erzählt"))
    assert first.is_new
    assert not second.is_new
    assert first.id == second.id
    line = pages.one(session, first.id)
    assert (line.state, line.action, line.contact_id) == ("open", "draft", small.people["anna"])
    assert line.quote == "Möbel Weber hat den Gründerpreis gewonnen."
    assert line.link == "https://news.example/1"


def test_a_decided_reason_is_never_suggested_again(session: Session, small: World) -> None:
    company_id = _company(session, small)
    (made,) = _suggest(session, news(company_id))
    decide.dismiss(session, made.id, "unimportant", user_id=small.owner, now=NOW)
    _suggest(session, news(company_id))
    suggest.refresh(session, now=NOW + timedelta(days=1), zone=ZONE)
    assert session.get(Occasion, made.id).state == State.DISMISSED  # type: ignore[union-attr]
    assert pages.today(session).few == []


def test_one_suggestion_in_a_fortnight_and_the_better_one_wins(session: Session, small: World) -> None:
    company_id = _company(session, small)
    weak = news(company_id, "expansion_market", "2", published_at=NOW - timedelta(days=9))
    outcomes = {one.id: one for one in _suggest(session, weak, news(company_id))}
    assert sorted(one.state for one in outcomes.values()) == ["held", "open"]
    assert _states(session) == {"award": "open", "expansion_market": "held"}
    held = next(row for row in pages.list_page(session, "held").rows)
    assert (held.held_by, held.held_values) == ("too_soon", {"days": 0})
    later = NOW + timedelta(days=14)
    suggest.refresh(session, now=later, zone=ZONE)
    assert _states(session)["expansion_market"] in ("expired", "held")


def test_what_is_held_comes_when_its_reason_is_gone_and_its_time_is_not(session: Session, small: World) -> None:
    company_id, anna = _company(session, small), small.people["anna"]
    complaint = complaints.open(session, anna, "Der Tisch wackelt", NOW - timedelta(days=1))
    (made,) = _suggest(session, news(company_id))
    assert (made.state, made.rule) == ("held", "complaint")
    for step in ("heard", "apology", "solved", "surprise", "asked"):
        complaints.done(session, complaint.id, step, user_id=small.owner)
    complaints.close(session, complaint.id)
    suggest.refresh(session, now=NOW + timedelta(days=1), zone=ZONE)
    assert session.get(Occasion, made.id).state == State.OPEN  # type: ignore[union-attr]


def test_a_call_makes_it_a_note(session: Session, small: World) -> None:
    company_id, anna = _company(session, small), small.people["anna"]
    timeline.add(
        session, contact_id=anna, user_id=None, kind="call", at=NOW - timedelta(days=2), text="Kurz gesprochen"
    )
    (made,) = _suggest(session, news(company_id))
    assert (made.state, made.rule) == ("note", "talked_lately")


def test_an_insolvency_sets_a_flag_and_stops_the_birthday(session: Session, small: World) -> None:
    company_id, anna = _company(session, small), small.people["anna"]
    dates.put(session, contact_id=anna, kind="birthday", month=TODAY.month, day=TODAY.day)
    found.find(session, now=NOW, zone=ZONE)
    assert _states(session)["birthday_contact"] == "open"
    _suggest(session, news(company_id, "insolvency", "9", quote="Möbel Weber hat Insolvenz angemeldet."))
    (flag,) = stops.standing(session, today=TODAY)
    assert (flag.company_id, flag.reach, flag.newsletters) == (company_id, "marketing", True)
    assert flag.quote == "Möbel Weber hat Insolvenz angemeldet."
    assert _states(session) == {"birthday_contact": "held", "insolvency": "note"}
    held = pages.list_page(session, "held").rows[0]
    assert (held.held_by, held.held_values["flag"]) == ("stop", "insolvency")


def test_a_lifted_flag_stays_lifted_when_the_same_news_comes_again(session: Session, small: World) -> None:
    company_id = _company(session, small)
    _suggest(session, news(company_id, "insolvency", "9"))
    (flag,) = stops.standing(session, today=TODAY)
    stops.lift(session, flag.id, user_id=small.owner, now=NOW)
    _suggest(session, news(company_id, "insolvency", "10"))
    assert stops.standing(session, today=TODAY) == []


def test_two_reports_of_one_crisis_are_one_flag_that_lasts_longer(session: Session, small: World) -> None:
    company_id = _company(session, small)
    _suggest(session, news(company_id, "crisis", "1", published_at=NOW - timedelta(days=20)))
    _suggest(session, news(company_id, "crisis", "2"))
    (flag,) = stops.standing(session, today=TODAY)
    assert flag.until_on == (NOW - timedelta(days=1)).date() + timedelta(days=180)


def test_an_unsure_insolvency_sets_no_flag_but_holds_good_news_until_somebody_says(
    session: Session, small: World
) -> None:
    company_id = _company(session, small)
    (grave,) = _suggest(session, news(company_id, "insolvency", "9", certainty="unsure"))
    (award,) = _suggest(session, news(company_id))
    assert grave.state == "unsure"
    assert (award.state, award.rule) == ("held", "grave_unsure")
    assert stops.standing(session, today=TODAY) == []
    decide.confirm(session, grave.id, now=NOW, zone=ZONE)
    assert [one.kind for one in stops.standing(session, today=TODAY)] == ["insolvency"]
    assert pages.one(session, award.id).held_by == "stop"


def test_an_unsure_insolvency_of_another_company_frees_what_it_held(session: Session, small: World) -> None:
    company_id = _company(session, small)
    (grave,) = _suggest(session, news(company_id, "insolvency", "9", certainty="unsure"))
    (award,) = _suggest(session, news(company_id))
    decide.dismiss(session, grave.id, "wrong_company", user_id=small.owner, now=NOW)
    suggest.rejudge(session, {("company", company_id)}, now=NOW, zone=ZONE)
    assert pages.one(session, award.id).state == "open"


def test_a_death_suggests_a_letter_and_stops_the_person(session: Session, small: World) -> None:
    anna = small.people["anna"]
    dates.put(session, contact_id=anna, kind="birthday", month=TODAY.month, day=TODAY.day)
    (made,) = _suggest(
        session, news(_company(session, small), "death", "3", contact_id=anna, quote="Anna Müller ist verstorben.")
    )
    assert (made.state, pages.one(session, made.id).action) == ("open", "letter")
    (flag,) = stops.standing(session, today=TODAY)
    assert (flag.contact_id, flag.reach) == (anna, "person")
    found.find(session, now=NOW, zone=ZONE)
    assert _states(session)["birthday_contact"] == "held"


def test_the_customer_file_gives_its_own_reasons(session: Session, small: World) -> None:
    anna, doctor, double, particle = (small.people[name] for name in ("anna", "doctor", "double", "particle"))
    dates.put(session, contact_id=anna, kind="birthday", year=1980, month=TODAY.month, day=TODAY.day)
    session.execute(update(Contact).where(Contact.id == doctor).values(due_on=TODAY, value_class="A"))
    facts.add(session, contact_id=double, kind="wish", text="Schulung für die Meister", noted_on=TODAY)
    made = services.add(session, name="Schulung")
    made.news_at = NOW
    complaints.open(session, particle, "Rechnung falsch", NOW - timedelta(days=1))
    found.find(session, now=NOW, zone=ZONE)
    rows = {row.contact_id: row for row in pages.list_page(session, "open", per_page=50).rows}
    assert rows[anna].kind == "birthday_contact"
    assert rows[anna].details["years"] == TODAY.year - 1980
    assert rows[doctor].kind == "silence"
    assert (rows[double].kind, rows[double].quote) == ("wish_service", "Schulung für die Meister")
    assert (rows[particle].kind, rows[particle].action) == ("complaint_open", "task")
    assert found.find(session, now=NOW, zone=ZONE) == 0


def test_a_fair_a_season_thanks_and_an_owed_answer_are_reasons(session: Session, small: World) -> None:
    anna, doctor, double, particle = (small.people[name] for name in ("anna", "doctor", "double", "particle"))
    fair = fairs.add(session, name="Orgatec", starts_on=TODAY + timedelta(days=20), place="Köln")
    fairs.exhibits(session, fair.id, _company(session, small), stand="Halle 4")
    contacts.update(session, doctor, tags=["Jahresplanung"])
    day = TODAY + timedelta(days=10)
    tag = tags.named(session, ["Jahresplanung"])["jahresplanung"]
    seasons.add(session, name="Jahresplanung", month=day.month, day=day.day, tag_id=tag)
    referrals.add(session, double, name="Petra Neu", on=TODAY - timedelta(days=2))
    timeline.add(session, contact_id=particle, user_id=None, kind="mail_in", at=NOW - timedelta(days=2), text="Frage")
    found.find(session, now=NOW, zone=ZONE)
    kinds_found = {(row.contact_id, row.kind) for row in pages.list_page(session, "open", per_page=50).rows}
    assert {
        (anna, "trade_fair"),
        (doctor, "season"),
        (double, "referral_thanks"),
        (particle, "answer_owed"),
    } <= kinds_found
    timeline.add(session, contact_id=particle, user_id=None, kind="mail_out", at=NOW, text="Antwort")
    found.settle(session, now=NOW, zone=ZONE)
    assert _states(session)["answer_owed"] == "expired"


def test_the_first_order_comes_back_in_round_years(session: Session, small: World) -> None:
    anna = small.people["anna"]
    first = datetime(TODAY.year - 5, TODAY.month, TODAY.day, 12, tzinfo=UTC) + timedelta(days=2)
    timeline.add(session, contact_id=anna, user_id=None, kind="order", at=first, amount=10_000)
    session.execute(update(Contact).values(due_on=None))
    found.find(session, now=NOW, zone=ZONE)
    (row,) = pages.list_page(session, "open").rows
    assert (row.kind, row.details["years"], row.happened_on) == ("anniversary_ours", 5, TODAY + timedelta(days=2))


def test_what_is_over_expires(session: Session, small: World) -> None:
    (made,) = _suggest(session, news(_company(session, small)))
    assert suggest.refresh(session, now=NOW + timedelta(days=9), zone=ZONE) == made.id
    assert _states(session) == {"award": "open"}
    suggest.refresh(session, now=NOW + timedelta(days=10), zone=ZONE)
    assert _states(session) == {"award": "expired"}


def test_later_means_later(session: Session, small: World) -> None:
    (made,) = _suggest(session, news(_company(session, small)))
    until = TODAY + timedelta(days=3)
    decide.snooze(session, made.id, until, now=NOW, zone=ZONE)
    suggest.refresh(session, now=NOW + timedelta(days=2), zone=ZONE)
    assert _states(session) == {"award": "snoozed"}
    suggest.refresh(session, now=NOW + timedelta(days=3), zone=ZONE)
    assert _states(session) == {"award": "open"}
    with pytest.raises(Invalid):
        decide.snooze(session, made.id, TODAY, now=NOW, zone=ZONE)


def test_done_by_phone_stands_on_the_timeline(session: Session, small: World) -> None:
    anna = small.people["anna"]
    (made,) = _suggest(session, news(_company(session, small)))
    decide.done(session, made.id, "phone", text="Gratuliert", user_id=small.owner, now=NOW)
    newest = session.scalars(
        select(history.rows.Touchpoint)
        .where(history.rows.Touchpoint.contact_id == anna)
        .order_by(history.rows.Touchpoint.id.desc())
    ).first()
    assert newest is not None
    assert (newest.kind, newest.text) == ("call", "Gratuliert")
    with pytest.raises(Conflict):
        decide.dismiss(session, made.id, "old", user_id=small.owner, now=NOW)
    with pytest.raises(NotFound):
        decide.dismiss(session, 10**6, "old", user_id=small.owner, now=NOW)


def test_two_dismissals_teach_and_one_click_unlearns(session: Session, small: World) -> None:
    company_id = _company(session, small)
    lessons = []
    for number in range(2):
        at = NOW + timedelta(days=91 * number)
        (made,) = _suggest(session, news(company_id, story=str(number), published_at=at), now=at)
        assert made.state == "open"
        lessons.append(decide.dismiss(session, made.id, "unimportant", user_id=small.owner, now=at).lesson)
    assert lessons[0] is None
    assert lessons[1] is not None
    (line,) = learning.learned(session, company_id=company_id)
    assert (line.rule, line.kind, line.source_name, line.dismissals) == ("note", "award", "Südwest Presse", 2)
    at = NOW + timedelta(days=200)
    (third,) = _suggest(session, news(company_id, story="3", published_at=at), now=at)
    assert (third.state, third.rule) == ("note", "lesson_note")
    learning.undo(session, lessons[1].id, now=at)
    suggest.rejudge(session, {("company", company_id)}, now=at, zone=ZONE)
    assert pages.one(session, third.id).state == "open"
    assert decide.dismiss(session, third.id, "old", user_id=small.owner, now=at + timedelta(hours=1)).lesson is None


def test_never_this_kind_here_holds_for_every_source_and_no_other_customer(session: Session, small: World) -> None:
    mine, other = _company(session, small), _company(session, small, "anna_two")
    assert mine != other
    (made,) = _suggest(session, news(mine))
    decide.never(session, made.id, user_id=small.owner, now=NOW)
    at = NOW + timedelta(days=100)
    again, elsewhere = (
        next(one for one in _suggest(session, news(company, story="7", source="feed:2", published_at=at), now=at))
        for company in (mine, other)
    )
    assert (again.state, again.rule) == ("held", "never")
    assert elsewhere.state == "open"


def test_a_rival_is_a_note_and_never_a_draft(session: Session, small: World) -> None:
    made = news(_company(session, small), "competitor_move", details={"rival": "Schreiner Krause GmbH"}, action="note")
    (one,) = _suggest(session, made)
    assert (one.state, pages.one(session, one.id).action) == ("note", "note")


def test_a_decision_can_be_taken_back(session: Session, small: World) -> None:
    (made,) = _suggest(session, news(_company(session, small)))
    decide.dismiss(session, made.id, "awkward", user_id=small.owner, now=NOW)
    decide.reopen(session, made.id, now=NOW, zone=ZONE)
    assert pages.one(session, made.id).state == "open"


def test_an_unknown_kind_is_a_mistake_of_ours(session: Session, small: World) -> None:
    with pytest.raises(ValueError, match="no kind of occasion"):
        _suggest(session, news(_company(session, small), "party"))


def test_a_company_without_people_says_that_nobody_is_there(session: Session, small: World) -> None:
    lonely = companies.create(session, name="Ganz Allein GmbH")
    (made,) = _suggest(session, news(lonely.id))
    assert (made.state, made.rule) == ("held", "nobody")
    (grave,) = _suggest(session, news(lonely.id, "insolvency", "2"))
    assert grave.state == "note"
    assert [one.company_id for one in stops.standing(session, today=TODAY)] == [lonely.id]


def test_the_day_is_the_day_of_the_house(session: Session, small: World) -> None:
    """At half past midnight in Berlin, yesterday's birthday is over, though in UTC it is still today."""
    after_midnight = datetime(2026, 9, 15, 22, 30, tzinfo=UTC)
    dates.put(session, contact_id=small.people["anna"], kind="birthday", month=9, day=15)
    found.find(session, now=after_midnight, zone=ZONE)
    assert "birthday_contact" not in _states(session)
    found.find(session, now=after_midnight - timedelta(hours=1), zone=ZONE)
    assert _states(session)["birthday_contact"] == "open"


def test_a_long_silence_of_everybody_makes_a_short_list_the_most_valuable_first(
    session: Session, small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "WAITING_MOST", 2)
    people = [small.people[name] for name in ("doctor", "particle", "pending", "gone")]
    for rank, contact_id in enumerate(people):
        session.execute(update(Contact).where(Contact.id == contact_id).values(due_on=TODAY, value_rank=rank + 1))
    for _ in range(3):
        found.find(session, now=NOW, zone=ZONE)
    assert {row.contact_id for row in pages.list_page(session, "open").rows} == set(people[:2])


def test_a_season_waits_for_room_too(session: Session, small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found, "WAITING_MOST", 1)
    day = TODAY + timedelta(days=10)
    for name in ("doctor", "particle"):
        contacts.update(session, small.people[name], tags=["Plan"])
    seasons.add(
        session, name="Jahresplanung", month=day.month, day=day.day, tag_id=tags.named(session, ["Plan"])["plan"]
    )
    for _ in range(2):
        found.find(session, now=NOW, zone=ZONE)
    (first,) = pages.list_page(session, "open").rows
    decide.dismiss(session, first.id, "old", user_id=small.owner, now=NOW)
    found.find(session, now=NOW, zone=ZONE)
    (second,) = pages.list_page(session, "open").rows
    assert {first.contact_id, second.contact_id} == {small.people["doctor"], small.people["particle"]}


def test_a_birthday_goes_along_to_the_next_employer_and_news_of_the_old_one_stays(
    session: Session, small: World
) -> None:
    company_id, anna = _company(session, small), small.people["anna"]
    dates.put(session, contact_id=anna, kind="birthday", month=TODAY.month, day=TODAY.day)
    found.find(session, now=NOW, zone=ZONE)
    (report,) = _suggest(session, news(company_id, "product_launch", contact_id=anna))
    other = companies.create(session, name="Nordwerk").id
    session.execute(update(Contact).where(Contact.id == anna).values(company_id=other))
    assert suggest.refresh(session, now=NOW, zone=ZONE) is not None
    session.expire_all()
    rows = {row.kind: row for row in session.scalars(select(Occasion))}
    assert (rows["birthday_contact"].state, rows["birthday_contact"].company_id) == ("open", other)
    assert rows["product_launch"].company_id == company_id
    assert report.is_new


def test_an_address_longer_than_its_column_is_left_out(session: Session, small: World) -> None:
    (made,) = _suggest(session, news(_company(session, small), link="https://news.example/" + "a" * 5000))
    assert pages.one(session, made.id).link == ""


def test_news_of_a_company_goes_to_a_colleague_when_its_reader_leaves(session: Session, small: World) -> None:
    company_id, anna = _company(session, small), small.people["anna"]
    (made,) = _suggest(session, news(company_id))
    assert pages.one(session, made.id).contact_id == anna
    other = companies.create(session, name="Nordwerk").id
    ben = contacts.create(session, first_name="Ben", last_name="Beyer", email="ben@beyer.example")
    session.execute(update(Contact).where(Contact.id == anna).values(company_id=other))
    session.execute(update(Contact).where(Contact.company_id == company_id).values(company_id=None))
    session.execute(update(Contact).where(Contact.id == ben.id).values(company_id=company_id))
    suggest.refresh(session, now=NOW, zone=ZONE)
    session.expire_all()
    line = pages.one(session, made.id)
    assert (line.state, line.contact_id, line.company_id) == ("open", ben.id, company_id)


def test_a_story_that_turns_out_to_be_grave_is_still_told(session: Session, small: World) -> None:
    company_id = _company(session, small)
    _suggest(session, news(company_id, "new_site", "5"))
    _suggest(session, news(company_id, "insolvency", "5"))
    assert _states(session) == {"new_site": "held", "insolvency": "note"}
