"""Customers and articles as files bring them, made into the values of feeds.texts. Raises Unusable with a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from feeds import dates
from feeds.texts import Article, Subject

#: seconds, or thousandths of them
_SECONDS = re.compile(r"1\d{9}(?:\d{3})?")


class Unusable(ValueError):
    """This customer or article cannot be read; the sentence says why."""


def subject_of(given: Any) -> Subject:
    """A customer of customers.json: id and name must be there, the rest may."""
    if not isinstance(given, Mapping):
        raise Unusable("a customer has to be an object with id and name")
    key, name = _text(given, "id"), _text(given, "name").strip()
    if not key or not name:
        raise Unusable("a customer needs an id and a name")
    return Subject(
        key=key,
        name=name,
        aliases=_list(given, "aliases"),
        former_names=_list(given, "former_names"),
        city=_text(given, "city"),
        industry=_text(given, "industry"),
        domains=_list(given, "domains"),
        competitors=_list(given, "competitors"),
        people=_list(given, "people"),
        required=_list(given, "required"),
        excluded=_list(given, "excluded"),
        is_medium=given.get("is_medium") is True,
        is_person=given.get("is_person") is True,
    )


def article_of(given: Any) -> Article:
    """A line of articles.jsonl: the id must be there, title and text may be missing or null."""
    if not isinstance(given, Mapping):
        raise Unusable("an article has to be an object")
    key = _text(given, "id")
    if not key:
        raise Unusable("an article needs an id")
    return Article(
        id=key,
        title=_text(given, "title"),
        text=_text(given, "text"),
        source=_text(given, "source"),
        published_at=_moment(_text(given, "date")),
        link=_text(given, "url"),
        own_of=_text(given, "own_of"),
    )


def _text(given: Mapping[str, Any], key: str) -> str:
    value = given.get(key)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Unusable(f"{key} has to be text")
    return str(value).encode("utf-8", "replace").decode("utf-8")  # half of an emoji, as feeds cut them, is no text


def _list(given: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = given.get(key)
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list):
        raise Unusable(f"{key} has to be a list of words")
    names = (one.get("name") if isinstance(one, Mapping) else one for one in value)
    return tuple(name.strip() for name in names if isinstance(name, str) and name.strip())


def _moment(written: str) -> datetime | None:
    """ISO 8601 with or without a zone (then UTC), seconds since 1970, or any way feeds write dates; None when there is
    none or it cannot be read."""
    written = written.strip()
    try:
        if _SECONDS.fullmatch(written):
            return datetime.fromtimestamp(int(written[:10]), UTC)
        moment = datetime.fromisoformat(written)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError:
        return dates.read(written)
    except OverflowError:
        return None
