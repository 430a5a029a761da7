"""What a contact's own fields may hold. Pure; addresses, tags, company and custom values have modules of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, TypedDict

from outreach import lines
from outreach.contacts.rows import Stage
from outreach.errors import N_, Invalid

SALUTATIONS = ("", "frau", "herr", "neutral")
ADDRESS_FORMS = ("sie", "du")
STAGES = tuple(stage.value for stage in Stage)
#: how many characters each field takes
MOST = {
    "title": 100,
    "first_name": 100,
    "last_name": 100,
    "city": 100,
    "phone": 50,
    "source": 200,
    "company": 300,
    "role": 100,
    "letter_greeting": 200,
}
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")


class ContactFields(TypedDict, total=False):
    """What can be said of a contact.

    `company` and `tags` are names; `custom` has values by the key of their field; `cadence` is (ideal, latest) in days,
    None for that of the class. A stage that is given counts as set by hand; `stage_by_hand=False` lets it be computed.
    """

    title: str
    first_name: str
    last_name: str
    salutation: str
    address_form: str
    email: str | None
    language: str
    city: str
    phone: str
    stage: str
    source: str
    role: str
    letter_greeting: str
    owner_id: int | None
    muted: bool
    paused_until: date | None
    deceased: bool
    cadence: tuple[int, int] | None
    verified: bool
    stage_by_hand: bool
    company: str
    company_id: int | None
    tags: Collection[str]
    custom: Mapping[str, Any]


def clean(field: str, value: Any) -> str:
    """One field of words or of a fixed choice, as it is stored; raises Invalid."""
    if field in MOST:
        return lines.line(value or "", field=field, most=MOST[field])
    return _CHOSEN[field](str(value or "").strip())


def _salutation(value: str) -> str:
    if value not in SALUTATIONS:
        raise Invalid(N_("The salutation is Frau, Herr, neutral or empty."), field="salutation")
    return value


def _address_form(value: str) -> str:
    if value not in ADDRESS_FORMS:
        raise Invalid(N_("The form of address is Sie or Du."), field="address_form")
    return value


def _stage(value: str) -> str:
    if value not in STAGES:
        raise Invalid(N_("There is no such stage."), field="stage")
    return value


def _language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise Invalid(N_("A language has two letters, like de or en."), field="language")
    return value


def cadence(value: tuple[int, int] | None) -> tuple[int | None, int | None]:
    """Ideal and latest days between two contacts; raises Invalid."""
    if value is None:
        return None, None
    ideal, latest = value
    if not 0 < ideal <= latest <= 3650:
        raise Invalid(N_("The good pace has at least one day, and the latest day comes after it."), field="cadence")
    return ideal, latest


_CHOSEN: dict[str, Callable[[str], str]] = {
    "salutation": _salutation,
    "address_form": _address_form,
    "stage": _stage,
    "language": _language,
}
