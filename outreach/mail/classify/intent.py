"""What a person's own words ask for. Pure.

    legal threat > data request > opt-out > an answer: negative, later, positive, a question, or just an answer

Only new words count (`quote`, `signature`), so that the word "abmelden" in our own footer unsubscribes nobody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from outreach.mail.classify import phrases
from outreach.mail.classify.machines import bare_subject, is_reply_subject
from outreach.mail.classify.phrases import Sentence
from outreach.mail.classify.values import Kind

_TURNS = re.compile(r" (?:aber|jedoch|allerdings|dafuer|stattdessen|sondern|but|however|though|instead|although) ")
_NOT_NOW = re.compile(
    r" (?:erst|leider|derzeit|momentan|zurzeit|aktuell|gerade|noch nicht|aber|spaeter|muss|muessen|but|not yet|not now|later|busy|unfortunately|first|until|im hinterkopf|vormerken|urlaub|intern\w*|melde ich mich|melden wir uns|ich melde mich|wir melden uns|nochmals?|noch (?:ein)?mal|wieder auf|nicht jetzt|lass uns|ruehr|gebe|bescheid|holiday|vacation|let you know) "
)
#: mail programs unsubscribe for their user with a mail of their own
_UNSUBSCRIBE = re.compile(
    r"^\W*(?:unsubscribe|abmelden|abmeldung|newsletter (?:abmelden|abbestellen|abmeldung|kündigen)|abmeldung (?:vom |von |aus ).{0,60}|abbestell\w+|austragen|austragung|opt-?out|remove(?: me)?|stopp?|list-unsubscribe|unsubscribe (?:me|request|from .{0,80})|unsubscribe[-_:].{0,200}|widerruf.{0,60}einwilligung.{0,40}|widerspruch(?! (?:in|im|auf|bei|zwischen|zum?|entdeckt|gefunden)\b).{0,80})\W*$",
    re.IGNORECASE,
)


def asks_to_unsubscribe(subject: str) -> bool:
    """Whether the subject alone is an opt-out; with "AW:" before it, too: nobody else writes such a subject."""
    return bool(_UNSUBSCRIBE.match(bare_subject(subject)))


def demand(own: str, subject: str) -> tuple[Kind, str] | None:
    """A legal threat, a data request or an opt-out in these words; None when there is none."""
    said = phrases.sentences(_unquoted(own))
    # A subject is the writer's own only when it does not begin as an answer.
    if not is_reply_subject(subject):
        said = (*phrases.sentences(subject), *said)
    said = (*said, *phrases.in_standard(said))
    meanings = phrases.load()
    if meanings["legal_threat"].said_in(said):
        return Kind.LEGAL_THREAT, ""
    erasure = meanings["data_erasure"].place(said)
    access = meanings["data_access"].place(said)
    if erasure is not None or access is not None:
        return Kind.DATA_REQUEST, _first_asked(said, erasure, access)
    if asks_to_unsubscribe(subject) or meanings["opt_out"].said_in(said):
        return Kind.OPT_OUT, ""
    return None


def _first_asked(said: Sequence[Sentence], erasure: tuple[int, int] | None, access: tuple[int, int] | None) -> str:
    """ "Tell me what you have, then delete it": what is asked first is done first."""
    if erasure is None or access is None:
        return "access" if erasure is None else "erasure"
    if erasure != access:
        return min((erasure, "erasure"), (access, "access"))[1]
    verb = _ERASES.search(said[erasure[0]].folded)
    asked = _ASKED.search(said[erasure[0]].folded)
    return "erasure" if verb and (asked is None or verb.start() < asked.start()) else "access"


_ERASES = re.compile(r" (?:loesch|vernicht|entfern|delet|eras|remov|destroy)")
_ASKED = re.compile(r" (?:auskunft|welche|was|teilen|nennen|sagen|what|which|tell|provide|send) ")


def is_pitch(own: str) -> bool:
    """Whether a stranger offers something to whoever reads it: nobody who knows us begins with "Dear Sir/Madam"."""
    said, meanings = phrases.sentences(own), phrases.load()
    return meanings["to_anybody"].said_in(said[:2]) and meanings["pitch"].said_in(said)


def tone(own: str) -> str:
    """positive, negative, question, later, or "" when the words only answer."""
    said = phrases.sentences(_clauses(_unquoted(own)))[:40]
    return _tone(said) or _tone(phrases.in_standard(said))


def _tone(said: Sequence[Sentence]) -> str:
    meanings = phrases.load()
    negative, later = _last(said, "negative"), _last(said, "later")
    positive = _last(said, "positive")
    asks = any(one.asks for one in said) or meanings["question"].said_in(said)
    accepts = _last(said, "accept")
    if negative >= 0 and later >= 0 and not _is_final(said):
        return "later"
    if negative >= 0:
        turned = positive > negative and _TURNS.search(said[positive].folded) and accepts > negative
        return "positive" if turned else "negative"
    if later >= 0 and (accepts < 0 or any(_NOT_NOW.search(one.folded) for one in said)) and not _is_sure(said):
        return "later"
    if accepts >= 0 or (positive >= 0 and not asks):
        return "positive"
    if asks:
        return "question"
    return "positive" if positive >= 0 else ""


def _unquoted(own: str) -> str:
    """The words without what they quote: „Abmelden vom Perfektionismus“ is the name of a text, not a wish. A mail that
    is little but a quotation is left as it is, and so are single words: nobody quotes at length what they demand."""
    without = _QUOTED.sub(lambda found: " " if " " in found[0] else found[0], own)
    return without if len(_WORDS.findall(without)) >= _OWN_LEAST else own


_QUOTED = re.compile(
    r"„[^“”„\n]{8,300}[“”\"]|“[^”“\n]{8,300}”|»[^«\n]{8,300}«|«[^»\n]{8,300}»|(?<![\w\"])\"[^\"\n]{8,300}\"(?!\w)"
)
_WORDS = re.compile(r"\w{2,}")
_OWN_LEAST = 6


def _clauses(own: str) -> str:
    # "Danke, aber wir haben keinen Bedarf": what follows "but" is said for itself, and keeps the word.
    return re.sub(r",\s+(?=(?:aber|jedoch|allerdings|dafür|sondern|but|however)\b)", ". ", own, flags=re.IGNORECASE)


def _last(said: Sequence[Sentence], meaning: str) -> int:
    found = phrases.load()[meaning]
    return max((number for number, one in enumerate(said) if found.said_in((one,))), default=-1)


def _is_sure(said: Sequence[Sentence]) -> bool:
    return any(_SURE.search(one.folded) for one in said)


#: agreed, whatever else is said about time: "Count me in for Tuesday, I'm on leave until then"
_SURE = re.compile(r" (?:count (?:me|us) in|bin (?:ich )?dabei \Z|sind (?:wir )?dabei \Z)|\A approved ")


def _is_final(said: Sequence[Sentence]) -> bool:
    return any(_FINAL.search(one.folded) for one in said)


_FINAL = re.compile(
    r" (?:auch in zukunft|auch kuenftig|grundsaetzlich|generell|dauerhaft|endgueltig|weder jetzt noch|nein danke|no thanks|no thank you|nie|never|entschieden|kuendig\w+|not now or ever|bereits vergeben|anders entschieden) "
)
