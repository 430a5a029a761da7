"""The text of an HTML mail, line by line, with what it quotes marked by "> " as in plain mails. Pure.

What is a quote says the structure each mail program leaves behind: containers (gmail_quote, yahoo_quoted, blockquote),
and lines behind which everything is old (divRplyFwdMsg, OutlookMessageHeader, Word's blue border).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from lxml import etree

#: everything behind this line is an older mail; `quote` knows it as Outlook's own line
CUT = "-----Original Message-----"
_HTML_MOST = 1_000_000
_LINES_MOST = 5_000
_PIECE = 16_384
#: deeper nesting is an attack on the parser, whose time grows with it
_DEPTH_MOST = 1_000

_BLOCKS = frozenset(
    [
        "p",
        "div",
        "br",
        "tr",
        "li",
        "ul",
        "ol",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "blockquote",
        "pre",
        "section",
        "article",
        "header",
        "footer",
        "center",
        "body",
        "dd",
        "dt",
    ]
)
_PARAGRAPHS = frozenset(["p", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"])
_SILENT = frozenset(["style", "script", "head", "title", "noscript", "template", "svg", "object", "meta", "link"])
_EMPTY = frozenset(
    ["br", "hr", "img", "meta", "link", "input", "col", "area", "base", "wbr", "embed", "source", "param"]
)
_QUOTES = re.compile(
    r"\b(?:gmail_quote(?:_container)?|gmail_attr|yahoo_quoted|yahoo-quoted|moz-cite-prefix|protonmail_quote|zmail_extra"
    r"|tutanota_quote|quote-?(?:container|header)|gmx_quote|mail-quote|cite-prefix|mailmate_quote|front-blockquote"
    r"|moz-forward-container|hs_reply|wb-quote|replymessage)\b",
    re.IGNORECASE,
)
_CUTS = re.compile(
    r"\b(?:x_)*(?:divRplyFwdMsg|OutlookMessageHeader|appendonsend|stopSpelling|mail-editor-reference-message-container"
    r"|ms-outlook-mobile-reference-message|OLK_SRC_BODY_SECTION|reply-intro|lotus-quote|orig-message|originalMessage)\b",
    re.IGNORECASE,
)
_SIGNATURES = re.compile(
    r"\b(?:gmail_signature|moz-signature|ms-outlook-mobile-signature|protonmail_signature_block|signature|Signature"
    r"|mail-signature|email-signature|zimbra-signature|AppleMailSignature)\b"
)
#: Outlook and Word draw a thin line above the headers of the mail they answer
_BORDER = re.compile(
    r"border:\s{0,3}none;\s{0,3}border-top:\s{0,3}solid\s{1,3}(?:#?\w+|windowtext)\s{1,3}1\.0pt;\s{0,3}padding:\s{0,3}3\.0pt",
    re.IGNORECASE,
)
_SPACE = re.compile(r"[ \t\r\n\f]+")


def text(html: str) -> str:
    """The lines a person reads, quoted ones with "> " before them. Never raises; broken HTML gives what can be read."""
    lines = _Lines()
    target: Any = lines  # the stubs know only targets for bytes and str at once
    parser = etree.HTMLParser(target=target, recover=True, huge_tree=False, remove_comments=True, encoding="utf-8")
    # Word's conditional comments hold no text of a person; some are no comments for a parser.
    cleaned = _CONDITIONAL.sub("", html[:_HTML_MOST]).encode("utf-8", "replace")
    with suppress(etree.XMLSyntaxError, ValueError, AssertionError, _Enough):  # what was read before it is kept
        # Piece by piece: what the target raises is heard only at the end of a piece.
        for start in range(0, len(cleaned), _PIECE):
            parser.feed(cleaned[start : start + _PIECE])
        parser.close()
    return lines.text()


_CONDITIONAL = re.compile(r"<!\[(?:if|endif)[^>\]]{0,100}\]>", re.IGNORECASE)


class _Enough(Exception):
    """More lines, or deeper ones, than anybody writes."""


class _Lines:
    """What the parser tells, gathered into lines: a target of lxml's parser."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        #: the open elements: their name, and whether they began a quote or a silence
        self._open: list[tuple[str, bool, bool]] = []
        self._quoted = 0
        self._silent = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if not isinstance(tag, str):
            return
        if tag in _BLOCKS:
            self._break(paragraph=tag in _PARAGRAPHS or (tag == "br" and not "".join(self._line).strip()))
        marks = f"{attributes.get('class', '')} {attributes.get('id', '')}"
        if _CUTS.search(marks) or _BORDER.search(attributes.get("style", "")):
            self._cut()
        quote = tag == "blockquote" or bool(_QUOTES.search(marks))
        silent = tag in _SILENT or bool(_SIGNATURES.search(marks)) or _hidden(attributes.get("style", ""))
        if tag in _EMPTY:
            return
        if len(self._open) > _DEPTH_MOST:
            raise _Enough
        self._open.append((tag, quote, silent))
        self._quoted += quote
        self._silent += silent

    def end(self, tag: str) -> None:
        if tag in _BLOCKS and tag not in _EMPTY:
            self._break(paragraph=tag in _PARAGRAPHS)
        # What was opened inside and never closed ends here too.
        for depth in range(len(self._open) - 1, max(len(self._open) - 200, -1), -1):
            if self._open[depth][0] == tag:
                for _name, quote, silent in self._open[depth:]:
                    self._quoted -= quote
                    self._silent -= silent
                del self._open[depth:]
                return

    def data(self, data: str) -> None:
        if not self._silent:
            self._line.append(data)

    def comment(self, text: str) -> None:
        """Nothing a person wrote."""

    def close(self) -> None:
        if len(self._lines) <= _LINES_MOST:
            self._break()

    def text(self) -> str:
        return "\n".join(self._lines)

    def _break(self, *, paragraph: bool = False) -> None:
        line = _SPACE.sub(" ", "".join(self._line).replace("\xa0", " ")).strip()
        self._line.clear()
        prefix = "> " if self._quoted else ""
        if line:
            self._lines.append(prefix + line)
        elif self._lines and self._lines[-1].strip("> ") and paragraph:
            self._lines.append(prefix.strip())
        if paragraph and line:
            self._lines.append(prefix.strip())
        if len(self._lines) > _LINES_MOST:
            raise _Enough

    def _cut(self) -> None:
        self._break()
        if not self._quoted:
            self._lines.append(CUT)


def _hidden(style: str) -> bool:
    return bool(style) and ("display:none" in style.replace(" ", "").lower() or "mso-hide:all" in style.lower())
