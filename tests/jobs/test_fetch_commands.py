"""Parsing in a process of its own, and `outreach feeds check`: whatever a server does, a sentence within bounds."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import psutil
import pytest
from click.testing import CliRunner

from feeds import parse
from feeds.commands.feeds import feeds_group
from feeds.guard import FetchFailed
from feeds.parse import Parsed, Reader
from tests import webserver
from tests.webserver import Server, page, redirect

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FEED = b'<rss version="2.0"><channel><title>T</title><item><title>x</title></item></channel></rss>'
NESTED = b"<div>" * 2_000_000


def run(story: Callable[[Reader], Any], **limits: Any) -> Any:
    """What a story with a reader gives."""

    async def told() -> Any:
        async with parse.reader(**limits) as reader:
            return await story(reader)

    return asyncio.run(told())


async def outcome(reader: Reader, body: bytes) -> str:
    """How many entries a body has, or the kind of failure."""
    try:
        parsed: Parsed = await reader.parse(body, "", "https://a.example/", NOW)
        return str(len(parsed.entries))
    except FetchFailed as failure:
        return failure.kind


def test_a_body_that_takes_for_ever_ends_with_its_process_and_the_next_one_is_read() -> None:
    async def story(reader: Reader) -> list[str]:
        return [await outcome(reader, body) for body in (FEED, NESTED, FEED)]

    assert run(story, lanes=1, seconds=2) == ["1", "unreadable", "1"]


def test_one_hard_body_holds_up_no_other() -> None:
    async def story(reader: Reader) -> float:
        hard = asyncio.create_task(outcome(reader, NESTED))
        await asyncio.sleep(0.2)
        started = time.monotonic()
        await outcome(reader, FEED)
        took = time.monotonic() - started
        assert await hard == "unreadable"
        return took

    assert run(story, lanes=2, seconds=4) < 3


def test_a_process_that_was_killed_is_replaced() -> None:
    async def story(reader: Reader) -> list[str]:
        first = await outcome(reader, FEED)
        for child in psutil.Process().children(recursive=True):
            if "feeds.parse.child" in child.cmdline():
                child.kill()
                child.wait()
        return [first, await outcome(reader, FEED), await outcome(reader, FEED)]

    first, second, third = run(story, lanes=1)
    assert (first, third) == ("1", "1")
    assert second in ("1", "unreadable")


def test_whoever_gives_up_waiting_leaves_no_answer_for_the_next() -> None:
    async def story(reader: Reader) -> list[str]:
        task = asyncio.create_task(outcome(reader, FEED.replace(b"<item>", b"<item><title/></item><item>" * 5)))
        await asyncio.sleep(0)
        task.cancel()
        return [await outcome(reader, FEED) for _ in range(3)]

    assert run(story, lanes=1) == ["1", "1", "1"]


def test_no_process_is_left_behind() -> None:
    async def story(reader: Reader) -> None:
        await outcome(reader, FEED)

    run(story)
    left = [child for child in psutil.Process().children() if "feeds.parse.child" in child.cmdline()]
    assert not left


@pytest.mark.parametrize(
    "body",
    [
        b"<rss>" + b"<a>" * 2_000_000, b"&" * 5_000_000, b'{"a":' * 500_000, b"<" * 5_000_000, b"<!--" * 1_000_000,
        b"<rss version='2.0'><channel>" + b"<item><title>x</title></item>" * 100_000 + b"</channel></rss>",
        b"<rss version='2.0'><channel><item><description>" + b"&lt;div&gt;" * 300_000, b"<rss " + b"a='b' " * 300_000 + b">",
        b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><content type='xhtml'>" + b"<div>" * 70_000,
        b"<rss version='2.0'><channel><item><title>" + b"<b>" * 500_000, b"\x00" * 1_000_000, b"<rss>" + b"<![CDATA[" * 500_000,
        b"<!DOCTYPE r [" + b"<!ENTITY a 'b'>" * 200_000 + b"]><rss/>", b"<rss>" + b"&#99999999;" * 300_000,
    ],
)  # fmt: skip
def test_no_body_takes_more_than_its_time(body: bytes) -> None:
    started = time.monotonic()
    run(lambda reader: outcome(reader, body), lanes=1, seconds=6)
    assert time.monotonic() - started < 9


# --- the command ---


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("OUTREACH_ALLOW_PRIVATE_ADDRESSES", "true")
    with webserver.running({"/feed": page(FEED)}) as running:
        yield running


def check(address: str) -> dict[str, Any]:
    """What the command answers, as JSON."""
    result = CliRunner().invoke(feeds_group, ["check", address, "--json"], catch_exceptions=False)
    answer: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == (0 if answer["ok"] else 1)
    return answer


def test_the_command_shows_a_feed(server: Server) -> None:
    server.rules["/a"] = redirect("/feed")
    answer = check(server.url("/a"))
    assert (answer["ok"], answer["status"], answer["format"], answer["title"]) == (True, 200, "rss20", "T")
    assert answer["final_address"] == server.url("/feed")
    assert [entry["title"] for entry in answer["entries"]] == ["x"]
    assert "T" in CliRunner().invoke(feeds_group, ["check", server.url("/feed")]).stdout


def test_the_command_stores_nothing(server: Server, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_DATA", str(tmp_path / "none"))
    assert check(server.url("/feed"))["ok"]
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        (page(b"<!doctype html><p>x"), "not_a_feed"), (webserver.status(410), "gone"), (webserver.status(404), "not_found"),
        (webserver.status(429), "rate_limited"), (webserver.status(500), "server_error"), (page(b""), "empty"),
        (redirect("http://169.254.169.254/"), "private_address"), (redirect("/feed/"), "not_found"),
        (page(gzip.compress(b" " * 50_000_000), Content_Encoding="gzip"), "too_large"), (webserver.raw(b"x"), "bad_answer"),
        (page(b"\x00\xff" * 1000), "not_a_feed"),
    ],
)  # fmt: skip
def test_the_command_names_what_went_wrong(server: Server, rule: webserver.Rule, kind: str) -> None:
    server.rules["/a"] = rule
    answer = check(server.url("/a"))
    assert (answer["ok"], answer["error"]["kind"]) == (False, kind)
    assert answer["error"]["sentence"]


def test_the_command_reaches_no_private_address_by_itself(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OUTREACH_ALLOW_PRIVATE_ADDRESSES")
    for host in ("127.0.0.1", "localhost", "2130706433", "[::1]", "0x7f000001", "[::ffff:7f00:1]"):
        assert check(f"http://{host}:{server.port}/feed")["error"]["kind"] == "private_address"
    assert not server.requests


@pytest.mark.parametrize(
    "address", ["", " ", "x", "http://", "http://[", "file:///etc/passwd", "http://a b/", "\u0000", "http://\ud83d/"]
)
def test_the_command_survives_any_address(address: str) -> None:
    assert not check(address)["ok"]
