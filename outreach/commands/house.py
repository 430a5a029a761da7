"""Commands for users, who writes, lists, contacts in and out, the database and the doctor."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from outreach import contacts, doctor, erasure, migrate, organisation, senders, users
from outreach.clock import now
from outreach.commands.base import as_json, contact_group, contact_id, opened, say, with_house
from outreach.consent import lists
from outreach.contacts import tags
from outreach.errors import N_, NotFound
from outreach.exports import everything
from outreach.exports import store as exports
from outreach.house import House
from outreach.imports import run as imports
from outreach.imports import undo as import_undo
from outreach.imports.store import Progress


@click.group()
def user() -> None:
    """People who may sign in."""


@user.command("add")
@click.argument("mail")
@click.option("--role", type=click.Choice([role.value for role in users.Role]), default="editor", show_default=True)
@click.option(
    "--password-file",
    type=click.File("r"),
    required=True,
    help="File whose first line is the password; - for standard input.",
)
@click.option("--name", default="", help="As shown to others; the address when left out.")
@as_json
@with_house
def user_add(house: House, mail: str, role: str, password_file: Any, name: str, as_json: bool) -> None:
    """Add a user.

    \b
    Example: outreach user add anna@example.de --role owner --password-file secret.txt
    """
    with house.database.writing() as session:
        first = not users.anybody(session)
        made = users.add(
            session,
            name=name,
            email=mail,
            password=password_file.readline().rstrip("\r\n"),
            role=users.Role(role),
            language=house.settings.locale,
            time_zone=house.settings.timezone,
        )
        if first and role == "owner":
            senders.ensure_first(session, name=made.name, address=made.email)
        value = {"id": made.id, "mail": made.email, "role": role}
    say(value, as_json=as_json, text=f"{made.email} may sign in as {role}.")


@user.command("list")
@as_json
@with_house
def user_list(house: House, as_json: bool) -> None:
    """Everybody who may sign in."""
    with house.database.reading() as session:
        rows = [
            {
                "id": one.id,
                "mail": one.email,
                "name": one.name,
                "role": one.role,
                "disabled": one.disabled_at is not None,
            }
            for one in users.everybody(session)
        ]
    text = (
        "\n".join(f"{row['mail']}  {row['role']}{'  (disabled)' if row['disabled'] else ''}" for row in rows)
        or "Nobody yet."
    )
    say({"users": rows}, as_json=as_json, text=text)


@click.group("organisation")
def organisation_group() -> None:
    """Who writes: name and imprint."""


@organisation_group.command("set")
@click.option("--name")
@click.option("--legal-form", type=click.Choice(["freelancer", "ek", "gmbh", "ohg"]))
@click.option("--representative")
@click.option("--street")
@click.option("--postcode")
@click.option("--city")
@click.option("--country")
@click.option("--phone")
@click.option("--email")
@click.option("--website")
@click.option("--vat-id")
@click.option("--register-court")
@click.option("--register-number")
@click.option("--anonymous-measuring", type=click.Choice(["none", "anonymous"]))
@as_json
@with_house
def organisation_set(house: House, as_json: bool, **given: str | None) -> None:
    """Set what is given, leave the rest.

    \b
    Example: outreach organisation set --name "Büro Weiß" --street "Am Markt 1" --postcode 10115 --city Berlin --email post@example.de
    """
    with house.database.writing() as session:
        own = organisation.get(session)
        for name, value in given.items():
            if value is not None:
                setattr(own, name, value.strip())
        missing = organisation.missing_in_imprint(own)
    text = "The imprint is complete." if not missing else "Still missing in the imprint: " + ", ".join(missing)
    say({"missing": missing}, as_json=as_json, text=text)


@click.group("sender")
def sender_group() -> None:
    """Names and addresses newsletters come from."""


@sender_group.command("add")
@click.argument("address")
@click.option("--name", required=True)
@click.option("--reply-to", default="")
@click.option("--per-hour", type=click.IntRange(min=1), help="At most so many mails an hour.")
@as_json
@with_house
def sender_add(house: House, address: str, name: str, reply_to: str, per_hour: int | None, as_json: bool) -> None:
    """Add a sender.

    \b
    Example: outreach sender add post@example.de --name "Büro Weiß" --per-hour 500
    """
    with house.database.writing() as session:
        made = senders.create(session, name=name, address=address, reply_to=reply_to, per_hour=per_hour)
        value = {"id": made.id, "address": made.address}
    say(value, as_json=as_json, text=f"Newsletters can come from {value['address']} now.")


@click.group("list")
def list_group() -> None:
    """Lists (topics) people subscribe to."""


@list_group.command("add")
@click.argument("name")
@click.option("--description", default="")
@click.option("--private", is_flag=True, help="Not on the sign-up and preference pages.")
@as_json
@with_house
def list_add(house: House, name: str, description: str, private: bool, as_json: bool) -> None:
    """Add a list."""
    with house.database.writing() as session:
        made = lists.create(
            session, name=name, description=description, is_public=not private, language=house.settings.locale
        )
        value = {"id": made.id, "key": made.key, "name": made.name}
    say(
        value,
        as_json=as_json,
        text=f"People can subscribe to “{value['name']}” now: {house.url('/sign-up/' + str(value['key']))}",
    )


@click.group("import")
def import_group() -> None:
    """Take contacts in from files."""


@import_group.command("contacts")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--list", "list_names", multiple=True, help="List they belong to, made when there is none of that name; repeatable."
)
@click.option(
    "--consent-proof", default="", help="Where their consent comes from; without it nobody becomes a subscriber."
)
@as_json
@with_house
def import_contacts(house: House, file: Path, list_names: tuple[str, ...], consent_proof: str, as_json: bool) -> None:
    """Import contacts: CSV, XLSX, vCard, or an export of Mailchimp, listmonk, Brevo, CleverReach or Monica.

    \b
    Delimiter, charset and columns are guessed as in the admin; rows that cannot be taken in are counted and
    printed with the reason. Nobody who unsubscribed or objected is brought back.
    \b
    Example: outreach import contacts kunden.csv --list "Neues aus dem Büro" --consent-proof "Fair sign-up sheets, May 2026"
    """
    first, *more = list_names or (None,)
    done = imports.run_inline(
        house, file, list_name=first, more_lists=[name for name in more if name], consent_proof=consent_proof
    )
    imports.propose_duplicates(house, done.id)
    with house.database.reading() as session:
        skips = [
            {"line": skip.line, "reason": skip.reason, "excerpt": skip.excerpt}
            for skip in imports.skips_page(session, done.id, per_page=100).rows
        ]
    value = {
        "import": done.id,
        "state": done.state,
        "rows": done.rows_total,
        "created": done.created,
        "updated": done.updated,
        "unchanged": done.unchanged,
        "skipped": done.skipped,
        "skips": skips,
        "problem": done.problem,
    }
    lines = [
        f"{done.rows_total} rows: {done.created} created, {done.updated} updated, {done.unchanged} unchanged, {done.skipped} skipped."
    ]
    lines += [f"  line {skip['line']}: {skip['reason']}" for skip in skips]
    say(value, as_json=as_json, text="\n".join(lines) if done.state == "done" else f"Not imported: {done.problem}")
    if done.state != "done":
        sys.exit(1)
    if done.rows_total and done.skipped >= done.rows_total:
        sys.exit(3)


@import_group.command("undo")
@click.argument("import_id", type=int)
@as_json
@with_house
def import_take_back(house: House, import_id: int, as_json: bool) -> None:
    """Take an import of the last 24 hours back; what was changed since stays and is listed."""
    with house.database.writing() as session:
        import_undo.ask_for(session, import_id)
    while not (done := _undone(house, import_id)):
        import_undo.run(house, import_id)
    with house.database.reading() as session:
        kept = [
            {"contact": one.contact_id, "table": one.table, "reason": one.sentence}
            for one in import_undo.kept_page(session, import_id, per_page=500).rows
        ]
    lines = [f"Undone: {done.restored} changes taken back, {len(kept)} left as they are."]
    lines += [f"  contact {one['contact'] or '-'}, {one['table']}: {one['reason']}" for one in kept]
    say({"import": import_id, "restored": done.restored, "kept": kept}, as_json=as_json, text="\n".join(lines))


def _undone(house: House, import_id: int) -> Progress | None:
    with house.database.reading() as session:
        reached = imports.progress(session, import_id)
    return reached if reached.undo_state == "done" else None


@click.command("export")
@click.option("--format", "form", type=click.Choice(list(exports.FORMATS)), default="csv", show_default=True)
@click.option(
    "--output", type=click.File("w", encoding="utf-8", atomic=True), default="-", help="File; - for standard output."
)
@click.option("--stage", default="", help="Only contacts of this stage.")
@click.option("--tag", default="", help="Only contacts with this tag.")
@with_house
def export_command(house: House, form: str, output: Any, stage: str, tag: str) -> None:
    """Write contacts as CSV, vCard or JSON.

    \b
    Example: outreach export --format vcard --output kontakte.vcf --tag VIP
    """
    with house.database.reading() as session:
        tag_id = _tag_id(session, tag) if tag else None
    for piece in exports.pieces(house, form, now=now(), among=exports.chosen(stage=stage, tag_id=tag_id)):
        output.write(piece)


@contact_group.command("export")
@click.argument("who")
@click.option("--output", type=click.File("wb", atomic=True), required=True, help="ZIP file to write.")
@with_house
def contact_export(house: House, who: str, output: Any) -> None:
    """Everything known of one person (number or mail address) in a ZIP, as Art. 15 and 20 GDPR ask for.

    \b
    Example: outreach contact export anna@example.de --output anna.zip
    """
    with house.database.reading() as session:
        known = everything.gather(session, contact_id(session, who))
    output.write(everything.archive(known, now=now()))


@contact_group.command("erase")
@click.argument("who")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@with_house
def contact_erase(house: House, who: str, yes: bool, as_json: bool) -> None:
    """Erase one person (number or mail address) for good, as Art. 17 GDPR asks for.

    \b
    A fingerprint of the addresses stays on the suppression list, sent newsletters stay as numbers.
    """
    with house.database.reading() as session:
        name = contacts.person(session, contact_id(session, who)).name
    if not yes and click.prompt(f"Type erase to erase {name} for good", default="", show_default=False) != "erase":
        raise click.ClickException("Nobody was erased.")
    with house.database.writing() as session:
        done = erasure.erase(session, contact_id(session, who), now=now())
    say(asdict(done), as_json=as_json, text=f"Erased. {done.newsletters_kept} newsletters stay as numbers.")


def _tag_id(session: Session, name: str) -> int:
    found = next((one.id for one in tags.list_all(session) if tags.key(one.name) == tags.key(name)), None)
    if found is None:
        raise NotFound(N_("There is no such tag, or not any more."))
    return found


@click.group("database")
def database_group() -> None:
    """The database."""


@database_group.command("upgrade")
@click.pass_context
def database_upgrade(context: click.Context) -> None:
    """Bring the database to this version; safe to run again, and from several machines."""
    house = opened(context)
    migrate.upgrade(house.database)
    click.echo(f"The database is at revision {migrate.head()}.")


@click.command("doctor")
@as_json
@click.pass_context
def doctor_command(context: click.Context, as_json: bool) -> None:
    """Look at settings, database, broker, mail server, mailboxes, clock and disk; one line each."""
    findings = list(doctor.examine(opened(context)))
    marks = {"ok": "ok     ", "warning": "look   ", "wrong": "WRONG  "}
    text = "\n".join(f"{marks[one.level]} {one.what:<11} {one.sentence}" for one in findings)
    say({"findings": [asdict(one) for one in findings]}, as_json=as_json, text=text)
    if any(one.level == "wrong" for one in findings):
        sys.exit(3)


COMMANDS: tuple[click.Command, ...] = (
    user, organisation_group, sender_group, list_group, import_group, export_command,
    contact_group, database_group, doctor_command,
)  # fmt: skip
