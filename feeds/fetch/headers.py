"""What the headers of an answer say about time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_RETRY_MOST = 7 * 86400.0


def fresh_for(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds an answer stays fresh by Cache-Control's max-age, else by Expires; None when it says nothing of use."""
    for directive in headers.get("Cache-Control", "").lower().split(","):
        name, _, value = directive.strip().partition("=")
        if name == "max-age" and value.strip('" ').isdecimal():
            return min(float(value.strip('" ')[:12]), _RETRY_MOST)
    expires = _moment(headers.get("Expires", ""))
    if expires is None:
        return None
    return min(max(0.0, (expires - now).total_seconds()), _RETRY_MOST)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After, which is a number or a date; at most 7 days; None when it is neither."""
    text = (value or "").strip()
    if text.isascii() and text.isdecimal():
        return min(float(text[:12]), _RETRY_MOST)
    moment = _moment(text)
    return None if moment is None else min(max(0.0, (moment - now).total_seconds()), _RETRY_MOST)


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
