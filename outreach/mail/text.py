"""The text part of a mail, made from its HTML: what a person reading without pictures should see. Pure."""

from __future__ import annotations

import re

from lxml import html as lxml_html
from lxml.html import HtmlComment, HtmlElement

_BLOCKS = {"p", "div", "section", "article", "header", "footer", "table", "tr", "ul", "ol", "blockquote", "pre",
           "h1", "h2", "h3", "h4", "h5", "h6", "address", "center", "body", "html"}  # fmt: skip
_SKIPPED = {"style", "script", "head", "title", "template", "noscript"}
_SPACE = re.compile(r"[ \t\r\n\f]+")
#: a hidden Jinja tag (see tags.py) stands in the text like a word
_TAG_COMMENT = re.compile(r"^tag\d+x$")


def from_html(source: str) -> str:
    """Plain text of an HTML mail: paragraphs, lists with dashes, links as "words <address>", alt texts of pictures.

    Elements marked `data-only="html"` or hidden with `display:none` are left out. Lines are not wrapped:
    mail programs do that better, and a wrapped address is a broken one.
    """
    if not source.strip():
        return ""
    out: list[str] = []
    _walk(lxml_html.document_fromstring(source), out, pre=False)
    return _tidy("".join(out))


def _walk(node: HtmlElement, out: list[str], *, pre: bool) -> None:
    if isinstance(node, HtmlComment):
        if _TAG_COMMENT.match((node.text or "").strip()):
            out.append(f"<!--{node.text.strip()}-->")
        return
    name = node.tag if isinstance(node.tag, str) else ""
    if not name or name in _SKIPPED or _is_hidden(node):
        return
    before, after = _around(node, name)
    out.append(before)
    pre = pre or name == "pre"
    out.append(_words(node.text, pre))
    for child in node:
        _walk(child, out, pre=pre)
        out.append(_words(child.tail, pre))
    out.append(after)


def _around(node: HtmlElement, name: str) -> tuple[str, str]:
    if name == "br":
        return "\n", ""
    if name == "hr":
        return "\n\n----\n\n", ""
    if name == "img":
        return (node.get("alt") or "").strip(), ""
    if name == "li":
        return f"\n{_bullet(node)} ", ""
    if name in ("td", "th"):
        return " ", " "
    if name == "a":
        return "", _address(node)
    if name in ("p", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"):
        return "\n\n", "\n\n"
    return ("\n", "\n") if name in _BLOCKS else ("", "")


def _bullet(item: HtmlElement) -> str:
    """The dash of a list, or the number of an ordered one."""
    parent = item.getparent()
    if parent is None or parent.tag != "ol":
        return "-"
    before = sum(1 for _ in item.itersiblings("li", preceding=True))
    start = parent.get("start") or "1"
    return f"{(int(start) if start.isdigit() else 1) + before}."


def _address(link: HtmlElement) -> str:
    address = (link.get("href") or "").strip()
    words = "".join(link.itertext()).strip()
    if not address or address.startswith("#") or address.removeprefix("mailto:").removeprefix("tel:") == words:
        return ""
    if address.rstrip("/") in (words, f"http://{words}", f"https://{words}"):
        return "" if words.startswith("http") else f" <{address}>"
    return f" <{address}>"


def _is_hidden(node: HtmlElement) -> bool:
    style = (node.get("style") or "").replace(" ", "").lower()
    return "display:none" in style or node.get("data-only") == "html"


def _words(text: str | None, pre: bool) -> str:
    if not text:
        return ""
    return text if pre else _SPACE.sub(" ", text)


def _tidy(text: str) -> str:
    lines = [re.sub(r"[ \t]{2,}", " ", line).strip() for line in text.replace("\xa0", " ").split("\n")]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
    return text.strip() + "\n"
