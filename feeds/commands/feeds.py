"""`outreach feeds`: look at one address through every guard without storing anything; read what is due."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

import click

from feeds import fetch, guard, parse, watch
from feeds.fetch import Fetched, Limits
from feeds.guard import FetchFailed
from feeds.parse import Parsed, ParsedEntry
from outreach import clock, logs
from outreach.commands import as_json, say, with_house
from outreach.house import House
from outreach.settings import Settings, SettingsError, load

log = logs.get(__name__)

#: for the server, and for fetching and parsing together; somebody sits and waits
_FETCH_SECONDS = 27.0
_SECONDS = 30.0


@click.group("feeds")
def feeds_group() -> None:
    """What is read in the news."""


@feeds_group.command("check")
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def check(address: str, as_json: bool) -> None:
    """Read one address now and show what is there. Nothing is stored.

    \b
    Example: outreach feeds check https://www.example.de/presse/rss.xml
    """
    try:
        settings = load()
    except SettingsError as error:
        click.echo(f"Settings:\n{error}", err=True)
        sys.exit(2)
    logs.configure(as_json=settings.log_format == "json", level="ERROR")  # the answer goes to standard output
    started = time.monotonic()
    address = address.encode("utf-8", errors="replace").decode("utf-8")  # bytes of the shell that are no text
    try:
        answer = _found(asyncio.run(_read(settings, guard.completed(address))), time.monotonic() - started)
    except FetchFailed as failure:
        answer = _failed(address, failure)
    except Exception as error:  # noqa: BLE001 - the edge: whatever a server does, the answer is a sentence
        log.error("check_crashed", error=type(error).__name__)
        answer = _failed(address, FetchFailed("internal"))
    click.echo(json.dumps(answer, ensure_ascii=False) if as_json else _in_words(answer))
    sys.exit(0 if answer["ok"] else 1)


@feeds_group.command("poll")
@click.option("--all", "everything", is_flag=True, help="Every feed that is not paused, due or not.")
@as_json
@with_house
def poll(house: House, everything: bool, as_json: bool) -> None:
    """Read what is due, here and now, until nothing more is.

    \b
    Example: outreach feeds poll --all
    """
    tally = watch.poll(house, everything=everything)
    text = f"{tally.checked} feeds read: {tally.new} new entries, {tally.unchanged} feeds unchanged, {tally.failed} failed."
    say(asdict(tally), as_json=as_json, text=text)


@dataclass(frozen=True)
class _Seen:
    fetched: Fetched
    parsed: Parsed


async def _read(settings: Settings, address: str) -> _Seen:
    try:
        async with (
            asyncio.timeout(_SECONDS),
            fetch.client(
                contact=settings.public_url,
                allow_private=settings.allow_private_addresses,
                limits=Limits(total=_FETCH_SECONDS),
            ) as client,
            parse.reader(lanes=1) as reader,
        ):
            fetched = await fetch.fetch(client, address)
            parsed = await reader.parse(fetched.body, fetched.content_type, fetched.final_address, clock.now())
            return _Seen(fetched, parsed)
    except TimeoutError:
        raise FetchFailed("timeout", seconds=round(_SECONDS)) from None


def _found(seen: _Seen, seconds: float) -> dict[str, Any]:
    fetched, parsed = seen.fetched, seen.parsed
    return {
        "ok": True,
        "status": fetched.status,
        "address": fetched.address,
        "final_address": fetched.final_address,
        "redirects": [{"status": hop.status, "from": hop.address, "to": hop.target} for hop in fetched.hops],
        "format": parsed.format,
        "title": parsed.title,
        "site": parsed.site,
        "etag": fetched.etag,
        "last_modified": fetched.last_modified,
        "bytes": fetched.bytes_read,
        "seconds": round(seconds, 3),
        "parser": "strict" if parsed.strict else "feedparser" if parsed.format not in ("json", "sitemap") else "own",
        "cut": parsed.cut,
        "entries": [_entry(entry) for entry in parsed.entries],
    }


def _entry(entry: ParsedEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "title": entry.title,
        "link": entry.link,
        "published": entry.published_at.isoformat() if entry.published_at else None,
        "updated": entry.updated_at.isoformat() if entry.updated_at else None,
        "source": entry.source,
        "text": entry.text,
    }


def _failed(address: str, failure: FetchFailed) -> dict[str, Any]:
    return {
        "ok": False,
        "status": failure.status,
        "address": address,
        "error": {"kind": failure.kind, "sentence": str(failure), "retry_after": failure.retry_after},
    }


def _in_words(answer: dict[str, Any]) -> str:
    if not answer["ok"]:
        return f"{answer['address']}: {answer['error']['sentence']}"
    lines = [
        f"{answer['title'] or answer['final_address']}  ({answer['format']}, {len(answer['entries'])} entries)",
        *(f"  redirected ({hop['status']}) to {hop['to']}" for hop in answer["redirects"]),
        *(
            f"  {(entry['published'] or 'no date')[:16]:16}  {entry['title'] or entry['text'][:80]}\n"
            f"{'':20}{entry['link']}"
            for entry in answer["entries"][:20]
        ),
    ]
    if len(answer["entries"]) > 20:
        lines.append(f"  … and {len(answer['entries']) - 20} more")
    return "\n".join(lines)


COMMANDS = (feeds_group,)
