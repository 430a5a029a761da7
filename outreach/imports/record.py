"""One row of a file, clean: what it says of a contact, and what was not understood. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from outreach.imports.partial import Partial


@dataclass(frozen=True)
class Note:
    """A translatable sentence about a row."""

    sentence: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Reach:
    """A further address, number or web page. `kind` is email, phone or web; `key` is for comparing."""

    kind: str
    label: str
    value: str
    key: str


@dataclass(frozen=True)
class Postal:
    """Where letters go."""

    label: str = "work"
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""

    def says_something(self) -> bool:
        """Whether it is more than the city, which stands on the card anyway."""
        return bool(self.street or self.postcode or self.country)


@dataclass(frozen=True)
class Day:
    """A day to remember; `kind` is birthday or other."""

    kind: str
    label: str
    date: Partial


@dataclass
class Said:
    """What the file says of the person's consent, in the program it comes from."""

    #: "" nothing, subscribed, pending, unsubscribed, bounced, complained, blocked
    state: str = ""
    requested_at: datetime | None = None
    requested_ip: str = ""
    granted_at: datetime | None = None
    confirmed_ip: str = ""
    left_at: datetime | None = None
    source: str = ""


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
    reaches: list[Reach] = field(default_factory=list)
    postal: list[Postal] = field(default_factory=list)
    days: list[Day] = field(default_factory=list)
    note: str = ""
    photo: bytes | None = None
    #: names of lists, as the file writes them
    lists: list[str] = field(default_factory=list)
    said: Said = field(default_factory=Said)
    #: what could not be understood and was left out
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True)
class Refused:
    """A row that cannot become a contact, and why."""

    line: int
    excerpt: str
    note: Note
