"""A person who is no administrator sets up a mailbox in a browser: found, tested in place, saved; with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from outreach import senders
from outreach.house import House
from outreach.mail import records
from outreach.mailboxes import store
from tests import nameserver, sink, world
from tests.browser import site
from tests.imap import ImapServer
from tests.sink import Sink

SECRET = "ein sehr geheimes Passwort"
PAGE = "/settings/senders/1/mailbox"


@pytest.fixture
def server() -> Iterator[Sink]:
    with sink.running() as running:
        running.users["ada"] = SECRET
        yield running


@pytest.fixture
def address(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with house.database.writing() as session:
        world.build(session)
        senders.create(session, name="Ada Sommer", address="ada@sommer.example")
    with nameserver.running({("sommer.example", "MX"): ["10 mx00.kundenserver.de."]}) as resolver:
        monkeypatch.setattr(records, "Resolver", lambda: resolver)
        with site.served(house) as address:
            yield address


def fill(page: Page, server: Sink, imap_server: ImapServer) -> None:
    page.fill("#smtp_user", "ada")
    page.fill("#password", SECRET)
    for part, port in (("smtp", server.port), ("imap", imap_server.port)):
        page.fill(f"#{part}_host", "localhost")
        page.fill(f"#{part}_port", str(port))
        page.select_option(f"#{part}_security", "")
    page.fill("#imap_user", imap_server.user)
    page.fill("#imap_password", imap_server.password)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_mailbox_is_found_tested_and_saved(
    chromium: Browser, address: str, house: House, server: Sink, imap_server: ImapServer, scripts: bool
) -> None:
    with site.page(chromium, address, java_script_enabled=scripts) as page:
        site.sign_in(page, email="katharina@weiss-beratung.example", password=world.PASSWORD)
        page.goto(PAGE)
        page.click("[formaction$='/servers']")
        expect(page.locator("#smtp_host")).to_have_value("smtp.ionos.de")
        while page.locator("#access details:not([open]) > summary").count():
            page.locator("#access details:not([open]) > summary").first.click()
        fill(page, server, imap_server)
        page.click("[formaction$='/test']")
        expect(page.locator("#findings .checks .bad")).to_have_count(0, timeout=20_000)
        expect(page.locator("#findings h3")).to_be_visible(timeout=20_000)
        assert server.mails == []
        assert SECRET not in page.content()
        page.click("form.wide > .actions button.primary")
        page.wait_for_url("**/settings/senders")
    with house.database.reading() as session:
        box = store.get(session, 1)
        assert house.vault.unlock(box.smtp_password) == SECRET
        assert house.vault.unlock(box.imap_password) == imap_server.password
        assert (box.smtp_host, box.smtp_port, box.imap_user) == ("localhost", server.port, imap_server.user)


def test_the_red_bar_stands_on_every_page_until_it_is_released(chromium: Browser, address: str) -> None:
    with site.page(chromium, address) as page:
        site.sign_in(page, email="katharina@weiss-beratung.example", password=world.PASSWORD)
        page.goto("/settings/senders")
        page.click(".stop-all button")
        for path in ("/", "/contacts", "/inbox/"):
            page.goto(path)
            expect(page.locator(".held")).to_be_visible()
            site.axe(page)  # fails by itself
        page.click(".held button")
        expect(page.locator(".held")).to_have_count(0)
