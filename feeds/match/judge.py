"""How sure a mention is: the name's own weight, what stands around it, what is known of the customer. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from urllib.parse import urlsplit

from feeds.match import towns
from feeds.match.context import Around, Place, signals
from feeds.match.sources import Role
from feeds.match.table import is_part, meant, relation, takes_article
from feeds.match.words import Signal
from feeds.names import Ordinary, core
from feeds.names.lists import words
from feeds.names.spelling import folded
from feeds.texts import Certainty, Subject

#: from this sum on a mention is sure, and from this on it is mentioned at all
SURE, UNSURE = 3, 1
#: the same where town or trade are known: nothing is reported for standing there alone
UNSURE_THERE = 2
#: without one of these nobody says that a company is meant: a word in the customer's town is still a word
_WHO = frozenset(
    [
        "legal_form",
        "company_noun",
        "compound",
        "business_verb",
        "business_noun",
        "official_name",
        "own_word",
        "domain",
        "industry",
        "person",
        "competitor",
        "required",
        "capitals",
        "tagged",
        "as_a_name",
        "own_article",
        "from",
        "own_site",
        "quoted",
        "medium",
        "listed",
        "firm_name",
    ]
)

#: of those, what may stand anywhere in the article, and so says nothing where grammar says "a word"
_ANYWHERE = frozenset({"industry", "business_noun", "competitor", "required"})
_GRAMMAR = frozenset({"-article", "-determiner", "-adjective", "-genitive", "-label"})

#: what a name weighs before anything else is known
_WEIGHTS = {
    Ordinary.NO: (4, "distinctive"),
    Ordinary.LOAN: (3, "ordinary"),
    Ordinary.SHORT: (3, "short"),
    Ordinary.PERSON: (0, "person_name"),
    Ordinary.SURNAME: (-1, "person_name"),
    Ordinary.TOWN: (-2, "town"),
    Ordinary.FIRST_NAME: (-2, "person_name"),
    Ordinary.WORD: (-1, "ordinary"),
}
#: a distinctive name is refused by nothing less than these, a name known to the dictionary only as a name by these
_GRAVE = frozenset({"-place", "-vehicle"})
_SERIOUS = _GRAVE | {"-first_name", "-person", "-determiner", "-other_name", "-other_company", "-sport", "-adverb"}
_PART, _ELSEWHERE, _OFFICIAL, _PERSON = -2, -5, 3, 1
#: a name the dictionary knows as a brand, of a customer of whom more is known than the name
_LOAN_THERE, _ELSEWHERE_MILD = 1, -3
_AGAINST_PERSONS = frozenset({"-place", "-sport"})
#: "bei der Durst AG", "die neue Durst GmbH": with a legal form these say nothing
_BEFORE_LEGAL_FORM = frozenset({"-article", "-determiner", "-adjective", "-sport", "-date"})
_BEFORE_SOURCE = frozenset({"-article", "-determiner", "-longer_name", "-other_name"})
#: lists of these are lists of people and towns
_PEOPLE_AND_TOWNS = frozenset({Ordinary.PERSON, Ordinary.SURNAME, Ordinary.FIRST_NAME, Ordinary.TOWN})
_HEARD = {
    Ordinary.NO: _GRAVE,
    Ordinary.LOAN: _SERIOUS,
    Ordinary.SHORT: (_SERIOUS - {"-determiner"}) | {"-longer_name", "-court"},
}


class Known:
    """What one article says of one subject, wherever its name stands; found out once per pair."""

    def __init__(self, subject: Subject, around: Around) -> None:
        self.subject = subject
        self.signals = tuple(_facts(subject, around))
        #: what should stand beside the name is known, and none of it does
        self.is_in_town = bool(subject.city) and towns.stands(around, subject.city)
        self.is_known = bool(subject.city or subject.industry)
        self.is_elsewhere = self.is_known and not self.is_in_town and not self.signals
        self.is_refused = _is_refused(subject, around)
        self.is_own_site = around.article.own_of == subject.key != ""
        #: the article says something of this customer beside the name
        self.is_near = bool(self.signals) or self.is_in_town or self.is_own_site

    @cached_property
    def own_words(self) -> frozenset[str]:
        return frozenset(_own_words(self.subject))


def _facts(subject: Subject, around: Around) -> Iterator[Signal]:
    if any(_domain_stands(domain, around) for domain in subject.domains):
        yield Signal("domain", 4)
    trade = next((word for word in _trade_words(subject.industry) if _trade_stands(word, around)), "")
    if trade:
        yield Signal(f"industry:{trade}", 3)
    for kind, names, weight in (("person", subject.people, 3), ("competitor", subject.competitors, 2)):
        found = next((name for name in names if around.has_word(core(name))), "")
        if found:
            yield Signal(f"{kind}:{found}", weight)
    required = next((word for word in subject.required if around.has_word(word)), "")
    if required:
        yield Signal(f"required:{required}", 2)


def _is_refused(subject: Subject, around: Around) -> bool:
    if any(around.has_word(word) for word in subject.excluded):
        return True
    return bool(subject.required) and not any(around.has_word(word) for word in subject.required)


def _domain_stands(domain: str, around: Around) -> bool:
    bare = (urlsplit(domain).hostname or domain).lower().removeprefix("www.").strip("/ ")
    if not bare or bare not in around.low_with_link:
        return False
    return re.search(rf"(?<![\w-]){re.escape(bare)}(?![\w-]|\.\w)", around.low_with_link) is not None


def _trade_words(industry: str) -> list[str]:
    return [word for word in re.findall(r"[^\W\d_]{4,}", industry) if word.lower() not in words("fillers")]


_STEM = 5
_PLAIN = str.maketrans("äöü", "aou")


def _trade_stands(word: str, around: Around) -> bool:
    """Whether a word of the article begins or goes on with the stem: Druckmaschinen, Druckmaschinenbauer."""
    return _stem(word) in around.plain_words


def _stem(word: str) -> str:
    low = folded(word).translate(_PLAIN)
    return low[: max(_STEM, len(low) - 3)] if len(low) > _STEM else low


def _own_words(subject: Subject) -> Iterator[str]:
    for name in (subject.name, *subject.aliases, *subject.former_names):
        for word in re.findall(r"[^\W_]{4,}", name.lower()):
            if word not in words("legal_forms"):
                yield word


def weigh(
    flags: int, place: Place, known: Known, *, is_shared: bool, role: Role = "subject"
) -> tuple[Certainty | None, int, tuple[str, ...]]:
    """Sure, unsure or None for no mention; the sum; and the codes of what spoke for and against."""
    base, code = _WEIGHTS[meant(flags)]
    is_known = known.is_known and relation(flags) == "own" and meant(flags) != Ordinary.NO
    if is_known and meant(flags) == Ordinary.LOAN:
        base = _LOAN_THERE
    if relation(flags) == "person" or known.subject.is_person:
        return _verdict(list(_person(flags, place, known)))
    found = [Signal(code, base)]
    if is_part(flags):
        found.append(Signal("part", _PART))
    near = list(signals(place, own_words=known.own_words))
    if is_known and base < 0:
        near = [signal for signal in near if signal.code != "bare"]
    if meant(flags) in (Ordinary.PERSON, Ordinary.FIRST_NAME):  # people do what companies do
        near = [signal for signal in near if signal.code != "business_verb"]
    if meant(flags) in _PEOPLE_AND_TOWNS:
        near = [signal for signal in near if signal.code != "listed"]
    heard = _HEARD.get(meant(flags))
    if heard is not None:
        near = [signal for signal in near if signal.weight > 0 or signal.code in heard]
    if any(signal.code == "legal_form" for signal in near):
        near = [signal for signal in near if signal.code not in _BEFORE_LEGAL_FORM]
    if takes_article(flags) and any(signal.code == "-article" for signal in near):
        near = [*(signal for signal in near if signal.code != "-article"), Signal("own_article", 1)]
    found += near
    if role == "source":
        found = [signal for signal in found if signal.code not in _BEFORE_SOURCE]
        found.append(Signal("-source", 0))
        found.append(Signal("medium", 3))
    if relation(flags) == "own":
        found += (signal for signal in known.signals if not _is_the_name_itself(signal, place))
        found += _where(flags, place, known)
    if known.is_own_site:
        found.append(Signal("own_site", 6))
    if is_shared:
        found.append(Signal("shared", 0))
    return _verdict(found, is_known=is_known)


def _is_the_name_itself(signal: Signal, place: Place) -> bool:
    """ "Garten und Haus" says nothing of gardening beyond the name."""
    kind, _, what = signal.code.partition(":")
    return kind == "industry" and _stem(what) in folded(place.form).translate(_PLAIN)


def _person(flags: int, place: Place, known: Known) -> Iterator[Signal]:
    """A person's full name: many have it, so town, company or trade must say that it is this one."""
    subject = known.subject
    yield Signal("person_name", _PERSON)
    if relation(flags) == "person" and place.around.has_word(core(subject.name)):
        yield Signal(f"company:{core(subject.name)}", 3)
    if subject.city and known.is_in_town and (near := towns.signal(place, subject.city)):
        yield near
    yield from (signal for signal in known.signals if not signal.code.startswith("person:"))
    yield from (signal for signal in signals(place, own_words=known.own_words) if signal.code in _AGAINST_PERSONS)
    if known.is_own_site:
        yield Signal("own_site", 6)


def is_hopeless(flags: int, place: Place, known: Known) -> bool:
    """Whether an ordinary word stands there without anything known of the customer and without a legal form: no need to
    look closer, which is most of the work when many firms are called like words."""
    return (
        known.is_elsewhere
        and relation(flags) == "own"
        and not known.is_own_site
        and not known.subject.is_person
        and _WEIGHTS[meant(flags)][0] < 0
        and not place.has_legal_form
    )


def _is_perhaps_the_firm(codes: tuple[str, ...]) -> bool:
    """ "Durst Phototechnik AG" for the Durst AG: more is said of the firm than is known of the customer."""
    return "firm_name" in codes and not {"own_word", "domain", "own_site", "official_name"} & set(codes)


def _where(flags: int, place: Place, known: Known) -> Iterator[Signal]:
    """What the town says: a name for many needs it, unless the whole official name stands there."""
    if known.is_in_town and (near := towns.signal(place, known.subject.city)):
        yield near
    if meant(flags) == Ordinary.NO:
        return
    if is_official(place, known.subject):
        yield Signal("official_name", _OFFICIAL)
    elif known.is_elsewhere:
        yield Signal("-elsewhere", _ELSEWHERE if _WEIGHTS[meant(flags)][0] < SURE else _ELSEWHERE_MILD)


def is_official(place: Place, subject: Subject) -> bool:
    """Whether the name stands there whole, with its own legal form: other firms of the name have another."""
    rest = subject.name[len(place.form) :].replace("-", " ").split()
    if not rest or subject.name[: len(place.form)].lower() != place.form.lower():
        return False
    return " ".join(place.right.replace("-", " ").split()).startswith(" ".join(rest))


def _is_company(codes: tuple[str, ...]) -> bool:
    """Whether something says that a company is meant; where grammar says a word is, it must stand at the very place."""
    who = {code.partition(":")[0] for code in codes} & _WHO
    return bool(who - _ANYWHERE if _GRAMMAR.intersection(codes) else who)


def _verdict(found: list[Signal], *, is_known: bool = False) -> tuple[Certainty | None, int, tuple[str, ...]]:
    total = sum(signal.weight for signal in found)
    codes = tuple(dict.fromkeys(signal.code for signal in found))
    if is_known and not _is_company(codes):
        return None, total, codes
    if is_known and _is_perhaps_the_firm(codes):
        return ("unsure" if total >= -1 else None), total, codes
    if total >= SURE:
        return "sure", total, codes
    return ("unsure" if total >= (UNSURE_THERE if is_known else UNSURE) else None), total, codes
