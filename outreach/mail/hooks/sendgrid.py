"""SendGrid: many events a call, signed with ECDSA over the timestamp and the body. Pure.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from outreach.errors import N_, Invalid
from outreach.mail.hooks import values
from outreach.mail.hooks.values import Call, Event, EventKind, Heard, Unproven

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
_CLASSES: Mapping[str, EventKind] = {
    "invalid address": "hard", "mailbox unavailable": "soft", "technical": "soft", "technical failure": "soft",
    "frequency or volume too high": "soft", "reputation": "block", "content": "block",
}  # fmt: skip
_DROPPED: Mapping[str, EventKind] = {
    "bounced address": "hard", "invalid": "hard", "spam reporting address": "spam_report",
    "unsubscribed address": "opt_out", "spam content": "block",
}  # fmt: skip


def public_key(key: str) -> ec.EllipticCurvePublicKey:
    """The verification key as the settings of SendGrid show it: base64 of DER, or PEM. Raises Invalid."""
    inside = "".join(line for line in key.split() if line) if "BEGIN" not in key else _inside(key)
    try:
        found = load_der_public_key(base64.b64decode(inside, validate=True))
    except (ValueError, binascii.Error, UnsupportedAlgorithm):
        found = None
    if not isinstance(found, ec.EllipticCurvePublicKey):
        raise Invalid(N_("This is not the verification key of SendGrid: it begins with MFkw…"), field="key")
    return found


def heard(call: Call, key: str, *, now: datetime) -> Heard:
    """What the call says; raises Unproven, Junk. `key` is the verification key."""
    if not key:
        raise Unproven(values.NO_KEY)
    try:
        signature = base64.b64decode(call.headers.get(SIGNATURE, ""), validate=True)
        signed = call.headers.get(TIMESTAMP, "").encode() + call.body
        public_key(key).verify(signature, signed, ec.ECDSA(hashes.SHA256()))
    except (binascii.Error, ValueError, InvalidSignature, Invalid):
        raise Unproven(values.WRONG_SIGNATURE) from None
    events = (_event(one, now) for one in values.objects(values.parsed(call.body)))
    return Heard([one for one in events if one is not None])


def _inside(pem: str) -> str:
    return "".join(line.strip() for line in pem.splitlines() if line.strip() and "-----" not in line)


def _event(found: Mapping[str, Any], now: datetime) -> Event | None:
    address, said = values.words(found, "email"), values.words(found, "reason", "response")
    status = values.status_of(values.words(found, "status"), said)
    kind, reason = _kind(found, status, said)
    if kind is None or not address:
        return None
    named = values.words(found, "sg_event_id") or f"{values.words(found, 'sg_message_id')} {found.get('timestamp')}"
    told = f"sendgrid {values.words(found, 'event')} {named} {address}".encode()
    at = values.epoch(found.get("timestamp"), now=now)
    return Event(kind, address, told, at, status, reason, values.words(found, "smtp-id").strip("<>"))


def _kind(found: Mapping[str, Any], status: str, said: str) -> tuple[EventKind | None, str]:
    match values.words(found, "event"):
        case "spamreport":
            return "spam_report", ""
        case "unsubscribe" | "group_unsubscribe":
            return "opt_out", ""
        case "dropped":
            return _DROPPED.get(values.words(found, "reason").lower()), ""
        case "bounce" | "blocked":
            if values.words(found, "type") == "blocked" or found.get("event") == "blocked":
                return "block", values.weighed("block", status, said)[1]
            judged: EventKind = _CLASSES.get(values.words(found, "bounce_classification").lower(), "hard")
            return values.weighed(judged, status, said)
    return None, ""
