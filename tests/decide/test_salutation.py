"""Greeting lines, German and English: whom they greet how, and whom they refuse and why."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from outreach.salutation import Greeting, Named, Refused, greeting, greeting_for, punctuation

# title | first name | last name | Anrede | greeting
GERMAN = """
                      | Anna        | Müller               | frau    | Sehr geehrte Frau Müller
                      | Jörg        | Weiß                 | herr    | Sehr geehrter Herr Weiß
                      |             | Schulz               | frau    | Sehr geehrte Frau Schulz
                      | J.          | Schulz               | herr    | Sehr geehrter Herr Schulz
                      | Kim         | Müller               | neutral | Guten Tag Kim Müller
                      | Kim         | Müller               |         | Guten Tag Kim Müller
                      | Kim         |                      |         | Guten Tag Kim
                      | Anna        |                      | frau    | Guten Tag Anna
                      | K.          | Müller               |         | Guten Tag K. Müller
                      | Marie-Luise | Schäfer-Löwenstein   | frau    | Sehr geehrte Frau Schäfer-Löwenstein
                      | Eva         | Müller Lüdenscheidt  | frau    | Sehr geehrte Frau Müller Lüdenscheidt
Dr.                   | Jörg        | Weiß                 | herr    | Sehr geehrter Herr Dr. Weiß
Dr                    | Jörg        | Weiß                 | herr    | Sehr geehrter Herr Dr. Weiß
dr. med.              | Elif        | Yıldız               | frau    | Sehr geehrte Frau Dr. Yıldız
Dr. phil. Dr. med.    | Hubert      | Klug                 | herr    | Sehr geehrter Herr Dr. Klug
Dr.-Ing.              | Ruth        | Sander               | frau    | Sehr geehrte Frau Dr. Sander
Dr. h. c.             | Malte       | Schöller             | herr    | Sehr geehrter Herr Dr. Schöller
Dr. rer. nat. habil.  | Ines        | Kuhn                 | frau    | Sehr geehrte Frau Dr. Kuhn
PD Dr.                | Ines        | Kuhn                 | frau    | Sehr geehrte Frau Dr. Kuhn
Doktor                | Jörg        | Weiß                 | herr    | Sehr geehrter Herr Dr. Weiß
PhD                   | Jane        | Doe                  | frau    | Sehr geehrte Frau Dr. Doe
Dr. des.              | Ines        | Kuhn                 | frau    | Sehr geehrte Frau Kuhn
Prof.                 | Jörg        | Weiß                 | herr    | Sehr geehrter Herr Professor Weiß
Prof. Dr.             | Renate      | Böhm                 | frau    | Sehr geehrte Frau Professorin Böhm
Prof. Dr. Dr. h.c.    | Jörg        | Müller               | herr    | Sehr geehrter Herr Professor Müller
Univ.-Prof. Dr.       | Jörg        | Müller               | herr    | Sehr geehrter Herr Professor Müller
Professorin Dr.       | Eva         | Obermann             | frau    | Sehr geehrte Frau Professorin Obermann
Professor             | Eva         | Obermann             | frau    | Sehr geehrte Frau Professorin Obermann
Juniorprofessorin     | Eva         | Obermann             | frau    | Sehr geehrte Frau Professorin Obermann
Prof. Dr.             | Kim         | Schulz               | neutral | Guten Tag Prof. Kim Schulz
Dr.                   | Kim         | Schulz               |         | Guten Tag Dr. Kim Schulz
Dr.                   |             | Schulz               |         | Guten Tag Dr. Schulz
Dipl.-Ing.            | Eva         | von der Heide        | frau    | Sehr geehrte Frau von der Heide
Dipl.-Kfm.            | Uwe         | Brandt               | herr    | Sehr geehrter Herr Brandt
MBA                   | Uwe         | Brandt               | herr    | Sehr geehrter Herr Brandt
B.A.                  | Uwe         | Brandt               | herr    | Sehr geehrter Herr Brandt
M.Sc.                 | Kim         | Brandt               |         | Guten Tag Kim Brandt
Mag.                  | Eva         | Huber                | frau    | Sehr geehrte Frau Huber
Rechtsanwältin        | Eva         | Huber                | frau    | Sehr geehrte Frau Huber
Frau Dr.              | Eva         | Huber                | frau    | Sehr geehrte Frau Dr. Huber
Herr Dr.              | Max         | Huber                |         | Sehr geehrter Herr Dr. Huber
                      | Ursula      | von der Leyen        | frau    | Sehr geehrte Frau von der Leyen
                      | Karl        | von und zu Stein     | herr    | Sehr geehrter Herr von und zu Stein
                      | Vincent     | van der Meer         | herr    | Sehr geehrter Herr van der Meer
                      | Ana         | de la Cruz           | frau    | Sehr geehrte Frau de la Cruz
                      | Rüdiger     | Graf zu Eulenau      | herr    | Sehr geehrter Graf Eulenau
                      | Otto        | Graf von Hohenstein  | herr    | Sehr geehrter Graf Hohenstein
                      | Sophie      | Gräfin v. Großendorf | frau    | Sehr geehrte Gräfin Großendorf
Dr.                   | Otto        | Graf Hohenstein      | herr    | Sehr geehrter Herr Dr. Graf Hohenstein
Dr. Graf              | Otto        | von Hohenstein       | herr    | Sehr geehrter Herr Dr. Graf Hohenstein
                      | Sophie      | Gräfin von Hohenau   |         | Guten Tag Sophie Gräfin von Hohenau
                      | Benedikt    | Freiherr von Thurn   | herr    | Sehr geehrter Herr von Thurn
Dr.                   | Clara       | Freifrau von Thurn   | frau    | Sehr geehrte Frau Dr. von Thurn
                      | Leopold     | Baron von Klausewitz | herr    | Sehr geehrter Baron Klausewitz
                      | Georg       | Prinz zu Hohenlohe   | herr    | Sehr geehrter Prinz zu Hohenlohe
                      | Franz       | Herzog von Altenburg | herr    | Sehr geehrter Herzog von Altenburg
                      | Ritva       | Ritter von Taxis     | frau    | Sehr geehrte Frau von Taxis
                      | Steffi      | Graf                 | frau    | Sehr geehrte Frau Graf
                      | Roman       | Herzog               | herr    | Sehr geehrter Herr Herzog
                      | Gerhard     | Ritter               | herr    | Sehr geehrter Herr Ritter
                      | Anna        | Graf-Müller          | frau    | Sehr geehrte Frau Graf-Müller
                      | Sinéad      | O’Connor             | frau    | Sehr geehrte Frau O’Connor
                      | Jan         | 't Hooft             | herr    | Sehr geehrter Herr 't Hooft
                      | Karl        | St. Clair            | herr    | Sehr geehrter Herr St. Clair
                      | Karl        | Müller jun.          | herr    | Sehr geehrter Herr Müller jun.
                      | Mei         | Li                   | frau    | Sehr geehrte Frau Li
                      | Eun         | O                    | frau    | Sehr geehrte Frau O
                      | Min         | Na                   | herr    | Sehr geehrter Herr Na
                      | Hans        | Null                 | herr    | Sehr geehrter Herr Null
                      | Thi         | Nguyễn               | frau    | Sehr geehrte Frau Nguyễn
                      | Дмитрий     | Петров               | herr    | Sehr geehrter Herr Петров
                      |  Anna       |  von   der  Heide    | frau    | Sehr geehrte Frau von der Heide
                      |             | Familie Müller       |         | Sehr geehrte Familie Müller
                      | Familie     | Müller               |         | Sehr geehrte Familie Müller
                      |             | Fam. von der Heide   |         | Sehr geehrte Familie von der Heide
"""

AUSTRIAN = """
Mag.                  | Eva         | Huber                | frau    | Sehr geehrte Frau Mag. Huber
Mag.a                 | Eva         | Huber                | frau    | Sehr geehrte Frau Mag. Huber
Mag. (FH)             | Max         | Huber                | herr    | Sehr geehrter Herr Mag. Huber
DI                    | Max         | Huber                | herr    | Sehr geehrter Herr DI Huber
Dipl.-Ing.            | Max         | Huber                | herr    | Sehr geehrter Herr Dipl.-Ing. Huber
Ing.                  | Max         | Huber                | herr    | Sehr geehrter Herr Ing. Huber
DDr.                  | Max         | Huber                | herr    | Sehr geehrter Herr DDr. Huber
Mag. Dr.              | Max         | Huber                | herr    | Sehr geehrter Herr Dr. Huber
Prof. Mag.            | Eva         | Huber                | frau    | Sehr geehrte Frau Professorin Huber
Mag.                  | Kim         | Huber                |         | Guten Tag Mag. Kim Huber
MSc                   | Max         | Huber                | herr    | Sehr geehrter Herr Huber
"""

ENGLISH = """
                      | Ann         | Smith                | frau    | Dear Ms Smith
                      | Bob         | Smith                | herr    | Dear Mr Smith
                      | Kim         | Smith                | neutral | Dear Kim Smith
                      | Kim         | Smith                |         | Dear Kim Smith
                      | Kim         |                      |         | Dear Kim
Dr.                   | Ann         | Smith                | frau    | Dear Dr Smith
Dr.                   | Kim         | Smith                |         | Dear Dr Smith
PhD                   | Kim         | Smith                |         | Dear Dr Smith
Ph.D.                 | Kim         | Smith                |         | Dear Dr Smith
Prof. Dr.             | Ann         | Smith                | frau    | Dear Professor Smith
Mrs                   | Ann         | Smith                |         | Dear Ms Smith
MBA                   | Ann         | Smith                | frau    | Dear Ms Smith
                      | Vincent     | van der Meer         | herr    | Dear Mr van der Meer
                      | Otto        | Graf von Hohenstein  | herr    | Dear Count Hohenstein
                      | Benedikt    | Freiherr von Thurn   | herr    | Dear Mr von Thurn
                      |             | Familie Müller       |         | Dear Müller family
"""

DU = """
                      | Anna        | Müller               | frau    | Hallo Anna
                      | Anna Maria  |                      |         | Hallo Anna Maria
Dr.                   | Jörg        | Weiß                 | herr    | Hallo Jörg
                      | J           | Weiß                 | herr    | Hallo J
                      |             | Familie Weiß         |         | Liebe Familie Weiß
"""

# title | first name | last name | Anrede | words of the reason
REFUSED = """
                      |             |                      |         | neither a name nor a company
Dr.                   |             |                      | herr    | a title, but no name
                      |             |                      | frau    | but not the name
                      |             | Schulz               |         | Only the last name
                      |             | Schulz               | neutral | Only the last name
Dr.                   | Anna        |                      | frau    | no last name
                      | A.          |                      | frau    | alone is no name
Herr Dr.              | Anna        | Müller               | frau    | contradicts the salutation
Professorin           | Jörg        | Müller               | herr    | contradicts the salutation
Frau Dr.              | Kim         | Müller               | neutral | contradicts the salutation
Herr und Frau         | Kim         | Müller               |         | contradicts the salutation
Mag.a                 | Max         | Huber                | herr    | contradicts the salutation
                      | Anna        | Graf von Hohenstein  | frau    | “Graf” in the last name
                      | Otto        | Gräfin Hohenstein    | herr    | “Gräfin” in the last name
                      | Frau        | Müller               | frau    | “Frau” is a salutation
                      | Herr Thomas | Müller               | herr    | “Herr” is a salutation
                      | Anna        | Frau                 | herr    | “Frau” is a salutation
                      | Anna        | Meyer-Frau           | herr    | “Frau” is a salutation
                      | Sehr geehrte(r) | Müller           |         | “(” belongs to no name
                      | Anna        | Dr. Müller           | frau    | “Dr.” is a title
                      | Anna        | Müller MBA           | frau    | “MBA” is a title
                      | Anna        | Müller, MBA          | frau    | “,” belongs to no name
                      | Anna        | Müller GmbH          | frau    | looks like a company
                      |             | Huber & Co. KG       | herr    | two people or a company
                      |             | Möbel Huber AG       | herr    | looks like a company
                      | Anna & Jonas | Müller              |         | two people
                      | Anna/Jonas  | Müller               |         | two people
                      | Anna        | anna@mueller.de      | frau    | is a mail address
                      | Anna        | Müller2              | frau    | a digit in “Müller2”
                      | Anna        | 0170 123456          | frau    | a digit
                      | Anna        | {{ name }}           | frau    | “{” belongs to no name
                      | [Vorname]   | Müller               |         | “[” belongs to no name
                      | *FNAME*     | Müller               |         | “*” belongs to no name
                      | %NAME%      | Müller               |         | “%” belongs to no name
                      | Anna        | -                    | frau    | “-” is no name
                      | .           | Müller               |         | “.” is no name
                      | Anna        | N/A                  | frau    | “N/A” looks like two people
                      | Anna        | n.a.                 | frau    | nobody knows
                      | Anna        | unbekannt            | frau    | nobody knows
                      | Vorname     | Nachname             |         | nobody knows
                      | Anna        | NULL                 | frau    | nobody knows
                      | nan         | nan                  | frau    | nobody knows
                      | Info        |                      |         | nobody knows
                      | Team        | Vertrieb             |         | nobody knows
                      | Anna        | Mül\u200bler         | frau    | a character nobody can see
                      | Anna        | ???                  | frau    | “?” belongs to no name
                      | Anna        | 😀                   | frau    | “😀” belongs to no name
                      |             | Familie              |         | “Familie” is a salutation
                      |             | Familie 7            |         | a digit
"""

REFUSED_DU = """
                      |             | Müller               | frau    | Du needs a first name
                      | A.          | Müller               | frau    | only its beginning
                      | A.-M.       | Müller               | frau    | only its beginning
"""


def _cases(table: str, **more: str) -> list[tuple[Named, str]]:
    found = []
    for line in table.strip("\n").splitlines():
        # only the padding of the table goes, so that a case may begin with a blank
        title, first, last, anrede, said = (cell.strip(" ") for cell in line.split("|"))
        found.append((Named(first, last, title, anrede, **more), said))
    return found


GREETED = [
    *_cases(GERMAN), *_cases(AUSTRIAN, language="de-AT"), *_cases(DU, address_form="du"),
    *_cases(ENGLISH, language="en"), *_cases(ENGLISH, language="fr"),
    (Named(first_name="Sam", last_name="Lee", address_form="du", language="en"), "Hello Sam"),
    (Named("Anna", "Müller", salutation="frau", language="de-CH"), "Sehr geehrte Frau Müller"),
    (Named(company="Müller & Söhne"), "Sehr geehrte Damen und Herren"),
    (Named(company="Müller & Söhne", address_form="du"), "Hallo zusammen"),
    (Named(company="Smith & Sons", language="en"), "Dear Sir or Madam"),
    (Named("Anna", "Müller", salutation="frau", company="Müller & Söhne"), "Sehr geehrte Frau Müller"),
    (Named("Anna", "Müller", "Dr.", "frau", letter_greeting="Liebe Frau Doktor Müller"), "Liebe Frau Doktor Müller"),
    (Named(letter_greeting=" Moin  Anna, "), "Moin Anna"),
    (Named("?", "?", letter_greeting="Hochverehrte gnädige Frau"), "Hochverehrte gnädige Frau"),
]  # fmt: skip

NOT_GREETED = [
    *_cases(REFUSED), *_cases(REFUSED_DU, address_form="du"), *_cases(REFUSED_DU, address_form="du", language="en"),
    (Named(company="-"), "neither a name nor a company"),
    (Named("", "", "Dr.", company="Praxis am Markt"), "a title, but no name"),
    (Named("Anna", "Müller", letter_greeting="Sehr geehrte(r) Frau Müller"), "a gap or an either-or"),
    (Named("Anna", "Müller", letter_greeting="Sehr geehrte/r Kollege"), "a gap or an either-or"),
    (Named("Anna", "Müller", letter_greeting="Liebe(r) Anna"), "a gap or an either-or"),
    (Named("Anna", "Müller", letter_greeting="Hallo {{ vorname }}"), "a gap or an either-or"),
    (Named("Anna", "Müller", letter_greeting="Sehr geehrte Frau,"), "ends before the name"),
    (Named("Anna", "Müller", letter_greeting="Sehr geehrter Herr Dr."), "ends before the name"),
    (Named("Anna", "Müller", letter_greeting=","), "a gap or an either-or"),
]  # fmt: skip


@pytest.mark.parametrize(("person", "line"), GREETED)
def test_a_person_is_greeted_as_a_careful_writer_would(person: Named, line: str) -> None:
    assert greeting(person) == Greeting(line)


@pytest.mark.parametrize(("person", "reason"), NOT_GREETED)
def test_what_is_empty_or_contradicts_itself_is_refused_with_the_reason(person: Named, reason: str) -> None:
    refused = greeting(person)
    assert isinstance(refused, Refused), refused
    assert reason in str(refused)
    assert refused.field


def test_the_tables_are_long_enough_to_mean_something() -> None:
    assert len(GREETED) >= 100
    assert len(NOT_GREETED) >= 50


_A = Named("Anna", "Müller", salutation="frau")
_B = Named("Jonas", "Müller", salutation="herr")
_C = Named("Eva", "Weiß", "Dr.", "frau")
_K = Named("Kim", "Nissen")


def _du(person: Named) -> Named:
    return replace(person, address_form="du")


def _en(person: Named) -> Named:
    return replace(person, language="en")


@pytest.mark.parametrize(
    ("people", "line"),
    [
        ([_A], "Sehr geehrte Frau Müller"),
        ([_A, _B], "Sehr geehrte Frau Müller, sehr geehrter Herr Müller"),
        ([_B, _A], "Sehr geehrte Frau Müller, sehr geehrter Herr Müller"),
        ([_B, _C], "Sehr geehrter Herr Müller, sehr geehrte Frau Dr. Weiß"),
        ([_A, _B, _C], "Sehr geehrte Frau Müller, sehr geehrter Herr Müller, sehr geehrte Frau Dr. Weiß"),
        ([_K, Named("Alex", "Weiß")], "Guten Tag Kim Nissen und Alex Weiß"),
        ([_A, _K], "Sehr geehrte Frau Müller, guten Tag Kim Nissen"),
        ([_du(_A), _du(_B)], "Hallo Anna und Jonas"),
        ([_du(_B), _du(_C), _du(_K)], "Hallo Jonas, Eva und Kim"),
        ([_A, _du(_K)], "Sehr geehrte Frau Müller, hallo Kim"),
        ([_A, _B, _C, _K], "Sehr geehrte Damen und Herren"),
        ([_du(_A), _du(_B), _du(_C), _du(_K)], "Hallo zusammen"),
        ([_en(_C), _en(_B)], "Dear Dr Weiß and Mr Müller"),
        ([_en(_C), _B], "Dear Dr Weiß and Mr Müller"),
        ([_du(_en(_A)), _du(_en(_B))], "Hello Anna and Jonas"),
        ([_en(_A), _en(_B), _en(_C), _en(_K)], "Dear all"),
        ([Named(company="A"), Named(company="B")], "Sehr geehrte Damen und Herren"),
    ],
)
def test_people_written_to_together_are_greeted_together(people: list[Named], line: str) -> None:
    assert greeting_for(people) == Greeting(line)


@pytest.mark.parametrize("people", [[], [_A, Named()], [_A, Named("Frau", "Müller")]])
def test_one_who_cannot_be_greeted_keeps_all_from_being_greeted(people: list[Named]) -> None:
    assert isinstance(greeting_for(people), Refused)


def test_a_swiss_letter_has_no_comma_after_its_greeting() -> None:
    assert [punctuation(language) for language in ("de", "de-AT", "en", "de-CH")] == [",", ",", ",", ""]


_PIECES = st.sampled_from(["Frau", "Herr", "Dr.", "Prof.", "Graf", "von", "Müller", "Sehr geehrte(r)", "{{ name }}", "-", "",
                           "N/A", ",", "\u00a0", "  ", "\u200b", "GmbH", "MBA", "Familie", "Fam.", "a@b.de", "7", "\ufeff"])  # fmt: skip
_TEXT = st.one_of(
    st.text(max_size=30), st.lists(_PIECES, max_size=5).map(" ".join), st.lists(_PIECES, max_size=3).map("".join)
)
_ANYBODY = st.builds(
    Named, first_name=_TEXT, last_name=_TEXT, title=_TEXT, salutation=st.sampled_from(["", "frau", "herr", "neutral"]),
    address_form=st.sampled_from(["sie", "du"]), language=st.sampled_from(["de", "de-AT", "de-CH", "en", "fr", ""]),
    company=_TEXT, letter_greeting=st.one_of(st.just(""), _TEXT),
)  # fmt: skip


@settings(max_examples=1500, deadline=None)
@given(st.lists(_ANYBODY, min_size=1, max_size=3))
@example([Named("", "Frau", salutation="herr")])
@example([Named("", "Familie Familie", salutation="")])
@example([Named("", "Graf von", salutation="herr")])
def test_no_text_whatever_makes_a_broken_greeting(people: list[Named]) -> None:
    for made in (greeting(people[0]), greeting_for(people)):
        if isinstance(made, Refused):
            assert str(made)
            continue
        text = made.text
        assert not re.search(r"geehrte[(/*:_]|\(r\)|Herrn? Frau\b|Frau Herrn?\b|[{}<>@]", text, re.IGNORECASE)
        assert "  " not in text
        assert text == text.strip(" ,")
        assert text.isprintable()
        assert not re.search(r"(?:^|\s)(?:Frau|Herr|Dr\.|Familie|Ms|Mr|geehrter?)$", text)
        assert text not in ("Hallo", "Hello", "Guten Tag", "Dear") or people[0].letter_greeting


@settings(max_examples=500, deadline=None)
@given(_ANYBODY)
def test_a_name_is_said_as_it_is_written_or_not_at_all(person: Named) -> None:
    made = greeting(replace(person, letter_greeting="", address_form="du"))
    if isinstance(made, Greeting) and made.text.startswith("Hallo ") and made.text != "Hallo zusammen":
        assert made.text.removeprefix("Hallo ").isprintable()
