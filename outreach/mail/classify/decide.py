"""The order of the decisions; each step is a module of its own."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date

from outreach.mail.classify import (
    bounces,
    days,
    decoding,
    html,
    intent,
    invitations,
    machines,
    phrases,
    quote,
    reports,
    signature,
    successor,
)
from outreach.mail.classify.mime import Mail
from outreach.mail.classify.values import Classified, Envelope, Kind


def classify(raw: bytes, *, today: date, own: Collection[str] = ()) -> Classified:
    """What this mail is. `today` stands in for a missing Date header when a note says "bis Freitag"; `own` are the
    addresses (or domains) of the mailbox's owner, by which an answer that came through a list is told from the list."""
    mail = Mail(raw)
    sent_at = decoding.moment(mail.header("date"))
    said = _by_structure(mail) or _by_words(mail, sent_at.date() if sent_at else today, own)
    return replace(said, received_on=sent_at.date() if sent_at else None)


def envelope(raw: bytes) -> Envelope:
    """Who wrote to whom, when, and in answer to what."""
    mail = Mail(raw)
    name, address = decoding.name_and_address(mail.header("from"))
    in_reply_to = decoding.message_ids(mail.header("in-reply-to"))
    return Envelope(
        from_address=address,
        from_name=name,
        to=decoding.addresses(mail.all_of("to")),
        cc=decoding.addresses(mail.all_of("cc")),
        subject=mail.header("subject"),
        message_id=next(iter(decoding.message_ids(mail.header("message-id"))), ""),
        in_reply_to=next(iter(in_reply_to), ""),
        references=decoding.message_ids(mail.header("references")),
        date=decoding.moment(mail.header("date")),
        is_automatic=machines.has_header(mail) or mail.kind == "multipart/report",
    )


def _by_structure(mail: Mail) -> Classified | None:
    return reports.spam(mail) or reports.delivery(mail) or reports.receipt(mail) or bounces.told(mail)


def _by_words(mail: Mail, today: date, own: Collection[str]) -> Classified:
    about = reports.returned(mail)
    plain = Classified(Kind.UNKNOWN, about=about.ids, original_recipients=about.to)
    subject = mail.header("subject")
    body = _body(mail)
    new = quote.removed(_PGP.sub("", body))
    if (
        intent.asks_to_unsubscribe(subject)
        and not machines.is_reply_subject(subject)
        and not machines.says_so(_unforced(new))
    ):
        return replace(plain, kind=Kind.OPT_OUT, text=signature.removed(new))
    if not new.strip() and (mail.is_encrypted() or _PGP.search(body)):
        return plain
    if machines.is_challenge(mail, new):
        return replace(plain, kind=Kind.CHALLENGE, text=new)  # what it asks for, and where
    words = signature.removed(new, decoding.name_and_address(mail.header("from"))[0])
    if _is_program(mail, new, words):
        return _from_program(plain, mail, new, words, today)
    if machines.is_list(mail, answers=_answers(mail, about.ids, own)) and not _answers_own(about.ids, own):
        return replace(plain, kind=Kind.LIST, text="")
    return _from_person(plain, mail, words)


_PGP = re.compile(r"-----BEGIN PGP MESSAGE-----[\s\S]*?(?:-----END PGP MESSAGE-----|\Z)")


def _unforced(new: str) -> str:
    # Mail programs write under the unsubscribe they send for their user that it is automatic.
    return "" if len(new) < 400 and _FOR_USER.search(new) else new


_FOR_USER = re.compile(
    r"gmail|apple mail|(?:user|recipient) (?:has )?(?:asked|requested|wants|wishes) to (?:unsubscribe|be removed)|"
    r"(?:benutzer|nutzer|empf(?:ä|ae)nger)\w* .{0,40}(?:abmeld|abbestell|austrag)",
    re.IGNORECASE,
)


def _body(mail: Mail) -> str:
    """The text of the mail itself; HTML when there is no plain text that says anything."""
    for part in mail.own("text/plain"):
        text = part.text()
        if text.strip() and not (len(text) < 400 and _STUB.search(text)):
            return _unwrapped(text) if part.parameter("format") == "flowed" else text
    for part in mail.own("text/html"):
        text = html.text(part.text())
        if text.strip():
            return text
    return next((part.text() for part in mail.own("text/plain")), "")


#: stands in for the text of a mail that is only HTML
_STUB = re.compile(
    r"(?:kein|nicht)\b.{0,60}\bhtml\b|\bhtml\b.{0,80}(?:viewer|client|compatible|unterst|anzeigen|format|version)|view (?:this|it)\b.{0,60}(?:html|browser)",
    re.IGNORECASE,
)


def _unwrapped(text: str) -> str:
    """RFC 3676: a line that ends with a blank goes on in the next; "-- " is a signature."""
    lines: list[str] = []
    goes_on = False
    for line in text.replace("\r\n", "\n").split("\n"):
        if goes_on and lines and line.startswith(">") == lines[-1].startswith(">"):
            lines[-1] += line.lstrip("> ") if line.startswith(">") else line
        else:
            lines.append(line)
        goes_on = line.endswith(" ") and line != "-- "
    return "\n".join(lines)


def _is_program(mail: Mail, new: str, words: str) -> bool:
    subject = mail.header("subject")
    if machines.has_header(mail):
        # A help desk sends what its people write as "auto-generated": an answer with a demand is a person's.
        return not (_is_help_desk(mail) and _is_an_answer(mail) and not machines.says_so(new) and not _tells(words))
    if machines.is_subject(subject) or machines.says_so(new):
        return (
            machines.is_subject(subject)
            or not _is_an_answer(mail)
            or (machines.says_so(new, surely=True) and _tells(words))
        )
    if machines.is_announced(subject) and mail.has("in-reply-to"):
        return True
    if machines.suppresses_all(mail):
        return machines.is_receipt_subject(subject) or (not _is_an_answer(mail) and _tells(words))
    _name, sender = decoding.name_and_address(mail.header("from"))
    from_box = machines.COMMON_BOX.search(sender) or machines.NO_REPLY.search(sender)
    return bool(from_box) and machines.is_receipt_subject(subject) and not _is_an_answer(mail) and _tells(words)


def _is_help_desk(mail: Mail) -> bool:
    return mail.header("auto-submitted").strip().lower().startswith("auto-generated")


def _is_an_answer(mail: Mail) -> bool:
    return machines.is_reply_subject(mail.header("subject"))


def _tells(words: str) -> bool:
    said = phrases.sentences(words)
    return any(phrases.load()[one].said_in(said) for one in ("absent", "left", "received"))


def _from_program(plain: Classified, mail: Mail, new: str, words: str, today: date) -> Classified:
    subject = mail.header("subject")
    said = phrases.sentences(new)
    meanings = phrases.load()
    if not _tells(new) and not machines.is_subject(subject) and not machines.says_so(new):
        # Whatever sent it, these words are a demand; one too many is looked at by a person, one too few is not.
        demand = intent.demand(words, "")
        if demand and not (demand[0] is Kind.OPT_OUT and _answers_by_itself(mail, words)):
            return replace(plain, kind=demand[0], sub=demand[1], text=words)
        _name, sender = decoding.name_and_address(mail.header("from"))
        if machines.NO_REPLY.search(sender) and not mail.has("in-reply-to", "references"):
            return replace(plain, kind=Kind.LIST if machines.is_list(mail, answers=False) else Kind.UNKNOWN)
    plain = replace(plain, kind=Kind.AUTO_REPLY, text=words)
    back = days.back_on(f"{machines.bare_subject(subject)}\n\n{new}", today)
    if meanings["left"].said_in(said) and not (back and meanings["absent"].said_in(said)):
        address, name = successor.found_in(new, _addresses_of(mail))
        return replace(plain, sub="left", successor=address or name, successor_name=name)
    if machines.is_absence_subject(subject) or meanings["absent"].said_in(said) or back:
        if (
            not back
            and meanings["received"].said_in(said)
            and not machines.is_absence_subject(subject)
            and machines.is_receipt_subject(subject)
        ):
            return replace(plain, sub="acknowledgement")
        return replace(plain, sub="out_of_office", returns_on=back)
    return replace(plain, sub="acknowledgement")


def _answers_by_itself(mail: Mail, words: str) -> bool:
    """Whether this is sure to be no person's wish: "Bitte keine Werbung" below every answer of a mailbox opts nobody
    out. A help desk sends its people's words as a program's, and a mail program unsubscribes for its user."""
    replied = mail.header("auto-submitted").strip().lower().startswith("auto-replied")
    return replied and not intent.asks_to_unsubscribe(words.strip())


def _addresses_of(mail: Mail) -> tuple[str, ...]:
    return decoding.addresses(mail.header(name) for name in ("from", "reply-to", "to", "return-path"))


def _answers(mail: Mail, ids: Collection[str], own: Collection[str]) -> bool:
    """Whether it is an answer to somebody, with a reference and a subject that says so."""
    to_own = bool({*own} & {*decoding.addresses(mail.all_of("to"))})
    return bool(ids) and (_is_an_answer(mail) or to_own)


def _answers_own(ids: Collection[str], own: Collection[str]) -> bool:
    domains = {one.rpartition("@")[2].lower() for one in own}
    return any(one.rpartition("@")[2].lower() in domains for one in ids)


def _from_person(plain: Classified, mail: Mail, words: str) -> Classified:
    subject = mail.header("subject")
    if demand := intent.demand(words, subject):
        return replace(plain, kind=demand[0], sub=demand[1], text=words)
    if (answer := invitations.answer(mail)) is not None:
        return replace(plain, kind=Kind.REPLY, sub=answer, text=words)
    _name, sender = decoding.name_and_address(mail.header("from"))
    is_answer = _is_an_answer(mail) or bool(plain.about)
    if sender.startswith("mailer-daemon@") or (
        not is_answer and (not words or machines.NO_REPLY.search(sender) or not sender or intent.is_pitch(words))
    ):
        return plain
    plain = replace(plain, kind=Kind.REPLY, sub=intent.tone(words), text=words)
    if phrases.load()["left"].said_in(phrases.sentences(words)):
        address, name = successor.found_in(words, _addresses_of(mail))
        return replace(plain, successor=address or name, successor_name=name)
    return plain
