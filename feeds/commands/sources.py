"""`outreach feeds add | list | import-opml | export-opml | pause | resume | remove`: what is read, by hand or by script."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from feeds import decide, discovery, guard, sources
from feeds.commands.feeds import feeds_group
from feeds.discover import Found
from feeds.rows import Feed
from feeds.sources import FeedLine, lists
from outreach import clock, companies
from outreach.commands import as_json, say, with_house
from outreach.errors import N_, NotFound, OutreachError
from outreach.house import House


@dataclass
class _Addition:
    """What came of one address."""

    address: str
    error: str = ""
    found: list[Found] = field(default_factory=list)
    added: list[dict[str, Any]] = field(default_factory=list)


@feeds_group.command("add")
@click.argument("addresses", metavar="ADDRESS…", nargs=-1, required=True)
@click.option("--company", "company", default="", help="Name or number of the customer it is read for.")
@click.option(
    "--relation", type=click.Choice(sources.RELATIONS), default="own", show_default=True,
    help="What it has to do with the customer: its own site, a search for it, its industry.",
)  # fmt: skip
@click.option("--look/--no-look", default=True, help="Look for the feeds of the address first, or take it as it is.")
@click.option("--all", "everything", is_flag=True, help="All feeds that are found, instead of the best one.")
@as_json
@with_house
def add(
    house: House, addresses: tuple[str, ...], company: str, relation: str, look: bool, everything: bool, as_json: bool
) -> None:
    """Read addresses from now on: feeds, calendars of fairs, or sites, whose feeds are looked for.

    \b
    Example: outreach feeds add https://www.mueller.example --company "Müller GmbH"
    """
    with house.database.reading() as session:
        company_id = _company(session, company) if company else None
    done = [_add(house, one, company_id, relation, look=look, everything=everything) for one in addresses]
    value = {
        "addresses": [
            {
                "address": one.address,
                "error": one.error,
                "found": [_shown(two) for two in one.found],
                "added": one.added,
            }
            for one in done
        ]
    }
    say(value, as_json=as_json, text="\n".join(line for one in done for line in _told(one)))
    if any(one.error for one in done):
        sys.exit(1)


def _add(
    house: House, address: str, company_id: int | None, relation: str, *, look: bool, everything: bool
) -> _Addition:
    allow_private = house.settings.allow_private_addresses
    addition = _Addition(address)
    try:
        addition.address = sources.checked(address, allow_private=allow_private)
        wanted = [Found(addition.address, "itself", "", "", "", 0)]
        if look:
            looked = discovery.look(house.settings, addition.address)  # no transaction while another server is asked
            if looked.error_kind:
                sentence, gaps = guard.in_words(looked.error_kind, looked.error_values)
                addition.error = sentence % gaps
                return addition
            addition.found = looked.found
            wanted = looked.found if everything else looked.found[:1]
            if not wanted:
                addition.error = "No feed was found there. A search for the name may help: --no-look takes any address."
        with house.database.writing() as session:
            for one in wanted:
                addition.added.append(_keep(session, house, one, company_id, relation))
    except OutreachError as error:
        addition.error = str(error)
    return addition


def _keep(session: Session, house: House, one: Found, company_id: int | None, relation: str) -> dict[str, Any]:
    kind = "calendar" if one.format == "ical" else "search" if relation == "search" else "feed"
    added = sources.add(
        session, one.address, kind=kind, title=one.title, now=clock.now(),
        allow_private=house.settings.allow_private_addresses,
    )  # fmt: skip
    if company_id is not None:
        sources.link(session, added.id, company_id=company_id, relation=relation)
    return {"id": added.id, "address": one.address, "title": one.title, "is_new": added.is_new}


def _shown(found: Found) -> dict[str, Any]:
    return {
        "address": found.address, "how": found.how, "title": found.title, "format": found.format, "entries": found.entries,
    }  # fmt: skip


def _told(one: _Addition) -> list[str]:
    if one.error:
        return [f"{one.address}: {one.error}"]
    kept = {added["address"] for added in one.added}
    lines = [
        f"{added['id']:>5}  {added['address']}  {added['title']}".rstrip()
        + ("" if added["is_new"] else "  (was read already)")
        for added in one.added
    ]
    more = [two for two in one.found if two.address not in kept]
    return lines + [f"       also found: {two.title or '–'}  {two.address}" for two in more]


@feeds_group.command("list")
@click.option("--failing", is_flag=True, help="Only those that cannot be read.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=200, show_default=True)
@as_json
@with_house
def list_(house: House, failing: bool, limit: int, as_json: bool) -> None:
    """What is read, and how it goes: last success, next look and why, entries a week, errors in words."""
    now = clock.now()
    with house.database.reading() as session:
        found = sources.list_page(session, now=now, show="failing" if failing else "", per_page=limit)
        whys = _whys(session, [one.id for one in found.rows])
    rows = [_row(one, whys[one.id], now) for one in found.rows]
    header = f"{'No.':>5}  {'State':8}  {'Last success':16}  {'Next look':16}  {'a week':>6}  Title"
    lines = (
        [header, *(_line(row) for row in rows)] if rows else ["No source fails." if failing else "Nothing is read yet."]
    )
    if found.total > len(rows):
        lines.append(f"… and {found.total - len(rows)} more; see --limit.")
    say({"feeds": rows, "total": found.total}, as_json=as_json, text="\n".join(lines))


def _whys(session: Session, ids: list[int]) -> dict[int, str]:
    """Why each is looked at when it is, in a sentence."""
    query = select(Feed.id, Feed.next_check_why, Feed.next_check_values).where(Feed.id.in_(ids))
    said = {row[0]: decide.in_words(row[1], row[2]) for row in session.execute(query)}
    return {number: sentence % gaps for number, (sentence, gaps) in said.items()}


def _row(one: FeedLine, why: str, now: datetime) -> dict[str, Any]:
    sentence, gaps = guard.in_words(one.error_kind, one.error_values) if one.error_kind else ("", {})
    state = one.state if one.state != "active" else _health(one, now)
    return {
        "id": one.id, "title": one.title, "address": one.address, "kind": one.kind, "state": state,
        "succeeded_at": one.succeeded_at, "next_check_at": one.next_check_at, "why": why, "status": one.status,
        "failures": one.failures, "error": sentence % gaps if sentence else "", "entries_per_week": one.per_week,
        "customers": one.customers,
    }  # fmt: skip


def _health(one: FeedLine, now: datetime) -> str:
    if one.is_dead(now):
        return "dead"
    return "failing" if one.error_kind else "ok" if one.succeeded_at else "new"


def _line(row: dict[str, Any]) -> str:
    following = _moment(row["next_check_at"]) if row["state"] not in ("paused", "gone") else "–"
    line = (
        f"{row['id']:>5}  {row['state']:8}  {_moment(row['succeeded_at']):16}  {following:16}  "
        f"{row['entries_per_week']:>6.1f}  {row['title']}"
    )
    return f"{line}\n{'':7}{row['error']}  {row['address']}" if row["error"] else line


def _moment(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M") if moment is not None else "never"


@feeds_group.command("import-opml")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
@with_house
def import_opml(house: House, file: Path, as_json: bool) -> None:
    """Take in the feeds of a list other readers export (OPML); known ones stay as they are."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror or error}.") from None
    with house.database.writing() as session:
        import_id = lists.begin(session, data, name=file.name, user_id=None, now=clock.now()).id
    lists.run(house, import_id, now=clock.now())
    with house.database.reading() as session:
        report = lists.report(lists.get(session, import_id))
    counts = {outcome: sum(line.outcome == outcome for line in report) for outcome in ("added", "known", "refused")}
    refused = [
        {"address": line.address, "error": line.sentence % line.values} for line in report if line.outcome == "refused"
    ]
    text = f"{counts['added']} feeds added, {counts['known']} were read already, {counts['refused']} refused."
    say(
        {"id": import_id, **counts, "lines_refused": refused},
        as_json=as_json,
        text="\n".join([text, *(f"  {one['address']}: {one['error']}" for one in refused)]),
    )
    if counts["refused"] == len(report):
        sys.exit(3)


@feeds_group.command("export-opml")
@click.argument("file", default="-", type=click.Path(dir_okay=False, allow_dash=True))
@with_house
def export_opml(house: House, file: str) -> None:
    """Write what is read as a list for other readers (OPML), to a file or to standard output."""
    with house.database.reading() as session:
        data = lists.export(session, title="Outreach", now=clock.now())
    if file == "-":
        click.echo(data, nl=False)
        return
    try:
        Path(file).write_bytes(data)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror or error}.") from None
    click.echo(f"Written to {file}.")


def _turn(verb: str, change: Callable[[Session, int], object], *, done: str, help: str) -> None:
    """One command that changes what is done with a feed."""

    @feeds_group.command(verb, help=help)
    @click.argument("feed")
    @as_json
    @with_house
    def turn(house: House, feed: str, as_json: bool) -> None:
        with house.database.writing() as session:
            number = _feed(session, feed)
            change(session, number)
        say({"id": number, "done": verb}, as_json=as_json, text=done.format(number=number))


_turn(
    "pause",
    sources.pause,
    done="Source {number} is paused.",
    help="Read a source (number or address) no more until told so.",
)
_turn("resume", lambda session, number: sources.resume(session, number, now=clock.now()),
      done="Source {number} is read again.", help="Read a paused or gone source (number or address) again, soon.")  # fmt: skip
_turn("remove", sources.remove, done="Source {number} is removed, with its entries.",
      help="Forget a source (number or address) with its entries; what was suggested stays.")  # fmt: skip


def _feed(session: Session, named: str) -> int:
    """The number of a feed named by number or address; raises NotFound."""
    if named.isdecimal() and len(named) < 12:
        return sources.get(session, int(named)).id
    address = sources.checked(named, allow_private=True)
    found = session.scalar(select(Feed.id).where(Feed.address == address))
    if found is None:
        raise NotFound(N_("There is no such source, or not any more."))
    return found


def _company(session: Session, named: str) -> int:
    if named.isdecimal() and len(named) < 12:
        return companies.get(session, int(named)).id
    found = companies.find(session, named)
    return found if found is not None else companies.get(session, 0).id


COMMANDS = (feeds_group,)
