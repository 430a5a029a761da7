"""Amazon SES through SNS: bounces and complaints, signed by Amazon's certificate. Pure but for the fetching it is given.

    envelope of SNS ─ certificate from amazonaws.com ─ signature ─▶ Message: Bounce | Complaint | Subscription

The signature proves that it is Amazon; the secret address, and the topic when one is set, that it is ours: everybody can
have Amazon sign something.
https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from outreach.errors import N_
from outreach.mail.hooks import values
from outreach.mail.hooks.values import Call, Event, EventKind, Fetch, Heard, Junk, Unproven

_HOST = re.compile(r"sns\.[a-z]{2}(?:-[a-z]+)+-\d{1,2}\.amazonaws\.com(?:\.cn)?")
_CERTIFICATE = re.compile(r"/SimpleNotificationService-[0-9a-f]{16,64}\.pem")
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
_TRANSIENT_BLOCKS = frozenset({"messagetoolarge", "contentrejected", "attachmentrejected"})


def heard(call: Call, key: str, *, now: datetime, fetch: Fetch) -> Heard:
    """What the call says; raises Unproven, Junk. `key` is the ARN of the topic, empty for any."""
    envelope = values.an_object(values.parsed(call.body))
    kind = values.words(envelope, "Type")
    if kind not in _SIGNED:
        raise Junk("not from SNS")
    if key and not hmac.compare_digest(values.words(envelope, "TopicArn").encode(), key.encode()):
        raise Unproven(N_("A call came from another topic than the one entered here."))
    _prove(envelope, _SIGNED[kind], fetch, now)
    if kind == "SubscriptionConfirmation":
        return Heard(confirm=_link(envelope))
    if kind != "Notification":
        return Heard()
    return Heard(_events(_message(envelope), values.words(envelope, "MessageId"), now))


def is_certificate(url: str) -> bool:
    """Whether a certificate may be fetched from there: Amazon's own host and path, nothing else."""
    return _is_amazon(url) and _CERTIFICATE.fullmatch(urlsplit(url).path) is not None


def _is_amazon(url: str) -> bool:
    try:
        parts = urlsplit(url)
        plain = parts.scheme == "https" and parts.port is None and "@" not in parts.netloc
    except ValueError:
        return False
    return plain and _HOST.fullmatch(parts.netloc) is not None


def _prove(envelope: Mapping[str, Any], names: tuple[str, ...], fetch: Fetch, now: datetime) -> None:
    url = values.words(envelope, "SigningCertURL", "SigningCertUrl")
    if not is_certificate(url):
        raise Unproven(N_("A call came whose certificate is not Amazon's."))
    signed = "".join(f"{name}\n{envelope[name]}\n" for name in names if isinstance(envelope.get(name), str))
    newer = values.words(envelope, "SignatureVersion") == "2"
    try:
        certificate = x509.load_pem_x509_certificate(fetch(url))
        public = certificate.public_key()
        if not isinstance(public, rsa.RSAPublicKey) or not _holds(certificate, now):
            raise Unproven(values.WRONG_SIGNATURE)
        signature = base64.b64decode(values.words(envelope, "Signature"), validate=True)
        # Version 1 is SHA-1 by Amazon's definition; topics are told to use version 2.
        digest = hashes.SHA256() if newer else hashes.SHA1()  # noqa: S303
        public.verify(signature, signed.encode(), padding.PKCS1v15(), digest)
    except (ValueError, binascii.Error, InvalidSignature, UnsupportedAlgorithm):
        raise Unproven(values.WRONG_SIGNATURE) from None


def _holds(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def _link(envelope: Mapping[str, Any]) -> str:
    url = values.words(envelope, "SubscribeURL")
    if not _is_amazon(url):
        raise Unproven(N_("A call came whose link to confirm does not lead to Amazon."))
    return url


def _message(envelope: Mapping[str, Any]) -> Mapping[str, Any]:
    """What SES says; a topic may carry other things, and SES greets with a plain sentence."""
    try:
        found = values.parsed(values.words(envelope, "Message").encode())
    except Junk:
        return {}
    return found if isinstance(found, dict) else {}


def _events(found: Mapping[str, Any], number: str, now: datetime) -> list[Event]:
    kind = values.words(found, "notificationType", "eventType")
    mail = values.inner(found, "mail")
    message_id = values.words(values.inner(mail, "commonHeaders"), "messageId").strip("<>")
    if kind == "Bounce":
        return _bounces(values.inner(found, "bounce"), message_id, number, now)
    if kind == "Complaint":
        return _complaints(values.inner(found, "complaint"), message_id, number, now)
    if kind == "Subscription":
        chosen = values.inner(found, "subscription", "newTopicPreferences")
        at = values.moment(values.words(values.inner(found, "subscription"), "timestamp"), now=now)
        to = mail.get("destination") if chosen.get("unsubscribeAll") is True else ()
        return [
            Event("opt_out", one, f"ses {number} {one}".encode(), at, message_id=message_id)
            for one in (to if isinstance(to, list) else ())
            if isinstance(one, str)
        ]
    return []


def _bounces(bounce: Mapping[str, Any], message_id: str, number: str, now: datetime) -> list[Event]:
    at = values.moment(values.words(bounce, "timestamp"), now=now)
    number = values.words(bounce, "feedbackId") or number
    sub = values.words(bounce, "bounceSubType").lower()
    found = []
    for one in _recipients(bounce, "bouncedRecipients"):
        said = values.words(one, "diagnosticCode")
        status = values.status_of(values.words(one, "status"), said)
        kind: EventKind = "hard" if values.words(bounce, "bounceType") == "Permanent" else "soft"
        kind, reason = values.weighed("block" if sub in _TRANSIENT_BLOCKS else kind, status, said)
        address = values.words(one, "emailAddress")
        found.append(Event(kind, address, f"ses {number} {address}".encode(), at, status, reason, message_id))
    return found


def _complaints(complaint: Mapping[str, Any], message_id: str, number: str, now: datetime) -> list[Event]:
    if values.words(complaint, "complaintFeedbackType") == "not-spam":
        return []
    at = values.moment(values.words(complaint, "timestamp"), now=now)
    number = values.words(complaint, "feedbackId") or number
    several = [values.words(one, "emailAddress") for one in _recipients(complaint, "complainedRecipients")]
    return [Event("spam_report", one, f"ses {number} {one}".encode(), at, message_id=message_id) for one in several]


def _recipients(found: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    several = found.get(name)
    return [one for one in several if isinstance(one, dict)] if isinstance(several, list) else []
