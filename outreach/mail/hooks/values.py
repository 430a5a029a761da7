"""What a provider's call is and says: frozen values, and why a call is not believed. Pure."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from outreach.errors import N_
from outreach.mail.classify import reasons

EventKind = Literal["hard", "soft", "block", "spam_report", "opt_out"]
#: reports of one call; more is no report of mails
EVENTS_MOST = 5_000


@dataclass(frozen=True)
class Call:
    """One POST of a provider: its body as it came, and its headers with names in lower case."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def basic(self) -> str:
        """User and password as "user:password" (RFC 7617); empty without."""
        scheme, _, coded = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return ""
        try:
            return base64.b64decode(coded.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return ""

    @property
    def bearer(self) -> str:
        """The token of RFC 6750; empty without."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


@dataclass(frozen=True)
class Event:
    """What became of one mail to one address. `told` names this event, however often it is told."""

    kind: EventKind
    address: str
    told: bytes
    at: datetime
    #: RFC 3463, as "5.1.1"
    status: str = ""
    #: as in classify: unknown_user, mailbox_full, policy …
    reason: str = ""
    #: of our mail, as far as the provider knows it
    message_id: str = ""


@dataclass(frozen=True)
class Heard:
    """What one call says: events, a number that makes the call unique, and a link a person has to open first."""

    events: Sequence[Event] = ()
    #: of calls that may be taken only once
    once: str = ""
    confirm: str = ""


class Unproven(Exception):  # noqa: N818 - a noun and its fate
    """The call does not prove where it comes from; `sentence` says it for the settings page, `status` to the caller."""

    def __init__(self, sentence: str, status: int = 403) -> None:
        self.sentence, self.status = sentence, status
        super().__init__(sentence)


class Junk(Exception):  # noqa: N818
    """The body is not what this provider sends."""


WRONG_SIGNATURE = N_("A call came whose signature is wrong. Please check the key.")
NO_KEY = N_("A call came, but its key is not entered here yet.")
TOO_OLD = N_("A call came that was signed long ago. Please check the clock of this machine.")

#: gets the certificate a call names, in PEM
Fetch = Callable[[str], bytes]


def parsed(body: bytes) -> Any:
    """The JSON of a body; raises Junk."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Junk("no JSON") from None


def an_object(found: Any) -> Mapping[str, Any]:
    """A JSON object; raises Junk."""
    if not isinstance(found, dict):
        raise Junk("no object")
    return found


def objects(found: Any) -> Sequence[Mapping[str, Any]]:
    """A list of JSON objects, or one alone; raises Junk."""
    several = found if isinstance(found, list) else [found]
    if len(several) > EVENTS_MOST:
        raise Junk("too many")
    return [an_object(one) for one in several]


def inner(found: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """An object inside of objects; empty where there is none."""
    for name in names:
        below = found.get(name)
        found = below if isinstance(below, dict) else {}
    return found


def words(found: Mapping[str, Any], *names: str) -> str:
    """The first of these that is a text or a number, as text without NUL."""
    for name in names:
        one = found.get(name)
        if isinstance(one, str | int | float) and not isinstance(one, bool) and str(one).strip():
            # Half of a surrogate pair is valid JSON and no text.
            return str(one).encode("utf-8", "replace").decode().replace("\0", "").strip()
    return ""


def epoch(value: Any, *, now: datetime) -> datetime:
    """A moment given in seconds; now for what is none, and never in the future."""
    try:
        return min(datetime.fromtimestamp(float(value), UTC), now)
    except (TypeError, ValueError, OverflowError, OSError):
        return now


def moment(value: str, *, now: datetime) -> datetime:
    """A moment given in ISO 8601; now for what is none, and never in the future."""
    try:
        said = datetime.fromisoformat(value)
        return min(said.astimezone(UTC), now) if said.tzinfo is not None else now
    except (ValueError, OverflowError):
        return now


def weighed(kind: EventKind, status: str, answer: str) -> tuple[EventKind, str]:
    """What a provider calls a bounce, and the reason in our words: a wrong "dead" costs a customer, so the words of the
    server that speak against it win."""
    judged = reasons.judge(status, answer)
    reason = judged.code if judged.code != "other" else ""
    if kind == "hard" and judged.sub == "block":
        return "block", reason
    if kind == "hard" and reason in ("mailbox_full", "too_large", "network"):
        return "soft", reason
    return kind, reason


def status_of(*said: str) -> str:
    """The first RFC 3463 code in these texts."""
    return next((found for one in said if (found := reasons.status_in(one))), "")
