"""Lists of feeds other readers export and import: OPML in and out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from lxml import etree

from feeds import clean, links
from outreach.errors import N_, Invalid

MOST_BYTES = 5 * 1024 * 1024
MOST_FEEDS = 5000
_FOLDER_MOST = 300


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a list."""

    address: str
    title: str = ""
    site: str = ""
    #: the folders it stands in, from the outside in: "Kunden / Ulm"
    folder: str = ""


def read(data: bytes) -> list[Outline]:
    """The feeds of a list, each address once; raises Invalid when it is no OPML, too large, or without any feed.

    Entities are never resolved and nothing is fetched; a list that is not well-formed is read as far as it goes.
    """
    if len(data) > MOST_BYTES:
        raise Invalid(N_("The file is larger than %(most)s MB."), field="file", most=MOST_BYTES // 1024 // 1024)
    found: dict[str, Outline] = {}
    folders: dict[etree._Element, str] = {}
    for outline in _root(data).iter("outline"):
        # From the outside in: the folder around it has its path already, however deep it stands.
        above = outline.getparent()
        folder = folders.get(above, "") if above is not None else ""
        if len(outline):
            folders[outline] = " / ".join(filter(None, (folder, _name(outline))))[:_FOLDER_MOST]
        one = _outline(outline, folder)
        if one is not None:
            found.setdefault(links.canonical(one.address), one)
        if len(found) > MOST_FEEDS:
            raise Invalid(N_("The list holds more than %(most)s feeds."), field="file", most=MOST_FEEDS)
    if not found:
        raise Invalid(N_("There is no feed in this list."), field="file")
    return list(found.values())


def write(outlines: Iterable[Outline], *, title: str, now: datetime) -> bytes:
    """The list as OPML 2.0, feeds of one folder together."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = clean.line(title)
    etree.SubElement(head, "dateCreated").text = format_datetime(now)
    body = etree.SubElement(root, "body")
    folders: dict[str, etree._Element] = {"": body}
    for outline in outlines:
        parent = _folder(folders, outline.folder)
        values = {
            "type": "rss",
            "text": clean.line(outline.title) or outline.address,
            "xmlUrl": outline.address,
            "htmlUrl": outline.site,
        }
        etree.SubElement(parent, "outline", {name: value for name, value in values.items() if value})
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return written


def _root(data: bytes) -> etree._Element:
    root = None
    for recover in (False, True):
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            recover=recover,
            remove_comments=True,
        )
        try:
            root = etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError):
            continue
        if root is not None:
            break
    if root is None or root.tag != "opml":
        raise Invalid(N_("This is not a list of feeds (OPML)."), field="file")
    return root


def _outline(outline: etree._Element, folder: str) -> Outline | None:
    values = {str(name).lower(): str(value) for name, value in outline.attrib.items()}
    address = links.absolute(values.get("xmlurl", ""), "")
    if not address:
        return None
    return Outline(
        address=address,
        title=_name(outline),
        site=links.absolute(values.get("htmlurl", ""), ""),
        folder=folder,
    )


def _name(outline: etree._Element) -> str:
    return clean.title(str(outline.get("text") or outline.get("title") or ""))[:300]


def _folder(folders: dict[str, etree._Element], path: str) -> etree._Element:
    if path not in folders:
        above, _, name = path.rpartition(" / ")
        folders[path] = etree.SubElement(_folder(folders, above), "outline", text=clean.line(name))
    return folders[path]
