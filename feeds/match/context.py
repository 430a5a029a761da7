"""What stands around a name: signals for a company and against it, each with a code and a weight. Pure.

Everything about one article is found out once and only when a name asks for it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache, cached_property

from feeds.match.words import Signal
from feeds.names import lists, says_what
from feeds.names.spelling import folded
from feeds.texts import Article
from outreach.names.dictionary import is_common_noun, is_german
from outreach.names.first_names import use_of

_LETTERS = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_SENTENCE_END = re.compile(r"(?<=[\w\])“”\"'»%])[.!?]+[\"“”»']?\s+(?=[A-ZÄÖÜ„\"»«#@\d])|\n+")
_TOUCHES_LEFT, _TOUCHES_RIGHT = re.compile(r"\w[.]?\s+$"), re.compile(r"\s+\w")
_YEAR = re.compile(r"(?:19|20)\d\d")
_QUOTES = frozenset("„“”\"»«‚‘'")
_PLAIN = str.maketrans("äöü", "aou")
_ENUMERATED, _ENUMERATED_ON = re.compile(r",\s*$"), re.compile(r"\s*,")
_COLON = re.compile(r"\s?:\s")
_GENITIVE = re.compile(r"^['’]?s\b")
#: somebody forgot every full stop
_SENTENCE_MOST = 1_000
_NEAR, _SPORTIVE, _BUSINESS_MOST, _NOUN, _ACCIDENT, _NAMES_BESIDE = 60, 3, 2, 5, 3, 2
_HYPHEN = re.compile(r"[-‐‑–](?:[^\W_]+-)*([^\W\d_]+)")
_OTHER_COMPANY = re.compile(
    r"((?:\s+(?:[A-ZÄÖÜ][\w&.-]*|&|\+|und|and)){1,4}?)[\s,]+(?:g?GmbH|AG|KG|SE|UG|Holdings?|Group|Inc|Ltd|plc|Corp)\b"
)
_LEGAL_FORMS = (
    r"(?:g?GmbH|mbH|AG|KGaA|KG|SE|UG|OHG|oHG|GbR|e\.\s?K|e\.\s?V|eG|AöR|Inc|Ltd|plc|PLC|LLC|Corp|S\.?A\.?|S\.?p\.?A|N\.?V|B\.?V"
    r"|S\.?à\.?r\.?l|Ges\.?m\.?b\.?H|Co\.?\s?KG|& Co)\b"
)
#: "Durst Phototechnik AG": a firm of the name, of a trade; perhaps the customer under its whole name
_WITH_TRADE = re.compile(rf"(?:\s+[A-ZÄÖÜ][\w-]+){{1,2}}\s+(?:{_LEGAL_FORMS}|(?:Group|Gruppe|Holding)\b)")
_LEGAL_AFTER = re.compile(
    r"[\s,\"“”»«-]*\(?(?:& Co\.? |\+ Co\.? )?" + _LEGAL_FORMS
)  # fmt: skip


class Around:
    """One article, ready to be asked what stands near a place."""

    def __init__(self, article: Article) -> None:
        self.article = article
        self.body = article.body
        #: where the towns stand that were asked for (`towns.places`)
        self.towns: dict[str, list[tuple[int, int]]] = {}

    @cached_property
    def low(self) -> str:
        """The body in small letters, every letter in its place."""
        low = self.body.lower()
        return low if len(low) == len(self.body) else "".join(one.lower()[:1] for one in self.body)

    @cached_property
    def low_with_link(self) -> str:
        return f"{self.low} {self.article.link.lower()}"

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of the article, in small letters, parts of compounds too."""
        found = set(_LETTERS.findall(self.low))
        return frozenset(found | {part for word in found if "-" in word for part in word.split("-")})

    @cached_property
    def plain_words(self) -> str:
        """The words without umlauts, each once, a line each: Fahrräder and Fahrrad begin alike."""
        return "\n".join(self.words).translate(_PLAIN)

    @cached_property
    def folded(self) -> str:
        return f" {' '.join(folded(self.body).split())} "

    @cached_property
    def sportive(self) -> int:
        return len(self.words & lists.words("sport"))

    @cached_property
    def _ends(self) -> list[int]:
        return [found.end() for found in _SENTENCE_END.finditer(self.body)]

    def sentence(self, start: int) -> tuple[int, int]:
        """Where the sentence of a place begins and ends; of an endless one, what is around the place."""
        at = bisect_right(self._ends, start)
        begin = self._ends[at - 1] if at else 0
        stop = self._ends[at] if at < len(self._ends) else len(self.body)
        if stop - begin > _SENTENCE_MOST:
            return max(begin, start - _SENTENCE_MOST // 2), min(stop, start + _SENTENCE_MOST // 2)
        return begin, stop

    def has_word(self, words: str) -> bool:
        """Whether the words, folded, stand in the article together."""
        wanted = " ".join(folded(words).split())
        return bool(wanted) and f" {wanted} " in self.folded


class Place:
    """One place in the article: the words before and after it, the sentence around it."""

    def __init__(self, around: Around, start: int, end: int) -> None:
        self.around, self.start, self.end = around, start, end
        self.form = around.body[start:end]
        self.begin, self.stop = around.sentence(start)
        self.left = around.body[max(self.begin, start - _NEAR) : start]
        self.right = around.body[end : min(self.stop, end + _NEAR)]
        #: the tight end of a genitive is no word of its own
        self.right = _GENITIVE.sub("", self.right)
        self.is_quoted = self.left[-1:] in _QUOTES and self.right[:1] in _QUOTES if self.left and self.right else False
        if self.is_quoted:
            self.right = self.right[1:]

    @cached_property
    def before(self) -> list[str]:
        return _LETTERS.findall(self.left)

    @cached_property
    def after(self) -> list[str]:
        return _LETTERS.findall(self.right)

    @cached_property
    def touches_left(self) -> bool:
        """Whether the word before follows without comma or quotation mark."""
        return _TOUCHES_LEFT.search(self.left) is not None

    @cached_property
    def touches_right(self) -> bool:
        return _TOUCHES_RIGHT.match(self.right) is not None

    @cached_property
    def has_legal_form(self) -> bool:
        return _LEGAL_AFTER.match(self.right) is not None

    @property
    def is_at_beginning(self) -> bool:
        return not self.before

    @cached_property
    def general(self) -> tuple[Signal, ...]:
        """All signals that are the same for whoever has the name."""
        return (*_compound(self), *_beside(self), *_before(self), *_vehicle(self), *_listed(self), *_sentence(self))

    @cached_property
    def sentence_words(self) -> frozenset[str]:
        return frozenset(_LETTERS.findall(self.around.body[self.begin : self.stop].lower()))


def signals(place: Place, *, own_words: frozenset[str]) -> Iterator[Signal]:
    """Everything near the place that speaks for a company there, and against it."""
    yield from place.general
    yield from _after(place, own_words)


def _compound(place: Place) -> Iterator[Signal]:
    found = _HYPHEN.match(place.right)
    if found and not place.has_legal_form:
        tail = found[1].lower()
        if tail in lists.words("towns"):
            yield Signal("-place", -3)
        else:
            yield Signal("compound", 3) if tail in lists.words("company_compounds") else Signal("-compound", -1)


def _beside(place: Place) -> Iterator[Signal]:
    if place.has_legal_form:
        yield Signal("legal_form", 4)
    elif _COLON.match(place.right) and place.left[-1:] not in "#@" and place.is_at_beginning and " " not in place.form:
        yield Signal("-label", -2)
    if place.is_quoted:
        yield Signal("quoted", 1)
    if place.left.endswith(("#", "@")) and not _HYPHEN.match(place.right):  # "#Bahn-Verbindungen" is a word
        yield Signal("tagged", 2)
    if place.form.isupper() and len(place.form) > 3 and not place.around.body[place.begin : place.stop].isupper():
        yield Signal("capitals", 2)


def _before(place: Place) -> Iterator[Signal]:
    if not place.touches_left or not place.before:
        is_adverb = place.is_at_beginning and place.form.lower() in lists.words("adverbs")
        yield Signal("-adverb", -2) if is_adverb else Signal("bare", 1)
        return
    word = place.before[-1]
    low = word.lower()
    if _HYPHEN.match(place.right) and not (use_of(low) and word[0].isupper()):
        return  # an article or adjective belongs to the whole compound
    if use_of(low) is not None and word[0].isupper() and not _is_no_first_name(low):
        yield Signal("-first_name", -6)
    elif low in lists.words("titles"):
        yield Signal("-person", -6)
    elif _is_company_noun(low, word):
        yield Signal("company_noun", 4)
    elif low in ("die", "der", "zur", "the"):
        yield Signal("-article", -1)
    elif low in lists.words("determiners"):
        yield Signal("-determiner", -3)
    elif low in lists.words("business_verbs"):
        yield Signal("business_verb", 2)
    elif low in lists.words("name_takers"):
        if not _is_beside_a_noun(place, low):
            yield Signal("as_a_name", 2)
    elif _is_adjective(word, low):
        yield Signal("-adjective", -2)
    elif word[0].islower() or (low.endswith("er") and low[:-2] in lists.words("towns")):
        yield Signal("bare", 1)
    elif word[0].isupper() and not word.isupper() and len(place.before) > 1 and not _is_noun(word):
        yield Signal("-other_name", -3)


def _is_no_first_name(low: str) -> bool:
    """ "Per Twitter", "Mai": first names, too, but seldom there."""
    return low == "per" or low in lists.words("months")


def _is_beside_a_noun(place: Place, low: str) -> bool:
    """ "Bus oder Bahn", "mit Bus und Bahn": with a plain noun beside it, it is one itself."""
    if low not in ("und", "oder", "or", "and") or len(place.before) < 2:
        return False
    other = place.before[-2]
    return other[0].isupper() and is_common_noun(other)


def _is_adjective(word: str, low: str) -> bool:
    """ "großer Durst", and "Großer Durst" where a sentence begins; "Rheinische Post" anywhere."""
    if word[0].islower():
        return low.endswith(("e", "er", "es", "en", "em"))
    if low.endswith(("sche", "scher", "schen", "sches")):
        return True
    return low.endswith(("e", "er", "es", "en", "em")) and is_german(low) and not is_common_noun(word)


def _is_noun(word: str) -> bool:
    """Whether it is a noun or a compound that ends in one ("Traditionsbäcker"), and so hardly a first name."""
    return is_common_noun(word) or any(is_common_noun(word[at:].capitalize()) for at in range(3, len(word) - _NOUN + 1))


def _is_company_noun(low: str, word: str) -> bool:
    tail = low.rsplit("-", 1)[-1]
    nouns, ends = lists.words("company_nouns"), lists.endings("company_noun_ends")
    singulars = (tail, tail[:-1], tail[:-2]) if tail.endswith(("n", "s", "e")) else (tail,)
    return word[0].isupper() and any(one in nouns or one.endswith(ends) for one in singulars)


def _after(place: Place, own_words: frozenset[str]) -> Iterator[Signal]:
    if not place.after or not (place.touches_right or place.right.startswith("-")):
        return
    word, low = place.after[0], place.after[0].lower()
    if low in lists.words("places_after"):
        yield Signal("-place", -6)
    elif low in lists.words("weekdays") or low in lists.words("months") or _YEAR.fullmatch(low):
        yield Signal("-date", -6)
    elif low in lists.words("towns") and place.form.lower() in lists.words("courts"):
        yield Signal("-court", -6)
    elif low in ("der", "des", "eines", "einer") and place.touches_right:
        yield Signal("-genitive", -2)
    elif low in lists.words("business_verbs"):
        yield Signal("business_verb", 2)
    elif low in own_words:
        pass
    elif says_what(word):
        if _WITH_TRADE.match(place.right) and not place.has_legal_form:
            yield Signal("firm_name", 3)
    elif (other := _OTHER_COMPANY.match(place.right)) and not (set(_LETTERS.findall(other[1].lower())) & own_words):
        yield Signal("-other_company", -5)
    elif word[0].isupper() and place.touches_right and not place.has_legal_form:
        yield Signal("-longer_name", -2)
    if low in own_words:
        yield Signal("own_word", 3)


def _vehicle(place: Place) -> Iterator[Signal]:
    """ "ein Audi prallt gegen einen VW Polo", "Audi entwendet": a make of car in the report of an accident or theft."""
    if place.right.startswith("-") or place.has_legal_form:
        return
    accidents = lists.words("accidents")
    word = place.before[-1].lower() if place.before else ""
    if place.after and place.touches_right and place.after[0].lower() in accidents:
        is_vehicle = word not in lists.words("name_takers")
    elif len(place.around.words & accidents) < _ACCIDENT:
        return
    elif place.sentence_words & accidents:
        is_vehicle = not word or any(
            word in lists.words(name) for name in ("before_vehicles", "own_vehicles", "accidents")
        )
    else:
        is_vehicle = word in lists.words("own_vehicles")
    if is_vehicle:
        yield Signal("-vehicle", -6)


def _listed(place: Place) -> Iterator[Signal]:
    """ "Sony, Samsung, LG": among names, not among nouns."""
    if not (_ENUMERATED.search(place.left) or _ENUMERATED_ON.match(place.right)):
        return
    before = [item.split()[-1:] for item in place.left.split(",")[:-1]]
    after = [item.split()[:1] for item in place.right.split(",")[1:]]
    if sum(_is_only_a_name(word) for words in (*before, *after) for word in words) >= _NAMES_BESIDE:
        yield Signal("listed", 2)


def _is_only_a_name(item: str) -> bool:
    """One word with a capital that no dictionary has, and nobody's name."""
    if not (item[:1].isupper() and item.isalnum()) or use_of(item.lower()) is not None:
        return False
    return not (is_german(item) or is_german(item.lower()) or item.lower() in lists.words("towns"))


@cache
def _business() -> frozenset[str]:
    return lists.words("business_nouns") | lists.words("business_verbs")


def _sentence(place: Place) -> Iterator[Signal]:
    business = len(place.sentence_words & _business())
    if business < _BUSINESS_MOST:
        business += sum(word.endswith(lists.endings("business_ends")) for word in place.sentence_words - _business())
    if business:
        yield Signal("business_noun", min(business, _BUSINESS_MOST))
    beside = place.sentence_words & lists.words("sport")
    if beside or place.around.sportive >= _SPORTIVE:
        yield Signal("-sport", -2 if beside else -1)
