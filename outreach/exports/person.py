"""What one contact is in an export: plain data, the same for every format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Kind:
    """One of several values, with what it is for: work, home, mobile, fax or nothing."""

    kind: str
    value: str


@dataclass(frozen=True)
class Dated:
    """A date of a person with its name; parts of it may be unknown (1980-05-03, --05-03, 1980)."""

    label: str
    date: str


@dataclass(frozen=True)
class Exported:
    """A contact with everything its card says, fit for a file."""

    id: int
    title: str = ""
    first_name: str = ""
    last_name: str = ""
    salutation: str = ""
    address_form: str = "sie"
    company: str = ""
    role: str = ""
    email: str = ""
    more_emails: tuple[Kind, ...] = ()
    phone: str = ""
    more_phones: tuple[Kind, ...] = ()
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    birthday: str = ""
    dates: tuple[Dated, ...] = ()
    language: str = "de"
    website: str = ""
    stage: str = "prospect"
    tags: tuple[str, ...] = ()
    #: lists with a confirmed subscription
    lists: tuple[str, ...] = ()
    note: str = ""
    #: values of the custom fields by their key
    custom: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    photo: bytes | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def name(self) -> str:
        """Title, first and last name; else the company, else the address."""
        parts = (self.title, self.first_name, self.last_name)
        return " ".join(filter(None, parts)) if self.first_name or self.last_name else self.company or self.email
