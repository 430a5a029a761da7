"""What every page has to be: valid HTML, a title that is its heading, labelled fields, forms with CSRF, nothing inline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
from html5lib.html5parser import ParseError

NAMELESS = ("hidden", "submit", "button", "image", "reset")


def problems(html: str, *, with_frame: bool = True) -> list[str]:
    """Every fault of a whole page, as sentences."""
    try:
        tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    except ParseError as error:
        return [f"not valid HTML: {error}"]
    found = [*_inline(tree), *_fields(tree), *_forms(tree), *_choices(tree), *_ids(tree), *_names(tree)]
    if with_frame:
        found += _frame(tree)
    return found


def _frame(tree: Element) -> Iterator[str]:
    if tree.get("lang") not in ("de", "en"):
        yield f"lang is {tree.get('lang')!r}"
    headings = [_text(one) for one in tree.iter("h1")]
    title = _text(tree.find("head/title"))
    if len(headings) != 1:
        yield f"{len(headings)} h1 on the page"
    elif title.rpartition(" – ")[0] != headings[0]:
        yield f"the title is {title!r}, the heading {headings[0]!r}"
    if not headings or not headings[0]:
        yield "the heading is empty"
    if sum(1 for _ in tree.iter("main")) != 1:
        yield "there is not exactly one main"


def _inline(tree: Element) -> Iterator[str]:
    for one in tree.iter():
        if not isinstance(one.tag, str):
            continue
        if "style" in one.attrib:
            yield f"<{one.tag}> has an inline style"
        for name in one.attrib:
            if isinstance(name, str) and (name.startswith("on") or name.startswith("hx-on")):
                yield f"<{one.tag}> has the inline script {name}"
        if one.tag == "style" or (one.tag == "script" and "src" not in one.attrib):
            yield f"an inline <{one.tag}>"
        if str(one.get("href") or "").startswith("javascript:"):
            yield "a javascript: link"


def _fields(tree: Element) -> Iterator[str]:
    labelled = {one.get("for") for one in tree.iter("label")}
    inside = {id(field) for label in tree.iter("label") for field in label.iter()}
    for tag in ("input", "select", "textarea"):
        for one in tree.iter(tag):
            if one.get("type") in NAMELESS:
                continue
            if one.get("id") not in labelled and id(one) not in inside and not one.get("aria-label"):
                yield f"<{tag} name={one.get('name')}> has no label"
            for about in str(one.get("aria-describedby") or "").split():
                if all(other.get("id") != about for other in tree.iter()):
                    yield f"<{tag} name={one.get('name')}> is described by #{about}, which is not there"


def _forms(tree: Element) -> Iterator[str]:
    for form in tree.iter("form"):
        posts = str(form.get("method") or "get").lower() == "post"
        fields = {one.get("name") for one in form.iter("input")}
        if posts and "csrf_token" not in fields and not _is_public(str(form.get("action") or "")):
            yield f"the form to {form.get('action')} has no CSRF token"
        if not posts and "csrf_token" in fields:
            yield f"the form to {form.get('action')} puts the CSRF token into the address"


def _choices(tree: Element) -> Iterator[str]:
    for tag, inside in (("fieldset", ("input", "select", "textarea")), ("select", ("option",))):
        for one in tree.iter(tag):
            if all(one.find(f".//{name}") is None for name in inside):
                yield f"a <{tag}> with nothing to choose ({one.get('name') or _text(one)[:40]})"


def _is_public(action: str) -> bool:
    return action.startswith(("/sign-up/", "/confirm/", "/u/", "/p/", "/survey/"))


def _ids(tree: Element) -> Iterator[str]:
    counted = Counter(one.get("id") for one in tree.iter() if one.get("id"))
    yield from (f"the id {name!r} stands {count} times" for name, count in counted.items() if count > 1)


def _names(tree: Element) -> Iterator[str]:
    for one in tree.iter("img"):
        if one.get("alt") is None:
            yield f"the picture {one.get('src')} has no alt"
    for tag in ("a", "button", "summary", "th"):
        for one in tree.iter(tag):
            if not _text(one) and not one.get("aria-label") and not any(i.get("alt") for i in one.iter("img")):
                yield f"a <{tag}> without a name ({one.get('href') or one.get('class') or ''})"
    for one in tree.iter("iframe"):
        if not one.get("title") or one.get("sandbox") is None:
            yield "an <iframe> without title or sandbox"


def _text(one: Element | None) -> str:
    return " ".join("".join(one.itertext()).split()) if one is not None else ""
