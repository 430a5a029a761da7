"""Hiding Jinja tags while HTML tools work on the text around them, and putting them back. Pure.

HTML tools rewrite what they do not know: premailer makes `{{%20url%20}}` of a link and escapes `<` inside a condition;
parsers move text out of tables. So a tag inside an attribute becomes a plain word and a tag between elements a comment;
both survive parsing, inlining and serialising.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from outreach.errors import N_
from outreach.mail.sandbox import Broken

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
#: what an HTML text is made of, as far as hiding needs to know
_PIECE = re.compile(
    r"(?P<jinja>\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})"
    r"|(?P<comment><!--.*?-->)"
    r"|(?P<raw><(?P<name>style|script)\b[^>]*>.*?</(?P=name)\s*>)"
    r"|(?P<element></?[a-zA-Z](?:\"[^\"]*\"|'[^']*'|\{\{.*?\}\}|\{%.*?%\}|[^>\"'])*>)",
    re.DOTALL | re.IGNORECASE,
)
_HIDDEN = re.compile(r"<!--tag(\d+)x-->|qtag(\d+)x", re.IGNORECASE)


@dataclass
class Hidden:
    """A text whose tags are hidden; `restore` puts them back into whatever became of it."""

    text: str
    tags: list[str] = field(default_factory=list)

    def restore(self, text: str) -> str:
        """`text` with every hidden tag as it was written."""
        return _HIDDEN.sub(self._tag, text)

    def _tag(self, found: re.Match[str]) -> str:
        number = int(found[1] or found[2])
        return self.tags[number] if number < len(self.tags) else found[0]


def hide(source: str, *, only_words: bool = False) -> Hidden:
    """`source` with its tags hidden; `only_words` for text that is not HTML yet (Markdown, MJML attributes).

    Raises Broken for a tag between the attributes of an element, where no tool would leave it alone.
    """
    hidden = Hidden("")
    if only_words:
        hidden.text = _TAG.sub(lambda found: _word(hidden, found[0]), source)
    else:
        hidden.text = _PIECE.sub(lambda found: _piece(hidden, found, source), source)
    return hidden


def strip(source: str) -> str:
    """`source` without its tags."""
    return _TAG.sub("", source)


def _piece(hidden: Hidden, found: re.Match[str], source: str) -> str:
    if found["jinja"]:
        return _comment(hidden, found[0])
    if found["element"]:
        return _element(hidden, found[0], line=source.count("\n", 0, found.start()) + 1)
    return _TAG.sub(lambda tag: _word(hidden, tag[0]), found[0])


def _element(hidden: Hidden, element: str, *, line: int) -> str:
    out, quote, position = [], "", 0
    while position < len(element):
        tag = _TAG.match(element, position)
        if tag:
            if not quote:
                raise Broken(
                    N_('Line %(line)s: put the tag inside the quotes of an attribute, like href="…".'), line=line
                )
            out.append(_word(hidden, tag[0]))
            position = tag.end()
            continue
        char = element[position]
        if char in "\"'" and quote in ("", char):
            quote = "" if quote else char
        out.append(char)
        position += 1
    return "".join(out)


def _word(hidden: Hidden, tag: str) -> str:
    hidden.tags.append(html.unescape(tag))
    return f"qtag{len(hidden.tags) - 1}x"


def _comment(hidden: Hidden, tag: str) -> str:
    hidden.tags.append(html.unescape(tag))
    return f"<!--tag{len(hidden.tags) - 1}x-->"
