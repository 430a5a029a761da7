"""Import, undo, export and erasure from the command line."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import wsgi
from outreach import contacts
from outreach.house import House
from tests import world
from tests.world import World

SAMPLES = Path(__file__).parent.parent / "samples"


@pytest.fixture
def people(house: House) -> World:
    with house.database.writing() as session:
        return world.build(session)


def run(house: House, *words: str, typed: str = "") -> Result:
    return CliRunner().invoke(wsgi.cli, list(words), obj=house, input=typed, catch_exceptions=False)


def test_an_import_is_made_and_taken_back(house: House, people: World) -> None:
    made = run(house, "import", "contacts", str(SAMPLES / "monica-account.json"), "--json")
    assert made.exit_code == 0, made.output
    assert json.loads(made.output.splitlines()[-1])["created"] == 1
    undone = run(house, "import", "undo", "1", "--json")
    assert (json.loads(undone.output.splitlines()[-1])["kept"], undone.exit_code) == ([], 0)
    with house.database.reading() as session:
        assert contacts.by_address(session, "jana@linden.example") is None
    again = run(house, "import", "undo", "1")
    assert (again.exit_code, "undone before" in again.output) == (1, True)


def test_contacts_are_written_to_a_file(house: House, people: World, tmp_path: Path) -> None:
    path = tmp_path / "k.vcf"
    assert run(house, "export", "--format", "vcard", "--output", str(path), "--tag", "vip").exit_code == 0
    assert path.read_text(encoding="utf-8").count("BEGIN:VCARD") == 1
    assert "anna@mueller.example" in run(house, "export").output
    missing = run(house, "export", "--tag", "Quark")
    assert (missing.exit_code, "no such tag" in missing.output) == (1, True)


def test_a_person_is_exported_and_erased(house: House, people: World, tmp_path: Path) -> None:
    path = tmp_path / "anna.zip"
    assert run(house, "contact", "export", "anna@mueller.example", "--output", str(path)).exit_code == 0
    assert set(zipfile.ZipFile(path).namelist()) >= {"data.json", "readable.html"}
    refused = run(house, "contact", "erase", "anna@mueller.example", typed="no\n")
    assert (refused.exit_code, "Nobody was erased" in refused.output) == (1, True)
    assert run(house, "contact", "erase", "anna@mueller.example", typed="erase\n").exit_code == 0
    assert run(house, "contact", "erase", "anna@mueller.example", "--yes").exit_code == 1
    with house.database.reading() as session:
        assert contacts.by_address(session, "anna@mueller.example") is None
