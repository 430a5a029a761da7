"""The greeting line of a letter, from what the customer file knows. Pure; refuses nothing yet, stays neutral when unsure.

"Sehr geehrte(r)" is never produced: without a known Anrede the whole name is greeted, without a name everybody is.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Named:
    """What a greeting needs to know of a person. `salutation` is frau, herr, neutral or empty."""

    first_name: str = ""
    last_name: str = ""
    title: str = ""
    salutation: str = ""
    address_form: str = "sie"
    language: str = "de"


def greeting(person: Named) -> str:
    """The greeting without a comma: "Sehr geehrte Frau Dr. Müller", "Hallo Anna", "Dear Mr Smith", "Guten Tag"."""
    if person.address_form == "du" and person.first_name:
        return f"Hello {person.first_name}" if person.language == "en" else f"Hallo {person.first_name}"
    return _english(person) if person.language == "en" else _german(person)


def spoken_title(title: str) -> str:
    """The part of an academic title that is said in a greeting: "Prof. Dr. Dr. h.c." → "Prof. Dr."."""
    words = title.replace("Professor", "Prof.").replace("Doktor", "Dr.")
    words = " ".join(words.replace("Prof ", "Prof. ").replace("Dr ", "Dr. ").split())
    words = {"Prof": "Prof.", "Dr": "Dr."}.get(words, words)
    has_professor, has_doctor = "Prof." in words, "Dr." in words and words != "Dr. h.c."
    return " ".join(part for part, there in (("Prof.", has_professor), ("Dr.", has_doctor)) if there)


def _german(person: Named) -> str:
    title = spoken_title(person.title)
    if person.last_name and person.salutation in ("frau", "herr"):
        start = "Sehr geehrte Frau" if person.salutation == "frau" else "Sehr geehrter Herr"
        return _joined(start, title, person.last_name)
    if person.last_name:
        return _joined("Guten Tag", title, person.first_name, person.last_name)
    return _joined("Guten Tag", person.first_name)


def _english(person: Named) -> str:
    title = spoken_title(person.title)
    if person.last_name and title:
        return f"Dear {'Professor' if 'Prof.' in title else 'Dr'} {person.last_name}"
    if person.last_name and person.salutation in ("frau", "herr"):
        return f"Dear {'Ms' if person.salutation == 'frau' else 'Mr'} {person.last_name}"
    name = _joined(person.first_name, person.last_name)
    return f"Dear {name}" if name else "Hello"


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
