"""What is said of a mail that came in: frozen values, made by the other modules of this package. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a mail is. A legal threat beats a data request, that an opt-out, and that a reply."""

    REPLY = "reply"
    AUTO_REPLY = "auto_reply"
    OPT_OUT = "opt_out"
    DATA_REQUEST = "data_request"
    LEGAL_THREAT = "legal_threat"
    BOUNCE = "bounce"
    SPAM_REPORT = "spam_report"
    CHALLENGE = "challenge"
    MDN = "mdn"
    LIST = "list"
    UNKNOWN = "unknown"


#: the second word of a class, by kind; "" stands for a neutral reply and for kinds without one
SUBS: dict[Kind, tuple[str, ...]] = {
    Kind.REPLY: ("positive", "negative", "question", "later", ""),
    Kind.AUTO_REPLY: ("out_of_office", "acknowledgement", "left"),
    Kind.DATA_REQUEST: ("access", "erasure"),
    Kind.BOUNCE: ("hard", "soft", "block"),
}


@dataclass(frozen=True, slots=True)
class Failure:
    """One address a mail did not reach. `hard` = the address surely does not exist (any more)."""

    recipient: str
    status: str = ""
    reason: str = "other"
    #: hard, soft or block (refused for what it is or where it comes from, not for the address)
    sub: str = "soft"
    #: what the server said, one line
    answer: str = ""

    @property
    def hard(self) -> bool:
        return self.sub == "hard"


@dataclass(frozen=True, slots=True)
class Classified:
    """What a mail is, and what follows from it. Empty values mean "not said in the mail"."""

    kind: Kind
    sub: str = ""
    #: the address a bounce or spam report is about
    recipient: str = ""
    #: RFC 3463, as "5.1.1"
    status: str = ""
    #: only for bounces
    hard: bool | None = None
    #: unknown_user, no_domain, disabled, mailbox_full, too_large, policy, spam, auth, relay, content, network, loop, other
    reason: str = ""
    #: the first day somebody is back
    returns_on: date | None = None
    #: mail address, or only a name, of who is there instead of somebody who left
    successor: str = ""
    successor_name: str = ""
    #: only the person's own new words, without quote and signature
    text: str = ""
    #: Message-IDs it refers to, nearest first; for reports those of the returned mail
    about: tuple[str, ...] = ()
    #: addresses the original mail went to, as the report tells
    original_recipients: tuple[str, ...] = ()
    #: every address a bounce names; the first is the one in `recipient`
    failures: tuple[Failure, ...] = ()
    received_on: date | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who wrote to whom, when and in answer to what. Addresses are in lower case."""

    from_address: str = ""
    from_name: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    date: datetime | None = None
    #: a header says that a machine sent it
    is_automatic: bool = False
