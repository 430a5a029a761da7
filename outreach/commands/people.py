"""Commands for people: look, search, note what happened, make two cards one."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from outreach import cards, clock, contacts, merge, search
from outreach.cards import Moved
from outreach.commands.base import as_json, contact_group, contact_id, say, with_house
from outreach.history.store import noon
from outreach.house import House
from outreach.quick import store as quick
from outreach.quick.proposal import Parsed
from outreach.quick.store import Confirmed, KeptFact, KeptTask


@contact_group.command("show")
@click.argument("who")
@as_json
@with_house
def contact_show(house: House, who: str, as_json: bool) -> None:
    """The card of one person (number or mail address) in a few lines."""
    with house.database.reading() as session:
        card = cards.get(session, contact_id(session, who), today=_today(house), now=clock.now())
        if isinstance(card, Moved):
            card = cards.get(session, card.contact_id, today=_today(house), now=clock.now())
        if isinstance(card, Moved):
            raise click.ClickException("The card moved while we looked.")
    person = card.person
    value = {
        "id": person.id, "name": person.name, "mail": person.email, "phone": person.phone, "company": person.company,
        "stage": person.stage, "value_class": person.value_class, "turnover_12_cents": person.turnover_12,
        "last_contact_at": person.last_contact_at, "due_on": person.due_on, "tags": list(person.tags),
        "lights": {one.channel: one.colour for one in card.lights},
    }  # fmt: skip
    text = "\n".join(
        part
        for part in (
            " · ".join(x for x in (person.name, person.company, person.email, person.phone) if x),
            f"{person.stage}{f', class {person.value_class}' if person.value_class else ''}",
            f"due {person.due_on}" if person.due_on else "",
            ", ".join(f"{one.channel}: {one.colour}" for one in card.lights),
        )
        if part
    )
    say(value, as_json=as_json, text=text)


@contact_group.command("merge")
@click.argument("keep")
@click.argument("other")
@click.option(
    "--take", multiple=True, help="A field of the other that wins, such as email or last_name; may be repeated."
)
@click.option("--yes", is_flag=True, help="Do it; otherwise only show where the two differ.")
@as_json
@with_house
def contact_merge(house: House, keep: str, other: str, take: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Make two cards (numbers or mail addresses) one; the first stays.

    \b
    Example: outreach contact merge 12 anna@example.de --take phone --yes
    """
    with house.database.session(writing=yes) as session:
        keep_id, other_id = contact_id(session, keep), contact_id(session, other)
        found = merge.compare_contacts(session, keep_id, other_id)
        if yes:
            merge.contacts(session, keep_id, other_id, take=take, now=clock.now())
            session.commit()
    differ = [{"field": one.name, "keep": one.keep, "other": one.other} for one in found.fields]
    lines = [f"{one.name}: {one.keep!r} | {one.other!r}" for one in found.fields] or ["They say the same."]
    done = f"{found.other_name} is part of {found.keep_name} now." if yes else "Nothing is changed; add --yes to do it."
    say({"merged": yes, "id": keep_id, "differ": differ}, as_json=as_json, text="\n".join([*lines, done]))


@click.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@as_json
@with_house
def search_command(house: House, words: tuple[str, ...], limit: int, as_json: bool) -> None:
    """People, and everything noted, that have all these words."""
    wanted = " ".join(words)
    with house.database.reading() as session:
        people = contacts.list_page(session, search=wanted, per_page=limit).rows
        hits = search.find(session, wanted, limit=limit)
    rows: list[dict[str, Any]] = [
        {"what": "contact", "id": one.id, "name": one.name, "mail": one.email} for one in people
    ]
    rows += [
        {"what": one.what, "id": one.id, "kind": one.kind, "at": one.at, "contact_id": one.contact_id, "name": one.name,
         "text": "".join(part for part, _hit in one.parts)}
        for one in hits
    ]  # fmt: skip
    lines = [f"{one.id:>6}  {one.name}  {one.email or ''}".rstrip() for one in people]
    lines += [f"{one.at:%Y-%m-%d}  {one.name}: {''.join(part for part, _hit in one.parts)}" for one in hits]
    say({"found": rows}, as_json=as_json, text="\n".join(lines) or "Nothing found.")


@click.command("note")
@click.argument("line")
@click.option("--contact", "who", default="", help="Number or mail address of the contact it is about.")
@click.option("--yes", is_flag=True, help="Store it; otherwise only show what the line would become.")
@as_json
@with_house
def note_command(house: House, line: str, who: str, yes: bool, as_json: bool) -> None:
    """Read one line as the quick entry does. Without --contact the people it may be about are shown, and nothing is stored.

    \b
    Example: outreach note "tel Müller: will Angebot Schulung, 3.5." --contact 12 --yes
    """
    today = _today(house)
    with house.database.session(writing=yes) as session:
        read = quick.read(session, line, today, contact_id=contact_id(session, who) if who else None)
        if read.contact_id is not None and yes:
            zone = house.settings.timezone
            quick.save(session, _confirmed(read.parsed, read.contact_id, zone), user_id=None, zone=zone)
            session.commit()
    if read.contact_id is None:
        people = [
            {"id": one.contact_id, "name": one.name, "about": one.about} for one in read.suggestions if one.contact_id
        ]
        text = "\n".join(f"{one['id']:>6}  {one['name']}  {one['about']}".rstrip() for one in people)
        say(
            {"stored": False, "people": people},
            as_json=as_json,
            text=text or "Nobody is called like a word of this line.",
        )
        raise click.exceptions.Exit(1)
    parsed = read.parsed
    shown = {
        "stored": yes, "contact_id": read.contact_id, "kind": parsed.kind, "on": parsed.on, "text": parsed.text,
        "amount_cents": parsed.amount_cents, "facts": [[one.kind, one.text] for one in parsed.facts],
        "tasks": [[one.text, one.due_on] for one in parsed.tasks],
    }  # fmt: skip
    facts = "".join(f"\n  {one.kind}: {one.text}" for one in parsed.facts)
    done = "" if yes else "\nNothing is stored; add --yes to do it."
    say(shown, as_json=as_json, text=f"{parsed.on} {parsed.kind} with {read.name}: {parsed.text}{facts}{done}")


def _confirmed(parsed: Parsed, about: int, zone: str) -> Confirmed:
    return Confirmed(
        kind=parsed.kind, at=min(noon(parsed.on, zone), clock.now()) if not parsed.is_planned else noon(parsed.on, zone),
        on=parsed.on, text=parsed.text, contact_id=about, amount=parsed.amount_cents,
        facts=[KeptFact(one.kind, one.text, one.valid_until) for one in parsed.facts],
        tasks=[KeptTask(one.text, one.due_on) for one in parsed.tasks], birthday=parsed.birthday,
    )  # fmt: skip


def _today(house: House) -> date:
    return clock.on_wall(clock.now(), house.settings.timezone).date()


COMMANDS = (search_command, note_command)
