"""What the structure of a mail says: delivery reports (RFC 3464), spam reports (RFC 5965), read receipts (RFC 8098). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from outreach.mail.classify import decoding, reasons
from outreach.mail.classify.mime import Mail
from outreach.mail.classify.values import Classified, Failure, Kind


def delivery(mail: Mail) -> Classified | None:
    """A bounce or a note of delay by RFC 3464; None when the mail has no delivery status."""
    groups = [group for part in mail.anywhere("message/delivery-status", "message/global-delivery-status") if not part.inner
              for group in _groups(part.text())]  # fmt: skip
    recipients = [group for group in groups if group.keys() & {"final-recipient", "original-recipient", "action"}]
    if not recipients:
        return None
    notice = next((part.text() for part in mail.own("text/plain")), "")
    failures = [_failure(group, notice) for group in recipients if _action(group) in ("failed", "delayed", "")]
    if not failures:
        # Delivered, relayed or expanded: a receipt, and nothing came back.
        return returned(mail).said(Kind.MDN, recipient=_address(recipients[0]))
    failures.sort(key=lambda one: ("hard", "block", "soft").index(one.sub) if len(failures) > 1 else 0)
    return bounce(failures, mail)


def bounce(failures: list[Failure], mail: Mail) -> Classified:
    """The bounce these failures are; the first names it."""
    first = failures[0]
    plain = returned(mail).said(Kind.BOUNCE, recipient=first.recipient)
    return replace(
        plain, sub=first.sub, status=first.status, hard=first.hard, reason=first.reason, failures=tuple(failures)
    )


def spam(mail: Mail) -> Classified | None:
    """A report that somebody pressed "this is spam": RFC 5965, or the older form of Microsoft's JMRP."""
    fields = next(
        (fields for part in mail.anywhere("message/feedback-report") for fields in _groups(part.text())), None
    )
    if fields is None:
        return _old_spam(mail)
    kind = fields.get("feedback-type", "abuse").strip().lower()
    if kind not in ("abuse", "fraud", "virus", "other", "complaint", "opt-out", "opt-out-list"):
        return returned(mail).said(Kind.UNKNOWN)  # not-spam, auth-failure, dmarc: nobody complained
    told = fields.get("original-rcpt-to", "") or fields.get("removal-recipient", "")
    about = returned(mail)
    about = about.also_to(decoding.addresses([told]))
    return about.said(Kind.OPT_OUT if kind.startswith("opt-out") else Kind.SPAM_REPORT, recipient=about.first)


def _old_spam(mail: Mail) -> Classified | None:
    subject = mail.header("subject").lower()
    sender = mail.header("from").lower()
    jmrp = re.match(r"complaint about message from [\d.:a-f]{3,45}", subject) or mail.has(
        "x-hmxmroriginalrecipient", "x-ms-jmrp"
    )
    if not (
        jmrp
        and ("hotmail" in sender or "outlook" in sender or "microsoft" in sender or mail.kind.startswith("multipart"))
    ):
        return None
    about = returned(mail)
    inner = [
        decoding.words(str(value)) for one in mail.inside() for value in one.get_all("X-HmXmrOriginalRecipient", [])
    ]
    about = about.also_to(decoding.addresses(inner))
    return about.said(Kind.SPAM_REPORT, recipient=about.first)


def receipt(mail: Mail) -> Classified | None:
    """A read receipt ("Gelesen: …")."""
    part = next(mail.anywhere("message/disposition-notification", "message/global-disposition-notification"), None)
    fields: Mapping[str, str] = {}
    if part is not None and not part.inner:
        fields = next(_groups(part.text()), {})
    elif "disposition-notification" not in mail.header("content-type").lower():
        return _receipt_in_words(mail)
    about = returned(mail)
    ids = decoding.message_ids(fields.get("original-message-id", ""))
    about = Returned(tuple(dict.fromkeys([*ids, *about.ids])), about.to)
    who = decoding.addresses([fields.get("original-recipient", ""), fields.get("final-recipient", "")])
    return about.said(Kind.MDN, recipient=next(iter(who), ""))


# Exchange's own form, where a gateway took the structure away.
_READ = re.compile(r"\s*(?:gelesen|nicht gelesen|read|not read|lu|lesebest(?:ä|ae)tigung)\s?:", re.IGNORECASE)
_WAS_READ = re.compile(
    r"wurde am [^\n]{4,60} gelesen|was read on|ungelesen gel(?:ö|oe)scht|deleted without being read",
    re.IGNORECASE,
)


def _receipt_in_words(mail: Mail) -> Classified | None:
    if not _READ.match(mail.header("subject")):
        return None
    text = next((part.text()[:3_000] for part in mail.own("text/plain")), "")
    return returned(mail).said(Kind.MDN) if _WAS_READ.search(text) else None


@dataclass(frozen=True, slots=True)
class Returned:
    """What a mail refers to: Message-IDs, and the addresses the original went to."""

    ids: tuple[str, ...] = ()
    to: tuple[str, ...] = ()

    @property
    def first(self) -> str:
        return next(iter(self.to), "")

    def also_to(self, addresses: tuple[str, ...]) -> Returned:
        return Returned(self.ids, tuple(dict.fromkeys([*addresses, *self.to])))

    def said(self, kind: Kind, recipient: str = "") -> Classified:
        return Classified(kind, recipient=recipient, about=self.ids, original_recipients=self.to)


def returned(mail: Mail) -> Returned:
    """The Message-IDs a report is about and the addresses its original went to: from the mail or headers inside it."""
    ids: list[str] = []
    to: list[str] = []
    for one in mail.inside():
        ids.extend(decoding.message_ids(str(one.get("Message-ID", ""))[:2000]))
        to.extend(decoding.addresses(decoding.words(str(value)) for value in one.get_all("To", [])[:20]))
    ids.extend(decoding.message_ids(mail.header("in-reply-to")))
    ids.extend(reversed(decoding.message_ids(mail.header("references"))))
    if not ids:
        ids.extend(_pasted_ids(mail))
    return Returned(tuple(dict.fromkeys(ids))[:100], tuple(dict.fromkeys(to))[:100])


_PASTED = re.compile(r"^[> \t]{0,6}Message-ID:\s{0,20}<([^\s<>]{1,400})>", re.IGNORECASE | re.MULTILINE)


def _pasted_ids(mail: Mail) -> list[str]:
    # Older servers put the returned mail, or its headers, into the text.
    return [found for part in mail.own("text/plain") for found in _PASTED.findall(part.text())]


def _failure(group: Mapping[str, str], notice: str) -> Failure:
    answer = group.get("diagnostic-code", "")
    answer = answer.split(";", 1)[1] if re.match(r"\s*[\w.-]{1,20}\s*;", answer) else answer
    status = reasons.status_in(group.get("status", ""))
    said = reasons.status_in(answer)
    delayed = _action(group) == "delayed"
    # 5.0.0 says nothing; what the other server said in its answer is nearer to the truth.
    if said and (not status or status.endswith(".0.0")) and said[0] == (status or said)[0]:
        status = said
    words = answer.strip() or _about_address(notice, _address(group))
    judged = reasons.judge(status, words, delayed=delayed)
    return Failure(_address(group), status, judged.code, judged.sub, _one_line(words))


def _address(group: Mapping[str, str]) -> str:
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
        value = group.get(name, "").split(";", 1)[-1].strip()
        # RFC 3461: "+2B" stands for a plus sign
        if found := decoding.addresses([re.sub(r"\+2[Bb]", "+", value)]):
            return found[0]
    return ""


def _about_address(notice: str, address: str) -> str:
    lines = notice[:20_000].lower().split("\n")
    at = next((number for number, line in enumerate(lines) if address and address in line), 0)
    return " ".join(lines[at : at + 6])[:1_000]


def _action(group: Mapping[str, str]) -> str:
    found = re.match(r"\s*(\w+)", group.get("action", "").lower())
    return found[1] if found and found[1] in ("failed", "delayed", "delivered", "relayed", "expanded") else ""


def _groups(text: str) -> Iterator[dict[str, str]]:
    """Groups of fields between empty lines; a line that begins with a blank goes on with the field before."""
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").strip("\n"))[:500]:
        fields: dict[str, str] = {}
        last = ""
        for line in block.split("\n")[:200]:
            if line[:1] in (" ", "\t") and last:
                fields[last] = f"{fields[last]} {line.strip()}"[:4_000]
            elif (name := line.partition(":")[0].strip().lower()) and ":" in line and name not in fields:
                last = name
                fields[last] = decoding.words(line.partition(":")[2])
        if fields:
            yield fields


def _one_line(text: str) -> str:
    return " ".join(text.split())[:500]
