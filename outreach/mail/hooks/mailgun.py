"""Mailgun: one event a call, signed inside the body; a call counts once and only while it is fresh. Pure.

https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from outreach.mail.hooks import values
from outreach.mail.hooks.values import Call, Event, EventKind, Heard, Junk, Unproven

FRESH = timedelta(minutes=15)
#: what was not even tried, because of what came back before
_NOT_TRIED: Mapping[str, EventKind] = {
    "suppress-bounce": "hard", "suppress-complaint": "spam_report", "suppress-unsubscribe": "opt_out", "espblock": "block",
}  # fmt: skip


def heard(call: Call, key: str, *, now: datetime) -> Heard:
    """What the call says; raises Unproven, Junk. `key` is the signing key of the account."""
    if not key:
        raise Unproven(values.NO_KEY)
    body = values.an_object(values.parsed(call.body))
    signed = values.inner(body, "signature")
    timestamp, token, signature = (values.words(signed, name) for name in ("timestamp", "token", "signature"))
    if not (timestamp and token and signature):
        raise Junk("not signed")
    expected = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise Unproven(values.WRONG_SIGNATURE)
    if abs(_moment(timestamp) - now) > FRESH:
        raise Unproven(values.TOO_OLD)
    event = _event(values.inner(body, "event-data"), now)
    return Heard([event] if event is not None else [], once=f"mailgun {token}")


def _moment(timestamp: str) -> datetime:
    try:
        return datetime.fromtimestamp(float(timestamp), UTC)
    except (ValueError, OverflowError, OSError):
        raise Junk("no moment") from None


def _event(found: Mapping[str, Any], now: datetime) -> Event | None:
    address = values.words(found, "recipient")
    status = values.inner(found, "delivery-status")
    said = values.words(status, "message") or values.words(status, "description")
    code = values.status_of(values.words(status, "enhanced-code"), said)
    kind, reason = _kind(found, status, code, said)
    if kind is None or not address:
        return None
    message_id = values.words(values.inner(found, "message", "headers"), "message-id")
    named = values.words(found, "id") or message_id
    told = f"mailgun {values.words(found, 'event')} {named} {values.words(found, 'timestamp')} {address}".encode()
    return Event(kind, address, told, values.epoch(found.get("timestamp"), now=now), code, reason, message_id)


def _kind(
    found: Mapping[str, Any], status: Mapping[str, Any], code: str, said: str
) -> tuple[EventKind | None, str]:  # fmt: skip
    match values.words(found, "event"):
        case "complained":
            return "spam_report", ""
        case "unsubscribed":
            return "opt_out", ""
        case "rejected":
            return "block", "content"
        case "failed":
            not_tried = _NOT_TRIED.get(values.words(found, "reason"))
            if not_tried is not None:
                return not_tried, ""
            soft = values.words(found, "severity") != "permanent" or values.words(status, "bounce-type") == "soft"
            return values.weighed("soft" if soft else "hard", code, said)
    return None, ""
