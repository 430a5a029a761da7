"""The command line: what scripts rely on are exit codes, JSON and sentences."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import wsgi

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """`outreach …` on an empty installation in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    for name, value in {"DATA": str(tmp_path / "data"), "LOCALE": "en", "BASE_URL": "https://news.example.de"}.items():
        monkeypatch.setenv(f"OUTREACH_{name}", value)
    for name in ("DATABASE_URL", "BROKER_URL", "SMTP_URL", "SECRET_KEY", "PORT"):
        monkeypatch.delenv(f"OUTREACH_{name}", raising=False)
    (tmp_path / "password").write_text("a long enough password\n")
    handlers = logging.getLogger().handlers[:]

    def outreach(*words: str, code: int = 0, text: str = "") -> Result:
        result = CliRunner().invoke(wsgi.cli, list(words), input=text or None)
        assert result.exit_code == code, f"{words} → {result.exit_code}\n{result.output}\n{result.exception!r}"
        return result

    yield outreach
    logging.getLogger().handlers[:] = handlers


def asked(run: Run, *words: str, code: int = 0) -> Any:
    return json.loads(run(*words, "--json", code=code).stdout)


def owner(run: Run) -> None:
    run("user", "add", "owner@weiss.example", "--role", "owner", "--password-file", "password")


def test_help_shows_every_group_and_examples(run: Run) -> None:
    for group in ("serve", "user", "import", "campaign", "example", "doctor", "segment", "template", "database"):
        assert group in run("--help").output
    assert "Example: outreach import contacts" in run("import", "contacts", "--help").output


def test_a_wrong_setting_stops_every_command_with_its_name(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_TIMEZONE", "Europe/Entenhausen")
    for words in (("doctor",), ("user", "list"), ("serve",)):
        assert "OUTREACH_TIMEZONE" in run(*words, code=2).output


def test_a_user_is_added_once_and_needs_a_real_password(run: Run) -> None:
    owner(run)
    assert asked(run, "user", "list")["users"][0]["role"] == "owner"
    assert "already" in run("user", "add", "OWNER@weiss.example", "--password-file", "password", code=1).output
    Path("short").write_text("short\n")
    assert "at least 10" in run("user", "add", "b@weiss.example", "--password-file", "short", code=1).output


def test_web_only_without_a_broker_is_refused(run: Run) -> None:
    assert "OUTREACH_BROKER_URL" in run("serve", "--web-only", code=1).output


def test_the_doctor_says_what_is_wrong_and_its_code_says_so_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("database", "upgrade")
    findings = {one["what"]: one["level"] for one in asked(run, "doctor")["findings"]}
    assert findings["database"] == findings["migrations"] == findings["disk"] == "ok"
    assert findings["smtp"] == "warning"
    monkeypatch.setenv("OUTREACH_SMTP_URL", "smtp://127.0.0.1:1")
    monkeypatch.setenv("OUTREACH_BROKER_URL", "redis://127.0.0.1:1/0")
    wrong = [one for one in asked(run, "doctor", code=3)["findings"] if one["level"] == "wrong"]
    assert {one["what"] for one in wrong} == {"broker", "smtp"}
    assert all(one["sentence"].endswith((".", "?")) or "127.0.0.1" in one["sentence"] for one in wrong)


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", 1, "empty"),
        (b"PK\x03\x04" + b"\x00" * 100, 1, "Excel"),
        (b"Name;E-Mail\nNobody;not an address\n", 3, "1 skipped"),
        (b"Vorname;E-Mail\nZo\xc3\xab;zoe@example.de\n", 0, "1 created"),
        ("Vorname;E-Mail\nZoë;zoe@example.de\n".encode("cp1252"), 0, "1 created"),
        ("Vorname;E-Mail\nZoë;zoe@example.de\n".encode("utf-8-sig"), 0, "1 created"),
        (b"Vorname;E-Mail\nEve;eve@example.de\nBig;" + b"x" * 10_000_000 + b"\n", 0, "1 skipped"),
    ],
)
def test_an_import_says_what_it_did_and_never_breaks(run: Run, content: bytes, code: int, words: str) -> None:
    Path("people.csv").write_bytes(content)
    result = run(
        "import", "contacts", "people.csv", "--list", "News", "--consent-proof", "They asked for it", code=code
    )
    assert words in result.output


def test_a_newsletter_from_the_command_line(run: Run) -> None:
    owner(run)
    Path("people.csv").write_text("Vorname,E-Mail\nZoe,zoe@example.de\n")
    run("import", "contacts", "people.csv", "--list", "News", "--consent-proof", "They asked for it")
    number = run(
        "campaign", "create", "--name", "March", "--subject", "News", "--template", "Rundbrief", "--list", "News"
    ).output.strip()
    assert "imprint" in run("campaign", "send", number, code=1).output
    run("organisation", "set", "--name", "Büro Weiß", "--street", "Am Markt 1", "--postcode", "10115", "--city", "Berlin",
        "--email", "post@weiss.example")  # fmt: skip
    run("campaign", "send", number)
    assert "already" in run("campaign", "send", number, code=1).output
    for verb, state in (("pause", "paused"), ("resume", "sending"), ("stop", "stopped")):
        run("campaign", verb, number)
        assert asked(run, "campaign", "status", number)["state"] == state
    run("campaign", "status", "999", code=1)


def test_what_does_not_exist_is_a_sentence(run: Run) -> None:
    owner(run)
    create = ("campaign", "create", "--name", "n", "--subject", "s")
    assert "no template" in run(*create, "--template", "Nothing", "--list", "News", code=1).output
    assert "no list" in run(*create, "--template", "Rundbrief", "--list", "Nothing", code=1).output
    assert "no segment" in run(*create, "--template", "Rundbrief", "--segment", "Nothing", code=1).output
    assert "--list NAME or --segment NAME" in run(*create, "--template", "Rundbrief", code=2).output
    injected = (
        "campaign",
        "create",
        "--name",
        "n",
        "--subject",
        "s\r\nBcc: a@b.de",
        "--template",
        "Rundbrief",
        "--list",
        "News",
    )
    run("list", "add", "News")
    assert "line break" in run(*injected, code=1).output


def test_a_bad_filter_is_a_sentence(run: Run) -> None:
    assert "not JSON" in run("segment", "add", "x", "--filter", "-", text="{", code=1).output
    assert (
        "shoe_size"
        in run("segment", "add", "x", "--filter", "-", text='{"field": "shoe_size", "is": 4}', code=1).output
    )
    made = run("segment", "add", "Regulars", "--filter", "-", text='{"field": "stage", "is": "regular"}')
    assert "0 contacts" in made.output


def test_templates_come_from_files(run: Run) -> None:
    Path("letter.md").write_text("{{ greeting }}")
    Path("broken.html").write_text("<p>\n{{ contact.shoe_size }}</p>")
    run("template", "add", "letter.md", "--name", "Letter", "--subject", "Hello")
    assert "Line 2" in run("template", "add", "broken.html", "--name", "Broken", "--subject", "Hello", code=1).output
    Path("letter.doc").write_text("x")
    assert ".md" in run("template", "add", "letter.doc", "--name", "Doc", "--subject", "Hello", code=1).output


def test_the_example_is_loaded_once(run: Run) -> None:
    assert asked(run, "example", "load")["contacts"] == 28
    assert "already" in run("example", "load", code=1).output
    status = asked(run, "campaign", "status", "1")
    assert (status["state"], status["counts"]["sent"]) == ("sent", 24)
