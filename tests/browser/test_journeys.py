"""What a newcomer does in the first hour, in a real browser, with real workers and the outbox viewer or a mail server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns import example
from campaigns.rows import Segment
from outreach import users
from outreach.consent.rows import Subscription
from outreach.contacts import Contact
from outreach.db import Database
from outreach.house import House
from outreach.mail.rows import Delivery, KeptMail
from outreach.users import Role
from tests import servers, sink, snapshots
from tests.browser import site
from tests.conftest import make_house
from tests.sending import wait_until

pytestmark = pytest.mark.browser
OWNER, PASSWORD = "katharina@weiss-beratung.example", "a good long password"
SENT, DRAFT = "/newsletters/1", "/newsletters/2"


@pytest.fixture
def port() -> int:
    """Where this installation is served; its mails have to name it."""
    return servers.free_port()


@pytest.fixture
def mail_server() -> Iterator[sink.Sink]:
    """A slow mail server, for tests that want to look while something is sent."""
    with sink.running() as server:
        server.rules.append(sink.Rule("dot", seconds=0.4))
        yield server


@pytest.fixture
def house(request: pytest.FixtureRequest, sqlite: Database, tmp_path: Path, port: int) -> House:
    """An installation as `make run` starts it: SQLite, and no mail server (mails go to the outbox viewer) unless asked."""
    smtp = request.getfixturevalue("mail_server").url if "mail_server" in request.fixturenames else ""
    return make_house(sqlite, tmp_path, base_url=f"http://127.0.0.1:{port}", smtp_url=smtp)


@pytest.fixture
def address(house: House, port: int) -> Iterator[str]:
    """The application is served, and its workers work."""
    with site.served(house, port=port) as address, site.working(house):
        yield address


def _an_owner_with_examples(session: Session, house: House) -> None:
    users.add(session, name="Katharina Weiß", email=OWNER, password=PASSWORD, role=Role.OWNER, language="en")
    example.load(session, house)


@pytest.fixture
def desk(house: House, page: Page) -> Page:
    """The owner at the desk, with the example data."""
    snapshots.filled(house, _an_owner_with_examples)
    site.sign_in(page, email=OWNER, password=PASSWORD)
    return page


_OF_DRAFT = select(func.count(Delivery.id)).where(Delivery.campaign_id == 2)


def _in_hand(house: House) -> int:
    return _count(house, _OF_DRAFT.where(Delivery.state.in_(("claimed", "sending"))))


def _preview(page: Page) -> FrameLocator:
    return page.frame_locator("iframe.frame-view")


def _count(house: House, query: object) -> int:
    with house.database.reading() as session:
        return session.scalar(query) or 0  # type: ignore[call-overload,no-any-return]


def test_the_first_visit_makes_the_owner_and_brings_the_example_data(page: Page) -> None:
    page.goto("/")
    page.fill("#name", "Katharina Weiß")
    page.fill("#email", OWNER)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Create my account").click()
    page.get_by_role("button", name="Load example data").click()
    expect(page.locator("#notices")).to_contain_text("The example data is here: 28 contacts")
    page.goto("/welcome/steps")
    expect(page.get_by_role("button", name="Load example data")).to_have_count(0)
    page.goto("/reports/1")
    expect(page.locator(".figures").first).to_contain_text("sent")


def test_a_stranger_signs_up_and_confirms_with_the_mail_in_the_outbox(
    desk: Page, chromium: Browser, address: str, house: House
) -> None:
    with site.page(chromium, address) as stranger:
        stranger.goto("/sign-up/werkstattpost")
        stranger.fill("#email", "kein Postfach")
        stranger.click("button[type=submit]")
        expect(stranger.locator("#email-error")).to_be_visible()
        stranger.fill("#email", "jürgen@neu.example")
        stranger.fill("#email", "juergen@neu.example")
        stranger.fill("#first_name", "Jürgen")
        stranger.click("button[type=submit]")
        expect(stranger).to_have_url(re.compile("/thanks"))
        site.axe(stranger)
    wait_until(lambda: _count(house, select(func.count(KeptMail.id))) == 1)
    desk.goto("/outbox")
    desk.locator("#results tbody a").first.click()
    with desk.context.expect_page() as opened:
        _preview(desk).locator("a[href*='/confirm/']").first.click()
    confirming = opened.value
    site.axe(confirming)
    confirmed = select(func.count()).select_from(Subscription).join(Contact).where(
        Contact.email == "juergen@neu.example", Subscription.state == "confirmed")  # fmt: skip
    assert _count(house, confirmed) == 0  # following the link, as scanners do, is not the answer
    confirming.locator("button[type=submit]").click()
    expect(confirming.locator(".empty, .panel").first).to_be_visible()
    assert _count(house, confirmed) == 1
    desk.goto("/contacts?q=juergen@neu")
    expect(desk.locator("#results tbody tr")).to_have_count(1)


def test_an_import_takes_the_columns_as_named_and_lists_what_it_skipped(desk: Page, tmp_path: Path) -> None:
    page, file = desk, tmp_path / "Kunden.csv"
    rows = [f"Jürgen {n};Weiß;j{n}@weiss.example;Espresso" for n in range(300)]
    file.write_bytes("\r\n".join(["Vorname;Nachname;E-Mail;Kaffee", *rows, ";;kaputt@;"]).encode("cp1252"))
    page.goto("/imports/new")
    page.set_input_files("#file", file)
    page.locator("main button[type=submit]").click()
    expect(page.get_by_text("Jürgen 0").first).to_be_visible()
    page.get_by_label("Kaffee becomes").select_option(label="a new field of this name")
    expect(page.get_by_label("Proof of consent")).to_be_hidden()
    page.get_by_label("Topic").select_option(index=1)
    page.get_by_label("Proof of consent").fill("Sign-up sheets, trade fair May 2026")
    page.get_by_role("button", name="Import", exact=True).click()
    page.reload()
    expect(page.get_by_role("link", name="See the contacts")).to_be_visible(timeout=20_000)
    expect(page.locator(".figures")).to_contain_text("300")
    expect(page.locator("#results")).to_contain_text("kaputt@")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download what was skipped").click()
    assert "kaputt@" in download.value.path().read_text()
    page.get_by_role("link", name="See the contacts").click()
    expect(page.locator("#results")).to_contain_text("Weiß")


def test_the_mail_changes_while_it_is_written_and_nothing_is_lost(desk: Page, house: House) -> None:
    page = desk
    page.goto("/newsletters/new")
    page.fill("#name", "Probe")
    page.get_by_label("Rundbrief").check()
    page.get_by_role("button", name="Begin to write").click()
    body = page.locator("#body")
    expect(_preview(page).locator("body")).to_contain_text("Eine Überschrift, die etwas verspricht")
    body.fill("{{ greeting }},\n\n## Der Frühling kommt\n\nUnd mit ihm **neue Termine**.")
    expect(_preview(page).locator("h2")).to_have_text("Der Frühling kommt")
    body.press("Control+End")
    body.press_sequentially(" Noch ein Satz.")
    expect(_preview(page).locator("body")).to_contain_text("Noch ein Satz.")
    expect(body).to_be_focused()
    page.reload()  # without saving by hand
    expect(body).to_have_value(re.compile("Der Frühling kommt.*Noch ein Satz", re.DOTALL))


def test_an_error_in_the_text_is_a_sentence_and_the_text_is_kept(desk: Page) -> None:
    page = desk
    page.goto(DRAFT)
    page.fill("#body", "{{ greeting },\n\nMein Text mit Fehler")
    expect(page.locator("#side .checks .bad").first).to_be_visible()
    expect(_preview(page).locator("body")).not_to_contain_text("Traceback")
    site.axe(page)
    page.reload()
    expect(page.locator("#body")).to_have_value("{{ greeting },\n\nMein Text mit Fehler")
    page.fill("#body", "{{ greeting }},\n\nMein Text ohne Fehler")
    expect(_preview(page).locator("body")).to_contain_text("Mein Text ohne Fehler")
    page.fill("#subject", "")
    page.locator("#subject").blur()
    expect(page.locator("#side .checks")).to_contain_text("needs a subject")


def test_the_mail_is_looked_at_as_another_contact_on_the_phone_and_as_text(desk: Page) -> None:
    page = desk
    page.goto(DRAFT)
    page.get_by_role("link", name="Look at it as …").click()
    page.fill("#q", "Yıldız")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Look", exact=True).click()
    expect(_preview(page).locator("body")).to_contain_text("Yıldız")
    page.get_by_role("link", name="Phone").click()
    expect(page.locator("iframe.frame-view")).to_have_class(re.compile("phone"))
    expect(_preview(page).locator("body")).to_contain_text("Yıldız")
    assert (page.locator("iframe.frame-view").bounding_box() or {"width": 0})["width"] <= 400
    page.fill("#body", "{{ greeting }}\n\nKurz und gut.")
    expect(_preview(page).locator("body")).to_contain_text("Kurz und gut.")
    expect(_preview(page).locator("body")).to_contain_text("Yıldız")  # still she
    expect(page.locator("iframe.frame-view")).to_have_class(re.compile("phone"))  # still the phone
    site.axe(page)
    page.get_by_role("link", name="Text", exact=True).click()
    expect(_preview(page).locator("pre")).to_contain_text("Kurz und gut.")


def test_two_who_write_at_once_are_told_and_neither_text_is_lost(desk: Page, house: House) -> None:
    page, other = desk, desk.context.new_page()
    page.goto(DRAFT)
    other.goto(DRAFT)
    page.fill("#body", "Der Text der ersten")
    expect(_preview(page).locator("body")).to_contain_text("Der Text der ersten")
    other.fill("#body", "Der Text der zweiten")
    expect(other.locator("#side .notice.warning, #notices .notice")).to_contain_text("changed")
    other.locator("#body").press_sequentially(" und mehr")  # the next key must not write over the first one's text
    with other.expect_response(re.compile(DRAFT)):
        other.locator("#subject").fill("Mein Betreff")
        other.locator("#subject").blur()
    expect(other.locator("#body")).to_have_value("Der Text der zweiten und mehr")
    page.reload()
    expect(page.locator("#body")).to_have_value("Der Text der ersten")


def test_what_was_just_typed_is_kept_when_the_page_is_left(desk: Page) -> None:
    page = desk
    page.goto(DRAFT)
    page.locator("#body").press_sequentially("Zuerst dies. ")
    page.get_by_role("link", name="Send …").click()
    expect(page).to_have_url(re.compile("/send$"))
    page.get_by_role("link", name="Back to the text").click()
    expect(page.locator("#body")).to_have_value(re.compile("Zuerst dies"))
    page.get_by_label("Address of the test").fill("probe@weiss.example")
    page.locator("#body").press_sequentially("Und dies. ")
    expect(_preview(page).locator("body")).to_contain_text("Und dies.")
    expect(page.get_by_label("Address of the test")).to_have_value("probe@weiss.example")
    page.locator("#body").press_sequentially("Zuletzt jenes. ")
    page.get_by_role("button", name="Send test").click()
    expect(page.locator("#notices")).to_contain_text("probe@weiss.example")
    expect(page.locator("#body")).to_have_value(re.compile("Zuletzt jenes"))


def test_a_test_mail_lies_in_the_outbox(desk: Page, house: House) -> None:
    page = desk
    page.goto(DRAFT)
    page.get_by_label("Address of the test").fill("probe@weiss.example")
    page.get_by_role("button", name="Send test").click()
    expect(page.locator("#notices")).to_contain_text("A test is on its way to probe@weiss.example")
    wait_until(lambda: _count(house, select(func.count(KeptMail.id))) == 1)
    page.goto("/outbox")
    expect(page.locator("#results")).to_contain_text("probe@weiss.example")


def test_a_newsletter_is_sent_and_its_page_says_so_without_a_reload(desk: Page, house: House) -> None:
    page = desk
    page.goto(DRAFT)
    page.get_by_role("link", name="Send …").click()
    page.get_by_role("button", name=re.compile("Send to .* pe")).click()
    expect(page).to_have_url(re.compile("/progress"))
    expect(page.locator("#going")).to_contain_text("Sent", timeout=20_000)
    expect(page.locator("#going .badge")).to_have_text("Sent", timeout=20_000)
    sent = _count(house, select(func.count(Delivery.id)).where(Delivery.campaign_id == 2, Delivery.state == "sent"))
    assert sent > 0
    expect(page.locator("#going .figures")).to_contain_text(str(sent))
    page.goto("/outbox")
    page.locator("#results tbody a").first.click()
    expect(_preview(page).locator("body")).to_contain_text("Abbestellen")


def test_sending_can_be_held_and_goes_on(desk: Page, house: House, mail_server: sink.Sink) -> None:
    page = desk
    page.goto(f"{DRAFT}/send")
    page.get_by_role("button", name=re.compile("Send to")).click()
    expect(page.locator("progress")).to_be_visible()
    wait_until(lambda: len(mail_server.mails) >= 2)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#going .badge")).to_have_text("Paused")
    wait_until(lambda: _in_hand(house) == 0)
    held = len(mail_server.mails)
    assert held < _count(house, _OF_DRAFT)
    page.reload()
    expect(page.locator("#going .figures")).to_contain_text(str(held))
    mail_server.rules.clear()
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#going .badge")).to_have_text("Sent", timeout=20_000)  # by asking again, without a reload
    assert len(mail_server.recipients) == len(set(mail_server.recipients)) == _count(house, _OF_DRAFT)


def test_a_report_is_drawn_and_stands_there_as_table_and_csv(desk: Page) -> None:
    page = desk
    page.goto("/reports/1")
    canvas = page.locator("canvas[data-chart]").first
    expect(canvas).to_be_visible()
    page.wait_for_function(
        "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(value => value > 0)",
        arg=canvas.element_handle(),
    )
    page.get_by_text("As a table").first.click()
    expect(page.locator("figure.chart table").first).to_be_visible()
    with page.expect_download() as download:
        page.locator("figure.chart a", has_text="CSV").click()
    assert download.value.path().read_text().count("\n") > 3
    page.locator(".figures a").first.click()
    expect(page.locator("#results tbody tr").first).to_be_visible()


def test_a_segment_counts_while_it_is_built(desk: Page, house: House) -> None:
    page = desk
    page.goto("/segments/new")
    figure = page.locator("#found .figures")
    expect(figure).to_be_visible()
    page.fill("#name", "Aus Kiel")
    condition = page.locator(".condition").first
    condition.get_by_label("Field").select_option("city")
    expect(page.locator("option[value=city][selected]")).to_have_count(1)  # the row is the new field's now
    page.locator(".condition").first.get_by_label("Value").first.fill("Kiel")
    expect(figure).to_have_text(re.compile(r"^\s*2\s+contacts fit now"))
    expect(page.locator("#found")).to_contain_text("Thiessen")
    page.get_by_role("button", name="Condition", exact=True).click()
    expect(page.locator(".condition")).to_have_count(2)
    expect(page.locator(".condition").first.get_by_label("Value").first).to_have_value("Kiel")
    expect(page.locator("#name")).to_have_value("Aus Kiel")
    page.get_by_role("button", name="Remove this condition").last.click()
    expect(page.locator(".condition")).to_have_count(1)
    page.get_by_role("button", name="Save").last.click()
    expect(page.locator("#notices")).to_contain_text("The segment is saved")
    expect(page.locator("#found")).to_contain_text("Thiessen")
    assert _count(house, select(func.count(Segment.id)).where(Segment.name == "Aus Kiel")) == 1


def test_a_segment_is_built_without_scripts(desk: Page, chromium: Browser, address: str, house: House) -> None:
    with site.page(chromium, address, java_script_enabled=False) as page:
        site.sign_in(page, email=OWNER, password=PASSWORD)
        page.goto("/segments/new")
        page.fill("#name", "Kiel oder Workshop")
        page.locator(".condition").nth(0).get_by_label("Field").select_option("city")
        page.get_by_role("button", name="Count again").click()
        page.locator(".condition").nth(0).get_by_label("Value").first.fill("Kiel")
        page.get_by_role("button", name="Group").first.click()
        group = page.locator("fieldset.group fieldset.group")
        group.get_by_label("How the conditions are joined").select_option("any")
        if group.locator(".condition").count() == 0:
            group.get_by_role("button", name="Condition").click()
        group.locator(".condition").nth(0).get_by_label("Field").select_option("stage")
        page.get_by_role("button", name="Count again").click()
        expect(page.locator(".condition").nth(0).get_by_label("Value").first).to_have_value("Kiel")
        group.locator(".condition").nth(0).get_by_label("Value").select_option("prospect")
        page.get_by_role("button", name="Save").last.click()
        expect(page.locator("#notices")).to_contain_text("The segment is saved")
        expect(page.locator("#found")).to_contain_text("Thiessen")
    with house.database.reading() as session:
        made = session.scalars(select(Segment).where(Segment.name == "Kiel oder Workshop")).one()
        assert made.filter["all"][0]["field"] == "city"
        assert made.filter["all"][1]["any"][0]["field"] == "stage"
