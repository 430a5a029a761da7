"""Fields an installation adds to its contacts, and what their values may be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from outreach import db, lines
from outreach.contacts.rows import Contact, CustomField
from outreach.errors import N_, Conflict, Invalid, NotFound

TEXT_MOST = 1000
CHOICES_MOST = 200
FIELDS_MOST = 100
_YES = frozenset(["1", "yes", "y", "true", "ja", "j", "x", "wahr", "on", "oui"])
_NO = frozenset(["0", "no", "n", "false", "nein", "falsch", "off", "non", "-"])


class Kind(StrEnum):
    """What a custom field holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"


@dataclass(frozen=True)
class Spec:
    """A custom field, as those who check values need it."""

    id: int
    key: str
    label: str
    kind: Kind
    choices: tuple[str, ...] = ()


def specs(session: Session) -> dict[str, Spec]:
    """Every custom field by its key, in the order they were added."""
    query = select(CustomField.id, CustomField.key, CustomField.label, CustomField.kind, CustomField.choices)
    rows = session.execute(query.order_by(CustomField.id))
    return {key: Spec(id_, key, label, Kind(kind), tuple(choices)) for id_, key, label, kind, choices in rows}


def add(session: Session, *, label: str, kind: str, choices: Sequence[str] = ()) -> Spec:
    """A new field; its key is made from the label and never changes. Raises Invalid, Conflict."""
    label = _label(session, label)
    if kind not in set(Kind):
        raise Invalid(N_("There is no such kind of field."), field="kind")
    existing = specs(session)
    if len(existing) >= FIELDS_MOST:
        raise Invalid(N_("There are %(most)s fields already; remove one first."), field="label", most=FIELDS_MOST)
    row = CustomField(key=_free_key(label, existing), label=label, kind=kind, choices=_choices(kind, choices))
    session.add(row)
    session.flush()
    return Spec(row.id, row.key, row.label, Kind(row.kind), tuple(row.choices))


def change(session: Session, field_id: int, *, label: str | None = None, choices: Sequence[str] | None = None) -> Spec:
    """Another label or other choices; key and kind stay, for values, segments and texts name them."""
    row = _get(session, field_id)
    if label is not None:
        row.label = _label(session, label, but=field_id)
    if choices is not None:
        row.choices = _choices(row.kind, choices)
    session.flush()
    return Spec(row.id, row.key, row.label, Kind(row.kind), tuple(row.choices))


def remove(session: Session, field_id: int) -> None:
    """Forget the field and its value in every contact."""
    row = _get(session, field_id)
    has_it: Any
    without: Any
    if db.is_sqlite(session):
        without = func.json_remove(Contact.custom, f"$.{row.key}")
        has_it = func.json_type(Contact.custom, f"$.{row.key}").is_not(None)
    else:
        without = Contact.custom.op("-")(row.key)
        has_it = func.jsonb_exists(Contact.custom, row.key)
    session.connection().execute(update(Contact).where(has_it).values(custom=without, updated_at=Contact.updated_at))
    session.delete(row)
    session.flush()
    session.expire_all()


def clean_values(given: Mapping[str, Any], known: Mapping[str, Spec]) -> dict[str, Any]:
    """The values as they are stored, by key; an empty one is None and means "take it away". Raises Invalid."""
    unknown = [key for key in given if key not in known]
    if unknown:
        raise Invalid(N_("There is no field “%(key)s”."), field="custom", key=unknown[0][:50])
    return {key: clean_value(value, known[key]) for key, value in given.items()}


def clean_value(value: Any, spec: Spec) -> Any:
    """One value as it is stored: text, int or float, ISO date, bool; None when empty. Raises Invalid.

    Numbers and dates are understood as Germans write them too: 1.234,5 and 24.12.2026.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return _CLEANERS[spec.kind](value, spec)


def _text(value: Any, spec: Spec) -> str:
    try:
        return lines.line(value, field=f"custom.{spec.key}", most=TEXT_MOST)
    except Invalid as error:
        raise Invalid(error.sentence, field=error.field, **{**error.values, "label": spec.label}) from None


def _number(value: Any, spec: Spec) -> int | float:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15:
        return value
    found = parse_number(str(value))
    if found is None:
        raise _not(N_("%(label)s: “%(value)s” is not a number."), spec, value)
    return found


def _date(value: Any, spec: Spec) -> str:
    if isinstance(value, date):
        return value.isoformat()[:10]
    found = parse_date(str(value))
    if found is None:
        raise _not(N_("%(label)s: “%(value)s” is not a date; write it like 2026-12-24 or 24.12.2026."), spec, value)
    return found.isoformat()


def _yes_no(value: Any, spec: Spec) -> bool:
    word = str(value).strip().casefold()
    if word not in _YES and word not in _NO:
        raise _not(N_("%(label)s: “%(value)s” is neither yes nor no."), spec, value)
    return word in _YES


def _choice(value: Any, spec: Spec) -> str:
    wanted = str(value).strip().casefold()
    for choice in spec.choices:
        if choice.casefold() == wanted:
            return choice
    raise _not(N_("%(label)s: “%(value)s” is not one of the choices."), spec, value)


_CLEANERS = {Kind.TEXT: _text, Kind.NUMBER: _number, Kind.DATE: _date, Kind.YES_NO: _yes_no, Kind.CHOICE: _choice}


def parse_number(words: str) -> int | float | None:
    """A number as written in German or English, or None; a single comma is a decimal one, "1.234" is 1.234."""
    plain = words.strip().replace(" ", "").replace("\u00a0", "").replace("'", "").removesuffix("€").removesuffix("%")
    if re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+,\d+|[+-]?\d{1,3}(\.\d{3}){2,}", plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+\.\d+|[+-]?\d{1,3}(,\d{3}){2,}", plain):
        plain = plain.replace(",", "")
    elif re.fullmatch(r"[+-]?\d*,\d+", plain):
        plain = plain.replace(",", ".")
    if not re.fullmatch(r"[+-]?(\d{1,15}(\.\d{0,15})?|\.\d{1,15})", plain, re.ASCII):
        return None
    number = float(plain)
    return int(number) if number.is_integer() else number


def parse_date(words: str) -> date | None:
    """A date written 2026-12-24, 24.12.2026 or 24.12.26, perhaps followed by a time; or None."""
    found = re.match(r"\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ][\d:.+Z-]*)?\s*$", words, re.ASCII)
    if found:
        year, month, day = (int(part) for part in found.groups())
    else:
        found = re.match(r"\s*(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4}|\d{2})(?: [\d:]*)?\s*$", words, re.ASCII)
        if not found:
            return None
        day, month, year = (int(part) for part in found.groups())
        year += (1900 if year > 50 else 2000) if year < 100 else 0
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _not(sentence: str, spec: Spec, value: Any) -> Invalid:
    return Invalid(sentence, field=f"custom.{spec.key}", label=spec.label, value=lines.shown(str(value), 100))


def _get(session: Session, field_id: int) -> CustomField:
    row = session.get(CustomField, field_id)
    if row is None:
        raise NotFound(N_("There is no such field, or not any more."))
    return row


def _label(session: Session, label: str, *, but: int | None = None) -> str:
    label = lines.line(label, field="label", most=100)
    if not label:
        raise Invalid(N_("A field needs a label."), field="label")
    if any(spec.label.casefold() == label.casefold() and spec.id != but for spec in specs(session).values()):
        raise Conflict(N_("There is already a field “%(label)s”."), field="label", label=label)
    return label


def _free_key(label: str, taken: Mapping[str, Spec]) -> str:
    key = lines.key(label, most=45)
    return next(name for name in (key, *(f"{key}_{n}" for n in range(2, FIELDS_MOST + 3))) if name not in taken)


def _choices(kind: str, choices: Sequence[str]) -> list[str]:
    if kind != Kind.CHOICE:
        return []
    clean = list(dict.fromkeys(filter(None, (lines.line(c, field="choices", most=100) for c in choices))))
    if not clean:
        raise Invalid(N_("A field with choices needs at least one."), field="choices")
    if len(clean) > CHOICES_MOST:
        raise Invalid(N_("A field may have %(most)s choices at most."), field="choices", most=CHOICES_MOST)
    return clean
