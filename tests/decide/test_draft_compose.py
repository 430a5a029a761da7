"""A letter filled in: sources of its sentences, facts of the card, the spelling of countries, and refusals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.drafts import card_fact, texts
from outreach.drafts.compose import Composed, Given, Reason, Refused, compose, pick_fact
from outreach.drafts.texts import LetterText
from outreach.errors import Invalid
from outreach.mail import sandbox

TODAY = date(2026, 5, 4)
REASON = Reason(
    "award", headline="Huber gewinnt Preis", link="https://news.example/1", source_name="Badische Zeitung",
    published_on=date(2026, 5, 2), quote="Huber gewinnt den großen Preis.",
)  # fmt: skip
GIVEN = Given(greeting="Sehr geehrte Frau Weber", language="de", today=TODAY, company="Huber & Söhne", reason=REASON)


@dataclass(frozen=True)
class Fact:
    id: int = 1
    contact_id: int | None = 5
    kind: str = "project"
    text: str = "Umzug der Werkstatt"
    noted_on: date = date(2026, 2, 1)
    source: str = "Telefonat 1.2."
    valid_until: date | None = None
    closed_at: datetime | None = None


def letter(body: str, subject: str = "Gruß") -> LetterText:
    return LetterText("award", "de_sie", 0, subject, body, "relationship")


def made(text: LetterText, given: Given = GIVEN) -> Composed:
    found = compose(text, given)
    assert isinstance(found, Composed), found
    assert "".join(one.text for one in found.sentences) == found.text
    return found


def refused(text: LetterText, given: Given = GIVEN) -> Refused:
    found = compose(text, given)
    assert isinstance(found, Refused), found
    assert str(found)
    return found


def test_each_sentence_knows_where_it_comes_from() -> None:
    body = "{{ said_in }} habe ich {{ headline }} gelesen. Das freut mich für {{ company }}.\n\n{{ fact }}"
    found = made(letter(body), replace(GIVEN, fact=Fact(), signature="Jule Stern"))
    assert [(one.source, one.text.strip()) for one in found.sentences] == [
        ("greeting", "Sehr geehrte Frau Weber,"),
        ("occasion", "in der Badischen Zeitung habe ich „Huber gewinnt Preis“ gelesen."),
        ("template", "Das freut mich für Huber & Söhne."),
        ("fact", "Mit „Umzug der Werkstatt“ geht es hoffentlich gut voran."),
        ("signature", "Freundliche Grüße"),
        ("signature", "Jule Stern"),
    ]
    news, fact = found.sentences[1].evidence, found.sentences[3].evidence
    assert news is not None
    assert (news.quote, news.source, news.link, news.on) == (
        "Huber gewinnt den großen Preis.", "Badische Zeitung", "https://news.example/1", date(2026, 5, 2),
    )  # fmt: skip
    assert fact is not None
    assert (fact.quote, fact.source, fact.on) == ("Umzug der Werkstatt", "Telefonat 1.2.", date(2026, 2, 1))


def test_a_fact_that_is_not_there_takes_its_paragraph_with_it() -> None:
    assert (
        made(letter("eins.\n\n{{ fact }}\n\nZwei.")).text
        == "Sehr geehrte Frau Weber,\n\neins.\n\nZwei.\n\nFreundliche Grüße"
    )


def test_without_signature_and_closing_nothing_is_added() -> None:
    assert made(letter("nur das."), replace(GIVEN, closing="")).text == "Sehr geehrte Frau Weber,\n\nnur das."
    assert made(letter("nur das."), replace(GIVEN, closing="Bis bald")).text.endswith("nur das.\n\nBis bald")


@pytest.mark.parametrize(
    ("body", "given", "field"),
    [
        ("{{ said_in }} stand etwas.", replace(GIVEN, reason=replace(REASON, source_name="", link="")), "said_in"),
        ("{{ headline }} gelesen.", replace(GIVEN, reason=replace(REASON, headline="", quote=" ")), "headline"),
        ("vor {{ years }}.", GIVEN, "years"),
        ("{{ brought }} kam.", GIVEN, "brought"),
        ("{{ headline }} gelesen.", replace(GIVEN, reason=None), "headline"),
        ("{{ unknown }}", GIVEN, "body"),
        ("{{ headline", GIVEN, "body"),
        ("{{ 'a' * 999999 }}", GIVEN, "body"),
        ("{% if years %}Jahre{% endif %}", GIVEN, "body"),
        ("gut.", replace(GIVEN, greeting=" , "), "greeting"),
    ],
)
def test_a_letter_that_lacks_something_is_refused(body: str, given: Given, field: str) -> None:
    assert refused(letter(body), given).field == field


def test_a_swiss_letter_has_no_comma_no_sharp_s_and_its_own_quotation_marks() -> None:
    given = replace(GIVEN, language="de-CH", reason=replace(REASON, headline="Groß „raus“"))
    found = made(letter("draußen steht {{ headline }} und „Spaß“.", "Straße"), given)
    assert found.text == "Sehr geehrte Frau Weber\n\nDraussen steht «Groß ‹raus›» und «Spass».\n\nFreundliche Grüsse"
    assert found.subject == "Strasse"


def test_an_austrian_january_is_a_jaenner() -> None:
    reason = replace(REASON, happened_on=date(2026, 1, 7))
    assert "7. Jänner" in made(letter("am {{ day }}."), replace(GIVEN, language="de-AT", reason=reason)).text


@pytest.mark.parametrize(
    ("outside", "inside"),
    [
        ("Preis!\r\nBcc: alle@x.example", "Preis! Bcc:"),
        ("Mehr auf https://boese.example/x jetzt", "Mehr auf jetzt"),
        ("<script>alert(1)</script>Preis", "alert(1) Preis"),
        ("{{ company }} {% if 1 %}", "{{ company }} {% if 1 %}"),
        ("Preis\u202e\u200b\x00 da\ue001\ue000", "Preis da"),
        ("+++ EIL: Preis +++", "Preis"),
        ("Preis für Huber | Badische Zeitung", "Preis für Huber"),
        ("Preis für Huber - badische-zeitung.de", "Preis für Huber"),
        ('Huber: "Wir sind stolz"', "Huber: ‚Wir sind stolz‘"),
        ('"Wir sind stolz"', "Wir sind stolz"),
    ],
)
def test_what_comes_from_outside_is_one_clean_line(outside: str, inside: str) -> None:
    found = made(letter("gelesen: {{ headline }}."), replace(GIVEN, reason=replace(REASON, headline=outside)))
    assert f"gelesen: „{inside}“." in found.text


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=40))
def test_nothing_from_outside_breaks_a_letter(headline: str, source: str, company: str) -> None:
    reason = Reason("award", headline=headline, source_name=source, link="https://news.example/1")
    found = compose(
        letter("{{ said_in }} las ich {{ headline }}{% if company %} von {{ company }}{% endif %}."),
        replace(GIVEN, company=company, reason=reason),
    )
    if isinstance(found, Composed):
        assert "".join(one.text for one in found.sentences) == found.text
        assert not any("\ue000" <= sign <= "\uf8ff" or sign in "\r\x00\u202e" for sign in found.text)
        assert found.text.count("\n") == 4


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("Südwest Presse", "in der Südwest Presse"),
        ("Süddeutsche Zeitung", "in der Süddeutschen Zeitung"),
        ("Frankfurter Allgemeine", "in der Frankfurter Allgemeinen"),
        ("Neue Zürcher Zeitung", "in der Neuen Zürcher Zeitung"),
        ("Handelsblatt", "im Handelsblatt"),
        ("Der Spiegel", "im Spiegel"),
        ("Die Zeit", "in der Zeit"),
        ("Stuttgarter Nachrichten", "in den Stuttgarter Nachrichten"),
        ("Schwarzwälder Bote", "im Schwarzwälder Boten"),
        ("Nordbayerischer Kurier", "im Nordbayerischen Kurier"),
        ("heise online", "bei heise online"),
        ("swp.de", "auf swp.de"),
        ("", "auf news.example"),
    ],
)
def test_a_newspaper_is_declined(source: str, said: str) -> None:
    found = made(letter("{{ said_in }} las ich es."), replace(GIVEN, reason=replace(REASON, source_name=source)))
    assert f"{said} las ich es." in found.text


@pytest.mark.parametrize(
    ("years", "said"),
    [(1, "vor einem Jahr."), (2, "vor zwei Jahren."), (12, "vor zwölf Jahren."), (25, "vor 25 Jahren.")],
)
def test_years_are_said_in_words(years: int, said: str) -> None:
    reason = Reason("anniversary_ours", details={"years": years})
    assert said in made(letter("das war vor {{ years }}."), replace(GIVEN, reason=reason)).text


@pytest.mark.parametrize(
    ("first", "last", "today", "days", "slot_1", "slot_2"),
    [
        ("2026-05-12", "2026-05-15", "2026-05-04", "vom 12. bis 15. Mai", "Mittwoch, 13. Mai, um 10.30 Uhr", "Donnerstag, 14. Mai, um 14 Uhr"),
        ("2026-04-30", "2026-05-01", "2026-04-02", "vom 30. April bis 1. Mai", "Donnerstag, 30. April, um 10.30 Uhr", "Freitag, 1. Mai, um 14 Uhr"),
        ("2026-05-12", "2026-05-12", "2026-05-04", "am 12. Mai", "Dienstag, 12. Mai, um 10.30 Uhr", "Dienstag, 12. Mai, um 14 Uhr"),
        ("2026-05-12", "2026-05-15", "2026-05-14", "vom 12. bis 15. Mai", "Freitag, 15. Mai, um 10.30 Uhr", "Freitag, 15. Mai, um 14 Uhr"),
    ],
)  # fmt: skip
def test_two_times_at_a_fair_lie_on_its_days(
    first: str, last: str, today: str, days: str, slot_1: str, slot_2: str
) -> None:
    reason = Reason("trade_fair", details={"fair": "südback", "starts_on": first, "ends_on": last})
    given = replace(GIVEN, reason=reason, today=date.fromisoformat(today))
    text = made(letter("{{ fair_days }} auf der {{ fair }}, {{ slot_1 }} | {{ slot_2 }}"), given).text
    assert f"{days} auf der Messe „südback“, {slot_1} | {slot_2}" in text


def test_nobody_is_congratulated_before_the_day() -> None:
    text = texts.shipped("birthday_contact", "de_sie")[0]
    early = replace(GIVEN, reason=Reason("birthday_contact", happened_on=date(2026, 5, 6)))
    assert made(text, early).not_before == date(2026, 5, 6)
    assert made(text, replace(GIVEN, reason=Reason("birthday_contact", happened_on=TODAY))).not_before is None


def test_a_free_letter_is_greeting_and_closing_with_room_between() -> None:
    found = made(texts.shipped("certification", "de_du")[0], replace(GIVEN, greeting="Hallo Anna,"))
    assert found.text == "Hallo Anna,\n\n\n\nHerzliche Grüße"


# ---- the one fact


def fact(text: str = "Umzug der Werkstatt", **more: Any) -> Fact:
    return replace(Fact(), text=text, **more)


@pytest.mark.parametrize(
    "text",
    [
        "Umzug der Werkstatt", "Schulung für neue Kollegen", "Website in drei Sprachen", "Lagerhalle Nord",
        "CRM-Einführung", "Neuer Katalog",
    ],
)  # fmt: skip
def test_a_short_heading_can_be_said(text: str) -> None:
    assert pick_fact([fact(text)], "silence", TODAY, contact_id=5) is not None


@pytest.mark.parametrize(
    "text",
    [
        "will Angebot Schulung", "Tochter macht Abi", "Hüft-OP im Juni", "plant Umzug, sucht Halle",
        "Budget 20.000 €", "Findet uns zu teuer", "Streit mit dem Chef", "Knieoperation", "anna@x.example anschreiben",
        "Sie möchte im Herbst mit dem Umzug der Werkstatt beginnen", "zwei\nZeilen", "Nicht anrufen", "",
        "Wettbewerber Huber prüfen", "Rabatt 10%", "Kündigung Mitarbeiter", "umzug",
    ],
)  # fmt: skip
def test_a_note_to_oneself_is_never_said(text: str) -> None:
    assert pick_fact([fact(text)], "silence", TODAY, contact_id=5) is None
    assert not card_fact.is_sayable(text)


@pytest.mark.parametrize(
    "one",
    [
        fact(kind="promise"), fact(kind="taboo"), fact(contact_id=6), fact(closed_at=datetime(2026, 3, 1, tzinfo=UTC)),
        fact(valid_until=date(2026, 5, 3)), fact(noted_on=date(2024, 9, 1)),
    ],
)  # fmt: skip
def test_promises_taboos_others_matters_and_old_notes_stay_on_the_card(one: Fact) -> None:
    assert pick_fact([one], "silence", TODAY, contact_id=5) is None


def test_an_old_wish_still_counts_and_a_taboo_covers_what_it_names() -> None:
    wish = fact("Umzug der Werkstatt", kind="wish", noted_on=date(2022, 1, 1))
    assert pick_fact([wish], "silence", TODAY, contact_id=5) == wish
    taboo = fact("Bloß nicht nach dem Umzug fragen", id=2, kind="taboo")
    assert pick_fact([wish, taboo], "silence", TODAY, contact_id=5) is None


def test_the_newest_of_the_fitting_kind_is_taken() -> None:
    old, new = fact(id=1), fact("Neuer Katalog", id=2, noted_on=date(2026, 4, 1))
    topic = fact("Nachfolge im Handwerk", id=3, kind="topic", noted_on=TODAY)
    assert pick_fact([topic, old, new], "silence", TODAY, contact_id=5) == new
    assert pick_fact([old, new], "birthday_contact", TODAY, contact_id=5) is None
    assert pick_fact([fact(kind="wish")], "award", TODAY, contact_id=5) is None, "no offer in a congratulation"
    assert pick_fact([fact(contact_id=None)], "silence", TODAY, contact_id=5) is not None, "the company's count"


# ---- edited letters


@pytest.mark.parametrize(
    ("subject", "body", "field"),
    [
        ("Gruß", "{{ salary }}", "body"), ("{{ nope }}", "gut.", "subject"), ("Gruß", "gut? Ja?", "body"), ("Gruß", "{{ a", "body"),
        ("", "gut.", "subject"), ("Gruß", "  ", "body"), ("zwei\nZeilen", "gut.", "subject"), ("x" * 201, "gut.", "subject"),
        ("Gruß", "{% for x in company %}{{ x }}{% endfor %}{{ 'a' * 9 }}", "body"),
    ],
)  # fmt: skip
def test_an_edited_letter_that_cannot_be_sent_is_not_saved(subject: str, body: str, field: str) -> None:
    with pytest.raises((Invalid, sandbox.Broken)) as caught:
        texts.check(subject, body)
    assert caught.value.field == field


def test_an_edited_letter_gets_advice() -> None:
    assert texts.check("Gruß", "gut, {{ first_name }}.") == ()
    assert len(texts.check("eins zwei drei vier fünf sechs sieben acht", "Toll! " + "wort " * 120)) == 3


def test_a_broken_file_of_letters_says_where(tmp_path: Any) -> None:
    (tmp_path / "a.toml").write_text('[award]\npurpose = "fun"\n')
    with pytest.raises(texts.BadTexts, match="award"):
        texts.load(tmp_path)
