"""Rows of cells into records, given which column is what: every cell cleaned, what nobody understands noted. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from outreach import lines
from outreach.contacts import custom, fields
from outreach.contacts.addresses import address_hash, clean_address
from outreach.contacts.custom import Spec
from outreach.contacts.tags import MOST_PER_CONTACT, clean_name
from outreach.errors import N_, Invalid
from outreach.imports import cells as parse
from outreach.imports import partial, words
from outreach.imports.mapping import CUSTOM, LABELS
from outreach.imports.pictures import from_data
from outreach.imports.products import Product
from outreach.imports.record import Day, Note, Postal, Record, Refused

_PLAIN = ("title", "first_name", "last_name", "city", "phone", "role")
_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")


class Reader:
    """Turns the cells of one file into records, given which column is what and which program wrote it."""

    def __init__(self, targets: Sequence[str], known: Mapping[str, Spec], product: Product | None = None) -> None:
        self._targets = [(index, target) for index, target in enumerate(targets) if target]
        self._known = known
        self._by_label = {words.fold(spec.label): spec for spec in known.values()}
        self._month_first = product is not None and product.month_first
        self._zone = product.zone if product else "UTC"

    def read(self, line: int, cells: Sequence[str]) -> Record | Refused:
        """The record of one row; Refused when it cannot become a contact."""
        shown = (cell for cell in cells if cell.strip() and not cell.startswith("data:"))
        record = Record(line, lines.shown(" · ".join(shown)[:300]))
        parts: dict[str, str] = {}
        try:
            for index, target in self._targets:
                cell = _unguarded(cells[index].strip()) if index < len(cells) else ""
                if cell:
                    self._take(record, target, cell, parts)
        except Invalid as error:
            return Refused(line, record.excerpt, Note(error.sentence, _plain(error.values)))
        _finish(record, parts)
        if record.key is None and not (record.values.get("first_name") or record.values.get("last_name")):
            return Refused(line, record.excerpt, Note(N_("The row has neither a mail address nor a name."), {}))
        return record

    def _take(self, record: Record, target: str, cell: str, parts: dict[str, str]) -> None:
        if target in _PLAIN:
            record.values[target] = fields.clean(target, cell)
        elif target == "email":
            record.email = clean_address(cell)
            record.key = record.email.casefold()
            record.hash = address_hash(record.key)
        elif target == "company":
            record.company = fields.clean("company", cell)
        elif target == "full_name":
            for name, value in _split_name(fields.clean("last_name", cell)).items():
                record.values.setdefault(name, value)
        elif target == "tags":
            record.tags = _tags(cell)
        elif target.startswith(CUSTOM):
            self._take_custom(record, self._known[target.removeprefix(CUSTOM)], cell)
        elif target in ("street", "postcode", "country"):
            parts[target] = lines.line(" ".join(cell.split()), field=target, most={"street": 200, "postcode": 20, "country": 100}[target])  # fmt: skip
        elif target in _SAID:
            self._take_said(record, target, cell)
        elif target in _MORE:
            try:
                _MORE[target](record, cell, self._month_first)
            except Invalid as error:  # one number that is none costs itself, not the person
                record.notes.append(Note(error.sentence, _plain(error.values)))
        elif target == "attributes":
            self._take_attributes(record, cell)
        else:
            self._take_word(record, target, cell)

    def _take_said(self, record: Record, target: str, cell: str) -> None:
        said = record.said
        if target == "status":
            state = words.STATUSES.get(words.fold(cell))
            if state is None:
                self._not_understood(record, target, cell)
            said.state = _stronger(said.state, state or "")
        elif target in ("unsubscribed", "bounced", "is_active", "double_opt_in"):
            said.state = _stronger(said.state, _flagged(target, cell))
        elif target in ("requested_ip", "confirmed_ip"):
            setattr(said, target, parse.ip(cell))
        elif target == "consent_source":
            said.source = lines.shown(cell, 300)
        elif cell not in ("0", "0000-00-00 00:00:00"):
            moment = partial.moment(cell, self._zone)
            if moment is None:
                self._not_understood(record, target, cell)
            elif target in ("unsubscribed_at", "bounced_at"):
                said.left_at = moment
                said.state = _stronger(said.state, "unsubscribed" if target == "unsubscribed_at" else "bounced")
            else:
                setattr(said, target, moment)

    def _take_attributes(self, record: Record, cell: str) -> None:
        """Attributes become fields of the same name where there are any, the others are noted."""
        try:
            found = parse.attributes(cell)
        except Invalid as error:
            record.notes.append(Note(error.sentence, _plain(error.values)))
            return
        for name, value in found.items():
            folded = words.fold(name)
            target = next((field for field in _PLAIN if folded in words.HEADERS[field]), "")
            if folded in self._by_label:
                self._take_custom(record, self._by_label[folded], value)
            elif target:
                record.values.setdefault(target, fields.clean(target, value))
            elif folded in words.HEADERS["company"]:
                record.company = record.company or fields.clean("company", value)
            else:
                sentence = N_("The attribute “%(name)s” has no field here and was left out.")
                record.notes.append(Note(sentence, {"name": lines.shown(name, 100)}))

    def _take_custom(self, record: Record, spec: Spec, cell: str) -> None:
        try:
            record.custom[spec.key] = custom.clean_value(cell, spec)
        except Invalid as error:
            if spec.kind in (custom.Kind.TEXT,):
                raise
            record.notes.append(Note(error.sentence, _plain(error.values)))

    def _take_word(self, record: Record, target: str, cell: str) -> None:
        value = understood(target, cell)
        if value is None:
            self._not_understood(record, target, cell)
        elif value:
            record.values[target] = value

    def _not_understood(self, record: Record, target: str, cell: str) -> None:
        sentence = N_("%(label)s: “%(value)s” was not understood and left out.")
        label = lines.LABELS.get(target) or LABELS[target]
        record.notes.append(Note(sentence, {"label": label, "value": lines.shown(cell, 100)}))


def _finish(record: Record, parts: Mapping[str, str]) -> None:
    """What needs the whole row: the address from its parts, the phone when only a mobile number is known."""
    if parts:
        record.postal.insert(0, Postal("work", **{**parts, "city": record.values.get("city", "")}))
    record.postal = [one for one in record.postal if one.says_something()]
    if record.postal and not record.values.get("city") and record.postal[0].city:
        record.values["city"] = record.postal[0].city
    if not record.values.get("phone"):
        first = next((one for one in record.reaches if one.kind == "phone" and one.label != "fax"), None)
        if first:
            record.values["phone"] = first.value
    unique = {(one.kind, one.key): one for one in record.reaches if one.key != record.key}
    record.reaches = list(unique.values())
    if not record.said.state and record.said.granted_at:
        record.said.state = "subscribed"


def _more_emails(record: Record, cell: str, _month_first: bool) -> None:
    record.reaches += parse.reaches("email", cell)


def _more_phones(record: Record, cell: str, _month_first: bool) -> None:
    record.reaches += parse.reaches("phone", cell)


def _mobile(record: Record, cell: str, _month_first: bool) -> None:
    record.reaches += parse.reaches("phone", cell, label="mobile")


def _fax(record: Record, cell: str, _month_first: bool) -> None:
    record.reaches += parse.reaches("phone", cell, label="fax")


def _website(record: Record, cell: str, _month_first: bool) -> None:
    record.reaches.append(parse.reach("web", cell))


def _address(record: Record, cell: str, _month_first: bool) -> None:
    record.postal.append(parse.address(cell))


def _addresses(record: Record, cell: str, _month_first: bool) -> None:
    record.postal += parse.postals(cell)


def _birthday(record: Record, cell: str, month_first: bool) -> None:
    record.days.append(Day("birthday", "", parse.date(cell, month_first=month_first)))


def _dates(record: Record, cell: str, month_first: bool) -> None:
    record.days += parse.days(cell, month_first=month_first)


def _note(record: Record, cell: str, _month_first: bool) -> None:
    record.note = parse.paragraph(cell)


def _photo(record: Record, cell: str, _month_first: bool) -> None:
    record.photo = from_data(cell)
    if record.photo is None:
        raise Invalid(N_("The photo is no JPEG or PNG of up to 2 MB in the file itself and was left out."))


def _lists(record: Record, cell: str, _month_first: bool) -> None:
    record.lists = [part.strip() for part in re.split(r"[;|\n]", cell) if part.strip()][:20]


_MORE: dict[str, Callable[[Record, str, bool], None]] = {
    "more_emails": _more_emails,
    "more_phones": _more_phones,
    "mobile": _mobile,
    "fax": _fax,
    "website": _website,
    "address": _address,
    "more_addresses": _addresses,
    "birthday": _birthday,
    "dates": _dates,
    "note": _note,
    "photo": _photo,
    "lists": _lists,
}
_SAID = frozenset(
    "status requested_at requested_ip granted_at confirmed_ip unsubscribed_at unsubscribed bounced_at bounced "  # noqa: SIM905
    "consent_source is_active double_opt_in".split()
)
#: when a row says several things, the one that forbids most wins
_YES = frozenset(["1", "yes", "y", "true", "ja", "j", "x", "wahr", "on", "oui"])
_STRENGTH = ("", "subscribed", "pending", "unsubscribed", "bounced", "complained", "blocked")


def _stronger(one: str, other: str) -> str:
    return max(one, other, key=_STRENGTH.index)


def _flagged(target: str, cell: str) -> str:
    """What a yes or no says; numbers other than 0 are a yes (CleverReach counts bounces)."""
    word = cell.casefold()
    is_yes = word in _YES or (word.isdecimal() and int(word[:15]) > 0)
    if target == "double_opt_in":
        return "subscribed" if word in ("1", "yes", "ja", "true", "oui") else "pending"
    if target == "is_active":
        return "" if is_yes else "unsubscribed"
    return {"unsubscribed": "unsubscribed", "bounced": "bounced"}[target] if is_yes else ""


def _unguarded(cell: str) -> str:
    """Without the apostrophe that exports put before what a spreadsheet would run; see exports/csv.py."""
    rest = cell.lstrip("'")
    return cell[1:] if rest is not cell and cell.startswith("'") and rest[:1] in _FORMULA and rest else cell


@lru_cache(maxsize=4096)
def understood(target: str, word: str) -> str | None:
    """What a word for a salutation, form of address, stage or language means here; None when nobody knows."""
    if len(word) > 60:
        return None
    folded = words.fold(word)
    if target == "salutation":
        return _salutation(folded)
    if target == "address_form":
        return "du" if folded in words.DU else "sie" if folded in words.SIE else None
    if target == "stage":
        return folded.replace(" ", "_") if folded.replace(" ", "_") in fields.STAGES else words.STAGES.get(folded)
    return words.LANGUAGES.get(folded)


def _salutation(folded: str) -> str | None:
    first = folded.split(" ")[0]
    for value, known in (("frau", words.FRAU), ("herr", words.HERR), ("neutral", words.NEUTRAL)):
        if folded in known:
            return value
    if folded.startswith("sehr geehrte frau") or folded.startswith("liebe "):
        return "frau"
    if folded.startswith("sehr geehrter herr") or folded.startswith("lieber "):
        return "herr"
    rest = set(folded.split(" ")[1:])
    if first in ("frau", "herr", "herrn") and rest <= {"dr", "prof", "med", "ing", "dipl", "mag"}:
        return "frau" if first == "frau" else "herr"
    return None


_TITLES = re.compile(r"((?:(?:Prof|Dr|Dipl|Ing|Mag|PD|med|rer|nat|h\.c|jur|phil)\b\.?[\s-]*)+)\s*(?=\S)", re.ASCII)


def _split_name(name: str) -> dict[str, str]:
    """A whole name in parts: "Dr. Anna Müller", "Müller, Anna"; particles (von, van der) belong to the last name."""
    found: dict[str, str] = {}
    if "," in name:
        last, _, first = name.partition(",")
        name = f"{first.strip()} {last.strip()}".strip() if not first.strip() else name
        if first.strip():
            return {"first_name": first.strip()[:100], "last_name": last.strip()[:100]}
    title = _TITLES.match(name)
    if title:
        found["title"] = title.group(1).strip()
        name = name[title.end() :]
    parts = name.replace(",", " ").split()
    if len(parts) < 2:
        return {**found, "last_name": " ".join(parts)} if parts else found
    at = next((i for i, part in enumerate(parts) if i and part in _PARTICLES), len(parts) - 1)
    return {**found, "first_name": " ".join(parts[:at]), "last_name": " ".join(parts[at:])}


_PARTICLES = frozenset("von vom van zu zur zum de der den da di del della du la le ten ter af".split())  # noqa: SIM905


def _tags(cell: str) -> list[str]:
    found = [part.strip().strip('"') for part in re.split(r"[,;|]", cell)]
    return [clean_name(part) for part in dict.fromkeys(found) if part.strip()][:MOST_PER_CONTACT]


def _plain(values: Mapping[str, object]) -> dict[str, Any]:
    return {name: value if isinstance(value, int | float) else str(value) for name, value in values.items()}
