"""When not to suggest: each rule of silence, their order, and what never becomes a draft."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from outreach.occasions import kinds, ranking, silence
from outreach.occasions.rows import State
from outreach.occasions.silence import Before, Candidate, Flag, Recipient, Situation

TODAY = date(2026, 11, 20)
ANNA = Recipient(id=1, name="Anna Vogt", value_class="B", has_company=True)
PEACE = Situation(recipient=ANNA)
KINDS = kinds.load()


def news(kind: str = "award", **changes: Any) -> Candidate:
    return replace(
        Candidate(
            kind=kind,
            what="story:1",
            source="feed:1",
            company_id=5,
            headline="Vogt GmbH gewinnt den Gründerpreis",
            quote="Die Vogt GmbH aus Ulm hat den Gründerpreis gewonnen.",
            published_at=datetime(2026, 11, 19, 8, tzinfo=UTC),
            story="1",
        ),
        **changes,
    )


def before(kind: str, *, days: int, state: str = "done", **changes: Any) -> Before:
    day = TODAY - timedelta(days=days)
    return replace(Before(9, kind, "other", state, "mail", day, day, "draft", 1), **changes)


def judged(candidate: Candidate, about: Situation = PEACE) -> tuple[str, str, str]:
    verdict = silence.judge(candidate, KINDS[candidate.kind], about, TODAY)
    return verdict.state, verdict.action, verdict.rule


def test_a_fresh_award_of_a_known_customer_is_suggested() -> None:
    assert judged(news()) == ("open", "draft", "")


SILENT: dict[str, tuple[Candidate, Situation, tuple[str, str, str]]] = {
    "nobody to write to": (news(), Situation(), ("held", "draft", "nobody")),
    "the person died": (news(), Situation(recipient=replace(ANNA, deceased=True)), ("held", "draft", "deceased")),
    "muted": (news(), Situation(recipient=replace(ANNA, muted=True)), ("held", "draft", "muted")),
    "paused": (news(), Situation(recipient=replace(ANNA, paused_until=TODAY + timedelta(days=3))), ("held", "draft", "paused")),
    "never wanted": (news(), replace(PEACE, lessons={("award", ""): "never"}), ("held", "draft", "never")),
    "insolvent": (news(), replace(PEACE, flags=[Flag("marketing", "insolvency", TODAY)]), ("held", "draft", "stop")),
    "in a crisis": (news(), replace(PEACE, flags=[Flag("positive", "crisis", TODAY)]), ("held", "draft", "stop")),
    "identity open": (news(certainty="unsure"), PEACE, ("unsure", "draft", "unsure")),
    "denied": (news(doubts=("negated",)), PEACE, ("note", "note", "doubt")),
    "too old": (news(published_at=datetime(2026, 10, 1, tzinfo=UTC)), PEACE, ("held", "draft", "window")),
    "learned": (news(), replace(PEACE, lessons={("award", "feed:1"): "note"}), ("note", "note", "lesson_note")),
    "same story": (news(), replace(PEACE, before=[before("award", days=3, story="1", suggested_on=None)]), ("held", "draft", "story")),
    "same kind": (news(), replace(PEACE, before=[before("award", days=60)]), ("held", "draft", "kind_again")),
    "one in a fortnight": (news(), replace(PEACE, before=[before("funding", days=13)]), ("held", "draft", "too_soon")),
    "mailed lately": (news(), replace(PEACE, mailed_on=TODAY - timedelta(days=27)), ("held", "draft", "mailed_lately")),
    "complaint": (news(), replace(PEACE, complaint_open=True), ("held", "draft", "complaint")),
    "answer owed": (news(), replace(PEACE, answer_owed_since=TODAY), ("held", "draft", "answer_owed")),
    "talked": (news(), replace(PEACE, talked_on=TODAY - timedelta(days=6)), ("note", "note", "talked_lately")),
    "nothing to say": (
        news(headline="", quote=""), PEACE, ("held", "draft", "nothing_to_say"),
    ),
    "a grave matter waits": (
        news(), replace(PEACE, before=[before("insolvency", days=1, state="unsure", action="silence", suggested_on=None)]),
        ("held", "draft", "grave_unsure"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SILENT)
def test_silence_is_kept(case: str) -> None:
    candidate, about, expected = SILENT[case]
    assert judged(candidate, about) == expected


@pytest.mark.parametrize(
    ("about", "candidate"),
    [
        (replace(PEACE, before=[before("award", days=90)]), news()),
        (replace(PEACE, before=[before("funding", days=14)]), news()),
        (replace(PEACE, mailed_on=TODAY - timedelta(days=28)), news()),
        (replace(PEACE, talked_on=TODAY - timedelta(days=7)), news()),
        (replace(PEACE, flags=[Flag("promotions", "strike", TODAY)]), news()),
        (replace(PEACE, flags=[Flag("person", "death", TODAY, contact_id=99)]), news()),
        (replace(PEACE, before=[before("funding", days=2, decision="wrong_company", state="dismissed")]), news()),
    ],
)
def test_what_is_over_or_about_somebody_else_holds_nothing_back(about: Situation, candidate: Candidate) -> None:
    assert judged(candidate, about) == ("open", "draft", "")


def test_a_pause_of_promotions_holds_offers_and_not_congratulations() -> None:
    strike = replace(PEACE, flags=[Flag("promotions", "strike", TODAY)])
    wish = Candidate(kind="wish_service", what="service:1", source="services", contact_id=1, quote="Schulung")
    assert judged(wish, strike) == ("held", "draft", "stop")


def test_a_complaint_holds_the_offer_and_its_own_task_is_shown() -> None:
    wish = Candidate(kind="wish_service", what="service:1", source="services", contact_id=1, quote="Schulung")
    assert judged(wish, replace(PEACE, complaint_open=True))[2] == "complaint"
    task = Candidate(kind="complaint_open", what="complaint:1", source="care", contact_id=1, quote="Zu spät")
    assert judged(task, replace(PEACE, complaint_open=True)) == ("open", "task", "")


def test_a_letter_of_condolence_waits_for_no_fortnight() -> None:
    about = replace(PEACE, before=[before("award", days=1)], talked_on=TODAY)
    assert judged(news("death"), about) == ("open", "letter", "")


@pytest.mark.parametrize("kind", [key for key, kind in KINDS.items() if kind.polarity < 0 and kind.action == "silence"])
def test_bad_news_is_a_quiet_note(kind: str) -> None:
    state, action, _ = judged(news(kind))
    assert (state, action) == ("note", "silence")


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("flag", ["insolvency", "liquidation", "death"])
def test_no_kind_is_proposed_under_a_grave_flag_except_duties_and_letters(kind: str, flag: str) -> None:
    about = replace(PEACE, flags=[Flag(KINDS[flag].stop, flag, TODAY, 1 if flag == "death" else None)])
    day = TODAY if KINDS[kind].sure else None
    state, action, _rule = judged(news(kind, happened_on=day), about)
    assert not (state == State.OPEN and action == "draft"), kind


@pytest.mark.parametrize("kind", ["insolvency", "liquidation", "death", "fire", "layoffs", "strike", "crisis"])
def test_grave_and_certain_news_sets_a_flag(kind: str) -> None:
    assert silence.stops_now(news(kind), KINDS[kind], TODAY)
    assert not silence.stops_now(news(kind, certainty="unsure"), KINDS[kind], TODAY)
    assert not silence.stops_now(news(kind, doubts=("negated",)), KINDS[kind], TODAY)


def test_no_bad_kind_is_a_draft_in_the_file_of_kinds() -> None:
    assert not [kind.key for kind in KINDS.values() if kind.polarity < 0 and kind.action == "draft"]
    for careful in ("acquisition_target", "merger", "succession", "competitor_move"):
        assert KINDS[careful].action == "note"


def test_a_kind_that_cannot_be_used_is_refused_in_words(tmp_path: Any) -> None:
    file = tmp_path / "kinds.toml"
    file.write_text('[oops]\nen = "x"\nde = "x"\npolarity = -1\naction = "draft"\n')
    with pytest.raises(kinds.BadKinds, match="oops: bad news never becomes a draft"):
        kinds.load(file)


def test_every_rule_has_a_sentence() -> None:
    names = {rule.__name__.lstrip("_") for rule in silence._RULES}
    assert names <= set(silence.SENTENCES)


def test_the_more_valuable_customer_comes_first_and_a_strong_reason_lifts_a_small_one() -> None:
    def score(value_class: str, kind: str) -> int:
        about = Situation(recipient=replace(ANNA, value_class=value_class))
        return ranking.rank(news(kind), KINDS[kind], about, TODAY).score

    assert score("A", "expansion_market") > score("B", "expansion_market") > score("C", "expansion_market")
    assert score("C", "award") == score("B", "award")
    assert score("C", "award") > score("B", "product_launch")


def test_news_that_grows_old_and_customers_who_were_asked_often_sink() -> None:
    def score(days: int, times: int = 0) -> int:
        made = news("acquisition_buyer", published_at=datetime(2026, 11, 20, tzinfo=UTC) - timedelta(days=days))
        about = replace(PEACE, before=[before("award", days=80, id=n) for n in range(times)])
        return ranking.rank(made, KINDS["acquisition_buyer"], about, TODAY).score

    assert score(1) > score(10) > score(20)
    assert score(1) > score(1, times=2) > score(1, times=4)


def test_no_kind_fills_the_few_on_top() -> None:
    many = [before("award", days=1, id=n) for n in range(10)] + [
        before("funding", days=1),
        before("trade_fair", days=1),
    ]
    assert [one.kind for one in ranking.few(many)] == ["award", "award", "funding", "trade_fair", "award"]
    assert len(ranking.few(many[:10])) == 5  # nothing else is left


def test_the_reason_for_the_place_is_given() -> None:
    about = Situation(recipient=replace(ANNA, value_class="A", due_on=TODAY - timedelta(days=1)))
    codes = [code for code, _values in ranking.rank(news(), KINDS["award"], about, TODAY).why]
    assert codes[:3] == ["value_A", "due", "strong"]
    assert set(codes) <= set(ranking.SENTENCES)
