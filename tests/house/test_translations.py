"""Every sentence of the product is in the German catalogue, with the same gaps, and the catalogue compiles."""

from __future__ import annotations

import gettext
import re
from io import BytesIO

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from outreach.settings import ROOT

GERMAN = ROOT / "outreach" / "web" / "translations" / "de" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None, "N_": None, "_l": None}
#: the same word in both languages
SAME = {"%(n)s MB", "%(n)s kB", "%(what)s: %(name)s", "%(what)s: %(name)s (%(years)s)", "CSV", "Code", "Domains", "Du", "Fan", "Fax", "Token",
        "Frau", "Herr", "JSON", "Link", "Links", "Mail", "Mails", "Name", "Neutral", "Newsletter",
        "Organisation", "Person", "Port", "Segment", "Server", "Sie", "Text", "Trend", "Version",
        "Version %(number)s", "Website"}  # fmt: skip


@pytest.fixture(scope="module")
def german() -> Catalog:
    with GERMAN.open("rb") as file:
        return read_po(file, locale="de")


def sentences() -> set[str | tuple[str, ...]]:
    """Every message id in the code and in the templates."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found: set[str | tuple[str, ...]] = set()
    for folder in ("outreach", "campaigns", "feeds", "templates"):
        inside = [
            (pattern.removeprefix(f"{folder}/"), method)
            for pattern, method in methods
            if pattern.startswith(f"{folder}/")
        ]
        given = {pattern.removeprefix(f"{folder}/"): option for pattern, option in options.items()}
        for _file, _line, message, _comments, _context in extract_from_dir(str(ROOT / folder), inside, given, KEYWORDS):
            found.add(message if isinstance(message, str) else tuple(message[:2]))
    return {one for one in found if one}


def test_every_sentence_is_translated(german: Catalog) -> None:
    known = {message.id if isinstance(message.id, str) else tuple(message.id) for message in german if _done(message)}
    wanted = sentences()
    assert len(wanted) > 500
    assert not wanted - known, (
        f"not in the German catalogue (make translations): {sorted(map(str, wanted - known))[:20]}"
    )


def test_no_translation_is_a_guess_or_left_over(german: Catalog) -> None:
    assert [message.id for message in german if message.id and message.fuzzy] == []
    left = {
        message.id if isinstance(message.id, str) else tuple(message.id) for message in german if message.id
    } - sentences()
    assert not left, f"nobody says this any more: {sorted(map(str, left))[:20]}"


def test_translations_have_the_gaps_of_their_sentences(german: Catalog) -> None:
    wrong = [message.id for message in german if message.id and _gaps(message.id) != _gaps(message.string)]
    assert wrong == []


def test_translations_are_german(german: Catalog) -> None:
    same = {message.id for message in german if isinstance(message.id, str) and message.id == message.string}
    assert same - SAME == set()


def test_the_catalogue_compiles(german: Catalog) -> None:
    compiled = BytesIO()
    write_mo(compiled, german)
    assert gettext.GNUTranslations(BytesIO(compiled.getvalue())).gettext("Save") == "Speichern"


def _done(message: Message) -> bool:
    return bool(message.string) and (isinstance(message.string, str) or all(message.string))


def _gaps(words: str | tuple[str, ...] | list[str]) -> set[str]:
    last = words if isinstance(words, str) else words[-1]
    return set(re.findall(r"%\(\w+\)[sd]", last))
