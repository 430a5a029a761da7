"""Looking at an address a person gave: what can be read there, or why nothing can. Asks the outside world; keeps nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from feeds import discover, fetch, ical, parse
from feeds.discover import Found, Page
from feeds.fetch import Client, Fetched, Limits
from feeds.guard import FetchFailed
from feeds.parse.values import Parsed
from outreach import clock, logs
from outreach.errors import Invalid
from outreach.settings import Settings

log = logs.get(__name__)
#: a person waits for the answer
SECONDS = 40.0
_FETCH_SECONDS = 12.0
_CALENDAR = b"BEGIN:VCALENDAR"


@dataclass(frozen=True)
class Looked:
    """What an address leads to: feeds or a calendar, or the failure's kind and values."""

    found: list[Found] = field(default_factory=list)
    error_kind: str = ""
    error_values: dict[str, object] = field(default_factory=dict)

    @property
    def is_calendar(self) -> bool:
        """Whether it is a calendar of fairs."""
        return any(one.format == "ical" for one in self.found)


def look(settings: Settings, address: str) -> Looked:
    """What can be read at this address, in at most 40 seconds. Never raises: a failure is part of the answer."""
    try:
        return Looked(asyncio.run(_look(settings, address)))
    except FetchFailed as failure:
        return Looked(error_kind=failure.kind, error_values=dict(failure.values))
    except Exception as error:  # noqa: BLE001 - the edge: whatever a server does, the answer is a sentence
        log.error("discovery_crashed", error=type(error).__name__)
        return Looked(error_kind="internal")


async def _look(settings: Settings, address: str) -> list[Found]:
    try:
        async with (
            asyncio.timeout(SECONDS),
            fetch.client(
                contact=settings.public_url,
                allow_private=settings.allow_private_addresses,
                limits=Limits(total=_FETCH_SECONDS),
            ) as client,
            parse.reader(lanes=1) as reader,
        ):
            first = await fetch.fetch(client, address)
            if first.body.lstrip().startswith(_CALENDAR):
                return [_calendar(first)]

            async def read(page: Page) -> Parsed:
                return await reader.parse(page.body, page.content_type, page.final_address, clock.now())

            return await discover.find(_asker(client, first), read, address)
    except TimeoutError:
        raise FetchFailed("timeout", seconds=round(SECONDS)) from None


def _asker(client: Client, first: Fetched) -> discover.Ask:
    """Asks each address once; the first answer is there already."""

    async def ask(address: str) -> Page:
        return first if address == first.address else await fetch.fetch(client, address)

    return ask


def _calendar(fetched: Fetched) -> Found:
    try:
        events = ical.read(fetched.body)
    except Invalid:
        raise FetchFailed("not_a_feed") from None
    return Found(
        address=fetched.final_address,
        how="itself",
        title=events.name,
        format="ical",
        site="",
        entries=len(events.events),
    )
