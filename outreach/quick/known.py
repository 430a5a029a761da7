"""The names in use, folded, so that a typed one is compared with each of them at once.

In a large file reading them takes seconds, so they are kept for some minutes: whoever was added since is read on top,
whoever was renamed since is found again under the new name when the time is over. In a small file they are read anew.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.companies import Company
from outreach.contacts import Contact

#: reading that takes longer is worth keeping
_QUICK = 0.1
KEPT_FOR = 600.0
_COMMON = frozenset(
    [
        *("gmbh", "mbh", "ohg", "gbr", "inc", "ltd", "llc", "kgaa", "und", "and", "der", "die", "das", "von", "für"),
        *("verein", "stiftung", "gruppe", "group"),
    ]
)
_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "è": "e", "á": "a", "à": "a", "ç": "c", "ş": "s",
                         "ğ": "g", "ı": "i", "ø": "o", "å": "a", "ñ": "n", "ł": "l", "ć": "c", "č": "c", "š": "s", "ž": "z"})  # fmt: skip


def fold(name: str) -> str:
    """A name without case, umlauts, accents and hyphens."""
    return " ".join(name.casefold().translate(_FOLDED).replace("-", " ").replace(".", " ").split())


def distinctive(name: str) -> list[str]:
    """The words of a company's name that tell it from others."""
    return [word for word in fold(name).replace("&", " ").split() if len(word) > 2 and word not in _COMMON]


@dataclass
class Index:
    """Folded words, and the names (of companies: the numbers) they are part of."""

    last: dict[str, set[str]] = field(default_factory=dict)
    first: dict[str, set[str]] = field(default_factory=dict)
    firms: dict[str, set[int]] = field(default_factory=dict)
    upto: tuple[int, int] = (0, 0)

    def take(self, session: Session) -> None:
        """Read the names of everybody added since the last time."""
        people, firms = self.upto
        newest = (session.scalar(select(func.max(Contact.id))) or 0, session.scalar(select(func.max(Company.id))) or 0)
        if newest == self.upto:
            return
        for column, into in ((Contact.last_name, self.last), (Contact.first_name, self.first)):
            names = select(column).where(Contact.id > people, Contact.gone == "", column != "").distinct()
            _sort_in(into, ((name, name) for name in session.scalars(names)))
        for number, name in session.execute(select(Company.id, Company.name).where(Company.id > firms)):
            for word in distinctive(name):
                self.firms.setdefault(word, set()).add(number)
        self.upto = newest


class Names:
    """The index of this process, kept while reading it anew would be slow."""

    def __init__(self) -> None:
        self._index, self._until, self._lock = Index(), 0.0, threading.Lock()

    def of(self, session: Session) -> Index:
        """The names in use now."""
        with self._lock:
            begun = time.monotonic()
            if begun >= self._until:
                self._index = Index()
            self._index.take(session)
            spent = time.monotonic() - begun
            if begun >= self._until:
                self._until = begun + KEPT_FOR if spent > _QUICK else 0.0
            return self._index


def _sort_in(into: dict[str, set[str]], names: Iterable[tuple[str, str]]) -> None:
    for folded, name in ((fold(one), name) for one, name in names):
        for part in {folded, *folded.split()}:  # a double name is also called by its halves
            into.setdefault(part, set()).add(name)
