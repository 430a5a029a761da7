"""Why a mail came back, and whether the address is dead. Pure.

RFC 3463 codes are a hint only: of real answers with 5.x.x less than half mean that the address does not exist. So the
words decide, then the code, and doubt means "soft": a wrong "dead" costs a customer.

    hard    the address surely does not exist, or is closed       block   refused for what it is, or where it comes from
    soft    everything else: full, too large, away, unclear
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """A code for the reason, and hard, soft or block."""

    code: str
    sub: str


def judge(status: str, answer: str, *, delayed: bool = False) -> Reason:
    """What a status ("5.1.1", may be empty) and the words of a server mean; `delayed` = it is still being tried."""
    words = _plain(answer)
    code, sub = _by_words(words) or _by_status(status, words)
    temporary = delayed or status.startswith("4") or (not status and bool(_TEMPORARY_CODE.search(answer)))
    if sub == "hard" and (temporary or _TEMPORARY.search(words)):
        return Reason(code, "soft")
    if temporary and sub == "block":
        return Reason(code, "soft")
    return Reason(code, sub)


def status_in(text: str) -> str:
    """The first RFC 3463 code in a text, "" when there is none; a number of an IP address is none."""
    found = _STATUS.search(text)
    return f"{found[1]}.{int(found[2])}.{int(found[3])}" if found else ""


def smtp_class(text: str) -> str:
    """ "4" or "5" when a three-digit answer of a server stands in the text, else ""."""
    found = _CODE.search(text)
    return found[1][0] if found else ""


_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d]|\.\d)")
_CODE = re.compile(r"(?<![\d.])([45][0-5]\d)(?=[\s\-#:])")
_TEMPORARY_CODE = re.compile(r"(?<![\d.])4[0-5]\d[ -]")
_TEMPORARY = re.compile(
    r"temporar|try again|tempor(?:ä|ae)r|vor(?:ü|ue)bergehend|later|greylist|too quickly|rate", re.IGNORECASE
)


def _plain(answer: str) -> str:
    # An address repeated in the answer is no reason ("spam@…", "unknown@…"), nor is a help page's.
    words = re.sub(r"<?\S+@\S+>?|https?://\S+|\b[\w-]{1,60}(?:\.[\w-]{1,60}){2,6}\b(?=\s|\[|$)", " ", answer[:3_000])
    return re.sub(r"[\s\"'`´]+", " ", words).lower()


#: in this order: a server that says "user unknown" means it, whatever else it says; one that names a blocklist likewise
_RULES: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (code, sub, re.compile(words))
    for code, sub, words in (
        ("mailbox_full", "soft", r"quota|(?:mailbox|mail box|inbox|postfach|maildir|account|store|user.s mailbox)\b.{0,40}(?:is |ist )?(?:full|voll|out of (?:storage|space)|exceed|ueberf|überf|storage)|storage (?:limit|space|allocation)|out of storage|insufficient (?:system |disk )?(?:storage|space)|speicher(?:platz|volumen|kapazit)|too many messages on|zu ?viele mails auf|mailfull|disk full|postfach.{0,40}(?:voll|überlauf|ueberlauf)|exhausted allowed storage|has exceeded .{0,30}(?:space|storage)"),
        ("too_large", "soft", r"too (?:large|big)|size (?:limit|exceed)|exceed.{0,40}(?:size|maximum)|maximum (?:message |fixed )?size|zu gro(?:ß|ss)|message length|max(?:imum)? message|oversize|größenbeschränk|größe.{0,40}(?:überschr|zulässig|maxim)|nachrichtengröße|larger than"),
        ("relay", "block", r"relay(?:ing)?\b.{0,30}(?:denied|not permitted|not allowed|prohibited|disallowed|verweigert)|unable to relay|not (?:permitted|allowed) to relay|do(?:es)? not relay|no relaying|relayed? not allowed|not local|is not one of my domains|rcpthosts|relay nicht"),
        ("auth", "block", r"\bdmarc\b|\bspf\b|\bdkim\b|unauthenticated|authentication (?:is )?required|must authenticate|not authenticated|sender (?:address )?(?:verify|verification|rejected|denied|is unknown|domain)|sender (?:address )?.{0,40}(?:rejected|not (?:exist|found)|unknown|ungültig)|verify failed|reverse dns|no ptr|ptr record|helo (?:command )?(?:rejected|invalid)|authenticity|absender.{0,40}(?:abgelehnt|gesperrt|nicht|ungültig)|send as|sender not authorized|not authorized|not authorised|nicht berechtigt|keine berechtigung|sender .{0,20}restricted"),
        ("spam", "block", r"\bspam\b|spamhaus|spamcop|\bspammy|spam[- ]?like|junk ?mail|bulk mail|unsolicited|black ?list|block ?list|blocklist|denylist|dnsbl|\brbl\b|blocked using|(?<!not )listed (?:by|in|at|on)|reputation|\bbad ip|poor ip|barracuda|cloudmark|proofpoint|spamassassin|gelistet|sperrliste|unerwünschte|virus|malware|phish|score|content (?:filter|reject|not accept)|suspicious|suspected"),
        ("unknown_user", "hard", r"(?:user|recipient|mailbox|address|account|addressee|alias|adresse|empf(?:ä|ae)nger(?:adresse)?|postfach|benutzer|nutzer|e-?mail-adresse|person|rcpt|local[- ]?part|inbox)\b.{0,60}?(?:unknown|not? (?:be )?found|do(?:es)? ?n[o']?t exist|do(?:es)? not have|not exist|no longer (?:exist|valid|available|here|in use|active|employed|on (?:our )?server)|unbekannt|nicht (?:bekannt|gefunden|vorhanden|existent)|existiert (?:leider )?nicht|is invalid|invalid|isn.?t (?:valid|found|known)|not (?:a )?(?:valid|known)|could ?n[o']?t be found|wasn.?t found|not listed|ung(?:ü|ue)ltig|gibt es nicht|nicht mehr (?:g(?:ü|ue)ltig|existent|vorhanden|verf(?:ü|ue)gbar)|unroutable|undeliverable)|(?:unknown|no such|invalid|non-?existent|nonexisting|no|not a valid|bad|unbekannter?|ung(?:ü|ue)ltiger?|kein(?:en)?) (?:local )?(?:or invalid )?(?:user|recipient|mailbox|address|account|person|addressee|alias|mail ?drop|e?mail ?address|destination (?:address|user)|benutzer|empf(?:ä|ae)nger|postfach|mail-?box|customer|inbox|rcpt|local part|user account)\b|no such|recipnotfound|recipientnotfound|not our customer|validrcptto|has no mailbox|no mailbox here|isn.?t a valid mailbox|not listed in|does ?n[o']?t have an? .{0,30}account|user_unknown|unrouteable address|unroutable address|isn.?t a known|not a known user|could not be found|couldn.?t be found|wurde nicht gefunden|nicht gefunden|no matches? to nam|mailbox unavailable|mailbox not available|mailbox (?:is )?not accepting|addresses failed: unrouteable|ist nicht bekannt|nicht existent|address unknown|delivery error: dd (?:this|sorry)"),
        ("disabled", "hard", r"(?:user|recipient|mailbox|account|address|konto|postfach|adresse|email)\b.{0,60}?(?:disabled|inactive|deactivat|suspended|discontinued|closed|terminated|expired|deaktiviert|gesperrt|inaktiv|stillgelegt|gelöscht|geloescht|has been deleted|abandoned|moved|abgeschaltet|retired|no longer monitored)|(?:disabled|inactive|suspended|closed|deactivated) (?:user|recipient|mailbox|account|address)|inactive user|user (?:is )?inactive"),
        ("no_domain", "hard", r"(?:domain|dom(?:ä|ae)ne|host)\b.{0,60}?(?:not found|do(?:es)? ?n[o']?t exist|unknown|not exist|existiert nicht|nicht gefunden|invalid|unbekannt|could ?n[o']?t be found|has no (?:mx|mail)|no valid|non-?existent|doesn.?t accept mail|does not accept mail|lookup failed|accepts no mail)|(?:unknown|no such|non-?existent|bad|invalid) (?:domain|host)|nxdomain|name service error.{0,60}host not found|host unknown|nullmx|null mx|infodomainnonexistent|domainnonexistent|couldn.?t find any host|all relevant mx records point to non-?existent|no mx|mx records? .{0,30}(?:not found|does not)|name or service not known"),
        ("loop", "soft", r"too many hops|mail loop|loop(?:s|ing)? (?:back|detect)|hop count|schleife|routing loop"),
        ("network", "soft", r"timed? ?out|zeitüberschreitung|connection (?:refused|reset|lost|dropped|failed)|connect(?:ion)? .{0,40}(?:refused|fail|timed)|no route|network (?:is )?unreachable|unreachable|retry time|could ?n[o']?t (?:connect|establish)|wasn.?t able to establish|not (?:yet )?been (?:delivered|able)|has been .{0,30}(?:delayed|queued)|delayed|verzögert|verzoegert|nicht erreichbar|not respond|unable to connect|lost connection|tls|certificate|host .{0,20}down|message expired|too long in|queue too long|retries|over .{0,10}(?:hours|days)|temporarily|dns (?:error|failure|server)|lookup"),
        ("policy", "block", r"polic(?:y|ies)|richtlinie|access denied|not (?:accept|allow|permit)|denied|refused|block|rejected|prohibited|administrative|forbidden|abgelehnt|abgewiesen|verweigert|verboten|nicht zugelassen|restricted|restriction|rule|regel|transport\.rules|geblockt|geblockiert|blockiert|5\.7\.|ratelimit|rate limit|too quickly|too many|local_policy"),
    )
)  # fmt: skip
_CLEAR_USER = re.compile(
    r"(?:user|recipient|mailbox|empf(?:ä|ae)nger|benutzer|account|address)s? (?:is |ist )?(?:unknown|unbekannt|not found|does not exist|doesn.?t exist)|unknown (?:user|recipient|local)|no such (?:user|recipient|mailbox|address|person)"
)
_HARD_STATUS = {"5.1.1": "unknown_user", "5.1.10": "unknown_user", "5.1.6": "disabled", "5.1.2": "no_domain"}
_SOFT_STATUS = {
    "x.2.2": "mailbox_full", "x.2.3": "too_large", "x.3.4": "too_large", "x.3.1": "mailbox_full", "x.4.6": "loop",
}  # fmt: skip


def _by_words(words: str) -> tuple[str, str] | None:
    found = next(((code, sub) for code, sub, pattern in _RULES if pattern.search(words)), None)
    if (
        found
        and found[0] in ("auth", "spam", "relay")
        and _CLEAR_USER.search(words)
        and not _SENDER_UNKNOWN.search(words)
    ):
        return "unknown_user", "hard"
    if found == ("unknown_user", "hard") and _UNSURE.search(words) and not _CLEAR_USER.search(words):
        return "policy", "block"
    return None if found and found[0] in ("policy", "network") else found


_SENDER_UNKNOWN = re.compile(r"sender|absender|from address|return path|spam|black ?list|block ?list|listed")
#: said of addresses that exist, too
_UNSURE = re.compile(
    r"polic|access denied|\bblocked|not accepting|rejected due|banned|5\.7\.\d|prohibited|refused by|not allowed|denied by|greylist"
)


def _by_status(status: str, words: str) -> tuple[str, str]:
    said = next(((code, sub) for code, sub, pattern in _RULES if pattern.search(words)), None)
    if status in _HARD_STATUS and not (said and said[1] == "block"):
        return _HARD_STATUS[status], "hard"
    if status == "5.1.0" and said and said[0] == "policy":  # "Address rejected": which of the two, nobody says
        return "other", "soft"
    rest = f"x{status[1:]}" if status else ""
    if rest in _SOFT_STATUS:
        return _SOFT_STATUS[rest], "soft"
    if rest.startswith("x.7."):
        return (said[0] if said and said[1] == "block" else "policy"), "block"
    if status == "5.4.310":  # Exchange Online: the domain has no servers
        return "no_domain", "hard"
    if rest.startswith("x.4."):
        return (
            ("policy", "block") if said and said[0] == "policy" and status.startswith("5.4.1") else ("network", "soft")
        )
    if rest.startswith("x.6."):
        return "content", "block"
    return said or ("other", "soft")
