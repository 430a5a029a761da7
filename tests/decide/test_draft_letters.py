"""The shipped letters, filled in for every kind, form of address and wording: letters one would sign."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from outreach.drafts import doubts, likeness, sentences, texts
from outreach.drafts.compose import Composed, Given, Reason, compose
from outreach.drafts.texts import FORMS, Form, LetterText
from outreach.occasions import kinds

TODAY = date(2026, 5, 4)
NEWS = {
    "award": "Müller Maschinenbau gewinnt den Innovationspreis 2026",
    "contract_won": "Müller Maschinenbau liefert neue Anlage nach Linz",
    "funding": "Müller Maschinenbau sammelt zwei Millionen Euro ein",
    "new_site": "Müller Maschinenbau eröffnet Werk in Ulm",
    "expansion_market": "Müller Maschinenbau geht nach Polen",
    "acquisition_buyer": "Müller Maschinenbau übernimmt Huber Metall",
    "anniversary_company": "Müller Maschinenbau feiert 75 Jahre",
    "contact_job_change": "Anna Weber wechselt zu Müller Maschinenbau",
    "contact_promotion": "Anna Weber rückt in die Geschäftsführung auf",
    "leadership_joins": "Müller Maschinenbau holt neuen Technikchef",
    "talk_publication": "Anna Weber spricht über leise Pumpen",
    "acquisition_target": "Huber Metall wird übernommen",
    "merger": "Huber Metall und Müller Maschinenbau gehen zusammen",
    "succession": "Stabwechsel bei Huber Metall",
}
OWN: dict[str, dict[str, Any]] = {
    "birthday_contact": {},
    "anniversary_ours": {"years": 10},
    "founding_day": {"years": 25},
    "own_day": {"label": "Tag der Übergabe"},
    "referral_thanks": {"brought": "Jana Peters"},
    "silence": {"last_on": "2025-11-12", "due_on": "2026-04-12"},
    "wish_service": {"service": "Workshop Angebote schreiben", "why": "wish", "noted_on": "2026-03-03"},
    "season": {"season": "Jahresplanung", "on": "2026-05-20", "tag": "Planung"},
    "trade_fair": {
        "fair": "Hannover Messe", "place": "Hannover", "stand": "Halle 4, B 12",
        "starts_on": "2026-05-12", "ends_on": "2026-05-15",
    },
    "follow_up": {"sent_on": "2026-04-20", "subject": "Besuch im Mai"},
}  # fmt: skip
FRAMES = ("answer", "free")
CAREFUL = ("acquisition_target", "merger", "succession")
GREETINGS: dict[Form, str] = {"de_sie": "Sehr geehrte Frau Weber", "de_du": "Hallo Anna", "en": "Dear Ms Weber"}
ALL = [
    pytest.param(one, id=f"{kind}-{form}-{one.variant}")
    for kind, forms in texts.load().items()
    if kind not in FRAMES
    for form in FORMS
    for one in forms[form]
]

_DU = re.compile(r"\b(?:du|dir|dich|dein\w*|euch|euer|eure\w*|habt|seid|könnt)\b", re.IGNORECASE)
_SIE = re.compile(r"(?<=[a-zäöüß,;:–] )(?:Sie|Ihnen|Ihr\w{0,2})\b|\bIhnen\b|\bIhre[mnr]?\b")


def reason(kind: str, *, happened_on: date | None = date(2026, 5, 4)) -> Reason:
    if kind in NEWS:
        return Reason(
            kind, headline=NEWS[kind] + " - Südwest Presse", link="https://www.swp.example/wirtschaft/1",
            quote=NEWS[kind] + ".", source_name="Südwest Presse", published_on=date(2026, 5, 3), happened_on=happened_on,
        )  # fmt: skip
    quote = "Schulung für das Team" if kind == "wish_service" else ""
    return Reason(kind, quote=quote, source_name="Kartei", happened_on=happened_on, details=OWN.get(kind, {}))


def filled(one: LetterText, **more: Any) -> Composed:
    given = {
        "greeting": GREETINGS[one.form], "language": one.form[:2], "today": TODAY, "company": "Müller Maschinenbau",
        "first_name": "Anna", "last_name": "Weber", "reason": reason(one.kind), "signature": "Jule Stern",
    } | more  # fmt: skip
    made = compose(one, Given(**given))
    assert isinstance(made, Composed), made
    return made


def test_every_kind_that_may_be_written_to_has_letters_and_no_other_has() -> None:
    wanted = {kind.key for kind in kinds.load().values() if kind.action == "draft"} | set(CAREFUL)
    assert set(texts.load()) == wanted | {"follow_up", "answer", "free"}
    for kind in wanted:
        for form in FORMS:
            assert len(texts.shipped(kind, form)) >= 2, (kind, form)


@pytest.mark.parametrize("one", ALL)
def test_a_letter_is_as_long_as_a_letter_should_be(one: LetterText) -> None:
    made = filled(one)
    words = texts.word_count(likeness.body(made.text))
    assert (30 if one.kind == "follow_up" else 50) <= words <= texts.WORDS_MOST
    assert texts.word_count(made.subject) <= texts.SUBJECT_WORDS_MOST


@pytest.mark.parametrize("one", ALL)
def test_a_letter_asks_at_most_once_and_never_shouts(one: LetterText) -> None:
    made = filled(one)
    assert made.text.count("?") <= 1
    assert "!" not in made.text + made.subject


@pytest.mark.parametrize("one", [one for one in ALL if one.values[0].form != "en"])
def test_a_letter_keeps_to_sie_or_du(one: LetterText) -> None:
    made = filled(one)
    text = f"{made.subject}. {likeness.body(made.text)}"
    assert not (_SIE if one.form == "de_du" else _DU).search(text)
    assert (_DU if one.form == "de_du" else _SIE).search(text), "nobody is spoken to"


@pytest.mark.parametrize("one", ALL)
def test_no_gap_stays_open(one: LetterText) -> None:
    made = filled(one)
    assert not re.search(r"[{}%\ue000-\uf8ff]|  |\n\n\n| [,.;:?]|None", made.text + made.subject)
    assert "".join(piece.text for piece in made.sentences) == made.text


@pytest.mark.parametrize("one", ALL)
def test_the_letter_speaks_of_its_reason(one: LetterText) -> None:
    told = [piece for piece in filled(one).sentences if piece.source == "occasion"]
    if one.kind not in ("birthday_contact",):
        assert told
    if one.kind in NEWS:
        assert any(NEWS[one.kind] in piece.text for piece in told)
        evidence = told[0].evidence
        assert evidence is not None
        assert (evidence.source, evidence.on) == ("Südwest Presse", date(2026, 5, 3))
        assert evidence.link
        assert evidence.quote == NEWS[one.kind] + "."


@pytest.mark.parametrize("one", [one for one in ALL if one.values[0].kind in CAREFUL])
def test_a_change_of_hands_is_no_reason_to_congratulate(one: LetterText) -> None:
    made = filled(one)
    assert not re.search(
        r"glückwunsch|gratulier|congratulat|freu|glad for|happy for",
        likeness.body(made.text) + made.subject,
        re.IGNORECASE,
    )


@pytest.mark.parametrize("one", [one for one in ALL if one.values[0].purpose != "advertising"])
def test_a_congratulation_offers_nothing(one: LetterText) -> None:
    found = re.search(
        r"\bangebot|\bpreis(?!e?s? 2026)\w*|rabatt|\boffer|discount|price\b",
        filled(one).text.replace("Innovationspreis", ""),
        re.IGNORECASE,
    )
    assert found is None


@pytest.mark.parametrize("one", [one for one in ALL if one.values[0].form != "en"])
def test_german_letters_go_on_in_small_letters_behind_the_comma(one: LetterText) -> None:
    first = likeness.body(filled(one).text).split()[0]
    assert first[0].islower() or first[0] == "„" or first in ("Ihr", "Ihren", "Sie", "Jana"), first


@pytest.mark.parametrize("kind", [kind for kind in texts.load() if kind not in FRAMES])
@pytest.mark.parametrize("form", FORMS)
def test_two_people_of_one_company_get_different_letters(kind: str, form: Form) -> None:
    wordings = texts.shipped(kind, form)
    first = texts.choose(wordings, contact_id=7, occasion_id=3)
    second = texts.choose(wordings, contact_id=8, occasion_id=3, taken={first.variant})
    assert first.variant != second.variant
    assert first.subject != second.subject
    assert likeness.likeness(filled(first).text, filled(second).text) < 0.6


def test_the_same_person_gets_the_same_wording_again() -> None:
    wordings = texts.shipped("silence", "de_sie")
    chosen = [texts.choose(wordings, contact_id=n, occasion_id=5).variant for n in range(60)]
    assert chosen == [texts.choose(wordings, contact_id=n, occasion_id=5).variant for n in range(60)]
    assert {0, 1, 2} == set(chosen)


@pytest.mark.parametrize("one", ALL)
def test_a_shipped_letter_passes_the_check_of_edited_ones(one: LetterText) -> None:
    assert texts.check(one.subject, one.body) == ()


@pytest.mark.parametrize("one", ALL)
def test_what_we_wrote_ourselves_raises_no_doubt(one: LetterText) -> None:
    made = filled(one)
    known = [piece.text for piece in made.sentences if piece.source in ("greeting", "occasion", "signature")]
    assert doubts.doubts(made.text, known) == []


@pytest.mark.parametrize("one", ALL)
def test_every_letter_can_be_taken_apart_again(one: LetterText) -> None:
    made = filled(one)
    assert [piece.text for piece in made.sentences] == sentences.split(made.text)
    assert len(made.sentences) >= 4


@pytest.mark.parametrize("kind", ["birthday_contact", "founding_day", "own_day"])
@pytest.mark.parametrize("form", FORMS)
def test_a_day_that_is_over_is_not_today(kind: str, form: Form) -> None:
    for one in texts.shipped(kind, form):
        late = filled(one, reason=reason(kind, happened_on=date(2026, 5, 2)))
        assert not re.search(r"\bheute\b|\btoday\b", late.text, re.IGNORECASE)


def test_a_fair_that_is_over_is_not_visited() -> None:
    details = {**OWN["trade_fair"], "starts_on": "2026-04-28", "ends_on": "2026-05-02"}
    for form in FORMS:
        for one in texts.shipped("trade_fair", form):
            made = filled(one, reason=Reason("trade_fair", happened_on=date(2026, 5, 2), details=details))
            assert 50 <= texts.word_count(likeness.body(made.text)) <= 110
            assert "Stand" not in made.text
            assert "Hannover Messe" in made.text
            assert made.text.count("?") <= 1
