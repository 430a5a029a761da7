"""The readable JSON of a segment, checked. Pure.

    {"all": [ {"field": "stage", "is": "regular"},
              {"any": [ {"field": "tag", "has": "VIP"}, {"field": "campaign", "opened": 12} ]},
              {"not": {"field": "created_at", "within_days": 30}} ]}

A condition is an object with `field` and one operator with its value; `all`, `any` and `not` join conditions.
`{"all": []}` is everybody. Which fields and operators there are: fields.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from campaigns.segments import fields
from campaigns.segments.fields import FieldSpec, Takes
from outreach import lines
from outreach.contacts.custom import Spec, parse_date
from outreach.errors import N_, Invalid

DEEP_MOST = 10
CONDITIONS_MOST = 100
VALUES_MOST = 1000
_ID_MOST = 2**31 - 1
_JOINS = ("all", "any", "not")


@dataclass(frozen=True)
class Leaf:
    """One condition."""

    field: str
    operator: str
    value: Any


@dataclass(frozen=True)
class All:
    """Every part holds."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Filter


Filter = Leaf | All | AnyOf | Not


def parse(given: object, custom: Mapping[str, Spec] | None = None) -> Filter:
    """The filter this JSON means; raises Invalid with what is wrong in it. `custom` are the known custom fields."""
    found = _parse(given, custom or {}, depth=1)
    if sum(1 for _ in leaves(found)) > CONDITIONS_MOST:
        raise _wrong(N_("A segment takes %(most)s conditions at most."), most=CONDITIONS_MOST)
    return found


def leaves(given: Filter) -> Iterator[Leaf]:
    """Every condition, in reading order."""
    if isinstance(given, Leaf):
        yield given
    elif isinstance(given, Not):
        yield from leaves(given.part)
    else:
        for part in given.parts:
            yield from leaves(part)


def to_json(given: Filter) -> dict[str, Any]:
    """The JSON of a filter, as it is stored."""
    if isinstance(given, Leaf):
        value = list(given.value) if isinstance(given.value, tuple) else given.value
        return {"field": given.field, given.operator: value}
    if isinstance(given, Not):
        return {"not": to_json(given.part)}
    return {"all" if isinstance(given, All) else "any": [to_json(part) for part in given.parts]}


def _parse(given: object, custom: Mapping[str, Spec], *, depth: int) -> Filter:
    if depth > DEEP_MOST:
        raise _wrong(N_("The conditions are nested more than %(most)s deep."), most=DEEP_MOST)
    if not isinstance(given, dict):
        raise _wrong(N_("A filter is an object with “all”, “any”, “not” or a condition."))
    if "field" in given:
        return _leaf(given, custom)
    if len(given) != 1 or next(iter(given)) not in _JOINS:
        raise _wrong(N_("A filter is an object with “all”, “any”, “not” or a condition."))
    join, parts = next(iter(given.items()))
    if join == "not":
        return Not(_parse(parts, custom, depth=depth + 1))
    if not isinstance(parts, list):
        raise _wrong(N_("“%(join)s” needs a list of conditions."), join=join)
    if len(parts) > CONDITIONS_MOST:
        raise _wrong(N_("A segment takes %(most)s conditions at most."), most=CONDITIONS_MOST)
    if not parts and (join == "any" or depth > 1):
        raise _wrong(N_("“%(join)s” needs at least one condition."), join=join)
    found = tuple(_parse(part, custom, depth=depth + 1) for part in parts)
    return All(found) if join == "all" else AnyOf(found)


def _leaf(given: Mapping[str, Any], custom: Mapping[str, Spec]) -> Leaf:
    spec = fields.spec(given["field"], custom) if isinstance(given["field"], str) else None
    if spec is None:
        raise _wrong(N_("There is no field “%(name)s”, or not any more."), name=lines.shown(str(given["field"]), 60))
    operators = [key for key in given if key != "field"]
    if len(operators) != 1:
        raise _wrong(N_("The condition on “%(label)s” needs exactly one comparison."), label=spec.label)
    operator = spec.operator(operators[0])
    if operator is None:
        raise _wrong(N_("“%(label)s” cannot be compared with “%(operator)s”."), label=spec.label,
                     operator=lines.shown(operators[0], 60))  # fmt: skip
    value = given[operator.key]
    if value is None or value == [] or (isinstance(value, str) and not value.strip() and not _may_be_empty(spec)):
        raise _wrong(N_("The condition on “%(label)s” needs a value."), label=spec.label)
    return Leaf(spec.key, operator.key, _value(value, spec, operator.takes))


def _value(value: Any, spec: FieldSpec, takes: Takes) -> Any:
    several = {Takes.WORDS: Takes.WORD, Takes.CHOICES: Takes.CHOICE, Takes.TAGS: Takes.TAG}.get(takes)
    if several:
        if not isinstance(value, list) or len(value) > VALUES_MOST:
            raise _unfit(spec, value)
        return tuple(_value(one, spec, several) for one in value)
    pair = {Takes.NUMBERS: Takes.NUMBER, Takes.DAYS: Takes.DAY}.get(takes)
    if pair:
        if not isinstance(value, list) or len(value) != 2:
            raise _wrong(N_("“%(label)s” needs two values: from and to."), label=spec.label)
        return tuple(_value(one, spec, pair) for one in value)
    return _single(value, spec, takes)


def _single(value: Any, spec: FieldSpec, takes: Takes) -> Any:
    if takes in (Takes.WORD, Takes.TAG) and isinstance(value, str):
        return _word(value, spec)
    if takes is Takes.CHOICE and value in [choice for choice, _ in spec.choices]:
        return value
    if takes is Takes.YES_NO and isinstance(value, bool):
        return value
    if takes is Takes.NUMBER and _is_number(value) and abs(value) < 1e15:
        return value
    if takes is Takes.COUNT and _is_number(value) and isinstance(value, int) and 1 <= value <= 36_500:
        return value
    if takes is Takes.LIST and _is_number(value) and isinstance(value, int) and 1 <= value <= _ID_MOST:
        return value
    if takes is Takes.CAMPAIGN and (value == "any" or (_is_number(value) and value in range(1, _ID_MOST + 1))):
        return value
    if takes is Takes.DAY and isinstance(value, str) and (day := _day(value)):
        return day.isoformat()
    raise _unfit(spec, value)


def _word(value: str, spec: FieldSpec) -> str:
    try:
        word = lines.line(value, field="filter", most=300)
    except Invalid as error:
        raise Invalid(error.sentence, field="filter", **{**error.values, "label": spec.label}) from None
    if not word:
        raise _wrong(N_("The condition on “%(label)s” needs a value."), label=spec.label)
    return word


def _day(value: str) -> date | None:
    found = parse_date(value) if len(value) <= 30 else None
    return found if found and 1900 <= found.year <= 2200 else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _may_be_empty(spec: FieldSpec) -> bool:
    return any(value == "" for value, _ in spec.choices)


def _unfit(spec: FieldSpec, value: object) -> Invalid:
    return _wrong(N_("“%(value)s” does not fit “%(label)s”."), label=spec.label, value=lines.shown(str(value), 60))


def _wrong(sentence: str, **values: object) -> Invalid:
    return Invalid(sentence, field="filter", **values)


def everybody() -> All:
    """The filter every contact fits."""
    return All(())


def parts_of(given: Filter) -> Sequence[Filter]:
    """What a filter is joined of; nothing for a condition."""
    if isinstance(given, Leaf):
        return ()
    return (given.part,) if isinstance(given, Not) else given.parts
