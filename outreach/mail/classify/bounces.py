"""Bounces that are only text: qmail, old Exim, Sendmail, Exchange 2003, Lotus Notes, mail gateways. Pure.

Asked only when no delivery status (RFC 3464) is there. `flufl.bounce` is asked last, and only for the address: it finds
the right one in four of five real bounces and takes many passing troubles for permanent ones, so the reason is ours.
"""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from email.message import Message

from flufl.bounce import scan_message

from outreach.mail.classify import decoding, html, reasons, reports
from outreach.mail.classify.mime import Mail
from outreach.mail.classify.values import Classified, Failure

_NOTICE_MOST = 12_000
#: written by people and programs before the copy of the mail that came back
_COPY = re.compile(
    r"^(?:[-=_ ]{2,}\s?(?:below this line|this is a copy|the (?:header|body|original|unsent)|original message|urspr(?:ü|ue)ngliche|unsent message|message header|returned message|transcript of session follows end|undelivered|nachfolgend|es folgt|hier folgt|kopie|beginn|begin|weitergeleitete|forwarded|message text|returned (?:mail|text))"
    r"|(?:received|return-path|message-id|dkim-signature|x-[\w-]{2,40}):\s|\*{3,} ?(?:original|urspr)|the original message (?:headers? )?(?:follows|was|is)|-{5} ?original message|>\s?received:)",
    re.IGNORECASE | re.MULTILINE,
)
_DAEMON = re.compile(
    r"mailer-?daemon|(?:^|[<\"\s])postmaster@|mail delivery (?:system|subsystem|service)|mail-?delivery|mail administrator|systemadministrator|system administrator|microsoft exchange|microsoft outlook|mail ?system|mail-?daemon|mailsystem|mdaemon|bounce[sd]?@|bounce-|no-?deliver|delivery notification|mail router|postoffice|majordomo|e-?mail-zustell|zustellsystem|mailserver",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^(?:(?:\[\w[^\]]{0,30}\]|\*+\w+\*+)\s?)?(?:undeliver(?:able|ed)|unzustellbar|nicht zustellbar|delivery (?:status|failure|notification|report|error|has failed|problem|attempt)|mail delivery (?:fail|error|problem|warning|delay)|mail ?delivery|returned mail|failure notice|nondeliverable|non[- ]?deliver|message (?:delivery|undeliverable|not delivered|could not|status|rejected|bounced)|zustell(?:ung|fehler|status|bericht|problem)|fehler (?:bei|beim|in) der (?:zustellung|(?:e-?)?mail)|nachricht (?:nicht|konnte nicht)|(?:ihre )?(?:e-?mail|nachricht|mail) (?:konnte nicht|nicht|wurde nicht) (?:zugestellt|zustell|übermittelt|ausgeliefert)|unzustellbare|could not (?:be delivered|send)|mail (?:could not|system error|failure|returned|undeliverable)|email (?:not delivered|undeliverable|bounced)|e-?mail-?zustellung|rejected:|bounce|warning: (?:could not send|message)|rückläufer|benachrichtigung (?:zum|über den) (?:übermittlungs|zustell)|übermittlungsfehler|unbekannter empfänger|user unknown|your message (?:to|couldn|could not|was not)|nicht übermittelt|nicht erreicht|nicht zugestellt|mailbox (?:full|unavailable)|delay(?:ed)?:|verzögert|relayed:|permanent(?:er)? (?:delivery|error|fehler)|warnung: |undelivered mail|report(?:ing)? of non|transport failed)",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"problem (?:delivering|bei der zustellung)|delivery incomplete|zustellung unvollst(?:ä|ae)ndig|will retry|(?:could ?n[o']?t|was not|can ?not|unable to|failed to|has not been|wasn.?t|not able to|not be) (?:be )?(?:deliver|reach|send|relay|able to deliver)|delivery (?:to the following|has failed|of this|failed|attempt|status)|permanent(?:er|en)? (?:fatal )?(?:error|fehler|failure)|konnte (?:leider )?(?:[\w-]+ ){0,6}nicht (?:zugestellt|übermittelt|ausgeliefert|weitergeleitet)|nicht (?:zugestellt|zustellbar|erreicht|zugestellt werden)|did not reach|following (?:address|recipient)|folgende[nr]? (?:adresse|empfänger)|returned to (?:you|sender)|undeliverable|unzustellbar|user unknown|mailbox (?:full|unavailable|not found)|no such user|wurde abgelehnt|verweigerte? .{0,20}annahme|annahme .{0,60}verweigert|has been rejected|was rejected|will be retried|noch nicht zugestellt|verzögert|not yet been delivered",
    re.IGNORECASE,
)


def told(mail: Mail) -> Classified | None:
    """A bounce told in words; None when the mail comes from no mail system or tells no failure."""
    sender = mail.header("from")
    failed = decoding.addresses(mail.all_of("x-failed-recipients"))
    from_daemon = bool(_DAEMON.search(sender)) or (
        mail.header("return-path").strip() == "<>" and not mail.has("in-reply-to")
    )
    subject = _SUBJECT.match(mail.header("subject"))
    if not failed and not (from_daemon and (subject or _DAEMON.search(sender))):
        return None
    notice = _notice(mail)
    if not failed and not (_BODY.search(notice) or (subject and reasons.status_in(notice))):
        return None
    addresses = failed or _addresses(notice, mail) or _found_by_library(mail)
    failures = [_failure(address, notice) for address in addresses[:50]] or [_failure("", notice)]
    return reports.bounce(failures, mail)


def _notice(mail: Mail) -> str:
    """The words of the mail system, without the copy of the mail that came back."""
    text = next((part.text() for part in mail.own("text/plain") if part.text().strip()), "")
    if not text:
        text = next((html.text(part.text()) for part in mail.own("text/html")), "")
    text = text.replace("\r\n", "\n")[:_NOTICE_MOST]
    copy = _COPY.search(text)
    return text[: copy.start()] if copy and copy.start() > 20 else text


def _failure(address: str, notice: str) -> Failure:
    near = _near(address, notice)
    status = reasons.status_in(near) or reasons.status_in(notice)
    judged = reasons.judge(status, near, delayed=_is_warning(notice))
    if judged.code == "other" and near != notice:
        judged = reasons.judge(status, notice, delayed=_is_warning(notice))
    if judged.code == "policy" and not status and not reasons.smtp_class(near):
        judged = reasons.judge(status, notice, delayed=_is_warning(notice))
    return Failure(address, status, judged.code, judged.sub, " ".join(near.split())[:500])


def _near(address: str, notice: str) -> str:
    """The lines about an address: from where it stands to the next empty line but one."""
    at = notice.lower().find(address) if address else -1
    if at < 0:
        return notice
    start = notice.rfind("\n", 0, at) + 1
    # Some servers write the answer first and the address after it, or in brackets.
    behind = notice[start : start + 1_200]
    return behind if len(behind.split()) > 4 else notice[max(start - 600, 0) : start + 600]


_WARNING = re.compile(
    r"(?:this is|dies ist) (?:only )?(?:a|eine?) (?:warning|warnung)|warning message only|will retry for|temporary problem|vor(?:ü|ue)bergehendes problem|delivery incomplete|zustellung unvollst(?:ä|ae)ndig|no action is required|do not need to (?:do anything|resend)|will (?:be retried|continue to (?:try|be)|keep trying)|still trying|delivery attempts will continue|not yet been delivered|noch nicht zugestellt|weiterhin versucht|weitere zustellversuche|brauchen sie (?:die nachricht )?nicht|has been delayed|wurde verzögert|verzögert sich",
    re.IGNORECASE,
)


def _is_warning(notice: str) -> bool:
    return bool(_WARNING.search(notice))


_SAID_TO = re.compile(
    r"(?:^|\s)(?:<([^<>\s]+@[^<>\s]+)>:?|(?:to|an|for|recipient|rcpt to|empf(?:ä|ae)nger|address|adresse|user|benutzer):\s{0,20}<?([^<>\s]+@[^<>\s]+?)>?(?:[\s,;]|\.\s|$))",
    re.IGNORECASE | re.MULTILINE,
)


def _addresses(notice: str, mail: Mail) -> tuple[str, ...]:
    """The address the notice is about: one in front of an answer, else the first that is neither ours nor a daemon's."""
    ours = {
        *decoding.addresses(
            [mail.header("to"), mail.header("from"), mail.header("delivered-to"), mail.header("return-path")]
        )
    }
    marked = [decoding.clean(one or other) for one, other in _SAID_TO.findall(notice)[:50]]
    for candidates in (marked, decoding.addresses([notice])):
        fit = [one for one in candidates if one not in ours and "@" in one and not _MACHINE.search(one)]
        if fit:
            return tuple(dict.fromkeys(fit))[:1]
    return ()


_MACHINE = re.compile(
    r"^(?:postmaster|mailer-?daemon|abuse|support|helpdesk|admin|hostmaster|root)@|@\[|prod\.outlook\.com|@.{0,80}\.local(?:host|domain)?$"
)


def _found_by_library(mail: Mail) -> tuple[str, ...]:
    message: Message = mail.message
    try:
        with redirect_stdout(io.StringIO()):
            found = scan_message(message)
    except Exception:  # noqa: BLE001 - its detectors read hostile mail with bare indexing; no address is a fine answer
        return ()
    return tuple(decoding.clean(one.decode("utf-8", "replace")) for one in sorted(found))
