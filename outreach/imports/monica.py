"""The JSON export of Monica as rows with the columns of a vCard. Pure.

Its shape: account.data is a list of {count, type, values}; contacts carry such a list themselves (contact_field, note,
address, photo by number); the kinds of contact fields stand in account.instance. Monica also writes one vCard per
contact, and a dump of its database, which is for Monica alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from outreach.errors import N_, Invalid
from outreach.imports.pictures import as_data, from_data
from outreach.imports.read import Broken, Row
from outreach.imports.vcard import COLUMNS, listed

BYTES_MOST = 100 * 1024 * 1024
_DAMAGED = N_("This JSON file is not an export of Monica, or it is damaged.")
_SALUTATIONS = {"M": "herr", "F": "frau", "O": "neutral"}


def rows(stream: BinaryIO) -> Iterator[Row | Broken]:
    """The columns' names, then a row per contact, numbered from 1; raises Invalid for another JSON file."""
    try:
        account = json.loads(stream.read(BYTES_MOST))["account"]
        contacts = _values(account, "contact")
        kinds = {
            kind["uuid"]: kind.get("properties", {}) for kind in account.get("instance", {})["contact_field_types"]
        }
        photos = {photo["uuid"]: photo["properties"].get("dataUrl", "") for photo in _values(account, "photo")}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Invalid(_DAMAGED, field="file") from None
    yield Row(0, list(COLUMNS))
    for number, contact in enumerate(contacts, start=1):
        try:
            if contact.get("properties", {}).get("is_partial"):
                continue  # a name in somebody's family, without a card of its own
            values = _contact(contact, kinds, photos)
        except (ValueError, TypeError, KeyError, AttributeError):
            yield Broken(number, N_("The contact is not written as Monica writes them."), str(contact)[:100])
        else:
            yield Row(number, [values.get(name, "") for name in COLUMNS])


def _contact(contact: Mapping[str, Any], kinds: Mapping[str, Any], photos: Mapping[str, str]) -> dict[str, str]:
    said = contact["properties"]
    picture = from_data(photos.get(said.get("avatar", {}).get("avatar_photo", ""), "") or "")
    notes = [said.get("description"), *(note["properties"].get("body") for note in _values(contact, "note"))]
    found = {
        "first_name": " ".join(filter(None, (said.get("first_name"), said.get("middle_name")))),
        "last_name": said.get("last_name"),
        "salutation": _SALUTATIONS.get(said.get("gender") or "", ""),
        "company": said.get("company"),
        "role": said.get("job"),
        "birthday": _special(said.get("birthdate")),
        "tags": "; ".join(said.get("tags") or ()),
        "note": "\n\n".join(note for note in notes if note),
        "photo": as_data(picture) if picture else "",
        **_reach(contact, kinds),
        **_address(contact),
    }
    return {name: str(value) for name, value in found.items() if value}


def _reach(contact: Mapping[str, Any], kinds: Mapping[str, Any]) -> dict[str, str]:
    emails, phones = [], []
    for one in _values(contact, "contact_field"):
        said = one["properties"]
        kind, value = kinds.get(said.get("type"), {}), said.get("data") or ""
        if kind.get("type") == "email":
            emails.append(("", value))
        elif kind.get("type") == "phone":
            phones.append(("", value))
    return {
        "email": emails[0][1] if emails else "",
        "more_emails": listed(emails[1:]),
        "phone": phones[0][1] if phones else "",
        "more_phones": listed(phones[1:]),
    }


def _address(contact: Mapping[str, Any]) -> dict[str, str]:
    for one in _values(contact, "address"):
        said = one["properties"]
        return {
            "street": said.get("street") or "",
            "postcode": said.get("postal_code") or "",
            "city": said.get("city") or "",
            "country": said.get("country") or "",
        }
    return {}


def _special(said: Mapping[str, Any] | None) -> str:
    """A date of Monica: the year may be unknown, or only the age was given, and then just the year is meant."""
    if not said or not said.get("date"):
        return ""
    day = str(said["date"])[:10]
    return day[:4] if said.get("is_age_based") else f"-{day[4:]}" if said.get("is_year_unknown") else day


def _values(holder: Mapping[str, Any], kind: str) -> list[Any]:
    return [
        value for part in holder.get("data") or () if part.get("type") == kind for value in part.get("values") or ()
    ]
