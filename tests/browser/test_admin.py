"""The admin in a real browser: first run, import with live progress, keyboard, themes; and axe on every page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from outreach.house import House
from outreach.imports import run
from tests.browser import screenshots, site
from tests.browser.screenshots import PAGES

pytestmark = pytest.mark.browser

CSV = "Vorname;Nachname;E-Mail\nJürgen;Weiß;juergen@weiss.example\n;;kaputt@\n"


def test_a_newcomer_becomes_owner_and_sees_the_next_steps(page: Page) -> None:
    page.goto("/")
    expect(page.locator("h1")).to_be_visible()
    site.axe(page)
    page.fill("#name", "Katharina Weiß")
    page.fill("#email", "k@weiss.example")
    page.fill("#password", "short")
    page.click("button[type=submit]")
    expect(page.locator("#password-error")).to_be_visible()
    expect(page.locator("#name")).to_have_value("Katharina Weiß")
    page.fill("#password", "a good long password")
    page.click("button[type=submit]")
    page.wait_for_url("**/welcome/steps")
    site.axe(page)


def test_an_import_shows_its_progress_and_survives_a_reload(owner_page: Page, house: House, tmp_path: Path) -> None:
    page = owner_page
    file = tmp_path / "Kunden.csv"
    file.write_bytes(CSV.encode("cp1252"))
    page.goto("/imports/new")
    page.set_input_files("#file", file)
    page.click("main button[type=submit]")
    expect(page.get_by_text("Jürgen").first).to_be_visible()
    site.axe(page)
    page.locator("form.stack button.primary").click()
    expect(page.locator("progress")).to_be_visible()
    page.reload()
    expect(page.locator("progress")).to_be_visible()
    run.run(house, 3)  # what a worker does
    expect(page.get_by_text("kaputt@").first).to_be_visible(timeout=10_000)  # by polling, without a reload
    site.axe(page)


def test_a_list_is_searched_while_typing_and_the_address_follows(owner_page: Page) -> None:
    page = owner_page
    page.goto("/contacts")
    page.keyboard.press("/")
    page.keyboard.type("Größ")
    expect(page.locator("#results tbody tr")).to_have_count(1)
    expect(page.locator("#results")).to_contain_text("Größmann")
    page.wait_for_url("**/contacts?*q=Gr*")
    page.reload()
    expect(page.locator("#results tbody tr")).to_have_count(1)


def test_lists_are_searched_and_sorted_without_scripts(chromium: object, address: str, people: object) -> None:
    from tests import world

    with site.page(chromium, address, java_script_enabled=False) as page:  # type: ignore[arg-type]
        site.sign_in(page, email="katharina@weiss-beratung.example", password=world.PASSWORD)
        page.goto("/contacts")
        page.fill("#q", "Größ")
        page.click("form[role=search] button")
        expect(page.locator("#results tbody tr")).to_have_count(1)
        page.goto("/contacts")
        first = page.locator("#results tbody th").first.inner_text()
        page.locator("#results thead a").first.click()
        assert page.locator("#results tbody th").first.inner_text() != first


def test_what_cannot_be_undone_waits_for_its_word(owner_page: Page) -> None:
    page = owner_page
    page.goto("/settings/fields/1")
    page.locator("details.disclose summary").click()
    button = page.locator("button.danger")
    expect(button).to_be_disabled()
    page.fill("[data-confirm-field]", "kundennummer")
    expect(button).to_be_enabled()
    button.click()
    page.wait_for_url("**/settings/fields")
    expect(page.locator("main")).not_to_contain_text("Kundennummer")


def test_the_keyboard_reaches_the_content_first(owner_page: Page) -> None:
    page = owner_page
    page.goto("/contacts")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "theme"), [(390, "dark"), (1280, "light")])  # each width and each theme once
def test_axe_finds_nothing_serious_on_any_page_and_every_page_fits(
    owner_page: Page, house: House, theme: str, width: int
) -> None:
    page, sealed = owner_page, screenshots.tokens(house)
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 844})
    faults = []
    for shot in PAGES:
        if shot.who == "newcomer":
            continue
        page.goto(shot.path.format(**sealed))
        try:
            site.axe(page)
            site.fits(page)
        except AssertionError as error:
            faults.append(f"{shot.name}: {error}")
    assert not faults, "\n".join(faults)


def test_axe_sees_what_is_wrong(page: Page) -> None:
    page.set_content('<!doctype html><html lang="en"><title>x</title><main><h1>x</h1><img src="data:,"></main></html>')
    with pytest.raises(AssertionError, match="image-alt"):
        site.axe(page)
