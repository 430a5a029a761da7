"""Segments in words: what a filter asks for, and why one contact is in it or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.rows import Campaign
from campaigns.segments import fields, filters
from campaigns.segments.compile import Compiler
from campaigns.segments.fields import Takes
from campaigns.segments.filters import All, Filter, Leaf, Not
from outreach.consent.rows import MailingList
from outreach.contacts import Contact, custom
from outreach.contacts.custom import Spec
from outreach.errors import N_, NotFound


@dataclass(frozen=True)
class Said:
    """One line about a filter: a translatable sentence with its values; `depth` is how far to indent it.

    The values named in `words` are words of the interface, to be translated themselves. `holds` says whether it is
    true of the contact asked about; None when nobody was asked about.
    """

    depth: int
    sentence: str
    values: Mapping[str, str | tuple[str, ...]]
    words: frozenset[str]
    holds: bool | None = None

    @property
    def text(self) -> str:
        """The line in English."""
        return self.said(str)

    def said(self, translate: Callable[[str], str]) -> str:
        """The line in the language of `translate`, words inside it included."""
        values = {name: _joined(value, translate if name in self.words else str) for name, value in self.values.items()}
        return translate(self.sentence) % values


def _joined(value: str | tuple[str, ...], translate: Callable[[str], str]) -> str:
    return ", ".join(map(translate, value)) if isinstance(value, tuple) else translate(value)


@dataclass(frozen=True)
class Explanation:
    """Whether a contact is in the segment, and line by line why."""

    contact_id: int
    is_in: bool
    lines: Sequence[Said]


_SENTENCES = {
    "is": N_("%(label)s is “%(value)s”"), "is_not": N_("%(label)s is not “%(value)s”"),
    "contains": N_("%(label)s contains “%(value)s”"), "starts_with": N_("%(label)s starts with “%(value)s”"),
    "one_of": N_("%(label)s is one of: %(value)s"), "less": N_("%(label)s is less than %(value)s"),
    "more": N_("%(label)s is more than %(value)s"), "before": N_("%(label)s: before %(value)s"),
    "after": N_("%(label)s: after %(value)s"), "between": N_("%(label)s: from %(first)s to %(last)s"),
    "has": N_("has the tag “%(value)s”"), "has_any": N_("has one of the tags: %(value)s"),
    "within_days": N_("%(label)s: in the last %(value)s days"), "not_within_days": N_("%(label)s: not in the last %(value)s days"),
    "confirmed": N_("is subscribed to “%(value)s”"), "pending": N_("has not yet confirmed “%(value)s”"),
    "unsubscribed": N_("has unsubscribed from “%(value)s”"), "never": N_("never was on “%(value)s”"),
    "got": N_("was sent “%(value)s”"), "opened": N_("opened “%(value)s”"),
    "not_opened": N_("was sent “%(value)s”, but did not open it"), "clicked": N_("clicked in “%(value)s”"),
    "not_clicked": N_("was sent “%(value)s”, but did not click in it"),
    "bounced": N_("could not be reached with “%(value)s”"),
}  # fmt: skip
_YES, _NO = N_("%(label)s: yes"), N_("%(label)s: no")
_EMPTY, _FILLED = N_("%(label)s is empty"), N_("%(label)s is not empty")
_ALL, _ANY, _NOT = N_("all of these:"), N_("at least one of these:"), N_("not:")
_EVERYBODY = N_("everybody")
_ANY_CAMPAIGN = N_("any newsletter")


def describe(session: Session, filter_json: object) -> list[Said]:
    """The filter in words, line by line; raises Invalid for a bad filter."""
    known = custom.specs(session)
    parsed = filters.parse(filter_json, known)
    return list(_lines(parsed, _Words(session, known, parsed)))


def explain(session: Session, filter_json: object, contact_id: int, now: datetime) -> Explanation:
    """Why this contact is in the segment or not: every condition asked in one statement. Raises Invalid, NotFound."""
    known = custom.specs(session)
    parsed = filters.parse(filter_json, known)
    compiler = Compiler(session, known, now)
    asked = list(filters.leaves(parsed))
    columns = [compiler.leaf(leaf).label(f"condition_{number}") for number, leaf in enumerate(asked)]
    answer = session.execute(select(Contact.id, *columns).where(Contact.id == contact_id)).one_or_none()
    if answer is None:
        raise NotFound(N_("There is no such contact, or not any more."))
    truth = dict(zip(map(id, asked), map(bool, answer[1:]), strict=True))
    lines = _lines(parsed, _Words(session, known, parsed), truth)
    return Explanation(contact_id, _holds(parsed, truth), list(lines))


def _holds(given: Filter, truth: Mapping[int, bool]) -> bool:
    if isinstance(given, Leaf):
        return truth[id(given)]
    if isinstance(given, Not):
        return not _holds(given.part, truth)
    parts = [_holds(part, truth) for part in given.parts]
    return all(parts) if isinstance(given, All) else any(parts)


def _lines(given: Filter, words: _Words, truth: Mapping[int, bool] | None = None, depth: int = 0) -> Iterator[Said]:
    holds = _holds(given, truth) if truth is not None else None
    if isinstance(given, Leaf):
        yield replace(words.leaf(given), depth=depth, holds=holds)
        return
    parts = filters.parts_of(given)
    sentence = _NOT if isinstance(given, Not) else _ALL if isinstance(given, All) else _ANY
    yield Said(depth, sentence if parts else _EVERYBODY, {}, frozenset(), holds)
    for part in parts:
        yield from _lines(part, words, truth, depth + 1)


class _Words:
    """Names for the fields, lists and newsletters a filter speaks of."""

    def __init__(self, session: Session, known: Mapping[str, Spec], given: Filter) -> None:
        self._known = known
        named = [(leaf, fields.spec(leaf.field, known)) for leaf in filters.leaves(given)]
        takes = [(leaf, spec and spec.operator(leaf.operator)) for leaf, spec in named]
        lists = {leaf.value for leaf, operator in takes if operator and operator.takes is Takes.LIST}
        campaigns = {leaf.value for leaf, operator in takes if operator and operator.takes is Takes.CAMPAIGN} - {"any"}
        self._lists = _names(session, MailingList, lists)
        self._campaigns = _names(session, Campaign, campaigns)

    def leaf(self, leaf: Leaf) -> Said:
        """One condition in words."""
        spec = fields.spec(leaf.field, self._known)
        if spec is None:
            raise LookupError(leaf.field)
        operator = spec.operator(leaf.operator)
        label: dict[str, str | tuple[str, ...]] = {"label": spec.label}
        words = frozenset() if leaf.field.startswith(fields.CUSTOM) else frozenset({"label"})
        if leaf.operator == "is_empty":
            return Said(0, _EMPTY if leaf.value else _FILLED, label, words)
        if operator and operator.takes is Takes.YES_NO:
            return Said(0, _YES if leaf.value else _NO, label, words)
        sentence = _SENTENCES[leaf.operator]
        if leaf.operator == "between":
            return Said(0, sentence, {**label, "first": str(leaf.value[0]), "last": str(leaf.value[1])}, words)
        value, is_word = self._value(leaf, operator.takes if operator else Takes.WORD, dict(spec.choices))
        return Said(0, sentence, {**label, "value": value}, words | {"value"} if is_word else words)

    def _value(self, leaf: Leaf, takes: Takes, choices: Mapping[Any, str]) -> tuple[str | tuple[str, ...], bool]:
        if takes is Takes.LIST:
            return self._lists.get(leaf.value, f"#{leaf.value}"), False
        if takes is Takes.CAMPAIGN:
            return (
                (_ANY_CAMPAIGN, True)
                if leaf.value == "any"
                else (self._campaigns.get(leaf.value, f"#{leaf.value}"), False)
            )
        if takes is Takes.CHOICE:
            return choices[leaf.value], not leaf.field.startswith(fields.CUSTOM)
        if isinstance(leaf.value, tuple):
            named = tuple(str(choices.get(value, value)) for value in leaf.value)
            return named, bool(choices) and not leaf.field.startswith(fields.CUSTOM)
        return str(leaf.value), False


def _names(session: Session, row: type[MailingList] | type[Campaign], ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    return dict(session.execute(select(row.id, row.name).where(row.id.in_(ids))).all())
