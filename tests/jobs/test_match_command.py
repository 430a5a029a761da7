"""`outreach match`: files in, JSON lines out; broken input is said and counted; nothing is stored."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import wsgi

KEYS = [
    "customer",
    "article",
    "certainty",
    "form",
    "kind",
    "polarity",
    "decision",
    "quote",
    "event_on",
    "story",
    "score",
    "why",
]
CUSTOMERS = [
    {
        "id": "hansen",
        "name": "Hansen Werkzeugbau GmbH",
        "city": "Ulm",
        "competitors": ["Brinkmann Pumpen"],
        "color": "green",
    },
    {"id": 7, "name": "Meier Anlagentechnik AG", "aliases": None, "is_medium": False},
]
ARTICLES: list[dict[str, Any]] = [
    {
        "id": "1",
        "title": "Hansen Werkzeugbau gewinnt Innovationspreis",
        "text": "Am Montag in Ulm.",
        "date": "2026-11-18T09:00:00+01:00",
    },
    {"id": "2", "title": None, "text": "Meier Anlagentechnik meldet Insolvenz an.", "date": "2026-11-18", "more": [1]},
    {"id": "3", "title": "Wetter", "text": None},
    {"id": 4, "title": "Brinkmann Pumpen eröffnet Werk", "date": "gestern"},
]


@pytest.fixture(autouse=True)
def no_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The command must not make a data folder nor need settings that fit."""
    monkeypatch.setenv("OUTREACH_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("OUTREACH_PORT", "not a number")
    return tmp_path / "data"


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    return written(tmp_path / "customers.json", json.dumps(CUSTOMERS).encode())


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    return written(tmp_path / "articles.jsonl", "\n".join(map(json.dumps, ARTICLES)).encode())


def written(file: Path, content: bytes) -> Path:
    file.write_bytes(content)
    return file


def run(customers: Path | str, articles: Path | str, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(
        wsgi.cli,
        ["match", "--customers", str(customers), "--articles", str(articles)],
        input=stdin,
        catch_exceptions=False,
    )


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_every_line_has_its_keys_in_order(customers: Path, articles: Path, no_installation: Path) -> None:
    result = run(customers, articles)
    found = lines(result)
    assert result.exit_code == 0, result.stderr
    assert [list(one) for one in found] == [KEYS] * 3
    award, insolvency, rival = found
    assert (award["customer"], award["article"], award["kind"], award["decision"]) == ("hansen", "1", "award", "draft")
    assert (award["event_on"], award["polarity"], award["certainty"]) == (None, 1, "sure")
    assert award["quote"] == "Hansen Werkzeugbau gewinnt Innovationspreis"
    assert (insolvency["customer"], insolvency["kind"], insolvency["decision"]) == ("7", "insolvency", "silence")
    assert (rival["customer"], rival["kind"], rival["decision"]) == ("hansen", "competitor_move", "note")
    assert not no_installation.exists()


def test_packed_files_and_standard_input(tmp_path: Path, customers: Path, articles: Path) -> None:
    plain = run(customers, articles).stdout
    packed = written(tmp_path / "articles.jsonl.gz", gzip.compress(articles.read_bytes()))
    assert run(customers, packed).stdout == plain
    assert run(customers, "-", articles.read_bytes()).stdout == plain
    assert run(customers, "-", gzip.compress(articles.read_bytes())).stdout == plain
    assert run("-", articles, customers.read_bytes()).stdout == plain


def test_a_broken_line_is_told_with_its_number_and_the_rest_goes_on(tmp_path: Path, customers: Path) -> None:
    good = json.dumps(ARTICLES[0]).encode()
    broken = b'{"id": \n\n[1]\n{"title": "no id"}\n\xff\xfe\n{"id": "x", "title": {}}\n' + b"[" * 100_000 + b"\n" + good
    result = run(customers, written(tmp_path / "broken.jsonl", broken))
    assert [one["article"] for one in lines(result)] == ["1"]
    assert result.exit_code == 1
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == [
        "Line 1", "Line 3", "Line 4", "Line 5", "Line 6", "Line 7", "6 lines were left out.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "is not JSON"),
        (b"\xff\xff", "is not JSON"),
        (b'{"id": 1}', "has to be a list of customers"),
        (b'[{"id": "a"}]', "customer 1: a customer needs an id and a name"),
        (b'[{"id": "a", "name": "A B C"}, 3]', "customer 2"),
        (b'[{"id": "a", "name": "Alpha"}, {"id": "a", "name": "Beta"}]', "there twice"),
        (b'[{"id": "a", "name": "Alpha", "aliases": 3}]', "aliases has to be a list"),
    ],
)
def test_a_broken_customers_file_is_one_sentence(tmp_path: Path, articles: Path, content: bytes, said: str) -> None:
    result = run(written(tmp_path / "c.json", content), articles)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_missing_file_is_one_sentence(tmp_path: Path, customers: Path) -> None:
    result = run(customers, tmp_path / "nothing.jsonl")
    assert result.exit_code == 1
    assert "cannot be read" in result.stderr
    assert run(tmp_path / "nothing.json", tmp_path / "nothing.jsonl").exit_code == 1


def test_a_cut_packed_file_keeps_what_came_before(tmp_path: Path, customers: Path) -> None:
    many = "\n".join(
        json.dumps({**ARTICLES[0], "id": str(n), "text": str(hash(str(n)))}) for n in range(20_000)
    ).encode()
    cut = written(tmp_path / "cut.jsonl.gz", gzip.compress(many)[:100_000])
    result = run(customers, cut)
    assert result.exit_code == 1
    assert len(lines(result)) > 100
    assert "end in the middle" in result.stderr


def test_odd_letters_come_out_as_valid_text(tmp_path: Path, customers: Path) -> None:
    odd = '{"id": "1", "title": "Hansen Werkzeugbau gewinnt Preis \\ud83d", "text": "\\u0000 İstanbul ẞ \u2028 weiter"}'
    result = run(customers, written(tmp_path / "odd.jsonl", odd.encode()))
    assert result.exit_code == 0, result.stderr
    assert lines(result)[0]["kind"] == "award"


def test_the_same_story_from_three_papers_has_one_number(tmp_path: Path, customers: Path) -> None:
    three = "\n".join(
        json.dumps({**ARTICLES[0], "id": str(n), "source": f"Blatt {n}", "date": f"2026-11-{18 + n}"}) for n in range(3)
    )
    found = lines(run(customers, written(tmp_path / "three.jsonl", three.encode())))
    assert len({one["story"] for one in found}) == 1


def test_a_quote_is_at_most_two_hundred_letters_and_names_the_company(tmp_path: Path, customers: Path) -> None:
    text = "wort " * 300 + "Hansen Werkzeugbau gewinnt den Innovationspreis " + "wort " * 300
    (found,) = lines(run(customers, written(tmp_path / "long.jsonl", json.dumps({"id": "1", "text": text}).encode())))
    assert len(found["quote"]) <= 200
    assert found["form"] in found["quote"]


@pytest.mark.parametrize(
    "written_on",
    ["18.11.2025", "18. November 2025", "Tue, 18 Nov 2025 10:00:00 +0100", 1763456400, "1763456400000", "2025-11-18"],
)
def test_the_day_of_an_article_is_read_however_it_is_written(
    customers: Path, tmp_path: Path, written_on: str | int
) -> None:
    line = json.dumps({**ARTICLES[0], "text": "", "date": written_on})
    done = run(customers, written(tmp_path / "dated.jsonl", line.encode()))
    assert done.exit_code == 0
    assert json.loads(done.stdout)["story"].endswith("-251118")
