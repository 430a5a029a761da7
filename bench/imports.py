"""How fast a CSV file becomes contacts: 200,000 rows with consent and tags, against one commit per contact."""

from __future__ import annotations

import io
import time

from bench import Figure, postgres_house, sqlite_house
from outreach import contacts
from outreach.clock import now
from outreach.consent import lists, subscriptions
from outreach.house import House
from outreach.imports import run as imports
from outreach.imports import store
from outreach.imports.preview import preview

ROWS = 200_000
NAIVE = 300


def run() -> list[Figure]:
    """Rows per second on each database, and how many times quicker that is than row by row."""
    figures = []
    for name, open_house in (("SQLite", sqlite_house), ("PostgreSQL", postgres_house)):
        with open_house() as house:
            rate, naive = _import(house), _row_by_row(house)
        figures.append(
            Figure(
                f"import of {ROWS:,} rows, {name}", rate, "rows/s", f"{rate / naive:.1f} times a transaction per row"
            )
        )
    return figures


def _import(house: House) -> float:
    with house.database.writing() as session:
        list_id = lists.create(session, name="News").id
        import_id = store.begin(session, filename="many.csv", stream=io.BytesIO(_file()), user_id=None).id
        seen = preview(session, import_id)
        store.start(
            session,
            import_id,
            mapping={column.name: column.field for column in seen.columns},
            list_id=list_id,
            consent_proof="measured",
        )
    begun = time.perf_counter()
    imports.run(house, import_id, seconds=3600)
    seconds = time.perf_counter() - begun
    with house.database.reading() as session:
        done = store.progress(session, import_id)
    assert (done.state, done.created, done.subscribed) == ("done", ROWS, ROWS), done
    return ROWS / seconds


def _row_by_row(house: House) -> float:
    begun = time.perf_counter()
    for number in range(NAIVE):
        with house.database.writing() as session:
            made = contacts.create(
                session,
                email=f"naive{number}@firma.example",
                first_name="Anna",
                last_name="Müller",
                company=f"Firma {number % 100}",
                tags=["VIP"],
            )
            subscriptions.grant_by_hand(
                session, contact_id=made.id, list_id=1, text_shown="measured", source="many.csv", now=now()
            )
    return NAIVE / (time.perf_counter() - begun)


def _file() -> bytes:
    head = "E-Mail;Anrede;Vorname;Nachname;Firma;Ort;Tags;Stufe\r\n"
    rows = (
        f"anna.mueller{n}@firma{n % 5000}.example;{'Frau' if n % 2 else 'Herr'};Anna;Müller-{n};Firma {n % 5000} GmbH;"
        f"Köln;Messe {n % 7},Kunde;{'Stammkunde' if n % 3 else 'Interessent'}\r\n"
        for n in range(ROWS)
    )
    return (head + "".join(rows)).encode("cp1252")
