"""The name against the mail address: an umlaut lost or written out, a letter too many. Pure.

An address that holds the name in either spelling agrees with it. Shared addresses (info@) say nothing about anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import combinations

from rapidfuzz.distance import OSA

from outreach.errors import N_
from outreach.names.first_names import germanised, plain, use_of
from outreach.names.proposals import NameSeen, Proposal

_SHARED = frozenset((
    "info", "kontakt", "contact", "office", "mail", "post", "buero", "büro", "hallo", "hello", "hi", "service", "support",
    "team", "verwaltung", "sekretariat", "empfang", "zentrale", "bewerbung", "jobs", "karriere", "presse", "press", "vertrieb",
    "sales", "einkauf", "buchhaltung", "rechnung", "invoice", "admin", "webmaster", "postmaster", "newsletter", "news",
    "noreply", "no-reply", "shop", "praxis", "kanzlei", "hotel", "reservierung", "anfrage", "anfragen", "marketing", "redaktion",
))  # fmt: skip
_DIGRAPHS = {"ae": "ä", "oe": "ö", "ue": "ü", "ss": "ß"}
_LOST = re.compile("[?\ufffd]")
#: names whose "ae, oe, ue" is nearly always an umlaut that a machine could not write
_USUAL = """Müller Möller Schäfer Schröder Krüger König Köhler Kühn Köster Jäger Böhm Bäcker Förster Günther Schütz Hübner Schäffer
    Krämer Vögel Wölfel Büttner Fröhlich Größer Höfer Hölzl Kröger Lüders Lüdtke Mühlbauer Nägele Pfänder Rößler Röder Rösch
    Schönfeld Stöcker Süß Türk Übler Völker Wagenknecht Wünsch Zöller Görlitz Hänsel Käfer Jürgen Jörg Jörn Günter
    Björn Sören Rüdiger Götz Bärbel Käthe Jürgens Jörgen Gülay Böttcher Brüggemann Dörr Dürr Flügel Glöckner Grün Häusler Höhn
    Hüttner Kästner Knöpfel Körner Kösters Küster Löffler Löwe Mößner Mühl Öztürk Pöhlmann Rüter Schlüter Schürmann Schwäble
    Stürmer Täuber Thöne Tölle Vössing Wäger Wöhrle Zürn"""
#: endings that differ between a woman and a man of one family
_FAMILY = (("ska", "ski"), ("cka", "cki"), ("ova", ""), ("ova", "ov"), ("eva", "ev"))


def against_address(name: NameSeen) -> Iterator[Proposal]:
    """Proposals the mail address gives a hint for, and umlauts a machine wrote out."""
    local, host = _tokens(name.email)
    for field in ("first_name", "last_name"):
        text = getattr(name, field)
        if not text:
            continue
        other = germanised(name.first_name if field == "last_name" else name.last_name)
        known = [*_candidates(local, other), *host] if field == "last_name" else local
        yield from _umlaut(field, text, known) or _typo(name, field, text, local) or _written_out(field, text)


def _tokens(email: str) -> tuple[list[str], list[str]]:
    """The words of the local part, and those of the domain's own label; nothing for a shared address."""
    local, _, host = email.lower().partition("@")
    local = local.partition("+")[0]
    if not host or local in _SHARED:
        return [], []
    label = host.split(".")[-2] if host.count(".") else ""
    return _split(local), _split(label)


def _split(text: str) -> list[str]:
    return [part for part in re.split(r"[._\-0-9]+", text) if part]


def _umlaut(field: str, text: str, tokens: Iterable[str]) -> list[Proposal]:
    """ "Muller", "Mùller", "M?ller" and "Mueller" beside mueller@ or müller@: the address knows the umlaut."""
    for token in tokens:
        for part in re.split(r"[ \-]", text):
            written = _as_in_address(part, token)
            if written and written != part:
                changed = text.replace(part, written)
                return [Proposal("umlaut", {field: changed}, N_("The mail address is spelt “%(token)s”: “%(name)s”?"), 80,
                                 {"token": token, "name": changed})]  # fmt: skip
    return []


def _as_in_address(part: str, token: str) -> str:
    """The name with the umlauts of the address; empty when it has nothing to say about this name."""
    if len(part) < 3:
        return ""
    if any(sign in "äöüß" for sign in token):
        same = germanised(token) in (germanised(part), plain(part)) or plain(token) == plain(part)
        return _like(part, token) if same else ""
    short = _contracted(token)
    if _LOST.search(part):
        fits = len(short) == len(part) and _LOST.sub(".", re.escape(part).replace(r"\?", "?"))
        return _like(part, short) if fits and re.fullmatch(fits, short, re.IGNORECASE) else ""
    # "Muller" beside mueller@: the same letters, but one of the address's pairs is a single letter in the name
    if short == token or token in (plain(part), germanised(part)):
        return ""
    without = "".join(sign if sign not in "äöü" else plain(sign) for sign in short)
    return _like(part, short) if plain(part) == without else ""


def _contracted(token: str) -> str:
    """ "mueller" → "müller"; "ss" stays, for nobody can tell, and so does "ue" after a vowel or q: Bauer, Quelle."""
    return re.sub(r"(?<![aeiouq])(ae|oe|ue)", lambda found: _DIGRAPHS[found.group()], token)


def _like(part: str, spelt: str) -> str:
    return spelt.upper() if part.isupper() else spelt[:1].upper() + spelt[1:]


def _typo(name: NameSeen, field: str, text: str, tokens: list[str]) -> list[Proposal]:
    """One letter off the address. A last name of somebody else, or another first name that exists, is no typo."""
    target = germanised(text)
    if len(target) < 5 or not target.isascii() or not target.isalpha():
        return []
    other = germanised(name.first_name if field == "last_name" else name.last_name)
    if _agrees({target, plain(text)}, tokens, other):
        return []
    for token in _candidates(tokens, other):
        spelt = germanised(token)
        if spelt == other or _is_relative(target, spelt) or (field == "last_name") == (use_of(token) is not None):
            continue
        if field == "first_name" and use_of(text) is not None:
            continue
        best = min(_spellings(token), key=lambda found: OSA.distance(found.casefold(), text.casefold()))
        if spelt[:1] == target[:1] and 0 < OSA.distance(best.casefold(), text.casefold()) == 1:
            return [Proposal("typo", {field: best}, N_("The name is “%(name)s”, the mail address says “%(token)s”. A typo?"),
                             55, {"name": text, "token": token})]  # fmt: skip
    return []


def _agrees(spellings: set[str], tokens: list[str], other: str) -> bool:
    """Whether the address holds the name: huber, annahuber, huberm; but schmidt does not hold Schmid."""
    compact = "".join(tokens)
    for target in spellings:
        _, found, rest = compact.partition(target)
        if found and not (len(rest) == 1 and rest != other[:1]):
            return True
    return False


def _candidates(tokens: list[str], other: str) -> Iterator[str]:
    for token in tokens:
        yield token
        if other and token.startswith(other) and len(token) > len(other):
            yield token.removeprefix(other)
        elif other and token[:1] == other[:1] and len(token) > 5:
            yield token[1:]


def _spellings(token: str) -> list[str]:
    """The token with each choice of its written-out umlauts as umlauts."""
    places = [found.span() for found in re.finditer("(?<![aeiouq])(?:ae|oe|ue)|ss", token)][:4]
    made = []
    for count in range(len(places) + 1):
        for chosen in combinations(places, count):
            text = token
            for start, end in reversed(chosen):
                text = text[:start] + _DIGRAPHS[text[start:end]] + text[end:]
            made.append(text[:1].upper() + text[1:])
    return made


def _is_relative(one: str, two: str) -> bool:
    return any(
        {one, two} == {stem + ending for ending in pair}
        for pair in _FAMILY
        for stem in {one[: len(one) - len(pair[0])], one[: len(one) - len(pair[1])]}
    )


def _written_out(field: str, text: str) -> list[Proposal]:
    """ "Mueller": a family that writes itself so, or a machine without umlauts. Worth a look, no more."""
    found = _BY_SPELLING.get(text.casefold())
    if found is None:
        return []
    return [Proposal("umlaut", {field: found}, N_("“%(name)s” is usually written “%(usual)s”."), 20,
                     {"name": text, "usual": found})]  # fmt: skip


_BY_SPELLING = {germanised(name): name for name in _USUAL.split() if germanised(name) != name.casefold()}
