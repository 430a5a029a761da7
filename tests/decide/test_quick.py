"""The one-line entry: what a typed line becomes. Today is Wednesday, 20 May 2026."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.facts import Kind as FactKind
from outreach.history.rows import Kind as TouchpointKind
from outreach.quick import dates, money, words
from outreach.quick.parse import parse, settle, settle_at
from outreach.quick.proposal import Birthday, Candidate, Parsed, ProposedFact, ProposedTask
from outreach.settings import ROOT

TODAY = date(2026, 5, 20)


def day(month: int, day: int, year: int = 2026) -> date:
    return date(year, month, day)


# The examples everybody sees first


def test_a_call_with_a_wish_a_topic_and_a_day() -> None:
    said = parse("tel Müller: will Angebot Schulung, Tochter macht Abi, 3.5.", TODAY)
    assert (said.kind, said.who, said.on, said.on_given) == ("call", "Müller", day(5, 3), True)
    assert said.facts == (ProposedFact("wish", "Angebot Schulung"), ProposedFact("topic", "Tochter macht Abi"))
    assert said.text == "will Angebot Schulung, Tochter macht Abi"
    assert said.leftovers == ()
    assert [(said.line[span.start : span.end], span.role) for span in said.spans] == [
        ("tel", "kind"),
        ("Müller", "who"),
        ("will Angebot Schulung", "wish"),
        ("Tochter macht Abi", "topic"),
        ("3.5.", "date"),
    ]


def test_an_offer_with_its_amount() -> None:
    said = settle(parse("Angebot 4.200 Müller", TODAY), "Anna Müller")
    assert (said.kind, said.who, said.amount_cents, said.text) == ("offer", "Müller", 420_000, "")


def test_a_gift_with_what_it_was() -> None:
    said = settle(parse("Geschenk Wein Müller 30 €", TODAY), "Dr. Anna Müller")
    assert (said.kind, said.who, said.amount_cents, said.text) == ("gift", "Müller", 3_000, "Wein")


def test_a_complaint() -> None:
    said = settle(parse("Rekl. Müller falsche Rechnung", TODAY), "Müller")
    assert (said.kind, said.who, said.text, said.facts) == ("complaint", "Müller", "falsche Rechnung", ())


def test_a_task_with_its_day() -> None:
    said = parse("aufgabe Müller: Angebot nachfassen bis Freitag", TODAY)
    assert (said.kind, said.who) == ("task", "Müller")
    assert said.follow_up == ProposedTask("Angebot nachfassen", day(5, 22))
    assert len(said.tasks) == 1


# Kinds


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("tel Müller", "call"),
        ("Tel. Müller", "call"),
        ("TEL Müller", "call"),
        ("Telefonat mit Müller", "call"),
        ("Anruf Müller: alles gut", "call"),
        ("call Smith", "call"),
        ("Müller tel: alles gut", "call"),
        ("  tel Müller", "call"),
        ("Brief an Müller", "letter"),
        ("letter Smith", "letter"),
        ("Postkarte Müller", "letter"),
        ("Treffen Müller", "meeting"),
        ("Termin Müller", "meeting"),
        ("meeting Smith", "meeting"),
        ("Besuch bei Müller", "meeting"),
        ("Mail Müller", "mail_in"),
        ("Mail von Müller", "mail_in"),
        ("mail from Smith", "mail_in"),
        ("Mail an Müller", "mail_out"),
        ("E-Mail an Müller", "mail_out"),
        ("mail to Smith", "mail_out"),
        ("Angebot Müller", "offer"),
        ("quote Smith 300", "offer"),
        ("Auftrag Müller", "order"),
        ("Rechnung Müller 300 €", "order"),
        ("order Smith", "order"),
        ("Geschenk Müller Buch", "gift"),
        ("gift Smith wine", "gift"),
        ("Rekl Müller", "complaint"),
        ("Reklamation: Müller", "complaint"),
        ("complaint Smith", "complaint"),
        ("Lob von Müller", "feedback"),
        ("feedback Smith", "feedback"),
        ("Notiz Müller", "note"),
        ("Müller: alles gut", "note"),
        ("Müller will Angebot", "note"),
        ("Frau Brief: alles gut", "note"),
        ("todo Müller", "task"),
        ("To-do Müller", "task"),
        ("", "note"),
        (":", "note"),
        ("tel", "call"),
    ],
)
def test_the_first_word_says_what_happened(line: str, kind: str) -> None:
    assert parse(line, TODAY).kind == kind


def test_the_words_told_to_users_are_known() -> None:
    guide = (ROOT / "docs" / "quick-entry.md").read_text(encoding="utf-8")
    table = guide.split("| kind | words |\n|---|---|\n")[1].split("\n\n")[0]
    told = set()
    for kind, listed in (line.strip("| ").split(" | ") for line in table.splitlines()):
        names = [word.strip().rstrip(".") for word in listed.split(";")[0].split(",") if '"' not in word]
        told |= {("mail" if kind == "mail received" else kind, word) for word in names}
    assert len(told) > 50
    assert {(words.KINDS.get(word, "unknown"), word) for _, word in told} == told


def test_every_kind_can_be_stored() -> None:
    kinds = set(words.KINDS.values()) - {"mail"} | {"mail_in", "mail_out"}
    assert kinds - {"task"} <= {kind.value for kind in TouchpointKind}


# Days


@pytest.mark.parametrize(
    ("written", "back", "ahead"),
    [
        ("3.5.", day(5, 3), day(5, 3, 2027)),
        ("03.05.", day(5, 3), day(5, 3, 2027)),
        ("3. 5.", day(5, 3), day(5, 3, 2027)),
        ("20.5.", TODAY, TODAY),
        ("21.5.", day(5, 21, 2025), day(5, 21)),
        ("03.05.2026", day(5, 3), day(5, 3)),
        ("3.5.24", day(5, 3, 2024), day(5, 3, 2024)),
        ("3.5.71", day(5, 3, 1971), day(5, 3, 1971)),
        ("2026-05-03", day(5, 3), day(5, 3)),
        ("3. Mai", day(5, 3), day(5, 3, 2027)),
        ("3. Mai 2025", day(5, 3, 2025), day(5, 3, 2025)),
        ("3 May", day(5, 3), day(5, 3, 2027)),
        ("May 3", day(5, 3), day(5, 3, 2027)),
        ("May 3rd, 2025", day(5, 3, 2025), day(5, 3, 2025)),
        ("1. März", day(3, 1), day(3, 1, 2027)),
        ("24. Dez.", day(12, 24, 2025), day(12, 24)),
        ("29.2.", day(2, 29, 2024), day(2, 29, 2028)),
        ("am 3.5", day(5, 3), day(5, 3, 2027)),
        ("Sonntag, den 3.5.", day(5, 3), day(5, 3, 2027)),
        ("heute", TODAY, TODAY),
        ("heute Morgen", TODAY, TODAY),
        ("gestern", day(5, 19), day(5, 19)),
        ("vorgestern", day(5, 18), day(5, 18)),
        ("yesterday", day(5, 19), day(5, 19)),
        ("morgen", day(5, 21), day(5, 21)),
        ("übermorgen", day(5, 22), day(5, 22)),
        ("Montag", day(5, 18), day(5, 25)),
        ("Mittwoch", TODAY, TODAY),
        ("am Freitag", day(5, 15), day(5, 22)),
        ("am Fr", day(5, 15), day(5, 22)),
        ("letzten Freitag", day(5, 15), day(5, 15)),
        ("letzten Mittwoch", day(5, 13), day(5, 13)),
        ("nächsten Freitag", day(5, 22), day(5, 22)),
        ("next Wednesday", day(5, 27), day(5, 27)),
        ("nächste Woche", day(5, 25), day(5, 25)),
        ("last week", day(5, 11), day(5, 11)),
        ("nächsten Monat", day(6, 1), day(6, 1)),
        ("in 2 Wochen", day(6, 3), day(6, 3)),
        ("in einem Monat", day(6, 20), day(6, 20)),
        ("in 3 days", day(5, 23), day(5, 23)),
        ("vor zwei Tagen", day(5, 18), day(5, 18)),
        ("2 weeks ago", day(5, 6), day(5, 6)),
        ("KW 12", day(3, 16), day(3, 22, 2027)),
        ("KW 21", day(5, 18), day(5, 18)),
        ("KW 12/2027", day(3, 22, 2027), day(3, 22, 2027)),
        ("KW 53", day(12, 28, 2020), day(12, 28)),
        ("Ende der Woche", day(5, 22), day(5, 22)),
        ("Monatsende", day(5, 31), day(5, 31)),
        ("Ende Mai", day(5, 31, 2025), day(5, 31)),
        ("Mitte Juni", day(6, 15, 2025), day(6, 15)),
    ],
)
def test_a_day_is_understood_as_people_write_it(written: str, back: date, ahead: date) -> None:
    for line in (written, f"x {written} y", f"({written})"):
        found = dates.find(line, TODAY)
        assert [(one.back, one.ahead) for one in found] == [(back, ahead)], line
        assert line[found[0].start : found[0].end] == written


@pytest.mark.parametrize(
    "line",
    ["31.2.", "32.1.", "3.13.", "3.5", "4.200,50", "1.2.3.4", "guten Morgen", "Herr Freitag", "Frau Montag", "Mai",
     "KW 54", "KW 99", "2026-13-01", "12:30", "so", "do", "Version 3.5.1.2", "0.0.", "maybe 3"],
)  # fmt: skip
def test_what_only_looks_like_a_day_is_none(line: str) -> None:
    assert dates.find(line, TODAY) == []


def test_the_last_of_a_long_month_has_a_place_in_a_short_one() -> None:
    assert dates.find("in 1 Monat", date(2026, 1, 31))[0].ahead == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("line", "on"),
    [
        ("tel 3.5. Müller: alles gut", day(5, 3)),
        ("tel Müller 3.5.: alles gut", day(5, 3)),
        ("tel Müller am 3.5.", day(5, 3)),
        ("tel Müller: alles gut, 3.5.", day(5, 3)),
        ("tel Müller: alles gut, am Montag, will Angebot", day(5, 18)),
        ("tel Müller 21.5.", day(5, 21, 2025)),
        ("tel gestern Müller: alles gut", day(5, 19)),
        ("tel Müller: hat gestern bestellt", day(5, 19)),
        ("Termin Müller nächsten Freitag", day(5, 22)),
        ("tel Müller letzten Freitag", day(5, 15)),
        ("Angebot 4.200 Müller 3.5.", day(5, 3)),
        ("tel Müller: Messe am 12.9. in Köln", None),
        ("tel Müller: will Schulung am 3.9.", None),
        ("tel Müller: Projekt Umzug 3.9.", None),
        ("tel Müller: wieder da ab 3.9.", None),
        ("tel Müller: alles gut", None),
        ("tel Freitag: alles gut", None),
        ("tel Freitag Müller: alles gut", day(5, 15)),
        ("tel Müller: ruft in 2 Wochen an", None),
    ],
)
def test_a_day_said_of_the_whole_entry_is_its_day(line: str, on: date | None) -> None:
    said = parse(line, TODAY)
    assert (said.on, said.on_given) == (on or TODAY, on is not None)


def test_an_appointment_lies_ahead() -> None:
    assert parse("Termin Müller morgen", TODAY).is_planned
    assert not parse("Termin Müller gestern", TODAY).is_planned


# Amounts


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("4.200", 420_000),
        ("4200", 420_000),
        ("4.200,50 €", 420_050),
        ("4,200.50", 420_050),
        ("4'200", 420_000),
        ("EUR 1500", 150_000),
        ("1500 EUR", 150_000),
        ("€ 30", 3_000),
        ("30 €", 3_000),
        ("30€", 3_000),
        ("30 Euro", 3_000),
        ("30,-", 3_000),
        ("19,90", 1_990),
        ("0,50 €", 50),
        ("1,5k", 150_000),
        ("1.5k", 150_000),
        ("2k €", 200_000),
        ("12 Tsd. €", 1_200_000),
        ("1.234.567,89 €", 123_456_789),
    ],
)
def test_an_amount_is_understood_as_people_write_it(written: str, cents: int) -> None:
    for line in (f"Angebot {written} Müller", f"Angebot Müller {written}", f"Angebot Müller: Website, {written}"):
        said = parse(line, TODAY)
        assert said.amount_cents == cents, line
        assert written not in said.text


@pytest.mark.parametrize(
    ("line", "cents"),
    [
        ("Angebot Müller", None),
        ("Angebot 3 Schulungen Müller", None),
        ("Angebot 3 Schulungen Müller 4.200 €", 420_000),
        ("Angebot Müller 20 % Rabatt", None),
        ("Angebot 2026 Müller", None),
        ("Angebot 2026 Müller 3000", 300_000),
        ("Angebot Müller 10:30", None),
        ("Angebot 4.200 Müller bis 3.6.", 420_000),
        ("Angebot Müller 3.5.", None),
        ("tel Müller: Budget 5.000 €", None),  # a call has no amount; it stays in the text
        ("Auftrag Müller -200 €", -20_000),
        ("Geschenk Müller -30 €", 3_000),
        ("Angebot Müller 99999999999999999999", None),
    ],
)
def test_only_a_price_is_an_amount(line: str, cents: int | None) -> None:
    assert parse(line, TODAY).amount_cents == cents


@pytest.mark.parametrize("written", ["4'200 CHF", "CHF 300", "$300", "300 USD", "£20", "500 Franken"])
def test_other_money_than_euros_is_said_not_to_be_understood(written: str) -> None:
    said = parse(f"Angebot Müller: Website, {written}", TODAY)
    assert said.amount_cents is None
    assert [str(remark) for remark in said.remarks] == [f"{written}: only amounts in euros are understood."]
    assert written in said.text
    assert said.leftovers == ("Website",)


def test_counted_things_are_no_money() -> None:
    assert money.find("3 Stunden, 20 %, 12 Flaschen, 5 people, 0431") == []


# Facts


@pytest.mark.parametrize(
    ("part", "kind", "text"),
    [
        ("will Angebot Schulung", "wish", "Angebot Schulung"),
        ("will ein Angebot", "wish", "Angebot"),
        ("möchte gern eine neue Website", "wish", "neue Website"),
        ("er möchte Beratung", "wish", "Beratung"),
        ("wünscht sich mehr Tempo", "wish", "mehr Tempo"),
        ("braucht Logo", "wish", "Logo"),
        ("sucht Büro in Kiel", "wish", "Büro in Kiel"),
        ("hätte gern Termin", "wish", "Termin"),
        ("Chef will Schulung", "wish", "Schulung"),
        ("wants a workshop", "wish", "workshop"),
        ("needs training", "wish", "training"),
        ("would like a demo", "wish", "demo"),
        ("is looking for an office", "wish", "office"),
        ("interessiert sich für KI", "interest", "KI"),
        ("hat Interesse an Seminaren", "interest", "Seminaren"),
        ("interested in sailing", "interest", "sailing"),
        ("Hobby: Schach", "interest", "Schach"),
        ("segelt auf der Ostsee", "interest", "segelt auf der Ostsee"),
        ("spielt Tennis", "interest", "spielt Tennis"),
        ("plays golf", "interest", "plays golf"),
        ("mag Rotwein", "interest", "Rotwein"),
        ("isst gern Fisch", "interest", "Fisch"),
        ("läuft Marathon", "interest", "läuft Marathon"),
        ("Projekt Umzug", "project", "Umzug"),
        ("Projekt: neuer Shop", "project", "neuer Shop"),
        ("neues Projekt Halle 4", "project", "Halle 4"),
        ("project relaunch", "project", "relaunch"),
        ("Tochter macht Abi", "topic", "Tochter macht Abi"),
        ("Tochter will studieren", "topic", "Tochter will studieren"),
        ("Sohn heißt Emil", "topic", "Sohn heißt Emil"),
        ("hat einen neuen Hund", "topic", "hat einen neuen Hund"),
        ("seine Frau ist Ärztin", "topic", "seine Frau ist Ärztin"),
        ("son starts school", "topic", "son starts school"),
        ("mag keinen Rotwein", "taboo", "mag keinen Rotwein"),
        ("will keinen Newsletter", "taboo", "will keinen Newsletter"),
        ("möchte nicht angerufen werden", "taboo", "möchte nicht angerufen werden"),
        ("tabu: Politik", "taboo", "Politik"),
        ("nicht ansprechen: Scheidung", "taboo", "Scheidung"),
        ("Fusion nicht ansprechen", "taboo", "Fusion nicht ansprechen"),
        ("don't mention the merger", "taboo", "don't mention the merger"),
        ("doesn't drink", "taboo", "doesn't drink"),
        ("zugesagt: Referenz", "promise", "zugesagt: Referenz"),
        ("ich schicke Preisliste", "promise", "ich schicke Preisliste"),
        ("I'll send the slides", "promise", "I'll send the slides"),
    ],
)
def test_parts_of_a_line_become_facts(part: str, kind: str, text: str) -> None:
    for line in (f"tel Müller: {part}", f"tel Müller: alles gut, {part}, 3.5."):
        said = parse(line, TODAY)
        assert [(fact.kind, fact.text) for fact in said.facts] == [(kind, text)], line
        assert part in said.text
        assert part not in said.leftovers


@pytest.mark.parametrize(
    "part",
    [
        "alles gut",
        "Rechnung ist da",
        "braucht nichts",
        "kein Bedarf",
        "needs nothing",
        "will be there",
        "he will be there",
        "Gruß an Frau Weiß",
        "hat untersucht",
        "Treffen mit Weber & Partner",
        "besucht die Messe",
        "Budget 5.000 €",
    ],
)
def test_the_rest_stays_text(part: str) -> None:
    said = parse(f"tel Müller: {part}", TODAY)
    assert said.facts == ()
    assert said.tasks == ()
    assert said.leftovers == (part,)
    assert said.text == part


def test_what_a_complaint_asks_for_is_no_wish() -> None:
    assert parse("Rekl. Müller: will Geld zurück", TODAY).facts == ()


def test_every_kind_of_fact_can_be_stored() -> None:
    line = "tel X: will Logo, interessiert sich für B, Projekt C, tabu: D, Sohn E, ich schicke F"
    kinds = [fact.kind for fact in parse(line, TODAY).facts]
    assert sorted(kinds) == sorted(kind.value for kind in FactKind)


# What is to be done


@pytest.mark.parametrize(
    ("part", "facts", "tasks"),
    [
        ("Angebot schicken bis Freitag", [("promise", day(5, 22))], [("Angebot schicken", day(5, 22))]),
        ("schicke Unterlagen bis 3.6.", [("promise", day(6, 3))], [("schicke Unterlagen", day(6, 3))]),
        ("ich melde mich nächste Woche", [("promise", day(5, 25))], [("ich melde mich", day(5, 25))]),
        ("I will call by Friday", [("promise", day(5, 22))], [("I will call", day(5, 22))]),
        ("braucht Angebot bis Freitag", [("wish", None)], [("Angebot", day(5, 22))]),
        ("in 2 Wochen nachfassen", [], [("nachfassen", day(6, 3))]),
        ("morgen anrufen", [], [("anrufen", day(5, 21))]),
        ("nachfassen", [], [("nachfassen", None)]),
        ("Wiedervorlage 3.6.", [], [("alles gut, Wiedervorlage 3.6.", day(6, 3))]),
        ("follow up next week", [], [("follow up", day(5, 25))]),
        ("ruft am 3.6. zurück", [], [("ruft zurück", day(6, 3))]),
        ("call back on Monday", [], [("call back", day(5, 25))]),
        ("wir schicken Muster in KW 23", [("promise", day(6, 1))], [("wir schicken Muster", day(6, 1))]),
        ("ruft morgen an", [], [("ruft an", day(5, 21))]),
        ("Urlaub bis 3.6.", [("topic", day(6, 3))], []),
        ("nicht erreichbar bis 3.6.", [("topic", day(6, 3))], []),
        ("Projekt Halle bis 3.6.", [("project", day(6, 3))], []),
    ],
)
def test_promises_and_reminders_become_tasks(
    part: str, facts: list[tuple[str, date | None]], tasks: list[tuple[str, date | None]]
) -> None:
    said = parse(f"tel Müller: alles gut, {part}", TODAY)
    assert [(fact.kind, fact.valid_until) for fact in said.facts] == facts
    assert [(task.text, task.due_on) for task in said.tasks] == tasks
    assert not said.on_given


@pytest.mark.parametrize(
    ("line", "text", "due"),
    [
        ("todo Müller: Angebot nachfassen bis Freitag", "Angebot nachfassen", day(5, 22)),
        ("todo Müller: Freitag anrufen", "anrufen", day(5, 22)),
        ("todo Müller: anrufen 3.5.", "anrufen", day(5, 3, 2027)),
        ("todo Müller: anrufen, will Angebot", "anrufen, will Angebot", None),
        ("task Smith: send slides tomorrow", "send slides", day(5, 21)),
        ("aufgabe Müller morgen: Brief schreiben", "Brief schreiben", day(5, 21)),
        ("todo", None, None),
    ],
)
def test_a_task_is_one_sentence_and_a_day(line: str, text: str | None, due: date | None) -> None:
    said = parse(line, TODAY)
    assert said.facts == ()
    assert said.tasks == ((ProposedTask(text, due),) if text is not None else ())


@pytest.mark.parametrize(
    ("part", "birthday"),
    [
        ("Geburtstag 3.5.", Birthday(3, 5)),
        ("hat am 3.5. Geburtstag", Birthday(3, 5)),
        ("Geburtstag am 3. Mai 1970", Birthday(3, 5, 1970)),
        ("geb. 3.5.1970", Birthday(3, 5, 1970)),
        ("geboren am 03.05.70", Birthday(3, 5, 1970)),
        ("birthday May 3", Birthday(3, 5)),
        ("birthday: 1970-05-03", Birthday(3, 5, 1970)),
        ("Geburtstag 29.2.", Birthday(29, 2)),
        ("Geburtstag gestern", None),
        ("Geburtstag 31.2.", None),
    ],
)
def test_a_birthday_is_no_day_of_the_entry(part: str, birthday: Birthday | None) -> None:
    said = parse(f"tel Müller: alles gut, {part}", TODAY)
    assert said.birthday == birthday
    if birthday:
        assert not said.on_given
        assert said.text.rstrip(",") == "alles gut"


@pytest.mark.parametrize("line", ["Geburtstag Müller 3.5.1970", "Müller Geburtstag 3.5.1970", "Müller geb. 3.5.1970"])
def test_a_birthday_alone_is_enough(line: str) -> None:
    said = settle(parse(line, TODAY), "Anna Müller")
    assert (said.who, said.birthday, said.text, said.on_given) == ("Müller", Birthday(3, 5, 1970), "", False)


def test_an_offer_until_a_day_is_looked_at_again_then() -> None:
    said = settle(parse("Angebot 1.500 € Müller bis 30.6.", TODAY), "Müller")
    assert said.tasks == (ProposedTask("Angebot 1.500 € Müller bis 30.6.", day(6, 30)),)
    assert said.facts == ()
    said = settle(parse("Angebot Website 1.500 € Müller, bis 30.6.", TODAY), "Müller")
    assert said.tasks == (ProposedTask("Website, bis 30.6.", day(6, 30)),)


# Names


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("tel Müller", "Müller"),
        ("tel Anna Müller", "Anna Müller"),
        ("tel Frau Müller will Angebot", "Frau Müller"),
        ("tel müller will angebot", "müller"),
        ("tel mit Müller", "Müller"),
        ("tel Müller: will Angebot", "Müller"),
        ("tel Frau Dr. Müller: will Angebot", "Frau Dr. Müller"),
        ("tel mit Herrn Weiß: will Angebot", "Herrn Weiß"),
        ("mail von der Heide: ok", "von der Heide"),
        ("mail von Frau Heide: ok", "Frau Heide"),
        ("tel Müller-Lüdenscheidt: ok", "Müller-Lüdenscheidt"),
        ("Auftrag Müller GmbH 12.400,50 €", "Müller GmbH"),
        ("Auftrag Schmidt & Söhne 2k", "Schmidt & Söhne"),
        ("Lob von Schmidt für Workshop", "Schmidt"),
        ("Angebot Website für Müller GmbH 3000", "Müller GmbH"),
        ("tel O'Brien: ok", "O'Brien"),
        ("Rekl. Müller falsche Rechnung", "Müller"),
        ("tel Müller, will Angebot", "Müller"),
        ("tel Freitag: ok", "Freitag"),
    ],
)
def test_the_likeliest_name_comes_first(line: str, first: str) -> None:
    assert parse(line, TODAY).candidates[0].text == first


@pytest.mark.parametrize("line", ["", "tel", "tel: ", "3.5.", "Angebot 4.200", "will nicht", ", , ,"])
def test_where_nobody_is_named_there_is_no_candidate(line: str) -> None:
    assert parse(line, TODAY).candidates == ()


def test_without_a_colon_nobody_is_chosen() -> None:
    said = parse("tel Müller will Angebot", TODAY)
    assert said.who == ""
    assert "Müller" in {one.text for one in said.candidates}


@pytest.mark.parametrize(
    ("line", "name", "who", "text"),
    [
        ("tel Müller will Angebot", "Anna Müller", "Müller", "will Angebot"),
        ("tel Frau Dr. Müller will Angebot", "Anna Müller", "Frau Dr. Müller", "will Angebot"),
        ("tel Anna Müller will Angebot", "Dr. Anna Müller", "Anna Müller", "will Angebot"),
        ("tel müller will angebot", "Anna Müller", "müller", "will angebot"),
        ("Geschenk Wein von der Heide 30 €", "Eva von der Heide", "von der Heide", "Wein"),
        ("Angebot Website Müller GmbH 3000", "Müller GmbH", "Müller GmbH", "Website"),
        ("Anna Müller tel will Angebot", "Anna Müller", "Anna Müller", "will Angebot"),
        ("tel Müller wegen Angebot: ok", "Müller", "Müller", "wegen Angebot: ok"),
        ("tel Müller: will Angebot", "Somebody Else", "Müller", "will Angebot"),
        ("tel Müller will Angebot", "Somebody Else", "", "Müller will Angebot"),
        ("tel Herr Montag will Angebot", "Paul Montag", "Herr Montag", "will Angebot"),
    ],
)
def test_settling_takes_the_name_out_of_the_text(line: str, name: str, who: str, text: str) -> None:
    said = settle(parse(line, TODAY), name)
    assert (said.who, said.text) == (who, text)


def test_settling_again_changes_nothing_more() -> None:
    once = settle(parse("Geschenk Wein Müller 30 €", TODAY), "Müller")
    assert settle(once, "Müller") == once


def test_another_name_can_be_chosen_instead() -> None:
    said = parse("Geschenk Wein Müller 30 €", TODAY)
    wine = next(one for one in said.candidates if one.text == "Wein")
    assert settle_at(said, wine).text == "Müller"


# Whatever is typed

TYPED = st.one_of(
    st.text(max_size=2000),
    st.lists(
        st.sampled_from(
            [
                "tel",
                "Müller",
                "Frau",
                ":",
                ",",
                ";",
                ".",
                "3.5.",
                "31.2.",
                "4.200",
                "€",
                "bis",
                "will",
                "Tochter",
                "Freitag",
                "nächste",
                "Woche",
                "KW",
                "12",
                "Angebot",
                "in",
                "2",
                "Wochen",
                "geburtstag",
                "hat",
                "CHF",
                "am",
                "von",
                "der",
                "Heide",
                "mail",
                "-",
                "?",
                "\n",
                "1,5k",
                "2026-05-03",
                "May",
                "3",
                "ich",
                "schicke",
                "tabu:",
                "http://x.de",
                "10:30",
                "&",
                "ß",
            ]
        ),
        max_size=60,
    ).map(" ".join),
)


def check(said: Parsed) -> None:
    assert all(0 <= span.start < span.end <= len(said.line) for span in said.spans)
    assert all(one.end <= two.start for one, two in zip(said.spans, said.spans[1:], strict=False))
    assert all(said.line[one.start : one.end] == one.text for one in said.candidates)


@given(TYPED, st.dates(date(1990, 1, 1), date(2090, 12, 31)))
def test_nothing_typed_is_too_odd(line: str, today: date) -> None:
    said = parse(line, today)
    check(said)
    for one in said.candidates[:3]:
        check(settle_at(said, one))


@given(TYPED, st.integers(-5, 2100), st.integers(-5, 2100))
def test_no_choice_of_a_name_is_too_odd(line: str, start: int, end: int) -> None:
    check(settle_at(parse(line, TODAY), Candidate(start, end, "")))


@given(TYPED)
def test_a_line_read_twice_says_the_same(line: str) -> None:
    assert parse(line, TODAY) == parse(line, TODAY)


def test_what_is_typed_beyond_a_line_stays_in_the_text() -> None:
    said = parse("tel Müller: " + "gut " * 1000 + "Ende", TODAY)
    assert said.text.endswith("gut Ende")
    check(said)


@pytest.mark.parametrize("head", ["", "Angebot ", "tel X: "])
@pytest.mark.parametrize(
    "piece",
    [" ", ",", "1", "1.", "3.5. ", "a", "a ", "bis 3.6. ", "will ", ": ", "4.200 ", "1,", "€", "in 2 ", "von ", "Frau ",
     "geburtstag 3.5. ", "will Haus, ", "nicht ", " - ", "\n", "ich schicke, ", "1'000", "a. ", "möchte gern "],
)  # fmt: skip
def test_a_long_line_is_read_in_no_time(head: str, piece: str) -> None:
    line = (head + piece * 2000)[:2000]
    began = time.perf_counter()
    parse(line, TODAY)
    assert time.perf_counter() - began < 1
