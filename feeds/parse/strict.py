"""The quick pass: well-formed feeds of the plain kind, read by lxml in a twentieth of the time.

It reads only what it understands completely, and answers None for everything else: an unknown element that might mean
something, a headline given twice, markup where text belongs, a document type. Then feedparser reads the same text.
`tests/decide/test_feed_parsing.py` holds both next to each other over many feeds; they may never differ.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable

from lxml import etree

from feeds.parse.values import MOST_ENTRIES, Raw, RawEntry

_ATOM = "{http://www.w3.org/2005/Atom}"
_RSS1 = "{http://purl.org/rss/1.0/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_SY = "{http://purl.org/rss/1.0/modules/syndication/}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
#: elements of an entry that mean nothing to us, and nothing to what we read
_IGNORED = frozenset(
    {"category", "comments", "enclosure", f"{_DC}creator", f"{_DC}subject", f"{_DC}language", f"{_DC}publisher"}
    | {
        f"{{{namespace}}}{name}"
        for namespace, names in (
            ("http://wellformedweb.org/CommentAPI/", ("commentRss", "comment")),
            ("http://purl.org/rss/1.0/modules/slash/", ("comments", "section", "department", "hit_parade")),
            ("http://search.yahoo.com/mrss/", ("content", "thumbnail", "credit")),
            ("http://purl.org/syndication/thread/1.0", ("total",)),
            ("com-wordpress:feed-additions:1", ("post-id",)),
        )
        for name in names
    }
)
_IGNORED_IN_ATOM = frozenset(
    {f"{_ATOM}category", f"{_ATOM}author", f"{_ATOM}contributor", f"{_ATOM}rights"}
    | {tag for tag in _IGNORED if tag.startswith("{")}
)
_IGNORED_IN_CHANNEL = frozenset(
    {"description", "language", "copyright", "generator", "docs", "webMaster", "managingEditor", "pubDate"}
    | {"lastBuildDate", "category", "cloud", "rating", "skipHours", "skipDays", "image", "textInput"}
    | {f"{_DC}{name}" for name in ("language", "creator", "rights", "date", "publisher")}
    | {f"{_SY}updateBase"}
    | {f"{_RSS1}{name}" for name in ("description", "image", "items", "textinput")}
)
_IGNORED_IN_FEED = frozenset(
    f"{_ATOM}{name}" for name in ("subtitle", "updated", "author", "contributor", "generator", "rights", "category")
) | {f"{_ATOM}icon", f"{_ATOM}logo"}
_VERSIONS = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
_HTML = ("html", "text/html", "xhtml", "application/xhtml+xml")
_C1 = str.maketrans(
    {number: bytes((number,)).decode("cp1252", errors="ignore") or chr(number) for number in range(128, 160)}
)

_HAS_C1 = re.compile("[\x80-\x9f]")
#: a query of an address, taken for a character reference: `?a=1&b;=2`
_REFERENCE = re.compile("&([A-Za-z0-9_]+);")

Element = etree._Element


class _Unsure(Exception):
    """Something feedparser may understand differently."""


def read(text: str) -> Raw | None:
    """The feed, or None when this is not surely what feedparser would make of it."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return None
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=False, huge_tree=False, remove_comments=True,
        remove_pis=True, encoding="utf-8",
    )  # fmt: skip
    try:
        root = etree.fromstring(text.encode("utf-8", errors="replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    try:
        return _read(root)
    except _Unsure:
        return None


def _read(root: Element) -> Raw:
    _plain_namespaces(root)
    if root.tag == "rss":
        return _rss(root)
    if root.tag == f"{_ATOM}feed":
        return _atom(root)
    if root.tag == f"{_RDF}RDF" and root.nsmap.get(None) == _RSS1[1:-1]:
        return _rdf(root)
    raise _Unsure


def _plain_namespaces(root: Element) -> None:
    """feedparser goes by prefixes where it does not know a namespace: none of its own may mean something else here."""
    known = {
        "dc": _DC[1:-1], "content": _CONTENT[1:-8], "sy": _SY[1:-1], "atom": _ATOM[1:-1], "rdf": _RDF[1:-1],
        "media": "http://search.yahoo.com/mrss/", "slash": "http://purl.org/rss/1.0/modules/slash/",
        "wfw": "http://wellformedweb.org/CommentAPI/",
    }  # fmt: skip
    for prefix, uri in root.nsmap.items():
        if prefix in known and uri != known[prefix]:
            raise _Unsure
        if root.tag == "rss" and (prefix is None or uri in (_RSS1[1:-1], "http://my.netscape.com/rdf/simple/0.9/")):
            raise _Unsure


def _rss(root: Element) -> Raw:
    channels = list(root)
    if (
        set(root.attrib) - {"version", _LANGUAGE}
        or len(channels) != 1
        or channels[0].tag != "channel"
        or channels[0].attrib
    ):
        raise _Unsure
    version = root.get("version", "")
    form = _VERSIONS.get(version) or ("rss20" if version.startswith("2.") else "rss")
    return _channel(channels[0], form, [child for child in channels[0] if child.tag == "item"], prefix="")


def _rdf(root: Element) -> Raw:
    channels = [child for child in root if child.tag == f"{_RSS1}channel"]
    if root.attrib:
        raise _Unsure
    others = {f"{_RSS1}channel", f"{_RSS1}item", f"{_RSS1}image", f"{_RSS1}textinput"}
    if len(channels) != 1 or any(child.tag not in others for child in root) or root[0] is not channels[0]:
        raise _Unsure
    return _channel(channels[0], "rss10", [child for child in root if child.tag == f"{_RSS1}item"], prefix=_RSS1)


def _channel(channel: Element, form: str, items: list[Element], *, prefix: str) -> Raw:
    raw = Raw(format=form, cut=len(items) > MOST_ENTRIES, strict=True)
    seen: set[str] = set()
    for child in channel:
        tag = _tag(child)
        if tag in (f"{prefix}title", f"{prefix}link", "ttl", f"{_SY}updatePeriod", f"{_SY}updateFrequency"):
            _once(seen, tag)
        if tag == f"{prefix}title":
            raw.title = _text(child)
        elif tag == f"{prefix}link":
            raw.link = _link_text(child)
        elif tag == "ttl":
            raw.ttl = _text(child)
        elif tag == f"{_SY}updatePeriod":
            raw.period = _text(child)
        elif tag == f"{_SY}updateFrequency":
            raw.frequency = _text(child)
        elif tag == f"{_ATOM}link":
            raw.link = _link(child) or raw.link
        elif tag not in _IGNORED_IN_CHANNEL and tag != "item":
            raise _Unsure
    raw.entries = [_item(item, prefix) for item in items[:MOST_ENTRIES]]
    return raw


def _item(item: Element, prefix: str) -> RawEntry:
    about = item.get(f"{_RDF}about", "")
    if set(item.attrib) - {f"{_RDF}about", _LANGUAGE}:
        raise _Unsure
    entry = RawEntry(id=_mended(about))
    guid_link = ""
    seen: set[str] = set()
    for child in item:
        tag = _tag(child)
        if _is_ignored(child, tag, _IGNORED) or tag == f"{prefix}author":
            continue
        if tag == f"{_ATOM}link":
            entry.link = _link(child) or entry.link
            continue
        _once(seen, tag)
        if tag == f"{prefix}title":
            entry.title = _text(child)
        elif tag == f"{prefix}link":
            entry.link = _link_text(child)
        elif tag == f"{prefix}description":
            entry.summary = _text(child)
        elif tag == _CONTENT:
            entry.content = _text(child)
        elif tag == "pubDate":
            entry.published = _text(child)
        elif tag == f"{_DC}date":
            entry.updated = _text(child)
        elif tag == "guid":
            entry.id = _text(child, "isPermaLink")
            guid_link = entry.id if child.get("isPermaLink", "true") == "true" else ""
        elif tag == "source":
            entry.source, entry.source_link = _text(child, "url"), child.get("url", "")
        else:
            raise _Unsure
    if not ({f"{prefix}link"} & seen):
        entry.link = entry.link or guid_link
    _summary_after_content(entry)
    return entry


def _summary_after_content(entry: RawEntry) -> None:
    """feedparser lets the content stand for a summary that is missing."""
    if entry.content and not entry.summary:
        entry.summary = entry.content


def _atom(root: Element) -> Raw:
    if set(root.attrib) - {_LANGUAGE}:
        raise _Unsure
    entries = [child for child in root if child.tag == f"{_ATOM}entry"]
    raw = Raw(format="atom10", cut=len(entries) > MOST_ENTRIES, strict=True)
    identity = ""
    seen: set[str] = set()
    for child in root:
        tag = _tag(child)
        if tag == f"{_ATOM}title":
            _once(seen, tag)
            raw.title = _typed(child)
        elif tag == f"{_ATOM}link":
            raw.link = _link(child) or raw.link
        elif tag == f"{_ATOM}id":
            _once(seen, tag)
            identity = _text(child)
        elif tag in (f"{_SY}updatePeriod", f"{_SY}updateFrequency"):
            _once(seen, tag)
            setattr(raw, "period" if tag.endswith("Period") else "frequency", _text(child))
        elif tag not in _IGNORED_IN_FEED and tag != f"{_ATOM}entry":
            raise _Unsure
    raw.link = raw.link or identity  # as for feedparser, see the entries
    raw.entries = [_atom_entry(entry) for entry in entries[:MOST_ENTRIES]]
    return raw


_ATOM_FIELDS: dict[str, tuple[str, Callable[[Element], str]]] = {}


def _atom_entry(element: Element) -> RawEntry:
    if set(element.attrib) - {_LANGUAGE}:
        raise _Unsure
    entry = RawEntry()
    seen: set[str] = set()
    for child in element:
        tag = _tag(child)
        if _is_ignored(child, tag, _IGNORED_IN_ATOM):
            continue
        if tag == f"{_ATOM}link":
            entry.link = _link(child) or entry.link
            continue
        _once(seen, tag)
        if tag not in _ATOM_FIELDS:
            raise _Unsure
        name, how = _ATOM_FIELDS[tag]
        setattr(entry, name, how(child))
    # An id is a link for feedparser where there is no other one.
    entry.link = entry.link or entry.id
    _summary_after_content(entry)
    return entry


def _tag(element: Element) -> str:
    tag = element.tag
    if not isinstance(tag, str):
        raise _Unsure
    return tag


def _is_ignored(element: Element, tag: str, ignored: frozenset[str]) -> bool:
    """An element without meaning to us; what stands inside of one might have some (a title in a media:content)."""
    return tag in ignored and (not len(element) or tag in (f"{_ATOM}author", f"{_ATOM}contributor"))


def _once(seen: set[str], tag: str) -> None:
    if tag in seen:
        raise _Unsure
    seen.add(tag)


def _text(element: Element, *allowed: str) -> str:
    """The text of an element that holds nothing but text."""
    if len(element) or (element.attrib and set(element.attrib) - {_LANGUAGE, *allowed}):
        raise _Unsure
    return _mended(element.text or "")


def _link_text(element: Element) -> str:
    return _REFERENCE.sub(r"&\1", _text(element).replace("&amp;", "&"))


def _typed(element: Element) -> str:
    if element.get("type", "text").lower() not in ("text", "html", "text/plain", "text/html"):
        raise _Unsure
    return _text(element, "type")


def _link(element: Element) -> str:
    """The address of an Atom link to a page; empty for links to something else."""
    href = element.get("href")
    if not href or len(element) or (element.text or "").strip() or "url" in element.attrib or "uri" in element.attrib:
        raise _Unsure
    relation = element.get("rel", "alternate").lower()
    kind = element.get("type", "text/html").lower()
    return href if relation == "alternate" and kind in _HTML else ""


def _mended(text: str) -> str:
    """What feedparser does to every text: UTF-8 somebody took for Latin-1, and windows-1252 in places of controls."""
    text = text.strip()
    if text.isascii():
        return text
    with contextlib.suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    return text.translate(_C1) if _HAS_C1.search(text) else text


_ATOM_FIELDS.update(
    {
        f"{_ATOM}id": ("id", _text),
        f"{_ATOM}title": ("title", _typed),
        f"{_ATOM}summary": ("summary", _typed),
        f"{_ATOM}content": ("content", _typed),
        f"{_ATOM}published": ("published", _text),
        f"{_ATOM}updated": ("updated", _text),
    }
)
