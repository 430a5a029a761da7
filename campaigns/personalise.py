"""One newsletter as many mails: compiled once, then per recipient only filled in and encoded what differs. Pure.

Measured: compiling a template per recipient costs 30 ms, inlining 8 ms, an EmailMessage 4 ms; this way about 0.4 ms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Literal

from outreach.mail import sandbox
from outreach.mail.message import BOUNDARY, alternative, mailbox, phrase, unstructured
from outreach.tokens import Sealer

#: what a newsletter's text may name; "contact.custom.*" are the custom fields
NAMES = frozenset(
    {f"contact.{name}" for name in ("title", "first_name", "last_name", "name", "salutation", "email", "company", "city",
                                    "phone", "language", "stage", "tags", "custom.*")}
    | {f"organisation.{name}" for name in ("name", "representative", "street", "postcode", "city", "phone", "email", "website")}
    | {"greeting", "list.name", "unsubscribe_url", "preferences_url", "web_view_url"}
)  # fmt: skip

Measuring = Literal["person", "anonymous", "none"]
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


@dataclass(frozen=True)
class Identity:
    """Who sends and under which names: everything in the headers that is the same for all recipients."""

    campaign_id: int
    from_name: str
    from_address: str
    reply_to: str
    list_key: str
    list_name: str
    base_url: str
    mail_domain: str
    #: the newsletter goes to subscribers of any list: leaving it then means leaving all of them
    of_all_lists: bool = False


@dataclass(frozen=True)
class Recipient:
    """One person a newsletter goes to. `values` fills the gaps: contact, greeting, list, organisation."""

    delivery_id: int
    contact_id: int
    address: str
    name: str
    measuring: Measuring
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Content:
    """The frozen texts with gaps, and the links as (row id, address)."""

    subject: str
    html: str
    text: str
    links: Sequence[tuple[int, str]] = field(default_factory=tuple)


class Compiled:
    """A newsletter ready to be filled in. Thread-safe: nothing changes after it is made."""

    def __init__(self, content: Content, identity: Identity, sealer: Sealer) -> None:
        self._subject = sandbox.compile(content.subject, html=False)
        self._html = sandbox.compile(content.html, html=True)
        self._text = sandbox.compile(content.text, html=False)
        self._links = tuple(content.links)
        self._identity, self._sealer = identity, sealer
        self._fixed = _fixed_headers(identity)

    def message(self, recipient: Recipient, *, date: datetime) -> bytes:
        """The whole mail as bytes with CRLF, 7-bit clean unless the address itself is not ASCII (RFC 6531)."""
        values = self.values(recipient)
        body = alternative(self._text.render(values), self._html.render(values))
        return self._headers(recipient, values, date) + body

    def texts(self, recipient: Recipient) -> tuple[str, str, str]:
        """Subject, HTML and text as this person gets them."""
        values = self.values(recipient)
        return _line(self._subject.render(values)), self._html.render(values), self._text.render(values)

    def page(self, recipient: Recipient) -> str:
        """The HTML for the web view: plain links and no pixel, for a page measures nothing."""
        plain = {**self.values(recipient), "link": [url for _, url in self._links], "pixel_url": ""}
        return self._html.render(plain)

    def values(self, recipient: Recipient) -> dict[str, Any]:
        """Everything the gaps may name for this person, links and pixel by what they agreed to."""
        base, seal = self._identity.base_url, self._sealer.seal
        return {
            **recipient.values,
            "link": self._link_addresses(recipient),
            "pixel_url": self._pixel_address(recipient),
            "unsubscribe_url": self._unsubscribe_address(recipient),
            "preferences_url": f"{base}/p/{seal('preferences', recipient.contact_id)}",
            "web_view_url": f"{base}/v/{seal('view', recipient.delivery_id)}",
        }

    def _link_addresses(self, recipient: Recipient) -> list[str]:
        base, seal = self._identity.base_url, self._sealer.seal
        if recipient.measuring == "person":
            return [f"{base}/c/{seal('click', recipient.delivery_id, number)}" for number, _ in self._links]
        if recipient.measuring == "anonymous":
            return [
                f"{base}/c/{seal('click-anonymous', self._identity.campaign_id, number)}" for number, _ in self._links
            ]
        return [url for _, url in self._links]

    def _pixel_address(self, recipient: Recipient) -> str:
        base, seal = self._identity.base_url, self._sealer.seal
        if recipient.measuring == "person":
            return f"{base}/o/{seal('open', recipient.delivery_id)}"
        if recipient.measuring == "anonymous":
            return f"{base}/o/{seal('open-anonymous', self._identity.campaign_id)}"
        return ""

    def _unsubscribe_address(self, recipient: Recipient) -> str:
        kind = "unsubscribe-all" if self._identity.of_all_lists else "unsubscribe"
        return f"{self._identity.base_url}/u/{self._sealer.seal(kind, recipient.delivery_id)}"

    def _headers(self, recipient: Recipient, values: Mapping[str, Any], date: datetime) -> bytes:
        message_id = f"<{self._sealer.seal('mail', recipient.delivery_id)}@{self._identity.mail_domain}>"
        lines = [
            f"To: {_mailbox(recipient.name, recipient.address, taken=len('To: '))}",
            f"Subject: {unstructured(_line(self._subject.render(values)), taken=len('Subject: '))}",
            f"Date: {format_datetime(date)}",
            f"Message-ID: {message_id}",
            f"List-Unsubscribe: <{values['unsubscribe_url']}>",
        ]
        return self._fixed + "\r\n".join(lines).encode() + b"\r\n\r\n"


def _fixed_headers(identity: Identity) -> bytes:
    lines = [f"From: {_mailbox(identity.from_name, identity.from_address, taken=len('From: '))}"]
    if identity.reply_to:
        lines.append(f"Reply-To: {_mailbox('', identity.reply_to, taken=len('Reply-To: '))}")
    lines += [
        f"List-Id: {phrase(_line(identity.list_name), taken=len('List-Id: '))} <{identity.list_key}.{identity.mail_domain}>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",  # RFC 8058
        f"Feedback-ID: {identity.campaign_id}:{identity.list_key}:newsletter:{identity.mail_domain}",
        "Auto-Submitted: auto-generated",  # RFC 3834: asks vacation programs to stay silent
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{BOUNDARY}"',
    ]
    return "\r\n".join(lines).encode() + b"\r\n"


def _line(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()


def _mailbox(name: str, address: str, *, taken: int) -> str:
    return mailbox(_line(name), _line(address), taken=taken)
