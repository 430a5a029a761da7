"""What a text may be made of, so that no HTML tool eats minutes or the whole process. Pure.

Looked at before any tool sees the text, and again after Markdown or MJML have become HTML. Measured: at these bounds the
worst text takes a few seconds; without them 60 kB of nested MJML ended the process and a wide table took minutes.
A large real newsletter has 1,500 elements, 30 levels, 300 rules of CSS.
"""

from __future__ import annotations

import re

from outreach.errors import N_
from outreach.mail.sandbox import SOURCE_MOST, Broken

ELEMENTS_MOST = 5_000
DEPTH_MOST = 100
TAGS_MOST = 3_000  # of Jinja
RULES_MOST = 1_000  # selectors of style sheets
_LOOKS_MOST = 2_000_000  # selectors × elements: each one is looked for everywhere
DECLARATIONS_MOST = 10_000  # property: value; in style sheets and style attributes
_PARTS_MOST = 1_000  # attributes and declarations of one element
_CELLS_MOST = 100  # of one line of a Markdown table

_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905
#: HTML ends these by itself where the next one begins
_ENDS_ITSELF = frozenset("p li dt dd tr td th thead tbody tfoot colgroup option html head body".split())  # noqa: SIM905
_ELEMENT = re.compile(r"<(/?)([a-zA-Z][\w-]*)([^<>]*)>?")
_JINJA = re.compile(r"\{[{%#]")
_SHEET = re.compile(r"<(?:style|mj-style)\b[^>]*>(.*?)</(?:style|mj-style)", re.IGNORECASE | re.DOTALL)


def check(body: str, format: str) -> None:
    """Raises Broken with a sentence for a text no tool should be given."""
    if len(body) > SOURCE_MOST:
        raise Broken(N_("The text has more than %(most)s characters."), most=SOURCE_MOST)
    _all_ended(body)
    if len(_JINJA.findall(body)) > TAGS_MOST:
        raise Broken(N_("The text has more than %(most)s gaps and conditions."), most=TAGS_MOST)
    if format == "markdown" and any(line.count("|") > _CELLS_MOST for line in body.splitlines()):
        raise Broken(N_("A table of the text has more than %(most)s columns."), most=_CELLS_MOST)
    _sheets(body, _elements(body, html=format != "mjml"))


def _all_ended(body: str) -> None:
    # An opening without its end makes every tool search to the end of the text, again and again.
    small = body.lower()
    for opening, end in (("<!--", "-->"), ("<style", "</style"), ("<script", "</script"), ("<![cdata[", "]]>")):
        last = small.rfind(opening)
        if last >= 0 and small.find(end, last) < 0:
            line = body.count("\n", 0, last) + 1
            raise Broken(N_("Line %(line)s: “%(what)s” is never closed."), line=line, what=opening)


def _elements(body: str, *, html: bool) -> int:
    depth = count = declarations = 0
    for found in _ELEMENT.finditer(body):
        closing, name, rest = found[1], found[2].lower(), found[3]
        count += not closing
        parts = rest.count(";")
        declarations += parts
        if parts + len(rest.split()) > _PARTS_MOST:
            line = body.count("\n", 0, found.start()) + 1
            raise Broken(
                N_("Line %(line)s: one element has more than %(most)s attributes."), line=line, most=_PARTS_MOST
            )
        if name in _VOID or rest.endswith("/") or (html and name in _ENDS_ITSELF):
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        if depth > DEPTH_MOST:
            raise Broken(N_("The text is nested too deeply."))
    if count > ELEMENTS_MOST:
        raise Broken(N_("The text has more than %(most)s elements."), most=ELEMENTS_MOST)
    if declarations > DECLARATIONS_MOST:
        raise Broken(N_("The text has too many rules of CSS for its %(elements)s elements."), elements=count)
    return count


def _sheets(body: str, elements: int) -> None:
    css = "".join(found[1] for found in _SHEET.finditer(body))
    rules = css.count("{") + css.count(",")
    if rules > RULES_MOST or rules * elements > _LOOKS_MOST or css.count(";") > DECLARATIONS_MOST:
        raise Broken(N_("The text has too many rules of CSS for its %(elements)s elements."), elements=elements)
