"""Calls of providers that tell of bounces, spam reports and unsubscribing: proven, and put into our words.

    Call ── heard(provider) ── proven? ──▶ Heard(events)

values         calls, events, why a call is not believed
ses postmark mailgun sendgrid brevo    one provider each: heard(call, key) raises Unproven, Junk
certificates   what the signatures of Amazon are checked with
"""

from __future__ import annotations

from datetime import datetime

from outreach.mail.hooks import brevo, mailgun, postmark, sendgrid, ses
from outreach.mail.hooks.certificates import Certificates
from outreach.mail.hooks.values import Call, Event, Heard, Junk, Unproven

PROVIDERS = ("ses", "postmark", "mailgun", "sendgrid", "brevo")
#: without a key nothing of these is believed
NEEDS_KEY = frozenset({"postmark", "mailgun", "sendgrid"})
_PLAIN = {"postmark": postmark.heard, "mailgun": mailgun.heard, "sendgrid": sendgrid.heard, "brevo": brevo.heard}


def heard(provider: str, call: Call, key: str, *, now: datetime, certificates: Certificates) -> Heard:
    """What this call says; raises Unproven when it does not prove its origin, Junk when it is no call of this provider."""
    if provider == "ses":
        return ses.heard(call, key, now=now, fetch=certificates.get)
    return _PLAIN[provider](call, key, now=now)


__all__ = ["NEEDS_KEY", "PROVIDERS", "Call", "Certificates", "Event", "Heard", "Junk", "Unproven", "heard"]
