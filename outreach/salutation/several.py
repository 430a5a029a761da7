"""Two people or more in one greeting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from outreach.errors import N_
from outreach.salutation.greet import Greeting, Named, greeting, is_german
from outreach.salutation.wording import Refused

_BY_NAME_MOST = 3
_STARTS = ("Guten Tag ", "Hallo ")


def greeting_for(people: Sequence[Named]) -> Greeting | Refused:
    """One greeting for people written to together, in the order given; of a couple with one name the woman comes first.

    "Sehr geehrte Frau Müller, sehr geehrter Herr Weiß", "Hallo Anna und Jonas", "Dear Ms Smith and Mr Jones". Refused when
    one of them is. More than three are "Sehr geehrte Damen und Herren", among friends "Hallo zusammen".
    People of different languages are greeted in English.
    """
    if not people:
        return Refused(N_("There is nobody to greet."))
    german = all(is_german(person.language) for person in people)
    people = _ordered([person if german else replace(person, language="en") for person in people])
    each = [greeting(person) for person in people]
    refused = next((one for one in each if isinstance(one, Refused)), None)
    if refused is not None:
        return refused
    if len(people) > _BY_NAME_MOST:
        return _many(people, german=german)
    texts = list(dict.fromkeys(one.text for one in each if isinstance(one, Greeting)))
    return Greeting(_german(texts) if german else _english(texts))


def _ordered(people: list[Named]) -> list[Named]:
    if len(people) != 2 or people[0].last_name != people[1].last_name:
        return people
    return sorted(people, key=lambda person: person.salutation != "frau")


def _many(people: Sequence[Named], *, german: bool) -> Greeting:
    if all(person.address_form == "du" for person in people):
        return Greeting("Hallo zusammen" if german else "Hello everybody")
    return Greeting("Sehr geehrte Damen und Herren" if german else "Dear all")


def _german(texts: Sequence[str]) -> str:
    for start in _STARTS:
        if all(text.startswith(start) for text in texts):
            return start + _listed([text.removeprefix(start) for text in texts], "und")
    return ", ".join([texts[0], *(text[:1].lower() + text[1:] for text in texts[1:])])


def _english(texts: Sequence[str]) -> str:
    for start in ("Dear ", "Hello "):
        if all(text.startswith(start) for text in texts):
            return start + _listed([text.removeprefix(start) for text in texts], "and")
    return ", ".join([texts[0], *(text[:1].lower() + text[1:] for text in texts[1:])])


def _listed(names: Sequence[str], word: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"
