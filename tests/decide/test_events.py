"""What happened to whom: roles, nearness, doubts, days, quotes, and rules as data."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import events, rules
from feeds.events import quotes, sentences, when
from feeds.rules import BadRules, patterns
from feeds.texts import QUOTE_MOST, Article, Mention, Relation
from outreach.occasions import kinds

DAY = date(2026, 11, 18)  # a Wednesday
NAMES = ("Hansen Technik", "Meier AG", "Otto Kurz")


def mentions(article: Article, *names: str, relation: Relation = "own") -> list[Mention]:
    return [
        Mention(name, relation, found.group(), found.start(), found.end(), "sure")
        for name in names or NAMES
        for found in re.finditer(re.escape(name), article.body)
    ]


def told(
    title: str, text: str = "", *, of: str = "Hansen Technik", relation: Relation = "own"
) -> dict[str, tuple[str, ...]]:
    article = Article("a", title, text)
    found = events.happened(article, mentions(article, relation=relation), rules.load(), DAY)
    return {one.event.kind: one.event.doubts for one in found if one.mention.subject == of}


def test_who_buys_and_who_is_bought() -> None:
    title = "Hansen Technik übernimmt die Meier AG"
    assert "acquisition_buyer" in told(title)
    assert "acquisition_target" in told(title, of="Meier AG")
    assert "acquisition_buyer" not in told(title, of="Meier AG")


@pytest.mark.parametrize(
    "title",
    [
        "Übernahme der Hansen Technik durch die Meier AG",
        "Hansen Technik von Meier AG übernommen",
        "Meier AG schluckt Hansen Technik",
        "Hansen Technik acquired by Meier AG",
        "Meier AG takes over Hansen Technik",
    ],
)
def test_the_one_who_is_bought_is_never_the_buyer(title: str) -> None:
    assert "acquisition_target" in told(title)
    assert "acquisition_buyer" not in told(title)
    assert "acquisition_buyer" in told(title, of="Meier AG") or "acquisition_target" not in told(title, of="Meier AG")


@pytest.mark.parametrize(
    "title",
    [
        "Hansen Technik übernimmt Verantwortung",
        "Hansen Technik übernimmt",
        "Hansen Technik übernimmt die Kosten der Feier",
    ],
)
def test_to_take_over_alone_says_nothing(title: str) -> None:
    assert told(title) == {}


def test_a_trigger_far_from_the_name_is_not_about_it() -> None:
    text = "Hansen Technik lobte die gute Lage am Markt in einem langen Gespräch über die Zukunft, während anderswo Insolvenzen drohen."
    assert told("", text) == {}


def test_the_nearer_name_has_the_event() -> None:
    title = "Streik bei der Meier AG trifft auch Hansen Technik"
    assert "strike" in told(title, of="Meier AG")
    assert "strike" not in told(title)


def test_both_parties_merge() -> None:
    title = "Fusion von Hansen Technik und Meier AG"
    assert "merger" in told(title)
    assert "merger" in told(title, of="Meier AG")


@pytest.mark.parametrize(
    ("title", "doubt"),
    [
        ("Insolvenz von Hansen Technik abgewendet", "averted"),
        ("Hansen Technik ist nicht insolvent", "denied"),
        ("Hansen Technik könnte mit Meier AG fusionieren", "considered"),
        ("Hansen Technik gewann im vergangenen Jahr einen Preis", "past"),
        ("Gewinnt Hansen Technik den Preis?", "question"),
        ("Wenn Hansen Technik Insolvenz anmeldet", "condition"),
        ("Hansen Technik gewann 2009 einen Preis", "past"),
        ("Ausgerechnet Hansen Technik gewinnt einen Preis", "mocked"),
        ("Strike at Hansen Technik averted", "averted"),
        ("Hansen Technik may open new plant", "considered"),
        ("Hansen Technik denies layoffs", "denied"),
        ("Hansen Technik won an award two years ago", "past"),
    ],
)
def test_a_doubt_is_said(title: str, doubt: str) -> None:
    found = told(title)
    assert found
    assert all(doubt in doubts for doubts in found.values()), found


def test_not_only_is_no_denial() -> None:
    assert told("Hansen Technik gewinnt nicht nur den Innovationspreis") == {"award": ()}


@pytest.mark.parametrize(
    "title",
    [
        "Das 1976 gegründete Unternehmen Hansen Technik gewinnt Innovationspreis",
        "Founded in 1976, Hansen Technik wins the innovation award",
    ],
)
def test_the_founding_year_makes_no_old_story(title: str) -> None:
    assert told(title) == {"award": ()}


def test_a_person_is_promoted_and_a_company_is_not() -> None:
    assert "contact_promotion" in told("Otto Kurz wird Geschäftsführer", of="Otto Kurz", relation="person")
    assert "contact_promotion" not in told("Otto Kurz wird Geschäftsführer", of="Otto Kurz")


def test_retiring_is_friendly_and_being_dismissed_is_not() -> None:
    article = Article("a", "Geschäftsführer von Hansen Technik geht in den Ruhestand", "")
    assert [one.event.polarity for one in events.happened(article, mentions(article), rules.load(), DAY)] == [1]
    article = Article("a", "Geschäftsführer von Hansen Technik abberufen", "")
    assert [one.event.polarity for one in events.happened(article, mentions(article), rules.load(), DAY)] == [-1]


def test_on_its_own_site_a_company_says_we() -> None:
    article = Article("a", "Innovationspreis 2026", "Wir wurden am Montag ausgezeichnet.", own_of="h")
    named = [Mention("h", "own", article.title, 0, len(article.title), "sure", ("own_site",))]
    (found,) = events.happened(article, named, rules.load(), DAY)
    assert (found.event.kind, found.event.happened_on) == ("award", date(2026, 11, 16))


# ---- days


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("zum 1. januar 2027 zieht sie um", date(2027, 1, 1)),
        ("zum 1. januar", date(2027, 1, 1)),
        ("am 3.12. eröffnet", date(2026, 12, 3)),
        ("am 03.12.2026 eröffnet", date(2026, 12, 3)),
        ("am 15. november", date(2026, 11, 15)),
        ("on november 15, 2026", date(2026, 11, 15)),
        ("on 15 november", date(2026, 11, 15)),
        ("2026-11-02", date(2026, 11, 2)),
        ("wurde gestern ausgezeichnet", date(2026, 11, 17)),
        ("yesterday", date(2026, 11, 17)),
        ("am montag ausgezeichnet", date(2026, 11, 16)),
        ("am mittwoch teilte sie mit", date(2026, 11, 18)),
        ("am kommenden freitag", date(2026, 11, 20)),
        ("am vergangenen mittwoch", date(2026, 11, 11)),
        ("wird am freitag eröffnet", date(2026, 11, 20)),
        ("opened on monday", date(2026, 11, 16)),
        ("next tuesday", date(2026, 11, 24)),
        ("vor zwei wochen", date(2026, 11, 4)),
        ("in drei wochen", date(2026, 12, 9)),
        ("three days ago", date(2026, 11, 15)),
        ("im märz 2027", date(2027, 3, 1)),
        ("der 31.02.2026 ist keiner", None),
        ("ohne tag", None),
        ("um 10.30 uhr", None),
    ],
)
def test_the_day_of_an_event_is_read(sentence: str, day: date | None) -> None:
    assert when.happened_on(sentence, DAY) == day


@given(st.text(alphabet="0123456789. abcjanuarmäzogesternvor", max_size=60))
def test_no_text_breaks_the_days(text: str) -> None:
    when.happened_on(text, DAY)


# ---- sentences and quotes


def test_sentences_keep_short_forms_together() -> None:
    body = "Titel ohne Punkt\nDie Hansen GmbH & Co. KG baut am 24. Februar. Dr. Kurz freut sich z.B. sehr. Ende"
    parts = [body[one.start : one.end].strip() for one in sentences.split(body, len("Titel ohne Punkt"))]
    assert parts == [
        "Titel ohne Punkt",
        "Die Hansen GmbH & Co. KG baut am 24. Februar.",
        "Dr. Kurz freut sich z.B. sehr.",
        "Ende",
    ]


@given(st.text(max_size=400), st.integers(0, 40))
def test_sentences_cover_the_text_in_order(body: str, title: int) -> None:
    parts = sentences.split(body, min(title, len(body)))
    assert all(one.end <= other.start for one, other in pairwise(parts))
    assert all(0 <= one.start <= one.end <= len(body) for one in parts)


@given(
    st.lists(st.sampled_from(["Haus", "gewinnt", "Überraschung", "a", "ein Preis", "x" * 30]), min_size=1, max_size=80),
    st.integers(0, 79),
)
def test_a_quote_is_short_and_holds_the_name(words: list[str], at: int) -> None:
    words.insert(min(at, len(words)), "NAME")
    body = " ".join(words)
    place = body.index("NAME")
    said = quotes.quote(body, 0, len(body), Mention("k", "own", "NAME", place, place + 4, "sure"))
    assert len(said) <= QUOTE_MOST
    assert "NAME" in said
    assert set(said.split()) <= set(body.split())


@given(st.text(max_size=300))
def test_lower_case_keeps_every_place(body: str) -> None:
    assert len(events.lower(body)) == len(body)


# ---- the rules are data


def test_every_kind_of_the_rules_is_a_known_kind_and_speaks_both_languages() -> None:
    known = rules.load()
    assert known.kinds <= set(kinds.load())
    german, english = ({trigger.group.kind for trigger in language.triggers} for language in known.languages)
    assert german == english


def test_every_kind_the_press_can_tell_has_rules() -> None:
    not_told_by_names = {"competitor_move", "industry_trend", "new_law", "topic"}
    of_the_press = {key for key, kind in kinds.load().items() if not kind.sure} - not_told_by_names
    assert of_the_press <= rules.load().kinds


def test_a_new_kind_is_a_new_table(tmp_path: Path) -> None:
    (tmp_path / "german.toml").write_text('[[moon_landing]]\npolarity = 1\nsays = ["@ landet … mond"]\n', "utf-8")
    article = Article("a", "Hansen Technik landet als erste Firma auf dem Mond", "")
    (found,) = events.happened(article, mentions(article), rules.load(tmp_path), DAY)
    assert (found.event.kind, found.event.polarity) == ("moon_landing", 1)


@pytest.mark.parametrize(
    "written",
    [
        '[[moon_landing]]\nsays = ["@ landet"]',  # no polarity
        '[[award]]\nsays = ["landet"]',  # no name
        '[[award]]\nnear = ["ab"]',  # nothing to look for
        '[[award]]\nnear = ["(offen"]',
        '[[award]]\nnearby = ["preis"]',
        '[lists]\nhopes = ["preis"]',
    ],
)
def test_a_broken_rule_is_said(tmp_path: Path, written: str) -> None:
    (tmp_path / "german.toml").write_text(written, "utf-8")
    with pytest.raises(BadRules):
        rules.load(tmp_path)


def test_no_folder_no_rules(tmp_path: Path) -> None:
    with pytest.raises(BadRules):
        rules.load(tmp_path)


@pytest.mark.parametrize(
    ("written", "text", "fits"),
    [
        ("kauft", "er kauft ein", True),
        ("kauft", "er verkauft", False),
        ("insolven*", "die insolvenzen", True),
        ("*preis", "innovationspreis", True),
        ("*preis", "preiswert", False),
        ("ǂ", "ǂǂǂs", False),
        ("@ kauft", "ǂǂǂ kauft", True),
        ("@ .. kauft", "ǂǂǂ in ulm kauft", True),
        ("@ .. kauft", "ǂǂǂ in ulm heute kauft", False),
        ("@ … (kauft|erwirbt)", "ǂǂǂ in ulm am see erwirbt", True),
        ("# stellen", "1.200 stellen", True),
        ("# stellen", "hunderte stellen", True),
        ("@ pleite", "ǂǂǂ-pleite", True),
        ("@ .. kauft", "ǂǂǂ. kauft", False),
    ],
)
def test_the_language_of_patterns(written: str, text: str, fits: bool) -> None:
    assert (patterns.compiled([written]).search(text) is not None) == fits


def test_a_texts_language_is_told_by_its_small_words() -> None:
    assert [one.name for one in rules.load().for_text("der preis geht an die firma")] == ["german"]
    assert [one.name for one in rules.load().for_text("the prize goes to the company")] == ["english"]
    assert len(rules.load().for_text("hansen technik")) == 2


def test_nothing_is_asked_of_an_article_that_names_nobody() -> None:
    assert (
        events.happened(
            Article("a", "Insolvenz", "", published_at=datetime(2026, 1, 1, tzinfo=UTC)), [], rules.load(), DAY
        )
        == []
    )
