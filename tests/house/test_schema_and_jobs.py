"""The migrations build what the models say, on both databases, in one line; every job asked for is known to the workers."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import campaigns.rows  # noqa: F401 - every table has to be known
import feeds.rows  # noqa: F401
import outreach.rows  # noqa: F401
import worker
from outreach import migrate, settings
from outreach.db import Base, Database
from outreach.house import House
from outreach.mail import render, text


def test_the_migrations_build_the_schema_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        opts = {"compare_type": True, "include_object": migrate.is_of_the_models}
        found = compare_metadata(MigrationContext.configure(connection, opts=opts), Base.metadata)
        if database.is_sqlite:
            found = [one for one in found if not _is_inline_key(one)]
            made = {(row[3], row[2], row[6]) for row in connection.exec_driver_sql("PRAGMA foreign_key_list(contacts)")}
            assert {("owner_id", "users", "SET NULL"), ("merged_into_id", "contacts", "CASCADE")} <= made
        assert found == []


def _is_inline_key(difference: tuple[Any, ...]) -> bool:
    """A foreign key added with its column: SQLAlchemy does not see its ON DELETE on SQLite."""
    if difference[0] not in ("add_fk", "remove_fk") or difference[1].parent.name != "contacts":
        return False
    return {column.name for column in difference[1].columns} <= {"owner_id", "merged_into_id"}


def test_the_migrations_are_one_line() -> None:
    assert len(ScriptDirectory.from_config(migrate.config()).get_heads()) == 1


def test_upgrading_twice_is_upgrading_once(database: Database) -> None:
    migrate.upgrade(database)
    assert not migrate.missing(database)


def test_every_job_asked_for_is_registered(house: House) -> None:
    worker.equip(house)
    known = set(house.broker.get_declared_actors())
    asked = _asked() | {entry.job for entry in worker.TIMETABLE}
    assert asked
    assert asked <= known, asked - known
    assert known <= asked, f"nobody asks for {known - asked}"


def test_importing_the_composition_roots_does_nothing() -> None:
    for root in ("wsgi.py", "worker.py"):
        tree = ast.parse((settings.ROOT / root).read_text())
        calls = [node for node in tree.body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
        assert calls == [], root


def test_every_shipped_mail_renders_with_sample_data() -> None:
    shown = {"language": "de", "subject": "Probe", "preheader": "", "organisation": "Büro Weiß", "imprint": ["Büro Weiß", "Am Markt 1"],
             "list_name": "Neues", "source": "/sign-up/neues", "confirm_url": "https://n.example/confirm/x", "is_new_address": False}  # fmt: skip
    page = render.layout_page("confirm", str, **shown)
    assert "https://n.example/confirm/x" in text.from_html(page)
    letter = {"name": "Anna Köhler", "company": "", "why": "Auszeichnung", "quote": "gewinnt", "source": "Südwest Presse",
              "subject": "Glückwunsch", "text": [["Guten Tag,"], ["eine Zeile", "und noch eine"]], "light": "yellow",
              "light_reason": "Nur zum Auftrag.", "link": "https://n.example/queue/1"}  # fmt: skip
    page = render.layout_page(
        "digest",
        str,
        **shown,
        letters=[letter],
        more=2,
        queue_url="https://n.example/queue/",
        settings_url="https://n.example/settings/",
    )
    assert "https://n.example/queue/1" in text.from_html(page)
    whole = ("base", "confirm", "digest")
    for layout in sorted(path.stem for path in render.LAYOUTS.glob("*.html") if path.stem not in whole):
        made = render.render(
            render.Source("Probe", "<p>{{ greeting }}</p>"), render.Frame(imprint=("Büro Weiß",)), layout=layout
        )
        assert "{{ greeting }}" in made.text, layout


def _asked() -> set[str]:
    """The first argument after the session of every `jobs.ask(session, "…")`, and what dispatch's `_ask` passes on."""
    found = set()
    for package in ("outreach", "campaigns", "feeds"):
        for path in (settings.ROOT / package).rglob("*.py"):
            found |= set(re.findall(r"""(?:jobs\.ask\(\s*session|_ask\(\s*house),\s*"(\w+)\"""", path.read_text()))
            found |= set(
                re.findall(r'job = "(\w+)" if .* else "(\w+)"', path.read_text()) and ["fan_out", "send_slice"]
            )
    return found


def test_an_installation_of_the_first_schema_keeps_every_row(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    given = migrate.config()
    with database.engine.execution_options(sqlite_begin="IMMEDIATE").connect() as connection:
        given.attributes["connection"] = connection
        command.upgrade(given, "0001")
        connection.commit()
        for statement in _LIVED_IN:
            connection.exec_driver_sql(statement)
        connection.commit()
    migrate.upgrade(database)
    with database.engine.connect() as connection:
        for table in ("companies", "contacts", "tags", "contact_tags", "lists", "consents", "subscriptions", "imports"):
            counted = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
            assert counted == (2 if table == "contacts" else 1), table
        stages = connection.exec_driver_sql("SELECT stage, stage_by_hand FROM contacts ORDER BY id").all()
        assert [tuple(one) for one in stages] == [("regular", 1), ("prospect", 0)]  # set by somebody; never touched
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    database.close()


_T = "'2026-01-01 08:00:00.000000'"
_LIVED_IN = (
    f"INSERT INTO companies VALUES (1, 'Firma', 'firma', 'Köln', '', '', {_T}, {_T})",
    *(
        "INSERT INTO contacts (id, company_id, title, first_name, last_name, salutation, address_form, email, email_key, language, city, "
        f"phone, stage, custom, measuring_agreed, source, created_at, updated_at) VALUES ({number}, 1, '', 'Anna', 'Müller', 'frau', 'sie', "
        f"'a{number}@x.example', 'a{number}@x.example', 'de', '', '', '{stage}', '{{}}', 0, '', {_T}, {_T})"
        for number, stage in ((1, "regular"), (2, "prospect"))
    ),
    "INSERT INTO tags VALUES (1, 'VIP', 'vip')",
    "INSERT INTO contact_tags (tag_id, contact_id) VALUES (1, 1)",
    f"INSERT INTO lists (id, key, name, description, is_public, language, created_at) VALUES (1, 'n', 'N', '', 1, 'de', {_T})",
    "INSERT INTO consents (id, contact_id, list_id, how, text_shown, source, zone, requested_ip, granted_at, confirmed_ip, withdrawn_how) "
    f"VALUES (1, 1, 1, 'by_hand', 'ja', 's', 'UTC', '', {_T}, '', '')",
    "INSERT INTO subscriptions (list_id, contact_id, state, consent_id, text_shown, source, requested_ip, changed_at) "
    f"VALUES (1, 1, 'confirmed', 1, '', '', '', {_T})",
    "INSERT INTO imports (id, filename, state, charset, delimiter, mapping, has_header, consent_proof, rows_total, position, created, "
    "updated, unchanged, skipped, noted, subscribed, kept_unsubscribed, without_proof, problem, created_at) "
    f"VALUES (1, 'f.csv', 'done', 'utf-8', ';', '{{}}', 1, '', 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, '', {_T})",
)  # fmt: skip
