"""The one thing noted on the card that a letter may mention, and the sentence that says it. Pure.

Notes are written for oneself. Only what reads well inside quotation marks is used: a short heading, no sentence, no
price, nothing of a family, nothing sensitive, nothing near a taboo. A promise is kept and not chatted about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Protocol

from outreach import sensitive
from outreach.drafts import wording
from outreach.drafts.texts import Form

#: what is older is perhaps not true any more; a wish waits until it is met
AGE_MOST = timedelta(days=548)
TEXT_MOST, WORDS_MOST = 60, 7


class Known(Protocol):
    """A fact of the card."""

    @property
    def id(self) -> int: ...
    @property
    def contact_id(self) -> int | None: ...
    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def noted_on(self) -> date: ...
    @property
    def source(self) -> str: ...
    @property
    def valid_until(self) -> date | None: ...
    @property
    def closed_at(self) -> datetime | None: ...


#: which kinds of facts go with which occasion, the best first; an offer has no place in a congratulation
_FITS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("award", "contract_won", "funding", "new_site", "expansion_market", "acquisition_buyer",
             "leadership_joins", "anniversary_company"), ("project",),
        ),
        "contact_job_change": ("topic", "interest"),
        "contact_promotion": ("project", "topic"),
        "talk_publication": ("topic",),
        "trade_fair": ("topic",),
        "anniversary_ours": ("project", "topic"),
        "silence": ("project", "topic", "wish", "interest"),
        "season": ("wish", "topic"),
    }
)  # fmt: skip
_SENTENCES: Mapping[Form, Mapping[str, str]] = MappingProxyType(
    {
        "de_sie": {
            "project": "Mit %s geht es hoffentlich gut voran.",
            "topic": "Ihr Thema %s behalte ich im Blick.",
            "wish": "Ihr Wunsch %s ist bei mir nicht vergessen.",
            "interest": "Beim Stichwort %s denke ich übrigens an Sie.",
        },
        "de_du": {
            "project": "Mit %s geht es hoffentlich gut voran.",
            "topic": "Dein Thema %s behalte ich im Blick.",
            "wish": "Dein Wunsch %s ist bei mir nicht vergessen.",
            "interest": "Beim Stichwort %s denke ich übrigens an dich.",
        },
        "en": {
            "project": "%s is coming along well, I hope.",
            "topic": "I am keeping an eye on your topic %s.",
            "wish": "I have not forgotten your wish: %s.",
            "interest": "Whenever I come across %s, I think of you.",
        },
    }
)
_SENTENCE_SIGNS = re.compile(r"[.;:!?€$£{}<>()\[\]@|=+*_…]|\b(?:eur|euro|chf|usd)\b|\d{3,}", re.IGNORECASE)
_VERBS = frozenset("""
    will wollte wollen möchte möchten plant planen sucht suchen hat haben hatte ist sind war waren wünscht wünschen
    braucht brauchen interessiert fragt fragte überlegt denkt baut macht kann soll sollte muss müssen mag liebt spielt
    fährt geht kommt bekommt kauft nimmt zahlt kennt findet hasst wartet bietet arbeitet wohnt lebt ruft schickt
    wants wanted looks needs plans is are was has had likes asks asked would loves hates buys plays works lives
    nicht kein keine keinen nie kaum vielleicht eventuell angeblich not never maybe perhaps ich mir mich wir uns er
    """.split())  # fmt: skip  # noqa: SIM905
#: a person's private life, and words one would not like to read about oneself
_PRIVATE = re.compile(
    r"\b(?:tochter|töchter|sohn|söhne|kind|kinder|ehe\w*|ex-?\w*|frau|mann|mutter|vater|eltern|oma|opa|enkel\w*|familie\w*|"
    r"hochzeit|scheidung|trennung|geburt|beerdigung|trauer\w*|geschwister|bruder|schwester|partner(?:in)?|freundin|haus|"
    r"urlaub|gehalt|schulden|kündigung|streit|ärger|problem\w*|schwierig\w*|knausrig|geizig|konkurs|insolvenz|budget|preis|"
    r"rabatt|marge|zahlung\w*|mahnung|konkurren\w*|wettbewerb\w*|intern|vertraulich|geheim\w*|"
    r"daughter|son|kids?|child(?:ren)?|wife|husband|mother|father|parents|family|wedding|divorce|funeral|salary|debts?|"
    r"holidays?|vacation|pricing|discount|competitors?|confidential|secret)\b",
    re.IGNORECASE,
)  # fmt: skip
_LONG_WORD = re.compile(r"\w{5,}")


def pick(facts: Iterable[Known], kind: str, today: date, *, contact_id: int | None = None) -> Known | None:
    """The fact that fits this occasion best, the newest of the best kind; None when none may be said."""
    given = list(facts)
    fits = _FITS.get(kind, ())
    taboos = {word for one in given if one.kind == "taboo" for word in map(str.casefold, _LONG_WORD.findall(one.text))}
    usable = [
        one for one in given if one.kind in fits and _is_current(one, today) and one.contact_id in (None, contact_id)
    ]
    fine = [one for one in usable if is_sayable(one.text) and not _touches(one.text, taboos)]
    return min(fine, key=lambda one: (fits.index(one.kind), -one.noted_on.toordinal(), one.id), default=None)


def sentence(fact: Known, form: Form, language: str) -> str:
    """The sentence that mentions it; its words stand in quotation marks, for they are notes."""
    return _SENTENCES[form][fact.kind] % wording.quoted(wording.plain(fact.text, most=TEXT_MOST), language)


def is_sayable(text: str) -> bool:
    """Whether a note reads well inside quotation marks, and nobody would mind to read it."""
    words = text.split()
    if not words or len(text) > TEXT_MOST or len(words) > WORDS_MOST or "\n" in text.strip():
        return False
    if not (words[0][0].isupper() or words[0][0].isdigit()) or _SENTENCE_SIGNS.search(text.rstrip(".")):
        return False
    if any(word.strip(",-–\"„“”»«'").casefold() in _VERBS for word in words) or _PRIVATE.search(text):
        return False
    return not sensitive.find(text)


def _is_current(fact: Known, today: date) -> bool:
    if fact.closed_at is not None or (fact.valid_until is not None and fact.valid_until < today):
        return False
    return fact.kind == "wish" or fact.noted_on >= today - AGE_MOST


def _touches(text: str, taboos: set[str]) -> bool:
    words = [word.casefold() for word in _LONG_WORD.findall(text)]
    return any(taboo in word or word in taboo for word in words for taboo in taboos)
