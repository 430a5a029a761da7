"""What an improved letter may be, whatever the endpoint answered: read, checked, put together with our greeting and
closing. Pure.

    answer → subject and body → length, language, Sie or Du, one question → each sentence: ours, reworded, or unsourced

Nothing the endpoint says is believed. A headline that tells it "ignore all …" changes nothing here: what the draft and
its evidence do not say is marked and waits for the person.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rapidfuzz.distance import Indel

from outreach.drafts import address_forms, doubts, likeness, mentions, texts, wording
from outreach.drafts.compose import Composed
from outreach.drafts.doubts import Doubt
from outreach.drafts.sentences import Sentence, key, split
from outreach.errors import N_

#: words of the body, in sentences of which so much must be the draft's to inherit where it comes from
WORDS_LEAST, WORDS_MOST, INHERITS_AT = 25, 120, 0.5
BODY_MOST = 6_000
SUBJECT_WORDS_MOST = 10


@dataclass(frozen=True)
class Allowed:
    """What of the person the endpoint may know, and what it has to keep to: language and form, and words of evidence."""

    language: str
    form: texts.Form
    evidence: tuple[str, ...] = ()
    words_least: int = 50
    words_most: int = texts.WORDS_MOST


@dataclass(frozen=True)
class Improved:
    """The better letter. `doubts` stand in sentences without a source, which wait for the person."""

    composed: Composed
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True)
class NotImproved:
    """Why the draft stays as it was: a code, and a sentence to translate."""

    reason: str
    sentence: str
    values: dict[str, Any] = field(default_factory=dict)


UNREADABLE = NotImproved("unreadable", N_("The endpoint did not answer with a letter."))
NOTHING = NotImproved("nothing", N_("There is too little in the letter to improve it."))
_EMPTY = NotImproved("empty", N_("The endpoint answered with an empty letter."))
_LENGTH = N_("The endpoint's letter has %(words)s words; that is too short or too long.")
_LANGUAGE = NotImproved("language", N_("The endpoint answered in another language."))
_FORM = NotImproved("form", N_("The endpoint changed between Sie and Du."))
_QUESTIONS = NotImproved("questions", N_("The endpoint's letter asks more than one question."))
_GAPS = NotImproved("gaps", N_("The endpoint's letter has open gaps."))

_GAP = re.compile(r"\{\{|\}\}|\[[^\]\n]{2,40}\]|<[^>\n]{2,40}>|\bX{3,}\b")
_SUBJECT_LINE = re.compile(
    r"^[^\S\n]*(?:\*\*)?(?:betreff|subject)[^\S\n]*:(?:\*\*)?[^\S\n]*(\S.*)$", re.IGNORECASE | re.MULTILINE
)
_MARKDOWN = re.compile(r"^\s{0,3}(?:#{1,6}\s+|>\s?)|\*\*|__|`{1,3}(?:\w*$)?", re.MULTILINE)
_TALK = re.compile(
    r"\A\s*(?:(?:gerne?|natürlich|selbstverständlich|sure|certainly|of course|here(?:'s| is| are)?|hier (?:ist|kommt)|okay|ok)\b"
    r"[^\n]{0,120}[:!.]\s*\n+)",
    re.IGNORECASE,
)


def judge(answer: str, composed: Composed, may: Allowed) -> Improved | NotImproved:
    """The letter in what the endpoint said, checked; or why the draft stays."""
    read = _read(answer)
    if read is None:
        return UNREADABLE
    subject, body = read
    body = _tidied(body)
    if not body:
        return _EMPTY
    return _refused(subject, body, may) or _put_together(subject, body, composed, may)


def allowed(composed: Composed, *, language: str, form: texts.Form) -> Allowed:
    """What the endpoint may know of this letter: beside the draft the words of the report and where it stood."""
    found = [one.evidence for one in composed.sentences if one.source == "occasion" and one.evidence is not None]
    said = dict.fromkeys(" — ".join(part for part in (one.quote, one.source) if part) for one in found)
    return Allowed(language, form, tuple(one for one in said if one))


def body_of(composed: Composed) -> str:
    """The part the endpoint sees: without greeting, closing and signature."""
    return "".join(one.text for one in composed.sentences if one.source not in ("greeting", "signature")).strip()


def _read(answer: str) -> tuple[str, str] | None:
    """Subject and body, from JSON anywhere in the answer or from plain prose."""
    decoder = json.JSONDecoder()
    for found in list(re.finditer(r"\{", answer))[:20]:
        try:
            value, _ = decoder.raw_decode(answer, found.start())
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and isinstance(value.get("body"), str):
            subject = value.get("subject")
            return subject if isinstance(subject, str) else "", value["body"]
    if '"body"' in answer or answer.lstrip().startswith(("{", "[", "<")):
        return None  # JSON that broke off is no letter
    line = _SUBJECT_LINE.search(answer)
    rest = answer[: line.start()] + answer[line.end() :] if line else answer
    return (line.group(1) if line else ""), rest


def _tidied(body: str) -> str:
    """The paragraphs alone: without talk about the letter, greeting, closing, Markdown and signs nobody sees."""
    text = _TALK.sub("", body[:BODY_MOST].replace("\r\n", "\n").replace("\r", "\n").strip())
    text = likeness.body(_MARKDOWN.sub("", text))
    paragraphs = [wording.one_line(part) for part in re.split(r"\n\s*\n", text)]
    return "\n\n".join(part for part in paragraphs if part)


def _refused(subject: str, body: str, may: Allowed) -> NotImproved | None:
    words = texts.word_count(body)
    if not max(WORDS_LEAST, may.words_least // 2) <= words <= max(WORDS_MOST, may.words_most):
        return NotImproved("length", _LENGTH, {"words": words})
    if mentions.is_german(body) != wording.is_german(may.language) or mentions.is_foreign(body):
        return _LANGUAGE
    if may.form != "en" and address_forms.spoken(body) not in ("", may.form.removeprefix("de_")):
        return _FORM
    if body.count("?") > 1:
        return _QUESTIONS
    return _GAPS if _GAP.search(body + subject) else None


def _put_together(subject: str, body: str, composed: Composed, may: Allowed) -> Improved:
    before = [one for one in composed.sentences if one.source == "greeting"]
    after = [one for one in composed.sentences if one.source == "signature"]
    ours = [one for one in composed.sentences if one.source not in ("greeting", "signature")]
    # The greeting ends with the space behind it; the last sentence before the closing needs the space ours had.
    space = ours[-1].text[len(ours[-1].text.rstrip()) :] if ours else ""
    if before and before[-1].text.rstrip().endswith(",") and wording.is_german(may.language):
        body = _small_beginning(body)
    pieces = split(body + space)
    found = doubts.doubts(body, [composed.subject, *(one.text for one in composed.sentences), *may.evidence])
    strange = {one.sentence_index for one in found}
    told = [_told(piece, ours, is_strange=index in strange) for index, piece in enumerate(pieces)]
    sentences = (*before, *told, *after)
    line = _subject(subject, composed, may)
    made = replace(composed, subject=line, text="".join(one.text for one in sentences), sentences=sentences)
    return Improved(made, tuple(replace(one, sentence_index=one.sentence_index + len(before)) for one in found))


def _told(piece: str, ours: Sequence[Sentence], *, is_strange: bool) -> Sentence:
    """A sentence of the answer: as it was, reworded from one of ours, or from nowhere."""
    same = next((one for one in ours if key(one.text) == key(piece)), None)
    if same is not None:
        return Sentence(piece, same.source, same.evidence)
    words = _words(piece)
    near = max(ours, key=lambda one: _share(words, _words(one.text)), default=None)
    if is_strange or near is None or _share(words, _words(near.text)) < INHERITS_AT:
        return Sentence(piece, "")
    return Sentence(piece, near.source, near.evidence)


def _share(a: list[str], b: list[str]) -> float:
    return Indel.normalized_similarity(a, b)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _subject(subject: str, composed: Composed, may: Allowed) -> str:
    """Theirs when it says nothing new and is short; else ours."""
    line = wording.plain(_MARKDOWN.sub("", subject), most=120).strip(' "„“”')
    known = [composed.subject, *(one.text for one in composed.sentences), *may.evidence]
    is_fine = line and texts.word_count(line) <= SUBJECT_WORDS_MOST and not doubts.doubts(line, known)
    is_fake = re.match(r"(?:re|aw|fwd?|wg)\s*:", line, re.IGNORECASE)
    wrong = may.form != "en" and address_forms.spoken(line) not in ("", may.form.removeprefix("de_"))
    return line if is_fine and not is_fake and not wrong and not _GAP.search(line) else composed.subject


def _small_beginning(body: str) -> str:
    """Behind the comma of a German greeting it goes on small, unless the word has a capital anyway."""
    word = re.match(r"\w+", body)
    if (
        word is None
        or not word.group()[0].isupper()
        or word.group() in ("Sie", "Ihnen")
        or word.group().startswith("Ihr")
    ):
        return body
    return body[0].lower() + body[1:] if doubts.is_small_word(word.group()) else body
