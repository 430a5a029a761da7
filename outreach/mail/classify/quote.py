"""The mail without what it answers: quoted lines, the line that introduces them, and old mails pasted below. Pure.

Libraries measured on German replies found 30 to 52 % of the boundaries; these rules know the lines German and English
mail programs write. One pass over the lines, and no expression that looks back further than its line.

    top posting      new words · "Am … schrieb …:" · > old        the words before
    inline, bottom   "Am … schrieb …:" · > old · new words        the words between and behind
    Outlook          new words · Von: / Gesendet: / An: · old     the words before; nothing marks the old ones
"""

from __future__ import annotations

import re

#: lines looked at; nobody writes more, and forwarded novels are not read
LINES_MOST = 3_000
_WIDTH_MOST = 2_000


def removed(text: str) -> str:
    """The lines that are new, empty ones kept."""
    lines = [line[:_WIDTH_MOST].rstrip() for line in _normal(text).split("\n")[:LINES_MOST]]
    kept: list[str] = []
    at = 0
    while at < len(lines):
        if _starts_old_mail(lines, at):
            break
        if length := _introduction(lines, at):
            behind = _next_words(lines, at + length)
            if behind is None or lines[behind].startswith(">"):
                at += length
                continue
            # Nothing marks the old words: all that follows may be theirs.
            break
        if not lines[at].lstrip().startswith(">"):
            kept.append(lines[at])
        at += 1
    return "\n".join(kept).strip("\n")


def _normal(text: str) -> str:
    return _ODD_SPACE.sub(" ", _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


_ODD_SPACE = re.compile("[\u00a0\u2000-\u200a\u202f\u3000]")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\u2066-\u2069\u202a-\u202e]")

_SEPARATOR = re.compile(
    r"\s*[-_=*]{2,60}\s?(?:urspr(?:ü|ue)ngliche[rn]?(?:-|\s)?(?:nachricht|mail|e-mail)|original(?:-|\s)?(?:nachricht|message|mail|e-mail|meldung|text|appointment|termin)"
    r"|urspr(?:ü|ue)nglicher termin|weitergeleitete (?:nachricht|mail|e-mail)|forwarded message|message transf\w+|message d'origine|mensaje original|messaggio originale"
    r"|oorspronkelijk bericht|antwort auf)\b[^-]{0,120}-{0,60}\s*$",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"\s*(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)|start of forwarded message"
    r"|----- forwarded by .{1,80}|----- weitergeleitet von .{1,80}|-{3,} ?reply above this line ?-{0,60}"
    r"|#{2,} ?(?:bitte|please) (?:antworten|type|reply|schreiben).{0,80})\s*:?\s*-{0,60}\s*$",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*[_\-=*]{5,}\s*$")
_FROM = re.compile(r"\s*[*_]?(?:von|from|de|da|absender|sender)[*_]?\s?:[*_]?\s*\S", re.IGNORECASE)
_SENT_FIRST = re.compile(
    r"\s*[*_]?(?:gesendet|datum|date|sent|betreff|subject|an|to)[*_]?\s?:[*_]?\s*\S", re.IGNORECASE
)
_FIELD = re.compile(
    r"\s*[*_]?(von|from|de|da|absender|sender|gesendet(?: am)?|datum|date|sent|envoyé|enviado|inviato|an|to|à|para|a|cc|kopie|bcc|betreff|subject|objet|asunto"
    r"|oggetto|reply-to|antwort an|wichtigkeit|importance|priorität|anlagen|anhänge|attachments)[*_]?\s?:[*_]?(?:\s|$)",
    re.IGNORECASE,
)
_WHO = ("von", "from", "de", "da", "absender", "sender")


def _starts_old_mail(lines: list[str], at: int) -> bool:
    line = lines[at]
    if _SEPARATOR.match(line) or _FORWARDED.match(line):
        return True
    if _RULE.match(line):
        behind = _next_words(lines, at + 1)
        return behind is not None and behind - at <= 3 and _is_header_block(lines, behind)
    return _is_header_block(lines, at) or _is_notes_block(lines, at)


def _is_header_block(lines: list[str], at: int) -> bool:
    """Von: … Gesendet: … An: … Betreff: … in any order, one of them naming the writer."""
    if not (_FROM.match(lines[at]) or _SENT_FIRST.match(lines[at])):
        return False
    names: set[str] = set()
    for line in lines[at : at + 9]:
        if found := _FIELD.match(line):
            names.add(found[1].lower())
    has_address = any("@" in line or _YEAR.search(line) for line in lines[at : at + 4])
    return len(names) >= 3 and any(one in names for one in _WHO) and (has_address or len(names) >= 4)


_YEAR = re.compile(r"\b(?:19|20)\d\d\b|\d\d?:\d\d")
# Lotus Notes: "Von:   Anna Berg/Firma", or "Anna Berg <a@…> schrieb am 03.05.2026 10:11:12:", or a table of both.
_NOTES = re.compile(r"\s*\S.{2,80}(?:\d\d?[./]\d\d?[./]\d{2,4}) \d\d?:\d\d(?::\d\d)?\s*(?:AM|PM)?\s*$")


def _is_notes_block(lines: list[str], at: int) -> bool:
    if not _NOTES.match(lines[at]):
        return False
    found = [_FIELD.match(line) for line in lines[at + 1 : at + 12]]
    names = {one[1].lower() for one in found if one}
    return "an" in names or "to" in names


_VERB = re.compile(
    r"(?:schrieb(?:en|st)?|geschrieben|hat .{0,80}geschrieben|wrote|écrit|escribió|ha scritto|schreef|skrev|napisał(?:\(a\))?|kirjoitti|writes|schreibt|sendte|gesendet"
    r"|schriebst du|schrieben sie)\b",
    re.IGNORECASE,
)
_STARTS = re.compile(
    r"\s*(?:[*_\"„]?(?:am|an|on|le|el|il|op|den|dnia|em|på|vom|in message|zitat von|quoting|hello|hallo)\b"
    r"|(?:mo|di|mi|do|fr|sa|so|mon|tue|wed|thu|fri|sat|sun)\w{0,8}[.,]|\d{1,4}[-./]|[\"'„“<\w])",
    re.IGNORECASE,
)
_MOMENT = re.compile(
    r"\d{1,2}[./-]\s?\d{1,2}[./-]\s?(?:\d{2,4})?|\b(?:19|20)\d\d\b|\d{1,2}:\d\d|\bum \d{1,2}\b|<[^<>\s]{3,200}@[^<>\s]{3,200}>|\[mailto:",
    re.IGNORECASE,
)
#: enough before a quoted line: "Max Brandt schrieb:", "* Max Brandt <m@x.example> [2026-05-04 09:02]:"
_BARE = re.compile(
    r"\s*\S.{0,120}(?:\b(?:schrieb|wrote|writes|schreibt|geschrieben)|[\])>]|\d\d?:\d\d(?::\d\d)?)\s?:\s*$",
    re.IGNORECASE,
)
_ISO = re.compile(r"\s*20\d\d-\d\d-\d\d \d\d?:\d\d (?:GMT|UTC)?\s?[+-]?\d\d:?\d\d .{1,150}:\s*$")
_QUOTING = re.compile(r"\s*(?:zitat von|quoting|in article|in der nachricht|zitat)\b.{0,200}:\s*$", re.IGNORECASE)


def _introduction(lines: list[str], at: int) -> int:
    """How many lines introduce a quote here ("Am 3. Mai 2026 um 10:11 schrieb Anna Berg <a@…>:"); mostly 0."""
    line = lines[at]
    if not line.strip() or line.startswith(">"):
        return 0
    if _ISO.match(line) or _QUOTING.match(line):
        return 1
    if _BARE.match(line) and (below := _next_words(lines, at + 1)) is not None and lines[below].startswith(">"):
        return 1
    if not _STARTS.match(line):
        return 0
    joined = ""
    for length in range(1, 5):
        if at + length > len(lines) or not lines[at + length - 1].strip():
            return 0
        joined = f"{joined} {lines[at + length - 1].strip().lstrip('>').strip()}"[-600:]
        ends = joined.rstrip("* _").endswith((":", ": ?", "：")) or _ENDS_WITHOUT_COLON.search(joined)
        if ends:
            fits = _VERB.search(joined) and _MOMENT.search(joined) and len(joined) < 400
            return length if fits and not _IS_SENTENCE.search(joined) else 0
        if length == 1 and not (_MOMENT.search(joined) or _VERB.search(joined)):
            return 0
    return 0


# "Am 3. Mai schrieb ich Ihnen: …" goes on in the same line, or is told by the writer.
_IS_SENTENCE = re.compile(
    r"\b(?:schrieb ich|ich schrieb|i wrote|wie (?:sie|du) \w+ schrieb|geschrieben, dass)\b", re.IGNORECASE
)
_ENDS_WITHOUT_COLON = re.compile(r"(?:wrote|schrieb|geschrieben|écrit)\s?$", re.IGNORECASE)


def _next_words(lines: list[str], at: int) -> int | None:
    for index in range(at, min(at + 6, len(lines))):
        if lines[index].strip():
            return index
    return None
