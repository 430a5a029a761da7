"""Postmark: one event a call, proven by the user and password of the address (HTTP basic authentication). Pure.

https://postmarkapp.com/developer/webhooks/bounce-webhook
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from outreach.errors import N_
from outreach.mail.hooks import values
from outreach.mail.hooks.values import Call, Event, EventKind, Heard, Unproven

_TYPES: Mapping[str, EventKind] = {
    "HardBounce": "hard", "BadEmailAddress": "hard", "SoftBounce": "soft", "Transient": "soft", "DnsError": "soft",
    "SpamNotification": "block", "Blocked": "block", "VirusNotification": "block", "DMARCPolicy": "block",
    "SpamComplaint": "spam_report", "Unsubscribe": "opt_out",
}  # fmt: skip
#: why Postmark sends nothing more to an address
_SUPPRESSED: Mapping[str, EventKind] = {"HardBounce": "hard", "SpamComplaint": "spam_report"}


def heard(call: Call, key: str, *, now: datetime) -> Heard:
    """What the call says; raises Unproven, Junk. `key` is "user:password"."""
    if not key:
        raise Unproven(values.NO_KEY, 401)
    if not hmac.compare_digest(call.basic.encode(), key.encode()):
        raise Unproven(N_("A call came with another user or password than the address here has."), 401)
    events = (_event(one, now) for one in values.objects(values.parsed(call.body)))
    return Heard([one for one in events if one is not None])


def _event(found: Mapping[str, Any], now: datetime) -> Event | None:
    kind, address = _kind(found), values.words(found, "Email", "Recipient")
    if kind is None or not address:
        return None
    record = values.words(found, "RecordType")
    said, at = values.words(found, "Details", "Description"), values.words(found, "BouncedAt", "ChangedAt")
    status, reason = values.status_of(said), ""
    if kind in ("hard", "soft"):
        kind, reason = values.weighed(kind, status, said)
    named = values.words(found, "ID") or f"{values.words(found, 'MessageID')} {at}"
    told = f"postmark {record} {named} {address}".encode()
    return Event(kind, address, told, values.moment(at, now=now), status, reason)


def _kind(found: Mapping[str, Any]) -> EventKind | None:
    record = values.words(found, "RecordType")
    if record == "SpamComplaint":
        return "spam_report"
    if record == "SubscriptionChange":
        why, by_them = values.words(found, "SuppressionReason"), values.words(found, "Origin") == "Recipient"
        if found.get("SuppressSending") is not True:
            return None
        return _SUPPRESSED.get(why, "opt_out" if by_them else None)
    return _TYPES.get(values.words(found, "Type")) if record in ("", "Bounce") else None
