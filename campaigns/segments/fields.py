"""What can be asked of a contact in a segment: fields, operators, and what kind of value each takes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from outreach.contacts.custom import Kind as CustomKind
from outreach.contacts.custom import Spec
from outreach.contacts.fields import ADDRESS_FORMS, SALUTATIONS, STAGES
from outreach.errors import N_

CUSTOM = "custom."


class Takes(StrEnum):
    """The value an operator takes, and so the control a form shows."""

    WORD = "word"
    WORDS = "words"
    NUMBER = "number"
    NUMBERS = "numbers"  # two: from, to
    DAY = "day"
    DAYS = "days"  # two: from, to
    COUNT = "count"  # a number of days
    YES_NO = "yes_no"
    CHOICE = "choice"
    CHOICES = "choices"
    TAG = "tag"
    TAGS = "tags"
    LIST = "list"
    CAMPAIGN = "campaign"


@dataclass(frozen=True)
class Operator:
    """One way to ask: its key in the JSON, its words on the screen, the value it takes."""

    key: str
    label: str
    takes: Takes


@dataclass(frozen=True)
class FieldSpec:
    """A field of the filter builder. `choices` are pairs of value and label; labels of `custom.` fields are as typed."""

    key: str
    label: str
    kind: str
    operators: tuple[Operator, ...]
    choices: tuple[tuple[str, str], ...] = ()

    def operator(self, key: str) -> Operator | None:
        """The operator of that key, when the field has it."""
        return next((operator for operator in self.operators if operator.key == key), None)


def _ops(*given: tuple[str, str, Takes]) -> tuple[Operator, ...]:
    return tuple(Operator(*one) for one in given)


_EMPTY = ("is_empty", N_("is empty"), Takes.YES_NO)
TEXT = _ops(
    ("is", N_("is"), Takes.WORD), ("is_not", N_("is not"), Takes.WORD), ("contains", N_("contains"), Takes.WORD),
    ("starts_with", N_("starts with"), Takes.WORD), ("one_of", N_("is one of"), Takes.WORDS), _EMPTY,
)  # fmt: skip
CHOICE = _ops(
    ("is", N_("is"), Takes.CHOICE), ("is_not", N_("is not"), Takes.CHOICE), ("one_of", N_("is one of"), Takes.CHOICES)
)
YES_NO = _ops(("is", N_("is"), Takes.YES_NO))
NUMBER = _ops(
    ("is", N_("is"), Takes.NUMBER), ("is_not", N_("is not"), Takes.NUMBER), ("less", N_("is less than"), Takes.NUMBER),
    ("more", N_("is more than"), Takes.NUMBER), ("between", N_("is between"), Takes.NUMBERS), _EMPTY,
)  # fmt: skip
DATE = _ops(
    ("is", N_("is"), Takes.DAY), ("before", N_("is before"), Takes.DAY), ("after", N_("is after"), Takes.DAY),
    ("between", N_("is between"), Takes.DAYS), _EMPTY,
)  # fmt: skip
MOMENT = _ops(
    ("before", N_("is before"), Takes.DAY), ("after", N_("is after"), Takes.DAY),
    ("between", N_("is between"), Takes.DAYS), ("within_days", N_("is within the last days"), Takes.COUNT),
)  # fmt: skip
TAGS = _ops(("has", N_("has"), Takes.TAG), ("has_any", N_("has any of"), Takes.TAGS), _EMPTY)
LIST = _ops(
    ("confirmed", N_("is subscribed to"), Takes.LIST), ("pending", N_("has not yet confirmed"), Takes.LIST),
    ("unsubscribed", N_("has unsubscribed from"), Takes.LIST), ("never", N_("never was on"), Takes.LIST),
)  # fmt: skip
CAMPAIGN = _ops(
    ("got", N_("was sent"), Takes.CAMPAIGN), ("opened", N_("opened"), Takes.CAMPAIGN),
    ("not_opened", N_("was sent, but did not open"), Takes.CAMPAIGN), ("clicked", N_("clicked in"), Takes.CAMPAIGN),
    ("not_clicked", N_("was sent, but did not click in"), Takes.CAMPAIGN),
    ("bounced", N_("could not be reached with"), Takes.CAMPAIGN),
)  # fmt: skip
LATELY = _ops(
    ("within_days", N_("in the last days"), Takes.COUNT), ("not_within_days", N_("not in the last days"), Takes.COUNT)
)

HOLDS = _ops(("contains", N_("contains"), Takes.WORD))

CLASS_LABELS = {"A": "A", "B": "B", "C": "C", "": N_("Without turnover")}
STAGE_LABELS = {
    "prospect": N_("Prospect"), "first_buyer": N_("First buyer"), "repeat_buyer": N_("Repeat buyer"),
    "regular": N_("Regular"), "advocate": N_("Advocate"), "fan": N_("Fan"),
}  # fmt: skip
SALUTATION_LABELS = {"": N_("None"), "frau": N_("Frau"), "herr": N_("Herr"), "neutral": N_("Neutral")}
FORM_LABELS = {"sie": N_("Sie"), "du": N_("Du")}

#: every field but the custom ones
OWN: tuple[FieldSpec, ...] = (
    FieldSpec("first_name", N_("First name"), "text", TEXT),
    FieldSpec("last_name", N_("Last name"), "text", TEXT),
    FieldSpec("title", N_("Title"), "text", TEXT),
    FieldSpec("salutation", N_("Salutation"), "choice", CHOICE, tuple((v, SALUTATION_LABELS[v]) for v in SALUTATIONS)),
    FieldSpec(
        "address_form", N_("Form of address"), "choice", CHOICE, tuple((v, FORM_LABELS[v]) for v in ADDRESS_FORMS)
    ),
    FieldSpec("email", N_("Mail address"), "text", TEXT),
    FieldSpec("language", N_("Language"), "text", TEXT),
    FieldSpec("city", N_("City"), "text", TEXT),
    FieldSpec("phone", N_("Phone"), "text", TEXT),
    FieldSpec("source", N_("Source"), "text", TEXT),
    FieldSpec("company", N_("Company"), "text", TEXT),
    FieldSpec("company_city", N_("City of the company"), "text", TEXT),
    FieldSpec("stage", N_("Stage"), "choice", CHOICE, tuple((value, STAGE_LABELS[value]) for value in STAGES)),
    FieldSpec("value_class", N_("Value class"), "choice", CHOICE, tuple(CLASS_LABELS.items())),
    FieldSpec("turnover_12", N_("Turnover of 12 months in euros"), "number", NUMBER[:-1]),
    FieldSpec("last_contact", N_("Last real contact"), "lately", LATELY),
    FieldSpec("due", N_("Contact is due"), "yes_no", YES_NO),
    FieldSpec("open_wish", N_("Has an open wish"), "yes_no", YES_NO),
    FieldSpec("note", N_("A note about them"), "text", HOLDS),
    FieldSpec("role", N_("Role"), "text", TEXT),
    FieldSpec("tag", N_("Tag"), "tag", TAGS),
    FieldSpec("created_at", N_("Added"), "moment", MOMENT),
    FieldSpec("list", N_("List"), "list", LIST),
    FieldSpec("consent", N_("May get newsletters"), "yes_no", YES_NO),
    FieldSpec("suppressed", N_("On the suppression list"), "yes_no", YES_NO),
    FieldSpec("measuring", N_("Agreed to measuring"), "yes_no", YES_NO),
    FieldSpec("has_address", N_("Has a mail address"), "yes_no", YES_NO),
    FieldSpec("campaign", N_("Newsletter"), "campaign", CAMPAIGN),
    FieldSpec("received", N_("Was sent any newsletter"), "lately", LATELY),
    FieldSpec("opened", N_("Opened any newsletter"), "lately", LATELY),
    FieldSpec("clicked", N_("Clicked in any newsletter"), "lately", LATELY),
)
_BY_KEY = {spec.key: spec for spec in OWN}
_CUSTOM_OPERATORS = {
    CustomKind.TEXT: TEXT, CustomKind.NUMBER: NUMBER, CustomKind.DATE: DATE,
    CustomKind.YES_NO: _ops(("is", N_("is"), Takes.YES_NO), _EMPTY), CustomKind.CHOICE: (*CHOICE, Operator(*_EMPTY)),
}  # fmt: skip


def spec(key: str, custom: Mapping[str, Spec]) -> FieldSpec | None:
    """The field of that key, or None."""
    if key.startswith(CUSTOM):
        known = custom.get(key.removeprefix(CUSTOM))
        return custom_spec(known) if known else None
    return _BY_KEY.get(key)


def custom_spec(known: Spec) -> FieldSpec:
    """A custom field as the filter builder shows it."""
    return FieldSpec(CUSTOM + known.key, known.label, known.kind.value, _CUSTOM_OPERATORS[known.kind],
                     tuple((choice, choice) for choice in known.choices))  # fmt: skip


def catalogue(custom: Mapping[str, Spec]) -> list[FieldSpec]:
    """Every field, for the form."""
    return [*OWN, *(custom_spec(known) for known in custom.values())]
