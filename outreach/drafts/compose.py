"""A letter filled in, each sentence with its source, or the reason why there is none. Pure.

    LetterText, Given → values (gaps) → sandbox → greeting + body + closing + signature → sentences with sources

What is missing makes no half letter: it is Refused, with the field to look at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from outreach import salutation
from outreach.drafts import gaps, wording
from outreach.drafts.card_fact import Known
from outreach.drafts.card_fact import pick as pick_fact
from outreach.drafts.gaps import Given, Reason
from outreach.drafts.sentences import Evidence, Sentence, split
from outreach.drafts.texts import GAPS, Form, LetterText, Purpose
from outreach.errors import N_
from outreach.mail import sandbox
from outreach.salutation import Refused

__all__ = [
    "CLOSINGS",
    "Composed",
    "Evidence",
    "Given",
    "Known",
    "Reason",
    "Refused",
    "Sentence",
    "compose",
    "pick_fact",
]

CLOSINGS: Mapping[Form, str] = {"de_sie": "Freundliche Grüße", "de_du": "Herzliche Grüße", "en": "Kind regards"}
#: nobody is congratulated before the day
_NOT_BEFORE = frozenset(("birthday_contact", "founding_day", "anniversary_ours", "own_day"))
SUBJECT_MOST = 120

_SIGNS = re.compile(f"[{gaps.CLOSE}{''.join(gaps.OPEN.values())}]")
_BEGINNING = re.compile(f"((?:[.!?][“”»]?\\s+|\n\n)[{''.join(gaps.OPEN.values())}])([^\\W\\d_])")
_BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
_TRAILING = re.compile(r"[^\S\n]+(?=\n|$)")
_SWISS = str.maketrans({"ß": "ss", "„": "«", "“": "»", "‚": "‹", "‘": "›"})
_SOURCE_OF = {sign: source for source, sign in gaps.OPEN.items()}


@dataclass(frozen=True)
class Composed:
    """A finished letter; `text` is exactly its sentences joined. `not_before`: a day it must not come before."""

    subject: str
    text: str
    sentences: tuple[Sentence, ...]
    purpose: Purpose
    not_before: date | None = None


@dataclass(frozen=True)
class _Span:
    """A stretch of the text and what it is taken from."""

    start: int
    end: int
    source: str


def compose(text: LetterText, given: Given) -> Composed | Refused:
    """The letter, or why there is none: a field of the card or of the occasion is missing, or an edited text is broken."""
    greeting = wording.plain(given.greeting, most=200).rstrip(" ,")
    if not greeting:
        return Refused(N_("There is no greeting yet."), field="greeting")
    values = gaps.values(given, text.form)
    try:
        subject = sandbox.compile(text.subject, html=False, names=GAPS).render(values)
        body = sandbox.compile(text.body, html=False, names=GAPS).render(values)
    except sandbox.Broken as error:
        return _refused(error)
    return _put_together(text, given, subject, greeting, body)


def _put_together(text: LetterText, given: Given, subject: str, greeting: str, body: str) -> Composed | Refused:
    body, spans = _unmarked(
        _capitals(_paragraphs(body), german=text.form != "en"), swiss=wording.is_swiss(given.language)
    )
    comma = salutation.punctuation(given.language)
    if not body and text.body.strip():
        return Refused(N_("The letter is empty."), field="body")
    if not comma and body:
        body = body[0].upper() + body[1:]
    head = f"{greeting}{comma}\n\n"
    tail = _ending(text.form, given)
    whole = head + body + tail
    moved = [_Span(one.start + len(head), one.end + len(head), one.source) for one in spans]
    told = _told(whole, moved, len(head), len(head) + len(body), gaps.evidence(given))
    line, _ = _unmarked(subject, swiss=wording.is_swiss(given.language))
    return Composed(
        wording.plain(line, most=SUBJECT_MOST), whole, told, text.purpose, _not_before(text.kind, given)
    )  # fmt: skip


def _refused(error: sandbox.Broken) -> Refused:
    name = str(error.values.get("what", ""))
    if name in GAPS:
        return Refused(
            N_("The letter needs something that is not known: %(label)s."), {"label": GAPS[name].description}, name
        )
    return Refused(error.sentence, {key: str(value) for key, value in error.values.items()}, "body")


def _paragraphs(body: str) -> str:
    """No blank line twice, for a gap that stayed empty takes its paragraph with it; no space at the end of a line."""
    text = body.replace("\r\n", "\n").replace("\r", "\n")
    return _BLANK_LINES.sub("\n\n", _TRAILING.sub("", text)).strip()


def _capitals(body: str, *, german: bool) -> str:
    """What fills a gap begins a sentence with a capital; behind the comma of a German greeting it stays as it is."""
    begun = _BEGINNING.sub(lambda found: found.group(1) + found.group(2).upper(), body)
    if german or not body or not _SIGNS.match(body):
        return begun
    return begun[0] + begun[1:2].upper() + begun[2:]


def _unmarked(marked: str, *, swiss: bool) -> tuple[str, list[_Span]]:
    """The text without the signs around values, and where values stand; what is ours is spelt the Swiss way."""
    pieces: list[str] = []
    spans: list[_Span] = []
    length, source, start, last = 0, "", 0, 0
    for found in [*_SIGNS.finditer(marked), None]:
        piece = marked[last : found.start() if found else len(marked)]
        piece = piece.translate(_SWISS) if swiss and not source else piece
        pieces.append(piece)
        length += len(piece)
        if source and (found is None or found.group() == gaps.CLOSE):
            spans.append(_Span(start, length, source))
            source = ""
        if found is not None:
            last = found.end()
            if found.group() in _SOURCE_OF:
                source, start = _SOURCE_OF[found.group()], length
    return "".join(pieces), spans


def _ending(form: Form, given: Given) -> str:
    closing = CLOSINGS[form] if given.closing is None else given.closing.strip()
    if wording.is_swiss(given.language):
        closing = closing.translate(_SWISS)
    parts = [part for part in (closing, given.signature.strip()) if part]
    return "\n\n" + "\n".join(parts) if parts else ""


def _told(
    whole: str, spans: list[_Span], body_start: int, body_end: int, evidence: Mapping[str, Evidence]
) -> tuple[Sentence, ...]:
    """The sentences of the whole letter with their sources; the occasion counts more than the card."""
    told: list[Sentence] = []
    at = 0
    for piece in split(whole):
        end = at + len(piece)
        sources = {one.source for one in spans if one.start < end and one.end > at}
        if at < body_start:
            source = "greeting"
        elif at >= body_end:
            source = "signature"
        else:
            source = next((name for name in ("occasion", "fact") if name in sources), "template")
        told.append(Sentence(piece, source, evidence.get(source)))
        at = end
    return tuple(told)


def _not_before(kind: str, given: Given) -> date | None:
    on = given.reason.happened_on if given.reason is not None else None
    return on if on is not None and kind in _NOT_BEFORE and on > given.today else None
