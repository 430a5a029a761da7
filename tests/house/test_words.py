"""Every word on a page goes through gettext; every icon is one of the built ones; every setting stands in the README."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import pytest

from outreach.settings import PREFIX, ROOT, Settings

TEMPLATES = ROOT / "templates" / "web"
SPOKEN = {"title", "alt", "aria-label", "placeholder", "aria-description", "label", "data-confirm", "data-copied"}
_LETTER = re.compile(r"[^\W\d_]")
#: blocks that hold the name of a class or of an endpoint, not words
_NAMES = re.compile(r"{% block (?:width|section|tab) %}[a-z._]*{% endblock %}")
_GAP = "\ue000"  # stands where an expression or a tag of Jinja was; no letter


def _literal(source: str) -> str:
    """What of a template reaches the page as it stands; gettext blocks and expressions become gaps."""
    parts, in_raw = [], False
    for _line, kind, value in jinja2.Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"]).lex(source):
        if kind == "raw_begin":
            in_raw = True
        elif kind == "raw_end":
            in_raw = False
        if kind == "data" or in_raw:
            parts.append(value)
        elif kind in ("variable_begin", "block_begin"):
            parts.append(_GAP)
    return "".join(parts)


class _Spoken(HTMLParser):
    """Collects what a page says: text, and attributes that are read out or shown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("script", "style")
        self.found += [f'{name}="{value}"' for name, value in attrs if name in SPOKEN and _LETTER.search(value or "")]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.silent and _LETTER.search(data):
            self.found.append(" ".join(data.replace(_GAP, "…").split()))


def untranslated(source: str) -> list[str]:
    """The literal words of a template."""
    spoken = _Spoken()
    spoken.feed(_literal(_NAMES.sub("", source)))
    spoken.close()
    return spoken.found


def _templates() -> Iterator[Path]:
    yield from sorted(TEMPLATES.rglob("*.html"))


def test_no_page_has_a_word_that_cannot_be_translated() -> None:
    found = [
        f"{path.relative_to(TEMPLATES)}: {words}" for path in _templates() for words in untranslated(path.read_text())
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        "<p>Hello</p>",
        '<a href="/" title="Hello">{{ _("x") }}</a>',
        '<img alt="A dog" src="x">',
        "{% if a %}<b>Yes</b>{% endif %}",
        "<p>{{ n }} contacts</p>",
        '<input placeholder="Search">',
    ],
)
def test_literal_words_are_seen(source: str) -> None:
    assert untranslated(source)


@pytest.mark.parametrize(
    "source",
    [
        '<p>{{ _("Hello") }}</p>',
        '<a class="button {{ style }}" href="{{ url }}">{{ word }}</a>',
        "<p>{{ first }}–{{ last }} / 12 · {{ total }}</p>",
        '<input placeholder="{{ _("Search") }}">',
        "{# a remark #}<br>",
    ],
)
def test_translated_words_pass(source: str) -> None:
    assert untranslated(source) == []


def test_every_icon_used_is_built() -> None:
    built = set((ROOT / "frontend" / "icons.txt").read_text().split())
    used = {}
    for path in _templates():
        for name in re.findall(r'\bicon\(\s*"([a-z0-9-]+)"', path.read_text()):
            used[name] = path.name
    missing = {name: where for name, where in used.items() if name not in built}
    assert not missing


def test_scripts_say_nothing_of_their_own() -> None:
    # Words reach scripts through data attributes, which templates translate.
    for path in sorted((ROOT / "frontend").glob("*.js")):
        assert not re.search(
            r'(textContent|innerText|alert|confirm|announce)\s*(=|\()\s*["\'`][A-Za-z]', path.read_text()
        ), path


def test_every_setting_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    missing = [PREFIX + name.upper() for name in Settings.model_fields if f"{PREFIX}{name.upper()}" not in readme]
    assert not missing
