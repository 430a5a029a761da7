"""The kinds of occasions, read from kinds.toml: polarity, window, what may be done, what they stop. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Literal

Action = Literal["draft", "note", "letter", "task", "silence"]
Reach = Literal["", "marketing", "positive", "promotions", "person"]
FILE = Path(__file__).with_name("kinds.toml")
_ACTIONS = ("draft", "note", "letter", "task", "silence")
_REACHES = ("", "marketing", "positive", "promotions", "person")


@dataclass(frozen=True)
class Kind:
    """One kind of occasion; days are whole days before and after the event. See kinds.toml for each word."""

    key: str
    en: str
    de: str
    polarity: int
    action: Action
    before: int = 0
    after: int = 0
    strength: float = 0.0
    careful: bool = False
    sells: bool = False
    sure: bool = False
    continues: bool = False
    stop: Reach = ""
    stop_days: int = 0
    damp: float = 0.0

    @property
    def is_positive(self) -> bool:
        """Whether it is a reason for a friendly word, which a crisis nearby forbids."""
        return self.polarity >= 0 and self.action == "draft"

    def label(self, language: str) -> str:
        """What it is called on the screen."""
        return self.de if language.startswith("de") else self.en


class BadKinds(ValueError):
    """The file of kinds cannot be used; the sentence says where."""


def load(file: Path = FILE) -> Mapping[str, Kind]:
    """The kinds by their key, in the order of the file; raises BadKinds."""
    return _load(file)


@cache
def _load(file: Path) -> Mapping[str, Kind]:
    known = {field.name for field in fields(Kind)} - {"key"}
    return {key: _kind(key, table, known) for key, table in tomllib.loads(file.read_text("utf-8")).items()}


def _kind(key: str, table: dict[str, Any], known: set[str]) -> Kind:
    if strange := set(table) - known:
        raise BadKinds(f"Kind {key}: {', '.join(sorted(strange))} is not known.")
    kind = Kind(key=key, **table)
    if kind.action not in _ACTIONS or kind.stop not in _REACHES or kind.polarity not in (-2, -1, 0, 1):
        raise BadKinds(f"Kind {key}: action, stop or polarity is none of those that exist.")
    if kind.polarity < 0 and kind.action == "draft":
        raise BadKinds(f"Kind {key}: bad news never becomes a draft.")
    return kind
