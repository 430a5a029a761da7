"""An address book comes in, is looked at, and is taken back, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from outreach import contacts
from outreach.house import House
from outreach.imports import run, undo

pytestmark = pytest.mark.browser

CARDS = """BEGIN:VCARD
VERSION:4.0
N:Müller;Hanna;;;
EMAIL:anna@mueller.example
TEL;TYPE=cell:0171 555
BDAY:--0503
END:VCARD
BEGIN:VCARD
VERSION:4.0
N:Neu;Nora;;;
EMAIL:nora@neu.example
END:VCARD
BEGIN:VCARD
FN:offen
"""


def test_an_address_book_is_looked_at_taken_in_and_taken_back(owner_page: Page, house: House, tmp_path: Path) -> None:
    page, path = owner_page, tmp_path / "adressbuch.vcf"
    path.write_text(CARDS, encoding="utf-8")
    page.goto("/imports/new")
    page.locator("input[type=file]").set_input_files(path)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/imports/*")
    looks = page.locator("table").nth(1)
    expect(looks).to_contain_text("Hanna")
    expect(looks).to_contain_text("Anna")
    page.locator("main form button.primary[type=submit]").click()
    import_id = int(page.url.rsplit("/", 1)[-1])
    run.run(house, import_id)
    expect(page.locator("form[action$='/undo'] button")).to_be_visible(timeout=10_000)
    with house.database.reading() as session:
        assert contacts.by_address(session, "nora@neu.example") is not None
    page.locator("form[action$='/undo'] button").click()
    expect(page.locator("form[action$='/undo']")).to_have_count(0)
    undo.run(house, import_id)
    page.reload()
    with house.database.reading() as session:
        assert contacts.by_address(session, "nora@neu.example") is None
        anna = contacts.by_address(session, "anna@mueller.example")
        assert anna is not None
        assert (anna.first_name, anna.phone) == ("Anna", "")
