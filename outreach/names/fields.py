"""What stands in the wrong field: "Herr" and "Dr." in a name, a company, both names in one, the two exchanged. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from outreach.errors import N_
from outreach.names.first_names import germanised, guess_salutation, plain, use_of
from outreach.names.proposals import NameSeen, Proposal
from outreach.salutation.wording import HONORIFICS, looks_like_company

_LEADING = re.compile(
    r"(?:(?:(?:univ\.?-?|jun\.?-?)?prof\.?(?:in)?|professor(?:in)?|d?dr\.?(?:in|-ing\.?)?|pd|mm?ag\.?a?(?=[. ])\.?|dipl\.?-?[a-z]+\.?|ing\.|"
    r"h\.? ?c\.?|med\.|dent\.|vet\.|phil\.|jur\.|iur\.|rer\.|nat\.|pol\.|oec\.|theol\.|habil\.|mult\.)(?:\s+|$))+",
    re.IGNORECASE,
)
_SURE = re.compile(r"prof|dr|mag\.|dipl|ing\.|\bpd\b", re.IGNORECASE)
_TRAILING = re.compile(
    r"(?:,\s*|\s+)((?:(?:e?mba|ph\.?d\.?|m\.?\s?sc\.?|b\.?\s?sc\.?|m\.\s?a\.|b\.\s?a\.|m\.?\s?eng\.?|b\.?\s?eng\.?|ll\.?\s?m\.?|ll\.?\s?b\.?|"
    r"dipl\.?-[a-z]+\.?|dr\.(?:\s[a-z]+\.)*|prof\.)(?:\s*\([a-z]+\))?(?:,\s*|\s+|$))+)$",
    re.IGNORECASE,
)
#: a house rather than a person, when it begins a "last name" of several words
_HOUSES = frozenset((
    "praxis", "kanzlei", "hotel", "gasthof", "restaurant", "apotheke", "autohaus", "bäckerei", "metzgerei", "tischlerei",
    "schreinerei", "stadtwerke", "verein", "verlag", "agentur", "gemeinde", "stadt", "steuerberatung", "ingenieurbüro",
    "architekturbüro", "büro", "firma", "weingut", "hausverwaltung", "stiftung", "universität", "hochschule", "klinik",
))  # fmt: skip
#: "Anna & Jonas" are two, and no salutation fits both
_NAMES_ONE = re.compile(r"[^&+/,;]+")


def misplaced(name: NameSeen) -> Iterator[Proposal]:
    """What does not belong into a name field at all."""
    for field in ("first_name", "last_name"):
        yield from _honorific(name, field)
        yield from _title(name, field)
    yield from _company(name)
    yield from _together(name)


def swapped(name: NameSeen) -> Iterator[Proposal]:
    """First and last name exchanged: only a known first name in the wrong place says so."""
    first, last = name.first_name, name.last_name
    if not first or use_of(last) is None or use_of(first) is not None or " " in last or len(first) < 2:
        return
    order = _order(name)
    # Without an address to tell, only a woman's name is proof enough: Werner, Otto, Deniz are last names as well.
    if order == "as_is" or (order == "" and guess_salutation(last) != "frau"):
        return
    yield Proposal("swapped", {"first_name": last, "last_name": first},
                   N_("First and last name seem to be exchanged: “%(last)s” is a first name."),
                   85 if order == "exchanged" else 50, {"last": last})  # fmt: skip


def salutation(name: NameSeen) -> Iterator[Proposal]:
    """Frau or Herr against the first name, or still missing."""
    guess = guess_salutation(name.first_name)
    if not guess or name.salutation in (guess, "neutral") or not _NAMES_ONE.fullmatch(name.first_name):
        return
    if name.salutation:
        yield Proposal("salutation", {"salutation": guess},
                       N_("“%(first)s” is rarely the first name of somebody addressed like this."), 70, {"first": name.first_name})  # fmt: skip
    else:
        yield Proposal("salutation", {"salutation": guess},
                       N_("The salutation is missing; “%(first)s” lets one be guessed."), 30, {"first": name.first_name})  # fmt: skip


def _honorific(name: NameSeen, field: str) -> Iterator[Proposal]:
    text = getattr(name, field)
    word, _, rest = text.partition(" ")
    anrede = HONORIFICS.get(word.casefold()) or HONORIFICS.get(word.casefold().rstrip("."))
    if not anrede or (not rest and field == "last_name"):  # Michael Herr is a real name
        return
    changes = {field: rest}
    if not name.salutation:
        changes["salutation"] = anrede
    yield Proposal("honorific", changes, N_("“%(word)s” is a salutation and no part of the name."), 95, {"word": word})


def _title(name: NameSeen, field: str) -> Iterator[Proposal]:
    text = getattr(name, field)
    if leading := _LEADING.match(text):
        found, rest = leading.group().strip(), text[leading.end() :].strip()
        # "Ing" or "Mag" alone may be a name; and a whole last name is not a title
        if not _SURE.search(found) or (not rest and field == "last_name"):
            return
    elif trailing := _TRAILING.search(text):
        found, rest = trailing.group(1).strip(" ,"), text[: trailing.start()].strip(" ,")
        if not rest:
            return
    else:
        return
    placed = {field: rest}
    if field == "first_name" and rest and not name.last_name and " " not in rest and use_of(rest) is None:
        placed = {"first_name": "", "last_name": rest}  # "Dr. Müller": what is left is no first name
    title = name.title if found.casefold() in name.title.casefold() else f"{name.title} {found}".strip()
    changes = placed if title == name.title else {**placed, "title": title}
    yield Proposal("title", changes, N_("“%(title)s” is a title and has a field of its own."), 90, {"title": found})


def _company(name: NameSeen) -> Iterator[Proposal]:
    first, last = name.first_name, name.last_name
    for field, text in (("last_name", last), ("first_name", first)):
        form = looks_like_company(text) and (" " in text or text.casefold() in ("gmbh", "mbh", "ggmbh"))
        alone = not first and " " in text
        if not text or not (form or (alone and (_is_house(text) or text.casefold() == name.company.casefold()))):
            continue
        changes = {field: ""}
        if not name.company and " " in text:
            changes["company"] = text
        yield Proposal(
            "company", changes, N_("“%(text)s” looks like a company and no person."), 85 if form else 60, {"text": text}
        )
        return


def _is_house(text: str) -> bool:
    return text.split(" ")[0].casefold() in _HOUSES or " & " in text


def _together(name: NameSeen) -> Iterator[Proposal]:
    """Both names in one field: "Müller, Anna", or "Anna Müller" with nothing in the other."""
    if bool(name.first_name) == bool(name.last_name):
        return
    text = name.first_name or name.last_name
    before, comma, after = (part.strip() for part in text.partition(","))
    if comma:
        if before and after and "," not in after and not looks_like_company(text) and not _TRAILING.search(text):
            yield _apart(text, first=after, last=before, weight=80)
        return
    words = text.split(" ")
    known = 0
    while known < len(words) - 1 and use_of(words[known]) is not None:
        known += 1
    if known and not looks_like_company(text) and not _is_house(text):
        yield _apart(text, first=" ".join(words[:known]), last=" ".join(words[known:]), weight=75)


def _apart(text: str, *, first: str, last: str, weight: int) -> Proposal:
    return Proposal("together", {"first_name": first, "last_name": last},
                    N_("“%(text)s” seems to be first and last name in one field."), weight, {"text": text})  # fmt: skip


def _order(name: NameSeen) -> str:
    """Whether an address "first.last" agrees with the fields as they are, with the exchange, or says nothing."""
    parts = [part for part in re.split(r"[._\-]", name.email.partition("@")[0].casefold()) if part]
    if len(parts) != 2:
        return ""
    firsts, lasts = ({plain(text), germanised(text)} for text in (name.first_name, name.last_name))
    if parts[0] in firsts and parts[1] in lasts:
        return "as_is"
    return "exchanged" if parts[0] in lasts and parts[1] in firsts else ""
