"""Greeting lines, German and English."""

import pytest

from outreach.salutation import Named, greeting, spoken_title


@pytest.mark.parametrize(
    ("person", "line"),
    [
        (Named("Anna", "Müller", "", "frau"), "Sehr geehrte Frau Müller"),
        (Named("Jörg", "Weiß", "Dr.", "herr"), "Sehr geehrter Herr Dr. Weiß"),
        (Named("Jörg", "Weiß", "Prof. Dr. Dr. h.c.", "herr"), "Sehr geehrter Herr Prof. Dr. Weiß"),
        (Named("Eva", "von der Heide", "Dipl.-Ing.", "frau"), "Sehr geehrte Frau von der Heide"),
        (Named("Kim", "Schulz", "", "neutral"), "Guten Tag Kim Schulz"),
        (Named("Kim", "Schulz"), "Guten Tag Kim Schulz"),
        (Named("Kim", "Schulz", "Dr."), "Guten Tag Dr. Kim Schulz"),
        (Named("", "Schulz", "", "frau"), "Sehr geehrte Frau Schulz"),
        (Named("", ""), "Guten Tag"),
        (Named("Anna", "Müller", "", "frau", "du"), "Hallo Anna"),
        (Named("", "Müller", "", "frau", "du"), "Sehr geehrte Frau Müller"),
        (Named("Ann", "Lee", "", "frau", "sie", "en"), "Dear Ms Lee"),
        (Named("Bob", "Lee", "", "herr", "sie", "en"), "Dear Mr Lee"),
        (Named("Bob", "Lee", "Dr.", "herr", "sie", "en"), "Dear Dr Lee"),
        (Named("Bob", "Lee", "Prof. Dr.", "herr", "sie", "en"), "Dear Professor Lee"),
        (Named("Sam", "Lee", "", "", "sie", "en"), "Dear Sam Lee"),
        (Named("Sam", "Lee", "", "", "du", "en"), "Hello Sam"),
        (Named("", "", "", "", "sie", "en"), "Hello"),
    ],
)
def test_a_person_is_greeted_as_a_careful_writer_would(person: Named, line: str) -> None:
    assert greeting(person) == line


@pytest.mark.parametrize(
    ("title", "spoken"),
    [("Dr.", "Dr."), ("Prof. Dr.", "Prof. Dr."), ("Professor", "Prof."), ("MBA", ""), ("Dr. med.", "Dr."), ("", "")],
)
def test_only_titles_one_says_are_in_a_greeting(title: str, spoken: str) -> None:
    assert spoken_title(title) == spoken
