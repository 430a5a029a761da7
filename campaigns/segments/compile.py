"""From a filter to one SQL statement. The only module that knows how a segment asks the database.

Every condition is true or false, never NULL, so that `not` means what people mean by it. What lies in another table
is asked with EXISTS, which both databases answer from an index. Days are UTC days.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    Select,
    String,
    and_,
    case,
    cast,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from campaigns.segments import filters
from campaigns.segments.fields import CUSTOM
from campaigns.segments.filters import All, Filter, Leaf, Not
from outreach import db, paging
from outreach.companies import Company
from outreach.consent import ask
from outreach.consent.rows import Subscription
from outreach.contacts import Contact, ContactTag, Tag, custom, tags
from outreach.contacts.custom import Kind, Spec
from outreach.facts import Fact
from outreach.history.rows import Touchpoint
from outreach.mail.rows import Delivery

Condition = ColumnElement[bool]


def contact_ids(session: Session, filter_json: object, now: datetime) -> Select[int]:
    """The ids of the contacts this filter means, as a query to join or count; raises Invalid for a bad filter."""
    known = custom.specs(session)
    meant = condition(filters.parse(filter_json, known), Compiler(session, known, now))
    return select(Contact.id).where(Contact.gone == "", meant)


def count(session: Session, filter_json: object, now: datetime) -> Select[int]:
    """How many contacts that is, as a query.

    A filter of one condition about another table, which has one row for each such contact, is counted there: people on
    a list of 800,000 in 60 ms instead of 450.
    """
    known = custom.specs(session)
    parsed = filters.parse(filter_json, known)
    while isinstance(parsed, All) and len(parsed.parts) == 1:
        parsed = parsed.parts[0]
    rows = one_row_each(parsed) if isinstance(parsed, Leaf) else None
    if rows is not None:
        return select(func.count()).select_from(rows.subquery())
    meant = condition(parsed, Compiler(session, known, now))
    return select(func.count()).select_from(Contact).where(Contact.gone == "", meant)


def condition(given: Filter, compiler: Compiler) -> Condition:
    """The filter as a condition on `contacts`."""
    if isinstance(given, Leaf):
        return compiler.leaf(given)
    if isinstance(given, Not):
        return not_(condition(given.part, compiler))
    parts = [condition(part, compiler) for part in given.parts]
    return and_(true(), *parts) if isinstance(given, All) else or_(false(), *parts)


class Compiler:
    """Knows the custom fields, the database's kind and the time, and turns conditions into SQL."""

    def __init__(self, session: Session, known: Mapping[str, Spec], now: datetime) -> None:
        self._known, self._now, self._is_sqlite = known, now, db.is_sqlite(session)

    def leaf(self, leaf: Leaf) -> Condition:
        """One condition."""
        if leaf.field.startswith(CUSTOM):
            return self._custom(leaf, self._known[leaf.field.removeprefix(CUSTOM)])
        if leaf.field in _OF_COMPANY:
            return _of_company(leaf)
        if leaf.field in _COLUMNS:
            return _text(_COLUMNS[leaf.field], leaf)
        return self._special[leaf.field](self, leaf)

    def _created(self, leaf: Leaf) -> Condition:
        if leaf.operator == "within_days":
            return Contact.created_at >= self._now - timedelta(days=leaf.value)
        return _in_days(Contact.created_at, leaf)

    def _lately(self, leaf: Leaf) -> Condition:
        moment = {"received": Delivery.sent_at, "opened": Delivery.opened_at, "clicked": Delivery.clicked_at}[
            leaf.field
        ]
        happened = _delivery(moment >= self._now - timedelta(days=leaf.value))
        return happened if leaf.operator == "within_days" else not_(happened)

    def _last_contact(self, leaf: Leaf) -> Condition:
        happened = func.coalesce(Contact.last_contact_at >= self._now - timedelta(days=leaf.value), false())
        return and_(happened) if leaf.operator == "within_days" else not_(happened)

    def _due(self, leaf: Leaf) -> Condition:
        return _either(and_(func.coalesce(Contact.due_on <= self._now.date(), false())), leaf)

    def _open_wish(self, leaf: Leaf) -> Condition:
        holds = or_(Fact.valid_until.is_(None), Fact.valid_until >= self._now.date())
        wishes = select(Fact.contact_id).where(Fact.kind == literal_column("'wish'"), Fact.closed_at.is_(None), holds)
        return _either(wishes.where(Fact.contact_id == Contact.id).exists(), leaf)

    def _custom(self, leaf: Leaf, spec: Spec) -> Condition:
        kind, text = self._json(spec.key)
        present = func.coalesce(kind.not_in(("null",)), false())
        if leaf.operator == "is_empty":
            return not_(present) if leaf.value else present
        if spec.kind is Kind.NUMBER:
            return self._custom_number(leaf, kind, text)
        if spec.kind is Kind.YES_NO:
            is_true = text.in_(("1", "true"))
            return and_(present, is_true if leaf.value else not_(is_true))
        words = func.coalesce(text, "")
        if spec.kind is Kind.DATE:
            return and_(present, _compare(words, leaf))
        return _text(words, leaf)

    def _json(self, key: str) -> tuple[Any, Any]:
        """The JSON type of a custom value and the value as text; keys are made by us of letters, digits and _."""
        if self._is_sqlite:
            path = f"$.{key}"
            return func.json_type(Contact.custom, path), cast(func.json_extract(Contact.custom, path), String)
        value = Contact.custom.op("->")(key)
        return func.jsonb_typeof(value), Contact.custom.op("->>")(key)

    def _custom_number(self, leaf: Leaf, kind: Any, text: Any) -> Condition:
        is_number = func.coalesce(kind.in_(("number", "integer", "real")), false())
        number = case((is_number, cast(text, Float)))  # never cast what is no number
        if leaf.operator == "is_not":
            return or_(number.is_(None), number != leaf.value)
        return and_(number.is_not(None), _compare(number, leaf))

    _special: Mapping[str, Callable[[Compiler, Leaf], Condition]] = {
        "tag": lambda self, leaf: _tag(leaf),
        "created_at": _created,
        "list": lambda self, leaf: _list(leaf),
        "consent": lambda self, leaf: _either(ask.has_consent(), leaf),
        "suppressed": lambda self, leaf: _either(ask.is_suppressed(), leaf),
        "measuring": lambda self, leaf: Contact.measuring_agreed.is_(leaf.value),
        "has_address": lambda self, leaf: Contact.email.is_not(None) if leaf.value else Contact.email.is_(None),
        "campaign": lambda self, leaf: _campaign(leaf),
        "turnover_12": lambda self, leaf: _turnover(leaf),
        "last_contact": _last_contact,
        "due": _due,
        "open_wish": _open_wish,
        "note": lambda self, leaf: _note(leaf),
        "received": _lately,
        "opened": _lately,
        "clicked": _lately,
    }


_COLUMNS: Mapping[str, Any] = {
    "first_name": Contact.first_name, "last_name": Contact.last_name, "title": Contact.title, "email": Contact.email_key,
    "salutation": Contact.salutation, "address_form": Contact.address_form, "language": Contact.language,
    "city": Contact.city, "phone": Contact.phone, "source": Contact.source, "stage": Contact.stage,
    "value_class": Contact.value_class, "role": Contact.role,
}  # fmt: skip
_OF_COMPANY: Mapping[str, Any] = {"company": Company.name, "company_city": Company.city}


def _turnover(leaf: Leaf) -> Condition:
    """In euros, as people write it; kept in cents."""
    if leaf.operator == "is_not":
        return and_(Contact.turnover_12 != 100 * leaf.value)
    value = tuple(100 * one for one in leaf.value) if isinstance(leaf.value, tuple) else 100 * leaf.value
    return _compare(Contact.turnover_12, replace(leaf, value=value))


def _note(leaf: Leaf) -> Condition:
    """Facts and entries of the history that speak of it."""
    pattern = paging.like(leaf.value.lower())
    spoken = [
        select(row.contact_id)
        .where(row.contact_id == Contact.id, func.lower(row.text).like(pattern, escape="\\"))
        .exists()
        for row in (Fact, Touchpoint)
    ]
    return or_(*spoken)


def _text(column: Any, leaf: Leaf) -> Condition:
    """Comparisons with words: whole values as they are written, parts of them in any case."""
    if leaf.field == "email":
        return _address(column, leaf)
    if leaf.operator == "is_empty":
        return and_(column == "") if leaf.value else and_(column != "")
    if leaf.operator == "is_not":
        return and_(column != leaf.value)
    return _words(column, leaf.operator, leaf.value)


def _address(column: Any, leaf: Leaf) -> Condition:
    """Addresses have one case, and may be missing."""
    if leaf.operator == "is_empty":
        return and_(column.is_(None)) if leaf.value else and_(column.is_not(None))
    value = tuple(v.casefold() for v in leaf.value) if isinstance(leaf.value, tuple) else leaf.value.casefold()
    if leaf.operator == "is_not":
        return or_(column.is_(None), column != value)
    return and_(column.is_not(None), _words(column, leaf.operator, value))


def _words(column: Any, comparison: str, value: Any) -> Condition:
    if comparison == "is":
        return and_(column == value)
    if comparison == "one_of":
        return and_(column.in_(value))
    pattern = paging.like(value.lower())
    return and_(func.lower(column).like(pattern[1:] if comparison == "starts_with" else pattern, escape="\\"))


def _of_company(leaf: Leaf) -> Condition:
    """A contact without a company has an empty one."""
    column = _OF_COMPANY[leaf.field]
    if leaf.operator == "is_not":
        return not_(_of_company(Leaf(leaf.field, "is", leaf.value)))
    if leaf.operator == "is_empty":
        there = select(Company.id).where(Company.id == Contact.company_id, column != "").exists()
        return not_(there) if leaf.value else there
    return select(Company.id).where(Company.id == Contact.company_id, _text(column, leaf)).exists()


def one_row_each(leaf: Leaf) -> Select[int] | None:
    """The ids of the contacts a condition means, from a table with at most one such row for each; else None."""
    if leaf.field == "tag" and leaf.operator == "has":
        # The tag's id is found before any contact is looked at, so one index answers it.
        tag = select(Tag.id).where(Tag.key == tags.key(leaf.value)).scalar_subquery()
        return select(ContactTag.contact_id).where(ContactTag.tag_id == tag)
    if leaf.field == "list" and leaf.operator != "never":
        on_it = (Subscription.list_id == leaf.value, Subscription.state == leaf.operator)
        return select(Subscription.contact_id).where(*on_it)
    if leaf.field == "campaign" and leaf.value != "any":
        of_it = (Delivery.campaign_id == leaf.value, Delivery.kind == "newsletter", _OUTCOMES[leaf.operator])
        return select(_RECIPIENT).where(*of_it)
    return None


_RECIPIENT: Any = Delivery.contact_id
_SENT, _OPENED, _CLICKED = (
    Delivery.sent_at.is_not(None),
    Delivery.opened_at.is_not(None),
    Delivery.clicked_at.is_not(None),
)
_OUTCOMES: Mapping[str, Condition] = {
    "got": _SENT, "opened": _OPENED, "clicked": _CLICKED,
    "not_opened": and_(_SENT, Delivery.opened_at.is_(None)), "not_clicked": and_(_SENT, Delivery.clicked_at.is_(None)),
    "bounced": or_(Delivery.bounced_at.is_not(None), Delivery.state == "refused"),
}  # fmt: skip


def _is_one_of(rows: Select[int]) -> Condition:
    (contact_id,) = rows.selected_columns
    return rows.where(contact_id == Contact.id).exists()


def _tag(leaf: Leaf) -> Condition:
    rows = one_row_each(leaf)
    if rows is not None:
        return _is_one_of(rows)
    carried = select(ContactTag.contact_id)
    if leaf.operator == "is_empty":
        return _either(_is_one_of(carried), replace(leaf, value=not leaf.value))
    keys = [tags.key(name) for name in leaf.value]
    return _is_one_of(carried.where(ContactTag.tag_id.in_(select(Tag.id).where(Tag.key.in_(keys)))))


def _list(leaf: Leaf) -> Condition:
    rows = one_row_each(leaf)
    if rows is not None:
        return _is_one_of(rows)
    return not_(_is_one_of(select(Subscription.contact_id).where(Subscription.list_id == leaf.value)))


def _campaign(leaf: Leaf) -> Condition:
    rows = one_row_each(leaf)
    if rows is not None:
        return _is_one_of(rows)
    if leaf.operator in ("not_opened", "not_clicked"):  # of any: there may be one that was opened and one that was not
        return and_(_delivery(_SENT), not_(_delivery(_OPENED if leaf.operator == "not_opened" else _CLICKED)))
    return _delivery(_OUTCOMES[leaf.operator])


def _delivery(outcome: Condition) -> Condition:
    return _is_one_of(select(_RECIPIENT).where(Delivery.kind == "newsletter", outcome))


def _either(found: Condition, leaf: Leaf) -> Condition:
    return found if leaf.value else not_(found)


def _compare(column: Any, leaf: Leaf) -> Condition:
    if leaf.operator == "between":
        first, last = leaf.value
        return and_(column >= first, column <= last)
    compare = {"is": operator.eq, "less": operator.lt, "before": operator.lt, "more": operator.gt, "after": operator.gt}
    return and_(compare[leaf.operator](column, leaf.value))


def _in_days(column: Any, leaf: Leaf) -> Condition:
    first, last = leaf.value if leaf.operator == "between" else (leaf.value, leaf.value)
    begins, ends = _midnight(first), _midnight(last) + timedelta(days=1)
    if leaf.operator == "before":
        return and_(column < begins)
    return and_(column >= ends) if leaf.operator == "after" else and_(column >= begins, column < ends)


def _midnight(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)
