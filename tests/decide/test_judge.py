"""What may be done with a finding: windows, certainty, what stands beside it, the reasons in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from feeds import judge, match, rules
from feeds.rules import Rules
from feeds.stories import Stories
from feeds.texts import Article, Finding, Mention, Subject
from outreach.occasions import kinds
from outreach.occasions.kinds import Kind

F = "Hansen Werkzeugbau"
SUBJECT = Subject(
    "h", "Hansen Werkzeugbau GmbH", city="Ulm", people=("Petra Hansen",), competitors=("Brinkmann Pumpen",)
)
INDEX = match.Index.build([SUBJECT])
TODAY = date(2026, 11, 18)


class Unsure:
    """An index that is never sure."""

    def mentions(self, article: Article) -> list[Mention]:
        return [replace(mention, certainty="unsure") for mention in INDEX.mentions(article)]

    def subject(self, key: str) -> Subject | None:
        return INDEX.subject(key)


def judged(
    title: str,
    text: str = "",
    *,
    index: judge.Index = INDEX,
    known: Rules | None = None,
    own_of: str = "",
    published: date | None = TODAY,
    today: date = TODAY,
) -> list[Finding]:
    at = datetime(published.year, published.month, published.day, 8, tzinfo=UTC) if published else None
    article = Article("a", title, text, "Blatt", at, own_of=own_of)
    return judge.judge(article, index, known or rules.load(), kinds.load(), Stories(), today)


def test_one_finding_per_subject_and_article() -> None:
    (found,) = judged(f"{F} gewinnt Innovationspreis", f"{F} meldet Insolvenz an. {F} eröffnet ein Werk in Ulm.")
    assert (found.kind, found.polarity, found.decision) == ("insolvency", -2, "silence")


@pytest.mark.parametrize(
    ("day", "decision", "code"),
    [
        ("2. Dezember 2026", "draft", None),
        ("24. Januar 2027", "note", "too_early"),
        ("10. November 2026", "draft", None),
        ("1. September 2026", "note", "too_late"),
    ],
)
def test_an_opening_is_a_reason_three_weeks_before_and_two_after(day: str, decision: str, code: str | None) -> None:
    (found,) = judged(f"{F} eröffnet am {day} neuen Standort")
    assert (found.kind, found.decision) == ("new_site", decision), found.why
    assert code is None or code in found.why


def test_the_day_of_the_event_is_not_the_day_of_the_article() -> None:
    (found,) = judged(f"{F} eröffnet am Freitag, 20. November neuen Standort", published=date(2026, 11, 3))
    assert found.event_on == date(2026, 11, 20)
    (found,) = judged(f"{F} wurde gestern ausgezeichnet", published=date(2026, 11, 12))
    assert found.event_on == date(2026, 11, 11)
    (found,) = judged(f"{F} erhält Innovationspreis")
    assert found.event_on is None


@pytest.mark.parametrize(
    ("title", "decision"),
    [
        (f"{F} gewinnt Innovationspreis", "note"),
        (f"{F} trauert um Gründer", "silence"),
        (f"{F} meldet Insolvenz an", "silence"),
    ],
)
def test_who_is_not_certain_gets_no_mail_and_no_letter(title: str, decision: str) -> None:
    (found,) = judged(title, index=Unsure())
    assert (found.certainty, found.decision) == ("unsure", decision)


def test_a_grave_word_near_a_good_event_makes_it_a_note() -> None:
    (found,) = judged(f"{F} gewinnt Innovationspreis", "Getrübt wurde der Abend durch einen tödlichen Unfall.")
    assert (found.kind, found.decision) == ("award", "note")
    assert any(code.startswith("grave:") for code in found.why)


def test_a_careful_event_beside_a_good_one_makes_it_a_note() -> None:
    found = judged(f"{F} gewinnt Innovationspreis", f"Erst im Oktober hatte ein Konzern {F} übernommen.")
    assert all(one.decision == "note" for one in found)


def test_a_person_counts_only_with_the_company_beside_it() -> None:
    assert all(one.kind is None for one in judged("Petra Hansen wird Präsidentin des Kegelvereins"))
    (found,) = judged("Petra Hansen wird Präsidentin der IHK", f"Die Chefin von {F} ist in Ulm bekannt.")
    assert found.kind == "contact_promotion"


@pytest.mark.parametrize(
    ("title", "kind", "decision"),
    [
        ("Anna Kurz wird Geschäftsführerin der Meier AG", "contact_promotion", "draft"),
        ("Anna Kurz gestorben", "death", "letter"),
        ("Anna Kurz gewinnt Gründerpreis", "award", "draft"),
        ("Anna Kurz verunglückt", "accident", "letter"),
    ],
)
def test_a_customer_who_is_a_person(title: str, kind: str, decision: str) -> None:
    index = match.Index.build([Subject("k", "Anna Kurz", city="Ulm", is_person=True)])
    (found,) = judged(title, "Die Ulmer Unternehmerin ist in der Stadt bekannt.", index=index)
    assert (found.kind, found.decision) == (kind, decision), found.why


def test_a_rival_is_named_in_no_reason_to_write() -> None:
    (found,) = judged("Brinkmann Pumpen gewinnt Innovationspreis")
    assert (found.kind, found.relation, found.decision, found.polarity) == ("competitor_move", "competitor", "note", 0)


def test_a_mention_alone_is_a_note_without_a_kind() -> None:
    (found,) = judged(f"Ein Besuch bei {F} in Ulm")
    assert (found.kind, found.decision, found.event_on) == (None, "note", None)
    assert F in found.quote


def test_a_kind_nobody_decided_about_is_a_note(tmp_path: Path) -> None:
    (tmp_path / "german.toml").write_text('[[moon_landing]]\npolarity = 1\nsays = ["@ landet … mond"]\n', "utf-8")
    (found,) = judged(f"{F} landet auf dem Mond", known=rules.load(tmp_path))
    assert (found.kind, found.decision) == ("moon_landing", "note")


def test_a_new_kind_needs_no_code(tmp_path: Path) -> None:
    (tmp_path / "german.toml").write_text('[[moon_landing]]\npolarity = 1\nsays = ["@ landet … mond"]\n', "utf-8")
    article = Article("a", f"{F} landet auf dem Mond", "")
    known = {"moon_landing": Kind("moon_landing", "Moon", "Mond", 1, "draft", after=9, strength=1.0)}
    (found,) = judge.judge(article, INDEX, rules.load(tmp_path), known, Stories(), TODAY)
    assert (found.kind, found.decision, found.score) == ("moon_landing", "draft", 1.0)


def test_the_score_is_between_nothing_and_one_and_falls_with_age() -> None:
    (fresh,) = judged(f"{F} gewinnt Innovationspreis")
    (old,) = judged(f"{F} gewinnt Innovationspreis", published=date(2026, 11, 10))
    (doubtful,) = judged(f"{F} könnte Innovationspreis gewinnen")
    (mention,) = judged(f"Ein Besuch bei {F}")
    assert 1 >= fresh.score > old.score > mention.score > 0
    assert fresh.score > doubtful.score


def test_an_article_from_its_own_site_speaks_of_we() -> None:
    (found,) = judged("Großer Tag", "Wir haben am Montag unseren neuen Standort in Ulm eröffnet.", own_of="h")
    assert (found.kind, found.event_on, found.decision) == ("new_site", date(2026, 11, 16), "draft"), found.why


def test_an_article_without_a_date_is_judged_as_of_today() -> None:
    (found,) = judged(f"{F} gewinnt Innovationspreis", published=None)
    assert found.decision == "draft"


def test_every_reason_can_be_said_in_words() -> None:
    titles = (
        f"{F} gewinnt Innovationspreis", f"{F} könnte Preis gewinnen", f"Insolvenz von {F} abgewendet", f"Gewinnt {F} den Preis?",
        f"{F} gewinnt Preis trotz Skandal", f"Ein Besuch bei {F}", f"{F} eröffnet am 1. Mai 2027 neuen Standort",
        f"{F} eröffnete am 1. Mai 2026 neuen Standort", f"{F} gewann 2003 einen Preis", "Brinkmann Pumpen gewinnt Preis",
        f"Wenn {F} den Preis gewinnt", f"Ausgerechnet {F} gewinnt Preis",
    )  # fmt: skip
    codes = {
        code
        for title in titles
        for index in (INDEX, Unsure())
        for found in judged(title, index=index)
        for code in found.why
    }
    assert len(codes) > 20
    for code in codes:
        said = judge.in_words(code)
        assert said[0] % said[1] if said else match.in_words(code), code
