"""Days, years, newspapers and quotations as a German, Austrian, Swiss or English letter says them. Pure.

Whatever comes from outside is made one plain line first: no links, no control characters, quotation marks of the
language.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

from babel.dates import format_date

#: of a text from outside no more is looked at; headlines and names are shorter
LOOKED_AT = 2_000
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ue000-\uf8ff]")
_LINK = re.compile(r"\(?\b(?:https?://|www\.)\S+|[^\s@]{1,64}@[^\s@]{1,100}|<[^<>]{0,200}>", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_DOUBLE = re.compile('["„“”«»]')
#: what news sites put around a headline
_NEWS_SIGNS = re.compile(
    r"^(?:(?:\+{2,}|(?:eil(?:meldung)?|update|breaking|video|exklusiv|live|anzeige)\s*[:|+])\s*){1,4}|\s*\+{2,}\s*$",
    re.IGNORECASE,
)
_SMALL = {
    "de": ("null", "einem", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"),
    "en": ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
}


def is_german(language: str) -> bool:
    """Whether letters in this language are German ones."""
    return language.lower().startswith("de")


def is_swiss(language: str) -> bool:
    """Whether letters in this language write ss and «»."""
    return language.lower().startswith("de-ch")


def plain(text: str, *, most: int) -> str:
    """One line without links, tags and signs nobody sees; whole words, with "…" when something is left out."""
    line = _SPACES.sub(" ", _LINK.sub(" ", one_line(text[:LOOKED_AT]))).strip()
    if len(line) <= most:
        return line
    short = line[: most - 1]
    return (short[: short.rfind(" ")] if " " in short[most // 2 :] else short).rstrip(" ,;:–-") + "…"


def one_line(text: str) -> str:
    """One line in composed letters without control characters; nothing else is taken away."""
    return _SPACES.sub(" ", _CONTROL.sub(" ", unicodedata.normalize("NFC", text))).strip()


def quoted(text: str, language: str) -> str:
    """In the quotation marks of the language; marks inside become single ones."""
    text = text.strip()
    if len(text) > 2 and _DOUBLE.fullmatch(text[0]) and _DOUBLE.fullmatch(text[-1]) and len(_DOUBLE.findall(text)) == 2:  # noqa: PLR2004
        text = text[1:-1]
    opening, closing, first, last = _marks(language)
    inside, is_open = [], False
    for sign in text:
        inside.append((last if is_open else first) if _DOUBLE.fullmatch(sign) else sign)
        is_open ^= bool(_DOUBLE.fullmatch(sign))
    return f"{opening}{''.join(inside)}{closing}"


def headline(text: str, source: str) -> str:
    """A headline without what the site put around it: its own name, "+++", "EIL:", a full stop."""
    line = _NEWS_SIGNS.sub("", plain(text, most=300))
    before, sign, after = re.sub(r"\s+[-–—|·]\s+", "\0", line).rpartition("\0")
    if sign and source and _same(after, source):
        line = before.replace("\0", " – ")
    line = line.rstrip(" .–-|") if not line.endswith("…") else line
    return plain(line, most=140)


def said_in(source: str, link: str, language: str) -> str:
    """Where a report stood, as in "habe ich in der Südwest Presse gelesen"; empty when nobody knows."""
    name = plain(source, most=60).strip(' -–|:"„“”')
    if _is_host(name) or not name:
        host = name.lower() if name else _host(link)
        return f"{'auf' if is_german(language) else 'on'} {host.removeprefix('www.')}" if host else ""
    return _in_german(name) if is_german(language) else _in_english(name)


def day(on: date, language: str, today: date) -> str:
    """ "3. Mai"; with the year when it is not near."""
    near = abs((on - today).days) < 180  # noqa: PLR2004
    if is_german(language):
        return _formatted(on, "d. MMMM" if near else "d. MMMM y", language)
    return _formatted(on, "d MMMM" if near else "d MMMM y", language)


def month(on: date, language: str, today: date) -> str:
    """ "im März"; with the year when it was another one."""
    pattern = "MMMM" if on.year == today.year or 0 <= (today - on).days < 120 else "MMMM y"  # noqa: PLR2004
    return f"{'im' if is_german(language) else 'in'} {_formatted(on, pattern, language)}"


def years(count: int, language: str) -> str:
    """ "zehn Jahren", in the dative of "vor" and "seit"; "ten years". Empty for none."""
    if count <= 0:
        return ""
    words = _SMALL["de" if is_german(language) else "en"]
    said = words[count] if count < len(words) else str(count)
    if is_german(language):
        return f"{said} {'Jahr' if count == 1 else 'Jahren'}"
    return f"{said} {'year' if count == 1 else 'years'}"


def days(first: date, last: date, language: str) -> str:
    """ "vom 12. bis 15. Mai", "am 12. Mai"; "from 12 to 15 May", "on 12 May"."""
    german = is_german(language)
    long, short = ("d. MMMM", "d.") if german else ("d MMMM", "d")
    end = _formatted(last, long, language)
    if first == last:
        return f"{'am' if german else 'on'} {end}"
    start = _formatted(first, short if first.month == last.month else long, language)
    return f"vom {start} bis {end}" if german else f"from {start} to {end}"


def slots(first: date, last: date, language: str, today: date) -> tuple[str, str] | None:
    """Two times for a visit at a fair: its second and third day, where it has them; None when it is over."""
    left = [
        first + timedelta(days=n) for n in range(min((last - first).days, 60) + 1) if first + timedelta(days=n) > today
    ]
    if not left:
        return None
    if len(left) == 1:
        return _slot(left[0], "10.30", language), _slot(left[0], "14.00", language)
    at = 1 if len(left) > 2 else 0  # noqa: PLR2004
    return _slot(left[at], "10.30", language), _slot(left[at + 1], "14.00", language)


def fair(name: str, language: str) -> str:
    """The fair behind its article: "Hannover Messe", "Messe „südback“"; in English just its name."""
    if not is_german(language) or (name.casefold().endswith("messe") and not re.match(r"\w+e\s", name)):
        return name
    return f"Messe {quoted(name, language)}"


def _slot(on: date, time: str, language: str) -> str:
    if is_german(language):
        return f"{_formatted(on, 'EEEE, d. MMMM', language)}, um {time.removesuffix('.00')} Uhr"
    return f"{_formatted(on, 'EEEE d MMMM', language)} at {time.replace('.', ':')}"


def _formatted(on: date, pattern: str, language: str) -> str:
    region = {"de-at": "de_AT", "de-ch": "de_CH"}.get(language.lower(), "de") if is_german(language) else "en_GB"
    return format_date(on, pattern, locale=region)


def _marks(language: str) -> tuple[str, str, str, str]:
    if is_swiss(language):
        return "«", "»", "‹", "›"
    return ("„", "“", "‚", "‘") if is_german(language) else ("“", "”", "‘", "’")


def _same(a: str, b: str) -> bool:
    def bare(text: str) -> str:
        return re.sub(r"\W|^(?:der|die|das|the)\b|\.\w{2,4}$|online$", "", text.strip(), flags=re.IGNORECASE).casefold()

    one, other = bare(a), bare(b)
    return bool(one) and (one == other or (min(len(one), len(other)) > 3 and (one in other or other in one)))  # noqa: PLR2004


def _is_host(name: str) -> bool:
    return re.fullmatch(r"(?:[\w-]+\.)+[a-z]{2,10}", name, re.IGNORECASE) is not None


def _host(link: str) -> str:
    found = re.match(r"https?://(?:[^/@\s]*@)?([\w.-]+)", link[:LOOKED_AT])
    return found.group(1).lower() if found and "." in found.group(1) else ""


_FEMININE = re.compile(
    r"(?:zeitung|presse|post|rundschau|allgemeine|woche|wochenschau|welt|zeit|tageszeitung|volksstimme|stimme|chronik|revue)$"
)
_PLURAL = re.compile(r"(?:nachrichten|mitteilungen|neuesten nachrichten|news)$")
_OTHERS = re.compile(
    r"(?:blatt|magazin|journal|echo|anzeiger|kurier|bote|spiegel|merkur|standard|tagesspiegel|focus|stern|handwerk|"
    r"generalanzeiger|abendblatt|volksfreund|tagblatt|express|report|impulse|trend)$"
)
_ARTICLE = {"die": "in der", "der": "im", "das": "im"}
_ADJECTIVE = re.compile(r"(?:isch|neu|allgemein|frei|deutsch|groß|klein|recht|link)(e|er|es)$", re.IGNORECASE)


def _in_german(name: str) -> str:
    """The preposition its last word wants; "bei" for whatever has no known gender."""
    words = name.split(" ")
    article = _ARTICLE.get(words[0].lower()) if len(words) > 1 else None
    if article:
        words = words[1:]
    last = words[-1].casefold()
    if article is None:
        article = "in der" if _FEMININE.search(last) else "in den" if _PLURAL.search(last) else None
    if article is None and _OTHERS.search(last):
        article = "im"
    if article is None:
        return f"bei {name}"
    bent = [_ADJECTIVE.sub(lambda found: found.group()[: -len(found.group(1))] + "en", word) for word in words[:-1]]
    end = _ADJECTIVE.sub(lambda found: found.group()[: -len(found.group(1))] + "en", words[-1])
    return " ".join([article, *bent, end + "n" if end.endswith("ote") else end])


def _in_english(name: str) -> str:
    words = name.casefold().split(" ")
    if words[0] in _ARTICLE or words[0] == "the":
        return f"in {name}"
    is_paper = any(pattern.search(words[-1]) for pattern in (_FEMININE, _PLURAL, _OTHERS))
    return f"in the {name}" if is_paper else f"on {name}"
