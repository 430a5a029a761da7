"""From what a person wrote to a finished pair of HTML and text with gaps: once per newsletter, never per recipient.

    source → body_html (Markdown, MJML or HTML) → in_layout → inline (premailer) → with slots for links → text part

Tags are hidden from every HTML tool and put back at the end (tags.py).
"""

from __future__ import annotations

import gettext
import html
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass

import mrml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from lxml import etree
from lxml import html as lxml_html
from markdown_it import MarkdownIt
from markupsafe import Markup
from premailer import Premailer

from outreach.errors import N_
from outreach.mail import bounds, tags, text
from outreach.mail.sandbox import Broken
from outreach.settings import ROOT

LAYOUTS = ROOT / "templates" / "email"
PIXEL = '{% if pixel_url %}<img src="{{ pixel_url }}" width="1" height="1" alt="" style="display:block;border:0">{% endif %}'
_MARKDOWN = MarkdownIt("commonmark", {"html": True, "typographer": False}).enable(["table", "strikethrough"])
_WHOLE = re.compile(r"<(html|body)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """What a person wrote: subject, preheader and body with gaps. `format` is html, markdown or mjml."""

    subject: str
    body: str
    format: str = "html"
    preheader: str = ""


@dataclass(frozen=True)
class Frame:
    """What surrounds the body: words in the language of the mail, and the imprint."""

    language: str = "de"
    organisation: str = ""
    imprint: tuple[str, ...] = ()
    with_unsubscribe: bool = True
    why_line: str = ""
    unsubscribe_words: str = "Unsubscribe"
    preferences_words: str = "Preferences"
    web_view_words: str = "View in browser"


@dataclass(frozen=True)
class Rendered:
    """HTML and text with gaps. `{{ link[N] }}` stands for `links[N]` in both; the pixel has a gap of its own."""

    html: str
    text: str
    links: tuple[str, ...]


def render(source: Source, frame: Frame, *, layout: str = "newsletter") -> Rendered:
    """The finished texts with gaps; raises Broken with a sentence and the line."""
    body = body_html(source)
    whole = body if _WHOLE.search(body) else in_layout(body, source, frame, layout)
    hidden = tags.hide(whole)
    inlined = inline(hidden.text)
    with_slots, links = _slots(inlined)
    plain = text.from_html(with_slots)
    finished = re.sub(
        r"</body\s*>", lambda end: PIXEL + end[0], hidden.restore(with_slots), count=1, flags=re.IGNORECASE
    )
    return Rendered(html=_unslot(finished), text=_unslot(hidden.restore(plain)), links=tuple(links))


def body_html(source: Source) -> str:
    """The body as HTML, its tags untouched; raises Broken for one no tool should be given."""
    bounds.check(source.body, source.format)
    made = _as_html(source)
    if source.format != "html":
        bounds.check(made, "html")
    return made


def _as_html(source: Source) -> str:
    if source.format == "html":
        tags.hide(source.body)  # for its errors: here the line is still the line the person sees
        return source.body
    if source.format == "mjml":
        return _mjml(source.body)
    hidden = tags.hide(source.body, only_words=True)
    # A block tag alone on its line is no paragraph.
    made = re.sub(r"<p>\s*((?:qtag\d+x\s*)+)</p>", lambda p: _unless_printing(hidden, p), _MARKDOWN.render(hidden.text))
    return hidden.restore(made)


def in_layout(body: str, source: Source, frame: Frame, layout: str) -> str:
    """The body inside a layout of `templates/email/`, its tags untouched."""
    given = {
        **frame.__dict__,
        "content": Markup(body),  # noqa: S704 - the body is the user's own HTML
        "subject": tags.strip(source.subject),
        "preheader": Markup(html.escape(source.preheader, quote=False)),  # noqa: S704 - escaped here, quotes kept for tags
    }
    return _layouts().get_template(f"{layout}.html").render(given)


def inline(page: str) -> str:
    """The page with its CSS on the elements; rules for media and the doctype stay. Tags have to be hidden already."""
    try:
        inlined: str = Premailer(
            page,
            strip_important=False,
            keep_style_tags=True,
            remove_classes=False,
            disable_validation=True,
            cssutils_logging_level=logging.CRITICAL,
            allow_network=False,
            allow_loading_external_files=False,
            disable_link_rewrites=True,
            disable_leftover_css=False,
            method="html",
        ).transform()
    except (etree.LxmlError, ValueError, AssertionError, AttributeError, TypeError, IndexError, KeyError,
            RecursionError) as error:  # fmt: skip
        raise Broken(N_("The HTML cannot be read: %(what)s"), what=str(error)[:200]) from None
    return inlined if inlined.lstrip().lower().startswith("<!doctype") else "<!doctype html>\n" + inlined


def translator(language: str) -> Callable[[str], str]:
    """What says our sentences in this language; English where there is no catalogue."""
    found = gettext.translation("messages", ROOT / "outreach" / "web" / "translations", [language], fallback=True)
    return found.gettext


def layout_page(name: str, translate: Callable[..., str], **given: object) -> str:
    """A shipped mail (confirm …) as one page of HTML, in the language `translate` speaks; nothing in it is personal text."""
    environment = _layouts()
    environment.globals["_"] = lambda sentence, **values: (
        translate(sentence) % values if values else translate(sentence)
    )
    return inline(environment.get_template(f"{name}.html").render(given))


def _layouts() -> Environment:
    return Environment(loader=FileSystemLoader(LAYOUTS), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


def _mjml(body: str) -> str:
    hidden = tags.hide(body, only_words=True)
    try:
        made = mrml.to_html(hidden.text)
    except OSError as error:  # what mrml raises for a document it cannot read
        raise Broken(N_("The MJML cannot be read: %(what)s"), what=str(error)[:200]) from None
    return hidden.restore(made if isinstance(made, str) else made.content)


def _unless_printing(hidden: tags.Hidden, paragraph: re.Match[str]) -> str:
    printing = any(hidden.tags[int(number)].startswith("{{") for number in re.findall(r"qtag(\d+)x", paragraph[1]))
    return paragraph[0] if printing else paragraph[1]


def _slots(page: str) -> tuple[str, list[str]]:
    """The page with every plain web link replaced by a slot, and the links. Links with tags in them stay as they are."""
    tree = lxml_html.document_fromstring(page)
    links: list[str] = []
    for anchor in tree.iter("a", "area"):
        address = (anchor.get("href") or "").strip()
        if address.lower().startswith(("http://", "https://")) and not re.search(r"qtag\d+x", address):
            if address not in links:
                links.append(address)
            anchor.set("href", f"qlink{links.index(address)}x")
    return "<!doctype html>\n" + etree.tostring(tree, encoding="unicode", method="html"), links


def _unslot(page: str) -> str:
    return re.sub(r"qlink(\d+)x", r"{{ link[\1] }}", page)
