"""Single cells in words of ours: several values in one cell, postal addresses, dates with names, web pages. Pure."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Mapping
from typing import Any

from outreach import lines
from outreach.contacts.addresses import clean_address
from outreach.contacts.channels import phone_key
from outreach.errors import N_, Invalid
from outreach.imports import partial
from outreach.imports.record import Day, Postal, Reach
from outreach.imports.words import fold

_LABELS = {
    "work": "work", "arbeit": "work", "geschaeftlich": "work", "dienstlich": "work", "buero": "work", "business": "work",
    "office": "work", "home": "home", "privat": "home", "private": "home", "zuhause": "home", "mobile": "mobile",
    "mobil": "mobile", "handy": "mobile", "cell": "mobile", "fax": "fax", "telefax": "fax", "other": "other",
    "sonstige": "other", "andere": "other",
}  # fmt: skip
_MANY = 20
NOTE_MOST = 20_000


def reaches(kind: str, cell: str, *, label: str = "other") -> list[Reach]:
    """Several addresses or numbers in one cell: one a line or between semicolons, perhaps "mobile: 0171 …"."""
    return [reach(kind, value, label=found or label) for found, value in _listed(cell)]


def reach(kind: str, value: str, *, label: str = "other") -> Reach:
    """One address, number or web page; raises Invalid."""
    if kind == "email":
        clean = clean_address(value)
        return Reach(kind, label, clean, clean.casefold())
    clean = lines.line(value, field=kind, most=320)
    if kind == "phone":
        if sum(letter.isdigit() for letter in clean) < 3 or len(clean) > 50:
            raise Invalid(N_("“%(value)s” is not a phone number."), field="phone", value=lines.shown(clean, 100))
        return Reach(kind, label, clean, phone_key(clean))
    shown = clean if "://" in clean else f"https://{clean}"
    if "." not in clean or " " in clean or not re.match(r"(?i)https?://[^/\s]", shown):
        raise Invalid(N_("“%(value)s” is not a web address."), field="website", value=lines.shown(clean, 100))
    return Reach(kind, "work", shown, shown.partition("://")[2].rstrip("/").casefold())


def days(cell: str, *, month_first: bool = False) -> list[Day]:
    """Days with their names, one a line: "Wedding: 2010-06-12". Raises Invalid for one that is no date."""
    found = []
    for line in re.split(r"[\n;]", cell)[:_MANY]:
        label, colon, value = line.rpartition(":")
        if line.strip():
            name = lines.line(label.strip() if colon else "", field="dates", most=200) or "Anniversary"
            found.append(Day("other", name, date(value, month_first=month_first)))
    return found


def date(cell: str, *, month_first: bool = False) -> partial.Partial:
    """A date of which a part may be unknown; raises Invalid."""
    found = partial.parse(cell, month_first=month_first)
    if found is None:
        raise Invalid(
            N_("“%(value)s” is not a date for sure; write it like 2026-12-24, 24.12.2026 or 24.12."),
            field="birthday",
            value=lines.shown(cell.strip(), 60),
        )
    return found


def postals(cell: str) -> list[Postal]:
    """Addresses written in one line, one a line: "home: Weg 2, 50667 Köln, Deutschland"; the parts are found again."""
    return [_postal(label, value) for label, value in _listed(cell, between="\n")]


def address(cell: str) -> Postal:
    """An address in one cell, as Mailchimp writes it: parts between commas or two spaces."""
    return _postal("work", re.sub(r"\s*\n\s*|\s{2,}", ", ", cell))


def ip(cell: str) -> str:
    """An IP address; empty when it is none."""
    try:
        return str(ipaddress.ip_address(cell.strip()))
    except ValueError:
        return ""


def attributes(cell: str) -> dict[str, Any]:
    """The JSON object listmonk keeps of a subscriber, lists joined, nested objects left out; raises Invalid."""
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, Mapping):
        raise Invalid(N_("The attributes are not written as JSON."), field="attributes")
    flat = {str(key)[:100]: _flat(value) for key, value in list(found.items())[:100]}
    return {key: value for key, value in flat.items() if value is not None}


def paragraph(cell: str) -> str:
    """A note of several lines; control characters become spaces."""
    kept = [lines.shown(line.rstrip(), NOTE_MOST) for line in cell.replace("\r\n", "\n").split("\n")]
    return "\n".join(kept).strip()[:NOTE_MOST]


def _flat(value: object) -> str | None:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value if isinstance(one, str | int | float))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, str | int | float) else None


def _listed(cell: str, *, between: str = "\n;|") -> list[tuple[str, str]]:
    found = []
    for part in re.split(f"[{re.escape(between)}]", cell)[:_MANY]:
        word, colon, value = part.partition(":")
        label = _LABELS.get(fold(word), "") if colon else ""
        text = (value if label else part).strip()
        if text:
            found.append((label, text))
    return found


def _postal(label: str, text: str) -> Postal:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    at = next((n for n, part in enumerate(parts) if re.match(r"(?:[A-Z]{1,2}-)?\d{4,5}\s+\S", part)), None)
    if at is not None:
        code, _, city = parts[at].partition(" ")
        street, country = ", ".join(parts[:at]), ", ".join(parts[at + 1 :])
    else:
        code, city, street, country = "", "", ", ".join(parts), ""
    clean = {
        name: lines.line(value, field=name, most=most)
        for name, value, most in (
            ("street", street, 200),
            ("postcode", code, 20),
            ("city", city.strip(), 100),
            ("country", country, 100),
        )
    }
    return Postal(label if label in ("work", "home") else "other" if label else "work", **clean)
