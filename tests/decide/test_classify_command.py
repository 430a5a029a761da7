"""`outreach inbox classify FILE…`: one JSON line a mail, and no installation behind it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from outreach.settings import ROOT
from wsgi import cli

MAILS = Path(__file__).parent.parent / "samples" / "mails"
KEYS = ["file", "class", "sub", "recipient", "status", "hard", "returns_on", "successor", "text"]


def test_one_line_a_mail_with_exactly_these_keys() -> None:
    files = [
        str(MAILS / name) for name in ("bounce/qmail-unknown.eml", "opt_out/iphone-stop.eml", "auto_reply/sieve.eml")
    ]
    result = CliRunner().invoke(cli, ["inbox", "classify", *files])
    assert result.exit_code == 0, result.output
    bounce, opt_out, absent = (json.loads(line) for line in result.stdout.splitlines())
    assert list(bounce) == KEYS
    assert bounce | {"file": ""} == {
        "file": "", "class": "bounce", "sub": "hard", "recipient": "karl.vogt@hansen.example", "status": "5.1.1",
        "hard": True, "returns_on": None, "successor": None, "text": "",
    }  # fmt: skip
    assert (opt_out["class"], opt_out["hard"], opt_out["text"]) == ("opt_out", None, "STOP")
    assert absent["returns_on"] == "2026-05-05"


def test_a_file_that_cannot_be_read_is_said_and_the_others_are_done(tmp_path: Path) -> None:
    files = [str(tmp_path / "none.eml"), str(tmp_path), str(MAILS / "mdn/thunderbird.eml")]
    result = CliRunner().invoke(cli, ["inbox", "classify", *files])
    assert result.exit_code == 1
    assert [json.loads(line)["class"] for line in result.stdout.splitlines()] == ["mdn"]
    assert result.stderr.count("cannot be read") == 2


def test_it_starts_without_web_and_database() -> None:
    code = (
        "import sys; from wsgi import cli\n"
        "try: cli(['inbox', 'classify', sys.argv[1]])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('flask', 'sqlalchemy', 'dramatiq') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(MAILS / "reply/iphone-kurz.eml")]
    lines = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    assert json.loads(lines[0])["class"] == "reply"
    assert lines[-1] == "[]"
