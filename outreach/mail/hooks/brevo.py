"""Brevo: one event a call (or a batch), not signed: the address is the secret, and a token when one is set. Pure.

https://developers.brevo.com/docs/transactional-webhooks
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from outreach.errors import N_
from outreach.mail.hooks import values
from outreach.mail.hooks.values import Call, Event, EventKind, Heard, Unproven

#: without underscores and in lower case: transactional and marketing calls spell them differently
_EVENTS: Mapping[str, EventKind] = {
    "hardbounce": "hard", "invalid": "hard", "invalidemail": "hard", "softbounce": "soft", "blocked": "block",
    "spam": "spam_report", "complaint": "spam_report", "unsubscribe": "opt_out", "unsubscribed": "opt_out",
}  # fmt: skip


def heard(call: Call, key: str, *, now: datetime) -> Heard:
    """What the call says; raises Unproven, Junk. `key` is the bearer token, empty when none was set."""
    if key and not hmac.compare_digest(call.bearer.encode(), key.encode()):
        raise Unproven(N_("A call came with another token than the one entered here."), 401)
    events = (_event(one, now) for one in values.objects(values.parsed(call.body)))
    return Heard([one for one in events if one is not None])


def _event(found: Mapping[str, Any], now: datetime) -> Event | None:
    kind = _EVENTS.get(values.words(found, "event").replace("_", "").lower())
    address, said = values.words(found, "email"), values.words(found, "reason")
    if kind is None or not address:
        return None
    status, reason = values.status_of(said), ""
    if kind in ("hard", "soft"):
        kind, reason = values.weighed(kind, status, said)
    message_id = values.words(found, "message-id").strip("<>")
    # An event has no number of its own ("id" is the webhook's): what it tells is what it is known by.
    when = values.words(found, "ts_epoch", "ts_event", "ts", "date")
    told = hashlib.sha256(f"brevo {found.get('event')} {message_id} {when} {address}".encode()).digest()
    return Event(kind, address, told, _at(found, now), status, reason, message_id)


def _at(found: Mapping[str, Any], now: datetime) -> datetime:
    """Milliseconds in `ts_epoch`; the other moments are of the account's zone."""
    since = found.get("ts_epoch")
    if isinstance(since, int | float) and not isinstance(since, bool):
        return values.epoch(since / 1000, now=now)
    return values.epoch(found.get("ts_event"), now=now)
