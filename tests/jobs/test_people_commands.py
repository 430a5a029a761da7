"""People by command: what is proposed is never chosen, and nothing is stored without a yes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import wsgi

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`outreach …` on an installation with the example data, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    for name, value in {"DATA": str(tmp_path / "data"), "LOCALE": "en", "BASE_URL": "https://news.example.de"}.items():
        monkeypatch.setenv(f"OUTREACH_{name}", value)
    for name in ("DATABASE_URL", "BROKER_URL", "SMTP_URL", "SECRET_KEY", "PORT"):
        monkeypatch.delenv(f"OUTREACH_{name}", raising=False)

    def outreach(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(wsgi.cli, [*words], catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result

    outreach("example", "load")
    return outreach


def test_a_line_needs_a_chosen_person_and_a_yes(run: Run) -> None:
    line = "tel Böhm: will Angebot Schulung, 3.5."
    offered = json.loads(run("note", line, "--json", code=1).output)
    assert {one["name"] for one in offered["people"]} == {"Prof. Dr. Renate Böhm", "Florian Böhm"}
    number = str(offered["people"][0]["id"])
    assert json.loads(run("note", line, "--contact", number, "--json").output)["stored"] is False
    assert "Nothing found." in run("search", "Angebot", "Schulung", "3.5").output
    stored = json.loads(run("note", line, "--contact", number, "--yes", "--json").output)
    assert (stored["kind"], stored["facts"]) == ("call", [["wish", "Angebot Schulung"]])
    found = json.loads(run("search", "angebot", "schulung", "--json").output)["found"]
    assert {"fact", "touchpoint"} <= {one["what"] for one in found}


def test_a_card_is_shown_and_two_are_made_one(run: Run) -> None:
    shown = json.loads(run("contact", "show", "14", "--json").output)
    assert (shown["name"], shown["value_class"]) == ("Prof. Dr. Renate Böhm", "A")
    assert "Nothing is changed" in run("contact", "merge", "14", "15").output
    assert (
        json.loads(run("contact", "merge", "14", "15", "--take", "phone", "--yes", "--json").output)["merged"] is True
    )
    assert json.loads(run("contact", "show", "15", "--json").output)["id"] == 14
    assert "no such contact" in run("contact", "show", "nobody@nowhere.example", code=1).output.lower()
