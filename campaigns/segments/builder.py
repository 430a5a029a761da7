"""A filter as a form and back: rows and groups under dotted names, so that it can be built without scripts. Pure.

    0-join=all   0.0-field=stage   0.0-op=is   0.0-value=regular   0.1-join=none   0.1.0-field=tag …

A group joins its parts by `all`, `any` or `none`; `none` stands for {"not": {"any": […]}} in the JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from campaigns.segments.fields import FieldSpec, Operator, Takes

_NAME = re.compile(r"^(\d+(?:\.\d+){0,9})-(join|field|op|value|value2)$")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOST = 100  # parts of one form; the filter itself refuses more than a hundred conditions
_PAIRS = (Takes.NUMBERS, Takes.DAYS)
_SEVERAL = (Takes.WORDS, Takes.TAGS)


@dataclass(frozen=True)
class Row:
    """One condition of the form; `values` are what its controls hold."""

    path: str
    spec: FieldSpec
    operator: Operator
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Conditions and groups joined by all, any or none."""

    path: str
    join: str = "all"
    parts: tuple[Row | Group, ...] = field(default_factory=tuple)


def from_json(given: Mapping[str, Any], catalogue: Sequence[FieldSpec]) -> Group:
    """The form of a stored filter; a condition on a field that is gone is left out."""
    made = _node(given, "0", {spec.key: spec for spec in catalogue})
    return made if isinstance(made, Group) else _numbered(Group("0", "all", (made,) if made else ()))


def from_form(fields: Mapping[str, Sequence[str]], catalogue: Sequence[FieldSpec]) -> Group:
    """The tree a posted form describes; what is not understood falls back to the first field and operator."""
    nodes: dict[str, dict[str, Sequence[str]]] = {}
    for name, values in fields.items():
        if (found := _NAME.match(name)) and len(nodes) < 2 * _MOST:
            nodes.setdefault(found[1], {})[found[2]] = values
    made = _collected("0", nodes, {spec.key: spec for spec in catalogue}, list(catalogue))
    return _numbered(made) if isinstance(made, Group) else Group("0")


def to_json(group: Group) -> dict[str, Any]:
    """The filter as it is stored and read; values become numbers, yes/no and lists where the operator asks for them."""
    parts = [to_json(part) if isinstance(part, Group) else _leaf(part) for part in group.parts]
    if group.join == "none":
        return {"not": {"any": parts}}
    return {group.join: parts}


def finished(group: Group) -> Group:
    """The tree without conditions that still want a value, and without groups that then hold nothing: what can be counted
    while somebody is building it."""
    kept = (finished(part) if isinstance(part, Group) else part for part in group.parts)
    return replace(
        group, parts=tuple(part for part in kept if (part.parts if isinstance(part, Group) else _says(part)))
    )


def changed(group: Group, action: str, catalogue: Sequence[FieldSpec]) -> Group:
    """The tree after a button: `add:0`, `group:0`, `remove:0.1`; anything else leaves it as it is."""
    verb, _, path = action.partition(":")
    new: Row | Group
    if verb == "add":
        new = Row("", catalogue[0], catalogue[0].operators[0])
    elif verb == "group":
        new = Group("", "any", (Row("", catalogue[0], catalogue[0].operators[0]),))
    elif verb == "remove" and path != "0":
        return _numbered(_without(group, path))
    else:
        return group
    return _numbered(_with(group, path, new))


def _node(given: Mapping[str, Any], path: str, known: Mapping[str, FieldSpec]) -> Row | Group | None:
    if "field" in given:
        return _row_of(given, path, known)
    join, parts = next(iter(given.items()))
    if join == "not":
        inner = parts.get("any") if isinstance(parts, dict) else None
        join, parts = "none", inner if isinstance(inner, list) else [parts]
    made = [_node(part, "", known) for part in parts]
    return _numbered(Group(path, join, tuple(part for part in made if part is not None)))


def _row_of(given: Mapping[str, Any], path: str, known: Mapping[str, FieldSpec]) -> Row | None:
    spec = known.get(given["field"])
    key = next((name for name in given if name != "field"), "")
    operator = spec.operator(key) if spec else None
    if spec is None or operator is None:
        return None
    return Row(path, spec, operator, tuple(_shown(given[key], operator.takes)))


def _shown(value: Any, takes: Takes) -> Iterator[str]:
    if takes in _SEVERAL:
        yield ", ".join(map(str, value))
    elif isinstance(value, list | tuple):
        yield from map(str, value)
    else:
        yield {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _collected(
    path: str,
    nodes: Mapping[str, Mapping[str, Sequence[str]]],
    known: Mapping[str, FieldSpec],
    catalogue: list[FieldSpec],
) -> Row | Group:
    given = nodes.get(path, {})
    if "field" in given:
        spec = known.get(given["field"][0], catalogue[0])
        operator = spec.operator(given.get("op", [""])[0]) or spec.operators[0]
        return Row(path, spec, operator, _fitting(spec, operator, (*given.get("value", ()), *given.get("value2", ()))))
    depth = path.count(".") + 1
    below = sorted((name for name in nodes if name.startswith(path + ".") and name.count(".") == depth),
                   key=lambda name: int(name.rpartition(".")[2]))  # fmt: skip
    join = given.get("join", ["all"])[0]
    parts = tuple(_collected(name, nodes, known, catalogue) for name in below)
    return Group(path, join if join in ("all", "any", "none") else "all", parts)


def _fitting(spec: FieldSpec, operator: Operator, values: tuple[str, ...]) -> tuple[str, ...]:
    """What the control shows for these values: those of the field chosen before do not fit the new one's."""
    takes, first = operator.takes, values[0] if values else ""
    if takes in (Takes.CHOICE, Takes.CHOICES):
        known = {key for key, _ in spec.choices}
        return tuple(value for value in values if value in known)
    if takes is Takes.YES_NO:
        return (first if first in ("yes", "no") else "yes",)
    if takes is Takes.CAMPAIGN:
        return (first if first.isdecimal() else "any",)
    if takes is Takes.LIST:
        return (first,) if first.isdecimal() else ()
    if takes in (Takes.DAY, Takes.DAYS):
        return tuple(value if _DAY.fullmatch(value) else "" for value in values)
    return values


def _says(row: Row) -> bool:
    """Whether every value it needs is there."""
    if row.operator.takes in (Takes.CHOICE, Takes.CHOICES):
        return bool(row.values)  # one of the choices may be an empty word: "not known"
    needed = 2 if row.operator.takes in _PAIRS else 1
    return sum(1 for value in row.values if value.strip()) >= needed


def _leaf(row: Row) -> dict[str, Any]:
    return {"field": row.spec.key, row.operator.key: _value(row)}


def _value(row: Row) -> Any:
    takes, values = row.operator.takes, [value.strip() for value in row.values]
    first = values[0] if values else ""
    if takes in _PAIRS:
        return (
            [_number(value) if takes is Takes.NUMBERS else value for value in values[:2]] if len(values) > 1 else first
        )
    if takes in _SEVERAL:
        return [word.strip() for word in first.split(",") if word.strip()]
    if takes is Takes.CHOICES:
        return values
    if takes is Takes.YES_NO:
        return {"yes": True, "no": False}.get(first, first)
    if takes in (Takes.NUMBER, Takes.COUNT, Takes.LIST) or (takes is Takes.CAMPAIGN and first != "any"):
        return _number(first)
    return first


def _number(text: str) -> Any:
    plain = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    try:
        return int(plain)
    except ValueError:
        pass  # perhaps a decimal number
    try:
        return float(plain)
    except ValueError:
        return text  # the filter says what is wrong with it


def _with(group: Group, path: str, new: Row | Group) -> Group:
    parts = tuple(_with(part, path, new) if isinstance(part, Group) else part for part in group.parts)
    return replace(group, parts=(*parts, new) if group.path == path else parts)


def _without(group: Group, path: str) -> Group:
    return replace(group, parts=tuple(
        _without(part, path) if isinstance(part, Group) else part for part in group.parts if part.path != path
    ))  # fmt: skip


def _numbered(group: Group, path: str = "0") -> Group:
    parts = tuple(
        _numbered(part, f"{path}.{number}") if isinstance(part, Group) else replace(part, path=f"{path}.{number}")
        for number, part in enumerate(group.parts)
    )
    return replace(group, path=path, parts=parts)
