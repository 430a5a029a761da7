"""The inbox in words: what a mail is, how it was answered, what a report says."""

from __future__ import annotations

import re
from datetime import date

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from outreach.replies.pages import IncomingLine

#: kind and second word, as a person says it
READINGS = {
    ("reply", "positive"): _l("They like it"),
    ("reply", "negative"): _l("They are not happy, or say no"),
    ("reply", "question"): _l("A question"),
    ("reply", "later"): _l("Later, not now"),
    ("reply", ""): _l("An answer"),
    ("opt_out", ""): _l("They want no more mails"),
    ("data_request", "access"): _l("They ask for their data (Art. 15 GDPR)"),
    ("data_request", "erasure"): _l("They ask for erasure (Art. 17 GDPR)"),
    ("data_request", ""): _l("A request about their data"),
    ("legal_threat", ""): _l("They threaten with legal steps"),
    ("auto_reply", "out_of_office"): _l("Out of office"),
    ("auto_reply", "left"): _l("Has left the company"),
    ("auto_reply", "acknowledgement"): _l("An automatic confirmation"),
    ("auto_reply", ""): _l("An automatic answer"),
    ("bounce", "hard"): _l("The address does not exist"),
    ("bounce", "soft"): _l("Could not be delivered this time"),
    ("bounce", "block"): _l("Refused by their mail server"),
    ("bounce", ""): _l("Could not be delivered"),
    ("spam_report", ""): _l("Reported as spam"),
    ("challenge", ""): _l("Asks you to confirm that you are a person"),
    ("mdn", ""): _l("A receipt"),
    ("list", ""): _l("A mailing list"),
    ("unknown", ""): _l("Not understood: please read"),
}
_WARNINGS = frozenset(("opt_out", "data_request", "legal_threat", "bounce", "spam_report", "challenge"))
ICONS = {
    "reply": "message-square", "opt_out": "ban", "data_request": "shield", "legal_threat": "triangle-alert",
    "auto_reply": "clock", "bounce": "mail-x", "spam_report": "mail-x", "challenge": "shield-check", "mdn": "mail-check",
    "list": "list", "unknown": "mail-question-mark",
}  # fmt: skip
#: what a person may say a mail was, see replies.answers.READINGS
CHOICES = (
    "reply:positive", "reply:negative", "reply:question", "reply:later", "reply:", "opt_out:", "auto_reply:out_of_office",
    "auto_reply:left", "auto_reply:acknowledgement", "data_request:access", "data_request:erasure", "legal_threat:",
)  # fmt: skip
ANSWERED = {
    "mail": _l("answered by mail"),
    "phone": _l("answered by phone"),
    "letter": _l("answered by letter"),
    "none": _l("no answer needed"),
    "": _l("answered"),
}
#: what a report of a mail system says, by its reason
_REASONS = {
    "unknown_user": _l("nobody has this address"), "no_domain": _l("the domain does not exist"),
    "disabled": _l("the mailbox is switched off"), "mailbox_full": _l("the mailbox is full"),
    "too_large": _l("the mail is too large"), "policy": _l("against their rules"), "spam": _l("taken for spam"),
    "auth": _l("our server is not let in"), "relay": _l("our server is not let in"), "content": _l("for what it says"),
    "network": _l("their server was not reached"), "loop": _l("it went round in circles"),
}  # fmt: skip
_LINK = re.compile(r"https?://[^\s<>\"']{4,500}")


def reading(kind: str, sub: str) -> str:
    """What a mail is."""
    return str(READINGS.get((kind, sub)) or READINGS.get((kind, "")) or READINGS[("unknown", "")])


def choice(value: str) -> str:
    """One of CHOICES in words."""
    kind, _colon, sub = value.partition(":")
    return reading(kind, sub)


def is_warning(kind: str) -> bool:
    """Whether it is worth a second look."""
    return kind in _WARNINGS


def more(one: IncomingLine) -> str:
    """What else the mail said: back on a day, who comes next, why it did not arrive. Empty when nothing."""
    details = one.details
    if details.get("returns_on"):
        return str(_("Back on %(day)s.", day=format_date(date.fromisoformat(str(details["returns_on"])), "long")))
    heir = " ".join(str(details[name]) for name in ("successor_name", "successor") if details.get(name))
    if heir:
        return str(_("Now in charge: %(name)s.", name=heir))
    if one.kind in ("bounce", "spam_report"):
        parts = [str(details.get("recipient", "")), str(_REASONS.get(str(details.get("reason", "")), "")),
                 str(details.get("status", ""))]  # fmt: skip
        return " · ".join(part for part in parts if part)
    return ""


def links(text: str) -> list[str]:
    """The links a mail holds, to be read and not pressed."""
    return list(dict.fromkeys(_LINK.findall(text)))[:5]
