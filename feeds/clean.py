"""Markup becomes plain text: what a reader would see, without tags, scripts, control characters and tricks.

Not for showing HTML safely (nothing of a feed is ever shown as HTML): pages escape this text like any other. A scanner
of our own, because it takes the same short time for every input: html5ever needs 3 s for 200 kB of nested <div>, and
libxml2 drops whatever lies deeper than 256 levels. Every step below moves forward and never looks twice.
"""

from __future__ import annotations

import html
import re
import unicodedata

MOST_HTML = 200_000
MOST_TITLE = 500

_OPENING = re.compile(r"<(?:!--|(/?)([a-zA-Z][a-zA-Z0-9:-]*)|[!?])")
#: the rest of a tag; quoted values may hold ">". Possessive: it never tries a second way
_REST_OF_TAG = re.compile(r"""(?:[^<>"']++|"[^"]*+"|'[^']*+')*+>""")
_UNSEEN = ("script", "style", "template", "noscript", "iframe", "object", "svg", "math", "head", "select", "textarea")
_UNSEEN_END = {name: re.compile(rf"</{name}(?![a-z0-9])[^>]*+>?", re.IGNORECASE) for name in _UNSEEN}
_BREAKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote br center dd details dialog div dl dt fieldset figcaption figure footer form h1 "
        "h2 h3 h4 h5 h6 header hr li main nav ol option p pre section summary table tbody tfoot thead title tr ul",
    )
)
_GAPS = frozenset(("td", "th", "img", "button", "input"))
#: tags somebody escaped once too often; anything else in angle brackets is text ("<3", "x <y> z")
_KNOWN = re.compile(
    r"</?(?:a|abbr|article|audio|b|big|blockquote|body|br|button|center|code|div|em|embed|figcaption|figure|font|form|h[1-6]"
    r"|hr|html|i|iframe|img|input|li|link|meta|object|ol|p|pre|script|section|small|span|strong|style|sub|sup|svg|table"
    r"|tbody|td|th|thead|tr|u|ul|video)(?:[\s/][^<>]*+)?>",
    re.IGNORECASE,
)
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
#: characters nobody sees that break words apart or turn their direction around: soft hyphen, zero width, bidi
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")


def plain(markup: str) -> str:
    """The text of a piece of HTML, a line per paragraph; of at most MOST_HTML characters of it."""
    text = _cut(markup, MOST_HTML)
    if "<" in text:
        text = _without_tags(text)
    if "&" in text:
        text = html.unescape(text)
        if _KNOWN.search(text):  # escaped twice, as many systems do
            text = _without_tags(text)
    return _tidy(text)


def title(markup: str) -> str:
    """A headline in one line: tags gone, entities unescaped once, at most MOST_TITLE characters."""
    text = " ".join(plain(_cut(markup, 20 * MOST_TITLE)).split())
    return text if len(text) <= MOST_TITLE else text[: MOST_TITLE - 1].rstrip() + "…"


def line(text: str, *, most: int = 300) -> str:
    """Something that was never markup, in one line without control characters."""
    return " ".join(_tidy(text[: 4 * most]).split())[:most]


def _cut(markup: str, most: int) -> str:
    """The first `most` characters, without half a tag or half an entity at the end."""
    if len(markup) <= most:
        return markup
    markup = markup[:most]
    for opening, closing in (("<", ">"), ("&", ";")):
        start = markup.rfind(opening, most - 40)
        if start >= 0 and closing not in markup[start:]:
            markup = markup[:start]
    return markup


def _tidy(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    text = _CONTROLS.sub("", text.replace("\r", "\n"))
    return _LINES.sub("\n", _BLANKS.sub(" ", text)).strip()


def _without_tags(markup: str) -> str:
    out: list[str] = []
    position = 0
    while (found := _OPENING.search(markup, position)) is not None:
        out.append(markup[position : found.start()])
        name = (found[2] or "").lower().rpartition(":")[2]
        if not name:
            position = _after_comment(markup, found)
            continue
        position = _after_tag(markup, found.end())
        if name in _BREAKS:
            out.append("\n")
        elif name in _GAPS:
            out.append(" ")
        elif name in _UNSEEN_END and not found[1] and markup[position - 2 : position] != "/>":
            end = _UNSEEN_END[name].search(markup, position)
            position = end.end() if end else len(markup)
    out.append(markup[position:])
    return "".join(out)


def _after_tag(markup: str, position: int) -> int:
    whole = _REST_OF_TAG.match(markup, position)
    if whole is not None:
        return whole.end()
    # A quote that is never closed: browsers take all that follows for the value; a reader wants the text.
    nearest = re.compile("[<>]").search(markup, position)
    if nearest is None:
        return len(markup)
    return nearest.end() if nearest[0] == ">" else nearest.start()


def _after_comment(markup: str, found: re.Match[str]) -> int:
    if markup.startswith("<![CDATA[", found.start()):
        return found.start() + len("<![CDATA[")
    closing = "-->" if found[0] == "<!--" else ">"
    end = markup.find(closing, found.end() - (2 if closing == "-->" else 0))
    return len(markup) if end < 0 else end + len(closing)
