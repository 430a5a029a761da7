"""The word lists of `rules/names.toml`, read once. Pure."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources


@cache
def words(name: str) -> frozenset[str]:
    """One list of `rules/names.toml` as a set: `words("tails")`."""
    return frozenset(_lists()[name].split())


@cache
def endings(name: str) -> tuple[str, ...]:
    """The same for a list of endings, to be given to `str.endswith`."""
    return tuple(sorted(words(name), key=len, reverse=True))


@cache
def _lists() -> dict[str, str]:
    return tomllib.loads((resources.files("feeds") / "rules" / "names.toml").read_text(encoding="utf-8"))
