"""How fast the pages of the customer file answer: 1,000,000 contacts and 5,000,000 touchpoints on PostgreSQL, 10,000 and
50,000 on SQLite. Whole pages through the application, as a signed-in person gets them, without the network.

The file is made by the database itself: one contact has 10,000 touchpoints, a fifth of the contacts buys, every hundredth
touchpoint speaks of something rare, every third of something everybody speaks of.
"""

from __future__ import annotations

import os
import re
import statistics
import time
from collections.abc import Callable, Iterator

from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

import wsgi
from bench import Figure, postgres_house, sqlite_house
from outreach import clock, valuation
from outreach.house import House
from outreach.users import Role, add

TIMES = 5
PASSWORD = "a good long password"
#: what the pages may take on the server, in milliseconds
CARD, LIST, SEARCH = 150, 200, 300
PAGES = (
    ("card", "/contacts/4711", CARD),
    ("card with 10,000 touchpoints", "/contacts/7", CARD),
    ("further entries of that card", "/contacts/7?kind=call", CARD),
    ("card of a company", "/companies/17", CARD),
    ("contacts by name", "/contacts", LIST),
    ("contacts, who is due", "/contacts?sort=due", LIST),
    ("companies", "/companies", LIST),
    ("tasks", "/tasks", LIST),
    ("what customers are worth", "/contacts/value", LIST),
    ("names to look at", "/contacts/names", LIST),
    ("search for a rare word", "/search?q=lichtkuppel", SEARCH),
    ("search for a word everybody uses", "/search?q=angebot", SEARCH),
    ("search for two words", "/search?q=schulung+frist", SEARCH),
    ("search for a name", "/contacts?q=Nachname4711", SEARCH),
    ("quick entry: whom is it about", "/quick?line=tel+Nachname4711%3A+will+Angebot", SEARCH),
)


def run() -> list[Figure]:
    """Milliseconds of each page, the middle of five; the note says what it may take."""
    size = int(os.environ.get("OUTREACH_BENCH_CONTACTS", "1000000"))
    figures = []
    for name, opened, contacts in (("PostgreSQL", postgres_house, size), ("SQLite", sqlite_house, min(size, 10_000))):
        with opened() as house:
            begun = time.perf_counter()
            _fill(house, contacts)
            filled = time.perf_counter() - begun
            figures.append(Figure(f"{name}: {contacts:,} contacts, {5 * contacts:,} touchpoints made", filled, "s"))
            figures += _statement(house, name)
            figures += list(_pages(house, name))
    return figures


def _statement(house: House, name: str) -> Iterator[Figure]:
    for what in ("all new", "nothing new"):
        begun = time.perf_counter()
        with house.database.writing() as session:
            changed = valuation.recompute(session, clock.now())
        yield Figure(
            f"{name}: value, stage and cadence of everybody, {what}",
            time.perf_counter() - begun,
            "s",
            f"{changed:,} rows changed",
        )
    if not house.database.is_sqlite:
        with house.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _pages(house: House, name: str) -> Iterator[Figure]:
    client = _signed_in(house)
    plain = _middle(lambda: client.get("/health"))
    for label, path, most in PAGES:
        answer = client.get(path)
        if answer.status_code != 200:
            raise AssertionError(f"{path} answered {answer.status_code}")
        spent = _middle(lambda path=path: client.get(path))  # type: ignore[misc]
        yield Figure(
            f"{name}: {label}",
            spent,
            "ms",
            f"{'within' if spent < most else 'OVER'} {most} ms; {spent / plain:.0f} × a page that does nothing",
        )


def _signed_in(house: House) -> FlaskClient:
    with house.database.writing() as session:
        add(session, name="Bench", email="bench@example.com", password=PASSWORD, role=Role.OWNER)
    client = wsgi.create_app(house).test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    client.post("/sign-in", data={"csrf_token": token[1], "email": "bench@example.com", "password": PASSWORD})
    return client


def _middle(ask: Callable[[], object]) -> float:
    ask()
    spent = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        ask()
        spent.append(1000 * (time.perf_counter() - begun))
    return statistics.median(spent)


def _fill(house: House, contacts: int) -> None:
    given = {"now": clock.now(), "today": clock.now().date()}
    if house.database.is_sqlite:  # it binds moments as text without a zone
        given = {"now": clock.now().replace(tzinfo=None).isoformat(" "), "today": clock.now().date().isoformat()}
    statements = _statements(contacts, is_sqlite=house.database.is_sqlite)
    with house.database.writing() as session:
        indexes = [] if house.database.is_sqlite else _without_indexes(session)
        for statement in (*statements, *indexes):
            session.execute(text(statement), {name: value for name, value in given.items() if f":{name}" in statement})
    if not house.database.is_sqlite:
        with house.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _without_indexes(session: Session) -> list[str]:
    """Millions of rows go in quicker without them, and without looking up every key; gives what makes them again."""
    session.execute(text("SET LOCAL session_replication_role = replica"))
    session.execute(text("SET LOCAL maintenance_work_mem = '1GB'"))
    found = session.execute(
        text(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('touchpoints', 'facts', 'contacts') "
            "AND indexname LIKE 'ix%'"
        )
    ).all()
    for name, _definition in found:
        session.execute(text(f"DROP INDEX {name}"))
    return [definition.replace(":", "\\:") for _name, definition in found]


def _statements(contacts: int, *, is_sqlite: bool) -> list[str]:
    def numbers(count: int) -> str:
        if is_sqlite:
            return (
                f"(WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < {count}) SELECT n FROM r) g"
            )
        return f"generate_series(CAST(1 AS bigint), {count}) g(n)"

    def ago(hours: str) -> str:
        if is_sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%f000', :now, '-' || ({hours}) || ' hours')"
        return f"CAST(:now AS timestamptz) - ({hours}) * interval '1 hour'"

    def day(days: str) -> str:
        return (
            f"date(:today, '-' || ({days}) || ' days')"
            if is_sqlite
            else f"CAST(:today AS date) - CAST({days} AS integer)"
        )

    moment = ":now" if is_sqlite else "CAST(:now AS timestamptz)"
    kinds = "CASE n % 10 WHEN 0 THEN 'order' WHEN 1 THEN 'offer' WHEN 2 THEN 'meeting' WHEN 3 THEN 'mail_in' ELSE 'call' END"
    words = (
        "'Gespräch Nr. ' || n || CASE WHEN n % 3 = 0 THEN ' über das Angebot' ELSE '' END || CASE WHEN n % 50 = 0 THEN ' Schulung bis zur "
        "Frist' ELSE '' END || CASE WHEN n % 100000 = 1 THEN ' Lichtkuppel' ELSE '' END"
    )
    touchpoint = "contact_id, kind, at, text, amount, state, source, created_at"
    return [
        f"""INSERT INTO companies (id, name, name_key, city, website, industry, created_at, updated_at)
            SELECT n, 'Firma ' || n || ' GmbH', 'firma ' || n || ' gmbh', 'Ort ' || (n % 500), '', '', {moment}, {moment}
            FROM {numbers(contacts // 20)}""",
        f"""INSERT INTO contacts (id, company_id, title, first_name, last_name, salutation, address_form, email, email_key, address_hash,
                language, city, phone, stage, custom, measuring_agreed, source, name_doubt, created_at, updated_at)
            SELECT n, 1 + n % {contacts // 20}, '', 'Vorname' || (n % 900), 'Nachname' || (n % 40000), 'frau', 'sie',
                'person' || n || '@firma' || (n % 5000) || '.example', 'person' || n || '@firma' || (n % 5000) || '.example', NULL, 'de',
                'Ort ' || (n % 1000), '0221 ' || n, 'prospect', '{{}}', {"0" if is_sqlite else "false"}, 'bench', CASE WHEN n % 100 = 0 THEN 50 ELSE 0 END,
                {ago("n % 20000")}, {moment}
            FROM {numbers(contacts)}""",
        f"""INSERT INTO touchpoints ({touchpoint})
            SELECT 1 + (n * 7919) % {contacts}, {kinds}, {ago("(n * 31) % 26280")}, {words},
                CASE WHEN n % 10 < 2 THEN 1000 + (n * 37) % 400000 END, CASE WHEN n % 10 = 1 THEN 'lost' ELSE '' END, '', {moment}
            FROM {numbers(5 * contacts - 10_000)}""",
        f"""INSERT INTO touchpoints ({touchpoint})
            SELECT 7, {kinds}, {ago("n")}, {words}, NULL, '', '', {moment} FROM {numbers(10_000)}""",
        f"""INSERT INTO facts (contact_id, kind, text, noted_on, source, created_at)
            SELECT 1 + (n * 13) % {contacts}, CASE n % 4 WHEN 0 THEN 'wish' WHEN 1 THEN 'interest' ELSE 'topic' END, {words}, {day("n % 900")},
                'Telefonat', {moment} FROM {numbers(contacts)}""",
        f"""INSERT INTO special_days (contact_id, kind, month, day) SELECT n, 'birthday', 1 + n % 12, 1 + n % 28
            FROM {numbers(contacts)} WHERE n % 3 = 0""",
        f"""INSERT INTO tasks (text, contact_id, due_on, created_at) SELECT 'Aufgabe ' || n, n, {day("n % 30")}, {moment}
            FROM {numbers(contacts // 100)}""",
    ]
