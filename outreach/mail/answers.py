"""What became of one attempt to hand a mail over, and what follows from it. Pure: sorted once, in one place.

    2xx after the final dot = sent · 4xx = not sent, try again · 5xx = refused, final
    5xx before an address was named = our identity, not the address · an open end after the dot = unsure

Rules: RFC 5321, RFC 3463 (enhanced codes), RFC 2034. A wrong "the address is dead" costs a customer, so doubt means no.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

#: after the 1st, 2nd, … attempt; the last one is repeated. Ten attempts fit into a day; then the mail expires.
RETRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240, 360, 360))


class Stage(StrEnum):
    """Where in the conversation an answer came."""

    GREETING = "greeting"
    LOGIN = "login"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"


class Whose(StrEnum):
    """Whose trouble it is that nothing was sent."""

    ADDRESS = "address"  # this mail only; the next one may do
    SERVER = "server"  # nothing can be sent for a while
    IDENTITY = "identity"  # the server does not let us send at all: a person has to look


@dataclass(frozen=True)
class Sent:
    """The server took it. `keep` holds what the outbox viewer stores when there is no server."""

    answer: str = ""
    keep: bytes | None = None


@dataclass(frozen=True)
class NotSent:
    """Surely nothing went out; `pause` is what the server asked for."""

    reason: str
    answer: str = ""
    whose: Whose = Whose.ADDRESS
    pause: timedelta | None = None


@dataclass(frozen=True)
class Refused:
    """The server does not take this mail, now or later."""

    reason: str
    answer: str = ""
    address_is_dead: bool = False


@dataclass(frozen=True)
class Unsure:
    """The server may have it; nobody can know from here."""

    reason: str
    answer: str = ""


Outcome = Sent | NotSent | Refused | Unsure


@dataclass(frozen=True)
class Settled:
    """The state a delivery takes after an attempt."""

    state: str
    reason: str = ""
    answer: str = ""
    next_try_at: datetime | None = None
    #: whether it was a real attempt; a server that was away costs the mail nothing
    counts: bool = True
    suppress: str | None = None


def sort(stage: Stage, code: int, text: str) -> Outcome:
    """What an answer at this stage means for the mail and for the address."""
    answer = one_line(f"{code} {text}")
    if stage is Stage.DOT and code // 100 == 2:
        return Sent(answer)
    if code == 421:  # RFC 5321 3.8: it closes the connection; also after the dot nothing was taken
        return NotSent("server_closing", answer, Whose.SERVER, wait(text))
    if code // 100 not in (4, 5):
        return Unsure("odd_answer", answer) if stage is Stage.DOT else NotSent("odd_answer", answer, Whose.SERVER)
    if _QUOTA.search(text):
        return NotSent("quota", answer, Whose.SERVER, wait(text) or timedelta(hours=1))
    by_stage = {Stage.GREETING: _greeting, Stage.LOGIN: _login, Stage.MAIL: _mail, Stage.RCPT: _rcpt}
    return by_stage.get(stage, _content)(code, text, answer)


def settle(outcome: Outcome, *, attempts: int, now: datetime, jitter: float) -> Settled:
    """The state after an outcome of the attempt number `attempts`; `jitter` (-1 … 1) spreads retries by 20 %."""
    match outcome:
        case Sent(answer=answer):
            return Settled("sent", answer=answer)
        case Refused(reason=reason, answer=answer, address_is_dead=dead):
            return Settled("refused", reason, answer, suppress=codes(answer) if dead else None)
        case Unsure(reason=reason, answer=answer):
            return Settled("unsure", reason, answer)
        case NotSent(reason=reason, answer=answer, whose=whose, pause=pause) if (
            whose is Whose.ADDRESS or reason in _PERHAPS_THIS_MAIL
        ):
            delay = retry_after(attempts, jitter)
            if delay is None:
                return Settled("expired", reason, answer)
            return Settled("ready", reason, answer, next_try_at=now + max(delay, pause or delay))
        case NotSent(reason=reason, answer=answer):
            return Settled("ready", reason, answer, counts=False)


def retry_after(attempts: int, jitter: float) -> timedelta | None:
    """The pause after so many attempts, or None when the day is over and the mail expires."""
    if attempts > len(RETRIES):
        return None
    return RETRIES[max(attempts, 1) - 1] * (1 + 0.2 * jitter)


def wait(text: str) -> timedelta | None:
    """The pause a server asks for in words ("try again in 5 minutes"), at most a day."""
    found = re.search(r"(?:again|back|retry|wait)\D{0,30}?(\d{1,6})\s*(s|min|m|h)", text, re.IGNORECASE)
    if found is None:
        return None
    unit = {"s": "seconds", "m": "minutes", "min": "minutes", "h": "hours"}[found[2].lower()]
    return min(timedelta(**{unit: int(found[1])}), timedelta(days=1))


def codes(answer: str) -> str:
    """Only the numbers an answer starts with ("550 5.1.1"): what may be kept where no address may stand."""
    found = re.match(r"\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?", answer)
    return found[0] if found else ""


def one_line(text: str) -> str:
    """An answer as it may be stored and shown: one line, at most 500 characters, no control characters."""
    return "".join(c if c.isprintable() else " " for c in text)[:500].strip()


#: trouble with the server that this mail may have caused; it waits its turn, so that it cannot block all others
_PERHAPS_THIS_MAIL = ("connection_lost", "odd_answer", "server_closing")

_QUOTA = re.compile(
    r"\b[45]\.4\.5\b|daily.{0,40}(?:limit|quota)|sending (?:limit|quota).{0,20}(?:exceeded|reached)"
    r"|too many (?:messages|mails|emails).{0,30}(?:hour|day|today)",
    re.IGNORECASE,
)
_NOT_OURS = re.compile(
    r"relay(?:ing)?(?: access)? (?:is )?(?:denied|not permitted|not allowed|prohibited)|unable to relay"
    r"|not permitted to relay|(?:do(?:es)? not|don't) relay|authentication (?:is )?required|must authenticate"
    r"|log ?in first|5\.7\.0 .{0,20}auth",
    re.IGNORECASE,
)
_POLICY = re.compile(
    r"spam|block|black ?list|denylist|reputation|policy|dmarc|\bspf\b|dkim|rbl|listed|greylist|rate limit|virus"
    r"|access denied|rejected due to|reverse dns|sender",
    re.IGNORECASE,
)
_FULL = re.compile(r"\b5\.2\.2\b|quota|mailbox (?:is )?full|over ?quota|insufficient storage", re.IGNORECASE)
_UNKNOWN = re.compile(
    r"(?:user|recipient|mailbox|address|account|addressee|empf(?:ä|ae)nger)\b.{0,60}"
    r"(?:unknown|not found|does not exist|doesn'?t exist|not exist|no longer|unavailable: no such|invalid|unbekannt)"
    r"|(?:unknown|no such|invalid|non-?existent) (?:local )?(?:user|recipient|mailbox|address|account|person)"
    r"|no mailbox here|not a known user|does not have an? .{0,30}account",
    re.IGNORECASE,
)
_NO_DOMAIN = re.compile(
    r"(?:domain|host)\b.{0,60}(?:not found|does not exist|unknown)|unknown (?:domain|host)", re.IGNORECASE
)
_ENHANCED = re.compile(r"\b([45])\.(\d{1,3})\.(\d{1,3})\b")


def _greeting(code: int, text: str, answer: str) -> Outcome:
    return NotSent("connect_refused", answer, Whose.SERVER, wait(text))


def _login(code: int, text: str, answer: str) -> Outcome:
    if code // 100 == 4:
        return NotSent("login_deferred", answer, Whose.SERVER, wait(text))
    return NotSent("login_refused", answer, Whose.IDENTITY)


def _mail(code: int, text: str, answer: str) -> Outcome:
    if code // 100 == 4:
        return NotSent("sender_deferred", answer, Whose.SERVER, wait(text))
    return NotSent("sender_refused", answer, Whose.IDENTITY)


def _rcpt(code: int, text: str, answer: str) -> Outcome:
    if code // 100 == 4:
        return NotSent("deferred", answer, Whose.ADDRESS, wait(text))
    if code == 530 or _NOT_OURS.search(text):
        return NotSent("relay_denied", answer, Whose.IDENTITY)
    if _FULL.search(text):
        return Refused("mailbox_full", answer)
    if _is_dead(code, text):
        return Refused("address_unknown", answer, address_is_dead=True)
    return Refused("policy" if _POLICY.search(text) else "recipient_refused", answer)


def _content(code: int, text: str, answer: str) -> Outcome:
    if code // 100 == 4:
        return NotSent("deferred", answer, Whose.ADDRESS, wait(text))
    return Refused("content_refused", answer)


def _is_dead(code: int, text: str) -> bool:
    enhanced = _ENHANCED.search(text)
    # The address itself is often repeated in the answer; words in it ("spam@", "blocker@") are no policy.
    words = re.sub(r"<?\S+@\S+>?", "", text)
    if enhanced is not None and enhanced[2] != "0":
        status = f"{enhanced[1]}.{enhanced[2]}.{enhanced[3]}"
        if status == "5.1.2":
            return bool(_NO_DOMAIN.search(words)) and not _POLICY.search(words)
        return status in ("5.1.1", "5.1.3", "5.1.6", "5.1.10") and not _refused_by_policy(words)
    return code in (550, 551, 553) and bool(_UNKNOWN.search(words)) and not _POLICY.search(words)


def _refused_by_policy(words: str) -> bool:
    # "Recipient address rejected: user unknown" names the unknown user; policy words beside it do not count.
    return bool(_POLICY.search(words)) and not _UNKNOWN.search(words)
