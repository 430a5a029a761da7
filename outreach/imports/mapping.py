"""From the columns of a file to what the customer file calls them, and from cells to clean values. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from outreach import lines
from outreach.contacts import custom, fields
from outreach.contacts.addresses import address_hash, clean_address
from outreach.contacts.custom import Spec
from outreach.contacts.tags import MOST_PER_CONTACT, clean_name
from outreach.errors import N_, Invalid
from outreach.imports import words

#: what a column may become, beside `custom.<key>` and `new` (a new text field named like the column); "" = left out
FIELDS = (
    "email",
    "title",
    "first_name",
    "last_name",
    "full_name",
    "salutation",
    "address_form",
    "company",
    "city",
    "phone",
    "language",
    "stage",
    "tags",
)
NEW = "new"
_CUSTOM = "custom."
_PLAIN = ("title", "first_name", "last_name", "city", "phone")


@dataclass(frozen=True)
class Note:
    """A translatable sentence about a row."""

    sentence: str
    values: dict[str, Any]


@dataclass
class Record:
    """One row, clean: what it says of a contact. Empty fields are not in `values`."""

    line: int
    excerpt: str
    values: dict[str, str] = field(default_factory=dict)
    email: str | None = None
    key: str | None = None
    hash: bytes | None = None
    company: str = ""
    tags: list[str] = field(default_factory=list)
    custom: dict[str, Any] = field(default_factory=dict)
    #: what could not be understood and was left out
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True)
class Refused:
    """A row that cannot become a contact, and why."""

    line: int
    excerpt: str
    note: Note


def guess(names: Sequence[str], known: Mapping[str, Spec] = {}) -> dict[str, str]:  # noqa: B006 - only read
    """A field for each column it is sure of, "" for the others; each field once."""
    folded = {name: words.fold(name) for name in names}
    by_label = {words.fold(spec.label): key for key, spec in known.items()} | {words.fold(key): key for key in known}
    found = dict.fromkeys(names, "")
    for target in FIELDS:
        fitting = [name for name in names if not found[name] and folded[name] in words.HEADERS[target]]
        if fitting:
            found[fitting[0]] = target
    for name in names:
        if not found[name] and folded[name] in by_label and _CUSTOM + by_label[folded[name]] not in found.values():
            found[name] = _CUSTOM + by_label[folded[name]]
    if "first_name" in found.values() and "last_name" in found.values():
        found = {name: "" if target == "full_name" else target for name, target in found.items()}
    elif "first_name" not in found.values() and "full_name" not in found.values():
        found = {name: "full_name" if folded[name] == "name" else target for name, target in found.items()}
    return found


def check(mapping: Mapping[str, str], names: Sequence[str], known: Mapping[str, Spec]) -> dict[str, str]:
    """The mapping, complete and possible; raises Invalid naming the column that is not."""
    for name, target in mapping.items():
        if name not in names:
            raise Invalid(N_("The file has no column “%(column)s”."), field="mapping", column=name[:100])
        if target and target not in FIELDS and target != NEW and target.removeprefix(_CUSTOM) not in known:
            raise Invalid(N_("There is no field for the column “%(column)s”."), field="mapping", column=name[:100])
    chosen = [target for target in mapping.values() if target and target != NEW]
    double = next((target for target in chosen if chosen.count(target) > 1), None)
    if double:
        label = lines.LABELS.get(double, double.removeprefix(_CUSTOM))
        raise Invalid(N_("Two columns cannot both become “%(label)s”."), field="mapping", label=label)
    if not {"email", "last_name", "first_name", "full_name"} & set(chosen):
        raise Invalid(N_("Say which column holds the mail address or the name."), field="mapping")
    return {name: mapping.get(name, "") for name in names}


class Reader:
    """Turns the cells of one file into records, given which column is what."""

    def __init__(self, targets: Sequence[str], known: Mapping[str, Spec]) -> None:
        self._targets = [(index, target) for index, target in enumerate(targets) if target]
        self._known = known

    def read(self, line: int, cells: Sequence[str]) -> Record | Refused:
        """The record of one row; Refused when it cannot become a contact."""
        record = Record(line, lines.shown(" · ".join(cell for cell in cells if cell.strip())[:300]))
        try:
            for index, target in self._targets:
                cell = cells[index].strip() if index < len(cells) else ""
                if cell:
                    self._take(record, target, cell)
        except Invalid as error:
            return Refused(line, record.excerpt, Note(error.sentence, _plain(error.values)))
        if record.key is None and not (record.values.get("first_name") or record.values.get("last_name")):
            return Refused(line, record.excerpt, Note(N_("The row has neither a mail address nor a name."), {}))
        return record

    def _take(self, record: Record, target: str, cell: str) -> None:
        if target in _PLAIN:
            record.values[target] = fields.clean(target, cell)
        elif target == "email":
            record.email = clean_address(cell)
            record.key = record.email.casefold()
            record.hash = address_hash(record.key)
        elif target == "company":
            record.company = fields.clean("company", cell)
        elif target == "full_name":
            record.values.update(_split_name(fields.clean("last_name", cell)))
        elif target == "tags":
            record.tags = _tags(cell)
        elif target.startswith(_CUSTOM):
            self._take_custom(record, self._known[target.removeprefix(_CUSTOM)], cell)
        else:
            self._take_word(record, target, cell)

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
            record.notes.append(
                Note(
                    N_("%(label)s: “%(value)s” was not understood and left out."),
                    {"label": lines.LABELS[target], "value": lines.shown(cell, 100)},
                )
            )
        elif value:
            record.values[target] = value


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
