"""vCards 2.1, 3.0 and 4.0 as rows of fixed columns, so that the rest of an import is one path. Pure.

What a table has no column for (sound, keys, instant messengers, photos that are addresses) is left out. Nothing is
fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from outreach.errors import N_
from outreach.imports import partial
from outreach.imports.pictures import as_data, from_card
from outreach.imports.read import Broken, Row
from outreach.imports.vcard_lines import Card, Property, cards

#: the columns of every row; they are named like the fields they become
COLUMNS = (
    "title",
    "first_name",
    "last_name",
    "full_name",
    "salutation",
    "company",
    "role",
    "email",
    "more_emails",
    "phone",
    "more_phones",
    "street",
    "postcode",
    "city",
    "country",
    "more_addresses",
    "birthday",
    "dates",
    "language",
    "website",
    "tags",
    "note",
    "photo",
)
_SALUTATIONS = {"M": "herr", "F": "frau", "O": "neutral", "N": "neutral"}
_KINDS = (("cell", "mobile"), ("fax", "fax"), ("home", "home"), ("work", "work"))


def rows(stream: BinaryIO) -> Iterator[Row | Broken]:
    """The columns' names, then a row per card, each with the line of its BEGIN:VCARD."""
    yield Row(0, list(COLUMNS))
    for card in cards(stream):
        if isinstance(card, Broken):
            yield card
            continue
        if _is_group(card):
            yield Broken(card.line, N_("The card is a group or a thing, not a person."), _name(card))
            continue
        values = _values(card)
        yield Row(card.line, [values.get(name, "") for name in COLUMNS])


def _values(card: Card) -> dict[str, str]:
    found = {
        **_names(card),
        **_work(card),
        **_reach(card),
        **_address(card),
        "birthday": _date(card, "BDAY"),
        "dates": _dates(card),
        "salutation": _salutation(card),
        "language": _text(card, "LANG") or _text(card, "X-LANG"),
        "website": _text(card, "URL"),
        "tags": "; ".join(dict.fromkeys(word for one in card.all("CATEGORIES") for part in one.parts() for word in part if word)),
        "note": "\n\n".join(one.text() for one in card.all("NOTE")),
        "photo": _photo(card),
    }  # fmt: skip
    if found["email"] and found.get("full_name") in (found["email"], found["company"]):
        found["full_name"] = ""  # FN may not be empty, so programs put anything there
    return {name: value for name, value in found.items() if value}


def _names(card: Card) -> dict[str, str]:
    parts = card.first("N")
    family, given, more, before, after = (
        [_joined(part) for part in [*parts.parts(), [], [], [], [], []][:5]] if parts else [""] * 5
    )
    if not family and not given:
        return {"full_name": _text(card, "FN"), "title": " ".join(filter(None, (before, after)))}
    return {
        "title": ", ".join(filter(None, (before, after))),
        "first_name": " ".join(filter(None, (given, more))),
        "last_name": family,
    }


def _joined(parts: list[str]) -> str:
    return " ".join(" ".join(parts).split())


def _work(card: Card) -> dict[str, str]:
    company = card.first("ORG")
    name = company.parts()[0] if company else []
    return {
        "company": ", ".join(" ".join(part.split()) for part in name if part),
        "role": _text(card, "TITLE") or _text(card, "ROLE"),
    }


def _reach(card: Card) -> dict[str, str]:
    emails = [(_kind(one), re.sub(r"(?i)^mailto:", "", one.text())) for one in card.all("EMAIL")]
    phones = [(_kind(one), re.sub(r"(?i)^tel:", "", one.text())) for one in card.all("TEL")]
    voices = [one for one in phones if one[0] != "fax"] or phones
    rest = [one for one in phones if one is not voices[0]] if voices else []
    return {
        "email": emails[0][1] if emails else "",
        "more_emails": listed(emails[1:]),
        "phone": voices[0][1] if voices else "",
        "more_phones": listed(rest),
    }


def _address(card: Card) -> dict[str, str]:
    found = [(_kind(one), _street(one)) for one in card.all("ADR")]
    found = [(kind, parts) for kind, parts in found if any(parts.values())]
    if not found:
        return {}
    more = [(kind, ", ".join(filter(None, (p["street"], f"{p['postcode']} {p['city']}".strip(), p["country"])))) for kind, p in found[1:]]  # fmt: skip
    return {**found[0][1], "more_addresses": listed(more)}


def _street(one: Property) -> dict[str, str]:
    box, extended, street, city, _region, code, country = [
        " ".join(" ".join(filter(None, part)).split()) for part in [*one.parts(), *([[]] * 7)][:7]
    ]
    return {
        "street": ", ".join(filter(None, (street, extended, box))),
        "postcode": code,
        "city": city,
        "country": country,
    }


def listed(values: list[tuple[str, str]]) -> str:
    """Several values with their kind in one cell, as `mapping` reads them: one a line, "mobile: 0171 …"."""
    return "\n".join(
        f"{kind}: {' '.join(value.split())}" if kind else " ".join(value.split()) for kind, value in values
    )


def _kind(one: Property) -> str:
    types = one.types()
    return next((kind for word, kind in _KINDS if word in types), "")


def _date(card: Card, name: str) -> str:
    one = card.first(name)
    return _day(one) if one else ""


def _dates(card: Card) -> str:
    """Dates with a name: wedding days, and what address books put beside their label."""
    labels = {one.group: one.text() for one in card.all("X-ABLABEL") if one.group}
    found = [("Anniversary", one) for name in ("ANNIVERSARY", "X-ANNIVERSARY") for one in card.all(name)]
    found += [(labels.get(one.group, ""), one) for one in card.all("X-ABDATE")]
    # Apple writes its own labels as _$!<Anniversary>!$_
    named = [(" ".join(re.sub(r"_\$!<(.*)>!\$_", r"\1", label).split()), one) for label, one in found]
    return "\n".join(f"{label or 'Anniversary'}: {_day(one)}" for label, one in named)


def _day(one: Property) -> str:
    text = one.text()
    found = partial.parse(text)
    omitted = one.params.get("X-APPLE-OMIT-YEAR", ())
    if omitted and text.startswith(omitted[0]):  # Apple writes 1604 for a year nobody knows
        found = partial.parse("-" + text[4:] if text[4:5] == "-" else "--" + text[4:])
    return str(found) if found else " ".join(text.split())


def _salutation(card: Card) -> str:
    gender = _text(card, "GENDER") or _text(card, "X-GENDER")
    return _SALUTATIONS.get(gender[:1].upper(), "") if gender else ""


def _photo(card: Card) -> str:
    for one in card.all("PHOTO"):
        content = from_card(one.value, "".join(one.params.get("ENCODING", ())))
        if content is not None:
            return as_data(content)
    return ""


def _text(card: Card, name: str) -> str:
    one = card.first(name)
    return " ".join(one.text().split()) if one else ""


def _is_group(card: Card) -> bool:
    kind = _text(card, "KIND") or _text(card, "X-ADDRESSBOOKSERVER-KIND")
    return kind.casefold() in ("group", "location", "application", "device")


def _name(card: Card) -> str:
    return _text(card, "FN")[:300]
