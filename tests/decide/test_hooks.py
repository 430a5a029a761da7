"""Calls of providers: proven or not, and what they say in our words."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from outreach.mail import hooks
from outreach.mail.hooks import Call, Certificates, Event, Heard, Junk, Unproven, ses

NOW = datetime(2026, 9, 15, 8, 0, tzinfo=UTC)
AT = NOW - timedelta(minutes=5)
ANNA = "anna@moebel-weber.example"
CERTIFICATE_URL = (
    "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
)
TOPIC = "arn:aws:sns:eu-central-1:123456789012:bounces"
_RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_EC = ec.generate_private_key(ec.SECP256R1())


def certificate(key: Any = _RSA, *, until: datetime = NOW + timedelta(days=30)) -> bytes:
    """A certificate as Amazon's could be."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(until - timedelta(days=90)).not_valid_after(until)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    return made.public_bytes(serialization.Encoding.PEM)


def certificates(pem: bytes | None = None) -> Certificates:
    return Certificates(lambda url: pem or certificate())


def heard(provider: str, call: Call, key: str = "", *, now: datetime = NOW, of: Certificates | None = None) -> Heard:
    return hooks.heard(provider, call, key, now=now, certificates=of or certificates())


def body(found: Any) -> bytes:
    return json.dumps(found).encode()


# ---- Amazon SES


def sns(message: Any, *, kind: str = "Notification", version: str = "2", key: Any = _RSA, **changes: str) -> bytes:
    """An envelope of SNS, signed."""
    found = {"Type": kind, "MessageId": "m-1", "TopicArn": TOPIC, "Message": json.dumps(message),
             "Timestamp": "2026-09-15T07:55:00.000Z", "SignatureVersion": version, "SigningCertURL": CERTIFICATE_URL}  # fmt: skip
    if kind == "Notification":
        names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    else:
        found |= {
            "Token": "t",
            "SubscribeURL": "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t",
        }
        names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    found |= changes
    text = "".join(f"{name}\n{found[name]}\n" for name in names if name in found)
    digest = hashes.SHA256() if version == "2" else hashes.SHA1()
    found["Signature"] = base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), digest)).decode()
    return body(found)


def bounce(kind: str = "Permanent", sub: str = "General", status: str = "5.1.1", said: str = "smtp; 550 5.1.1 user unknown") -> Any:  # fmt: skip
    return {
        "notificationType": "Bounce",
        "bounce": {"bounceType": kind, "bounceSubType": sub, "feedbackId": "f-1", "timestamp": "2026-09-15T07:55:00.000Z",
                   "bouncedRecipients": [{"emailAddress": ANNA, "status": status, "diagnosticCode": said}]},
        "mail": {"messageId": "ses-1", "commonHeaders": {"messageId": "<ours@weiss.example>"}},
    }  # fmt: skip


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_bounce_of_amazon_is_believed_with_its_signature(version: str) -> None:
    (event,) = heard("ses", Call(sns(bounce(), version=version))).events
    assert event == Event("hard", ANNA, f"ses f-1 {ANNA}".encode(), AT, "5.1.1", "unknown_user", "ours@weiss.example")


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (bounce("Transient", "MailboxFull", "4.2.2", "smtp; 452 4.2.2 mailbox full"), "soft"),
        (bounce("Transient", "ContentRejected", "5.6.0", ""), "block"),
        (bounce("Undetermined", "Undetermined", "", ""), "soft"),
        (bounce("Permanent", "General", "5.7.1", "smtp; 550 5.7.1 blocked using spamhaus"), "block"),
        (bounce("Permanent", "General", "5.2.2", "smtp; 552 5.2.2 mailbox full, quota exceeded"), "soft"),
        (bounce("Permanent", "Suppressed", "5.1.1", ""), "hard"),
    ],
)
def test_what_amazon_calls_a_bounce_is_weighed(message: Any, kind: str) -> None:
    assert [one.kind for one in heard("ses", Call(sns(message))).events] == [kind]


def test_a_complaint_and_an_unsubscribe_at_amazon() -> None:
    complaint = {"eventType": "Complaint", "complaint": {"complainedRecipients": [{"emailAddress": ANNA}], "feedbackId": "c"}}  # fmt: skip
    assert [one.kind for one in heard("ses", Call(sns(complaint))).events] == ["spam_report"]
    complaint["complaint"] |= {"complaintFeedbackType": "not-spam"}  # type: ignore[operator]
    assert heard("ses", Call(sns(complaint))).events == []
    left = {"eventType": "Subscription", "mail": {"destination": [ANNA]},
            "subscription": {"timestamp": "2026-09-15T07:55:00Z", "newTopicPreferences": {"unsubscribeAll": True}}}  # fmt: skip
    assert [one.kind for one in heard("ses", Call(sns(left))).events] == ["opt_out"]


def test_other_news_of_amazon_says_nothing() -> None:
    assert heard("ses", Call(sns({"notificationType": "Delivery"}))).events == []
    assert heard("ses", Call(sns("Successfully validated SNS topic for Amazon SES event publishing."))).events == []
    assert heard("ses", Call(sns("x", kind="UnsubscribeConfirmation"))) == Heard()


def test_the_link_to_confirm_is_shown_and_not_fetched() -> None:
    fetched: list[str] = []

    def fetch(url: str) -> bytes:
        fetched.append(url)
        return certificate()

    found = heard("ses", Call(sns("x", kind="SubscriptionConfirmation")), of=Certificates(fetch))
    assert found.confirm.startswith("https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription")
    assert fetched == [CERTIFICATE_URL]
    forged = sns(
        "x", kind="SubscriptionConfirmation", SubscribeURL="https://evil.example/?sns.eu-central-1.amazonaws.com"
    )
    with pytest.raises(Unproven):
        heard("ses", Call(forged))


def test_the_certificate_is_fetched_once() -> None:
    fetched: list[str] = []
    kept = Certificates(lambda url: fetched.append(url) or certificate())  # type: ignore[func-returns-value]
    for _ in range(3):
        heard("ses", Call(sns(bounce())), of=kept)
    assert len(fetched) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
        "https://sns.eu-central-1.amazonaws.com.evil.example/SimpleNotificationService-0123456789abcdef.pem",
        "https://evil.example/sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
        "https://bucket.s3.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
        "https://user@sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
        "https://sns.eu-central-1.amazonaws.com:8443/SimpleNotificationService-0123456789abcdef.pem",
        "https://sns.eu-central-1.amazonaws.com/other.pem",
        "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem/../x",
        "https://[::1]/SimpleNotificationService-0123456789abcdef.pem",
        "file:///etc/passwd",
        "",
    ],
)
def test_a_certificate_comes_from_amazon_alone(url: str) -> None:
    def fetch(asked: str) -> bytes:
        raise AssertionError(f"{asked} was fetched")

    assert not ses.is_certificate(url)
    with pytest.raises(Unproven):
        heard("ses", Call(sns(bounce(), SigningCertURL=url)), of=Certificates(fetch))


def test_what_is_not_signed_by_that_certificate_is_not_believed() -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with pytest.raises(Unproven):
        heard("ses", Call(sns(bounce(), key=other)))
    with pytest.raises(Unproven):
        heard("ses", Call(sns(bounce()).replace(b"anna@", b"bert@")))
    with pytest.raises(Unproven):
        heard("ses", Call(sns(bounce())), of=certificates(certificate(until=NOW - timedelta(days=1))))
    with pytest.raises(Unproven):
        heard("ses", Call(sns(bounce())), of=certificates(b"nothing"))


def test_another_topic_than_the_one_entered_is_not_believed() -> None:
    assert heard("ses", Call(sns(bounce())), TOPIC).events
    with pytest.raises(Unproven):
        heard("ses", Call(sns(bounce())), TOPIC + "-of-somebody-else")


# ---- Postmark


def basic(word: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(word.encode()).decode()}


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        ({"RecordType": "Bounce", "Type": "HardBounce", "Details": "smtp;550 5.1.1 user unknown"}, "hard"),
        ({"Type": "HardBounce"}, "hard"),
        ({"RecordType": "Bounce", "Type": "SoftBounce"}, "soft"),
        ({"RecordType": "Bounce", "Type": "SpamNotification"}, "block"),
        ({"RecordType": "Bounce", "Type": "AutoResponder"}, None),
        ({"RecordType": "Bounce", "Type": "ManuallyDeactivated"}, None),
        ({"RecordType": "SpamComplaint"}, "spam_report"),
        ({"RecordType": "SubscriptionChange", "SuppressSending": True, "Origin": "Recipient",
          "SuppressionReason": "ManualSuppression", "Recipient": ANNA}, "opt_out"),
        ({"RecordType": "SubscriptionChange", "SuppressSending": True, "Origin": "Customer",
          "SuppressionReason": "ManualSuppression"}, None),
        ({"RecordType": "SubscriptionChange", "SuppressSending": False, "Origin": "Recipient"}, None),
        ({"RecordType": "Delivery", "Type": "HardBounce"}, None),
        ({"RecordType": "Open"}, None),
    ],
)  # fmt: skip
def test_what_postmark_tells(found: dict[str, Any], kind: str | None) -> None:
    told = {"ID": 42, "Email": ANNA, "BouncedAt": "2026-09-15T07:55:00Z", **found}
    events = heard("postmark", Call(body(told), basic("outreach:secret")), "outreach:secret").events
    assert [one.kind for one in events] == ([kind] if kind else [])
    assert all(one.address == ANNA and one.at == AT for one in events)


@pytest.mark.parametrize(
    "headers",
    [{}, basic("outreach:wrong"), basic("outreach:secret2"), {"authorization": "Basic ???"}, {"authorization": "secret"}],
)  # fmt: skip
def test_postmark_has_to_know_the_password(headers: dict[str, str]) -> None:
    with pytest.raises(Unproven) as refused:
        heard("postmark", Call(body({"Type": "HardBounce", "Email": ANNA}), headers), "outreach:secret")
    assert refused.value.status == 401


# ---- Mailgun

SIGNING_KEY = "key-0123"


def mailgun(event: dict[str, Any], *, at: datetime = AT, key: str = SIGNING_KEY, token: str = "t" * 50) -> bytes:
    stamp = str(int(at.timestamp()))
    signature = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    data = {"id": "e-1", "timestamp": AT.timestamp(), "recipient": ANNA,
            "message": {"headers": {"message-id": "ours@weiss.example"}}, **event}  # fmt: skip
    return body({"signature": {"timestamp": stamp, "token": token, "signature": signature}, "event-data": data})


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"event": "failed", "severity": "permanent", "delivery-status": {"code": 550, "message": "5.1.1 user unknown"}}, "hard"),
        ({"event": "failed", "severity": "permanent", "delivery-status": {"code": 550, "message": "5.7.1 blocked by policy"}}, "block"),
        ({"event": "failed", "severity": "temporary", "delivery-status": {"code": 452}}, "soft"),
        ({"event": "failed", "severity": "permanent", "reason": "suppress-bounce"}, "hard"),
        ({"event": "failed", "severity": "permanent", "reason": "suppress-unsubscribe"}, "opt_out"),
        ({"event": "complained"}, "spam_report"),
        ({"event": "unsubscribed"}, "opt_out"),
        ({"event": "rejected", "reject": {"reason": "spam"}}, "block"),
        ({"event": "delivered"}, None),
        ({"event": "something_new"}, None),
    ],
)  # fmt: skip
def test_what_mailgun_tells(event: dict[str, Any], kind: str | None) -> None:
    found = heard("mailgun", Call(mailgun(event)), SIGNING_KEY)
    assert [one.kind for one in found.events] == ([kind] if kind else [])
    assert all(one.message_id == "ours@weiss.example" and one.at == AT for one in found.events)
    assert found.once == "mailgun " + "t" * 50


def test_mailgun_signs_and_is_fresh() -> None:
    event = {"event": "complained"}
    for call, key in (
        (mailgun(event, key="another"), SIGNING_KEY),
        (mailgun(event), ""),
        (mailgun(event, at=NOW - timedelta(minutes=16)), SIGNING_KEY),
        (mailgun(event, at=NOW + timedelta(minutes=16)), SIGNING_KEY),
    ):
        with pytest.raises(Unproven):
            heard("mailgun", Call(call), key)
    with pytest.raises(Junk):
        heard("mailgun", Call(body({"event-data": event})), SIGNING_KEY)


# ---- SendGrid


def sendgrid(events: Any, *, key: Any = _EC, stamp: str = "1789459200") -> Call:
    content = body(events)
    signature = base64.b64encode(key.sign(stamp.encode() + content, ec.ECDSA(hashes.SHA256()))).decode()
    return Call(content, {"x-twilio-email-event-webhook-signature": signature, "x-twilio-email-event-webhook-timestamp": stamp})  # fmt: skip


def public(key: Any = _EC, *, pem: bool = False) -> str:
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    if pem:
        return str(key.public_key().public_bytes(serialization.Encoding.PEM, kind).decode())
    return base64.b64encode(key.public_key().public_bytes(serialization.Encoding.DER, kind)).decode()


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"event": "bounce", "type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 user unknown"}, "hard"),
        ({"event": "bounce", "type": "bounce", "bounce_classification": "Mailbox Unavailable"}, "soft"),
        ({"event": "bounce", "type": "bounce", "bounce_classification": "Invalid Address"}, "hard"),
        ({"event": "bounce", "type": "blocked", "reason": "550 5.7.1 spam"}, "block"),
        ({"event": "bounce", "bounce_classification": "Reputation"}, "block"),
        ({"event": "dropped", "reason": "Bounced Address"}, "hard"),
        ({"event": "dropped", "reason": "Unsubscribed Address"}, "opt_out"),
        ({"event": "dropped", "reason": "Something else"}, None),
        ({"event": "spamreport"}, "spam_report"),
        ({"event": "unsubscribe"}, "opt_out"),
        ({"event": "group_unsubscribe", "asm_group_id": 10}, "opt_out"),
        ({"event": "group_resubscribe"}, None),
        ({"event": "deferred"}, None),
        ({"event": "open"}, None),
    ],
)
def test_what_sendgrid_tells(event: dict[str, Any], kind: str | None) -> None:
    told = {
        "email": ANNA,
        "timestamp": int(AT.timestamp()),
        "sg_event_id": "s",
        "smtp-id": "<ours@weiss.example>",
        **event,
    }
    for key in (public(), public(pem=True)):
        events = heard("sendgrid", sendgrid([told, {"event": "delivered"}]), key).events
        assert [one.kind for one in events] == ([kind] if kind else [])
        assert all(one.message_id == "ours@weiss.example" and one.at == AT for one in events)


def test_sendgrid_signs_the_moment_and_the_body() -> None:
    call = sendgrid([{"event": "spamreport", "email": ANNA}])
    later = {**call.headers, "x-twilio-email-event-webhook-timestamp": "1789459201"}
    other = public(ec.generate_private_key(ec.SECP256R1()))
    for changed, key in (
        (Call(call.body + b" ", call.headers), public()), (Call(call.body, later), public()), (Call(call.body), public()),
        (call, other), (call, ""), (call, "no key"),
    ):  # fmt: skip
        with pytest.raises(Unproven):
            heard("sendgrid", changed, key)


# ---- Brevo


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("hard_bounce", "hard"), ("soft_bounce", "soft"), ("invalid_email", "hard"), ("blocked", "block"),
        ("spam", "spam_report"), ("unsubscribed", "opt_out"), ("unsubscribe", "opt_out"), ("hardBounce", "hard"),
        ("delivered", None), ("opened", None), ("deferred", None), (7, None),
    ],
)  # fmt: skip
def test_what_brevo_tells(event: Any, kind: str | None) -> None:
    told = {
        "event": event,
        "email": ANNA,
        "id": 1,
        "message-id": "<ours@weiss.example>",
        "ts_epoch": AT.timestamp() * 1000,
    }
    events = heard("brevo", Call(body(told))).events
    assert [one.kind for one in events] == ([kind] if kind else [])
    assert all(one.at == AT and one.message_id == "ours@weiss.example" for one in events)


def test_the_token_of_brevo_counts_when_one_is_set() -> None:
    call = body({"event": "spam", "email": ANNA})
    assert heard("brevo", Call(call, {"authorization": "Bearer abc"}), "abc").events
    for headers in ({}, {"authorization": "Bearer abd"}, {"authorization": "abc"}):
        with pytest.raises(Unproven):
            heard("brevo", Call(call, headers), "abc")


def test_the_same_event_is_known_again_and_another_is_not() -> None:
    told = {"event": "soft_bounce", "email": ANNA, "message-id": "<a@b>", "ts_epoch": 1.0}
    one, again, later = (
        heard("brevo", Call(body({**told, "ts_epoch": at}))).events[0].told for at in (1.0, 1.0, 2.0)
    )  # fmt: skip
    assert one == again != later


# ---- whatever comes


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20) | st.just("\ud800\0"),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(
        st.sampled_from(["event", "email", "signature", "event-data", "Type", "RecordType", "ts_epoch", "message-id", "Email",
                         "bounce", "BouncedAt", "timestamp", "ID"]), inside, max_size=6),
    max_leaves=20,
)  # fmt: skip


@given(_JSON, st.sampled_from(hooks.PROVIDERS))
def test_no_body_breaks_anything(found: Any, provider: str) -> None:
    key = {"postmark": "outreach:secret", "brevo": "", "ses": ""}.get(provider, public())
    call = sendgrid(found) if provider == "sendgrid" else Call(json.dumps(found).encode(), basic("outreach:secret"))
    try:
        for one in heard(provider, call, key).events:
            assert one.at <= NOW
            one.address.encode()
    except (Junk, Unproven):
        pass


@pytest.mark.parametrize("provider", ["ses", "postmark", "mailgun", "sendgrid", "brevo"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{", b'"text"', b"[1, 2]", b"[" * 100_000])
def test_junk_is_called_junk(provider: str, content: bytes) -> None:
    stamp = b"1"
    signature = base64.b64encode(_EC.sign(stamp + content, ec.ECDSA(hashes.SHA256()))).decode()
    headers = {**basic("outreach:secret"), "x-twilio-email-event-webhook-signature": signature,
               "x-twilio-email-event-webhook-timestamp": "1"}  # fmt: skip
    key = {"postmark": "outreach:secret", "sendgrid": public(), "mailgun": "k"}.get(provider, "")
    with pytest.raises(Junk):
        heard(provider, Call(content, headers), key)
