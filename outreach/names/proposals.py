"""A name as it stands on a card or in a file, and what to change about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from outreach.salutation.wording import tidy


@dataclass(frozen=True)
class NameSeen:
    """A name with what stands around it. `salutation` is frau, herr, neutral or empty."""

    title: str = ""
    first_name: str = ""
    last_name: str = ""
    salutation: str = ""
    email: str = ""
    company: str = ""

    def tidied(self) -> NameSeen:
        """With single spaces and composed letters."""
        return replace(self, **{one.name: tidy(getattr(self, one.name)) for one in fields(self)})


@dataclass(frozen=True)
class Proposal:
    """What to change and why: field → new value, an English sentence to translate with its values.

    `kind` is encoding, honorific, title, company, together, swapped, capitals, umlaut, typo or salutation. `weight` is how
    sure it is, up to 100; below 30 it is worth showing only to somebody who looks at this very name.
    """

    kind: str
    changes: Mapping[str, str]
    sentence: str
    weight: int
    values: Mapping[str, str] = field(default_factory=dict)
