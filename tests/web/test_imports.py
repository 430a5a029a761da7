"""A file on its way into the customer file, through the pages."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
from sqlalchemy import func, select

from outreach.contacts import Contact
from outreach.house import House
from outreach.imports import run, undo
from outreach.users import Role
from tests.web.conftest import Browser, SignIn, hidden_fields
from tests.web.lint import problems
from tests.world import World

CSV = "Vorname;Nachname;E-Mail;Ort\r\nJürgen;Weiß;juergen@weiss.example;Köln\r\n;;kaputt@;Bonn\r\nÄnne;Öz;aenne@oez.example;Jülich\r\n"


SAMPLES = Path(__file__).parent.parent / "samples"


def _upload(client: Browser, content: bytes, name: str = "Kunden.csv") -> str:
    fields = hidden_fields(client.get("/imports/new").text, "/imports")
    answer = client.post("/imports", data={**fields, "file": (io.BytesIO(content), name)})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_a_cp1252_file_is_read_mapped_imported_and_reported(house: House, signed_in: SignIn) -> None:
    client = signed_in(Role.EDITOR)
    place = _upload(client, CSV.encode("cp1252"))
    page = client.get(place)
    assert "Jürgen" in page.text
    assert problems(page.text) == []
    assert '<option value="email" selected>' in page.text

    begun = client.submit(
        place, **{"column-0": "first_name", "column-1": "last_name", "column-2": "email", "column-3": "city"}
    )
    assert begun.status_code == 303
    running = client.get(place)
    assert 'hx-trigger="every 2s"' in running.text
    assert '<noscript><meta http-equiv="refresh"' in running.text
    assert problems(running.text) == []

    run.run(house, 1)
    done = client.get(place)
    assert problems(done.text) == []
    assert "kaputt@" in done.text
    assert 'hx-trigger="every 2s"' not in done.text.split("<main")[1]
    listed = client.get(f"{place}/skipped.csv")
    assert listed.headers["Content-Disposition"].startswith("attachment")
    assert "kaputt@" in listed.text
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).where(Contact.email_key == "juergen@weiss.example")) == 1


def test_a_file_that_is_no_table_is_refused_in_a_sentence_beside_the_field(signed_in: SignIn) -> None:
    client = signed_in()
    fields = hidden_fields(client.get("/imports/new").text, "/imports")
    answer = client.post("/imports", data={**fields, "file": (io.BytesIO(b"PK\x03\x04xxxxx"), "Kunden.xlsx")})
    assert answer.status_code == 422
    assert 'id="file-error"' in answer.text
    assert problems(answer.text) == []


def test_no_file_is_said_beside_the_field(signed_in: SignIn) -> None:
    answer = signed_in().submit("/imports/new", to="/imports")
    assert answer.status_code == 422
    assert 'id="file-error"' in answer.text


def test_a_mapping_that_cannot_be_keeps_what_was_chosen(signed_in: SignIn) -> None:
    client = signed_in()
    place = _upload(client, CSV.encode())
    answer = client.submit(place, **{"column-0": "city", "column-3": "city"})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert answer.text.count('<option value="city" selected>') == 2


def test_the_same_import_started_twice_runs_once(house: House, signed_in: SignIn) -> None:
    client = signed_in()
    place = _upload(client, CSV.encode())
    chosen = {"column-2": "email", **hidden_fields(client.get(place).text, place)}
    first, second = client.post(place, data=chosen), client.post(place, data=chosen)
    assert first.location == second.location
    third = client.post(place, data={**chosen, "form_key": "another-form-of-the-same-page"})
    assert third.status_code in (303, 409)
    run.run(house, 1)
    asked = [message for message in house.broker.queues["default"].queue if b"run_import" in message]  # type: ignore[attr-defined]
    assert len(asked) == 1


def test_formulas_in_the_report_stay_text(house: House, signed_in: SignIn) -> None:
    client = signed_in()
    place = _upload(client, b"email;name\r\n=cmd|x;=1+1\r\n")
    client.submit(place, **{"column-0": "email"})
    run.run(house, 1)
    rows = client.get(f"{place}/skipped.csv").text.splitlines()
    assert all(";=" not in row for row in rows)


def _run(house: House) -> None:
    run.run(house, 1)


def test_a_workbook_is_read_sheet_by_sheet(house: House, signed_in: SignIn) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Kunden").append(["E-Mail", "Vorname"])
    book["Kunden"].append(["nora@neu.example", "Nora"])
    book.create_sheet("Alt").append(["E-Mail"])
    book["Alt"].append(["alt@neu.example"])
    out = io.BytesIO()
    book.save(out)
    client = signed_in()
    place = _upload(client, out.getvalue(), "Kunden.xlsx")
    page = client.get(place)
    assert "nora@neu.example" in page.text
    assert '<select id="sheet"' in page.text
    assert problems(page.text) == []
    assert "alt@neu.example" in client.get(f"{place}?sheet=Alt").text
    client.submit(place, **{"column-0": "email", "column-1": "first_name"})
    _run(house)
    with house.database.reading() as session:
        assert session.scalar(select(Contact.first_name).where(Contact.email_key == "nora@neu.example")) == "Nora"


def test_the_page_says_field_by_field_what_would_change(signed_in: SignIn) -> None:
    client = signed_in()
    rows = "E-Mail;Vorname;Ort;Telefon\nanna@mueller.example;Hanna;Köln;0221 5\nneu@x.example;Nora;;\nkaputt@;;;\npetra@still.example;;;\n"
    place = _upload(client, rows.encode())
    page = client.get(place).text
    assert "Anna" in page
    assert "Hanna" in page
    assert "0221 5" in page
    assert problems(page) == []
    other = client.get(f"{place}?column-0=email&column-1=&column-2=&column-3=").text
    would_change = other[other.index('id="would-change"') :]
    assert "Hanna" not in would_change[: would_change.index("</section>")]
    doubt = client.get(f"{place}?column-0=city&column-1=city").text
    assert problems(doubt) == []


def test_the_columns_of_the_last_such_file_are_proposed_again(house: House, signed_in: SignIn) -> None:
    client = signed_in()
    place = _upload(client, b"Kontakt;Wer\na@x.example;Anna\n")
    client.submit(place, **{"column-0": "email", "column-1": "first_name"})
    _run(house)
    again = client.get(_upload(client, b"Wer;Kontakt\nBernd;b@x.example\n")).text
    assert again.count('<option value="email" selected>') == 1
    assert again.count('<option value="first_name" selected>') == 1


def test_a_known_program_is_named_and_its_proof_proposed(signed_in: SignIn) -> None:
    client = signed_in()
    content = (SAMPLES / "listmonk-subscribers.csv").read_bytes()
    page = client.get(_upload(client, content, "subscribers.csv")).text
    assert "listmonk" in page
    assert problems(page) == []


def test_an_import_is_undone_from_its_page(house: House, signed_in: SignIn) -> None:
    client = signed_in()
    place = _upload(client, CSV.encode())
    client.submit(place, **{"column-0": "first_name", "column-2": "email"})
    _run(house)
    done = client.get(place)
    assert f'action="{place}/undo"' in done.text
    assert client.submit(place, to=f"{place}/undo").status_code == 303
    running = client.get(place)
    assert 'hx-trigger="every 2s"' in running.text
    undo.run(house, 1)
    page = client.get(place)
    assert problems(page.text) == []
    assert f'action="{place}/undo"' not in page.text
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).where(Contact.email_key == "juergen@weiss.example")) == 0


def test_a_reader_cannot_undo(house: House, signed_in: SignIn) -> None:
    place = _upload(signed_in(), CSV.encode())
    reader = signed_in(Role.READER)
    assert reader.post(f"{place}/undo", data=hidden_fields(reader.get("/contacts").text, "/sign-out")).status_code in (
        400,
        403,
    )


def test_a_file_larger_than_the_limit_is_a_413_in_words(signed_in: SignIn) -> None:
    client = signed_in()
    answer = client.post("/settings/profile", data={"name": "x" * 5_000_000})
    assert answer.status_code == 413
    assert problems(answer.text) == []


def test_another_persons_upload_is_shown_by_number_only_to_users(client: Browser, people: World) -> None:
    assert client.get("/imports/1").status_code == 303
