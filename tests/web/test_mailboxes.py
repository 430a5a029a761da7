"""The mailbox of a sender on its page: recognised, tested as it is typed, kept without ever showing a password; paused."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from outreach import clock, senders
from outreach.house import House
from outreach.mail import records
from outreach.mailboxes import store
from outreach.mailboxes.rows import Mailbox
from outreach.users import Role
from tests import nameserver, sink
from tests.imap import ImapServer
from tests.web.conftest import Browser, SignIn, hidden_fields
from tests.world import World

PAGE = "/settings/senders/1/mailbox"
SECRET = "ein sehr geheimes Passwort"
TYPED: dict[str, Any] = {
    "smtp_user": "ada", "smtp_host": "smtp.example.org", "smtp_port": "465", "smtp_security": "tls",
    "imap_host": "imap.example.org", "imap_port": "993", "imap_security": "tls", "signature": "Ada\nSommer",
    "days_back": "30", "per_day": "20", "gap_seconds": "120", "opens_at": "08:00", "closes_at": "18:00",
    "weekdays": ["1", "2"], "zone": "Europe/Berlin", "region": "DE-BW", "files_sent": "y", "writes_html": "y",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    found = {
        ("sommer.example", "MX"): ["10 mx00.kundenserver.de."],
        ("sommer.example", "TXT"): ['"v=spf1 -all"'],
    }
    with nameserver.running(found) as resolver:
        monkeypatch.setattr(records, "Resolver", lambda: resolver)
        yield


@pytest.fixture
def owner(house: House, people: World, signed_in: SignIn) -> Browser:
    with house.database.writing() as session:
        senders.create(session, name="Ada Sommer", address="ada@sommer.example")
    TYPED["user_id"] = str(people.owner)
    return signed_in()


def save(browser: Browser, **changes: Any) -> Any:
    return browser.submit(PAGE, **{**TYPED, "password": SECRET, **changes})


def box(house: House) -> dict[str, Any]:
    with house.database.reading() as session:
        found = store.get(session, 1)
        return {column.key: getattr(found, column.key) for column in Mailbox.__table__.columns}


def change(house: House, **values: Any) -> None:
    with house.database.writing() as session:
        session.execute(update(Mailbox).values(**values))


def value_of(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert found is not None, name
    value = re.search(r'value="([^"]*)"', found[0])
    return html.unescape(value[1]) if value else ""


def test_what_is_saved_is_kept_and_the_password_never_comes_back(owner: Browser, house: House) -> None:
    assert save(owner).status_code == 303
    kept = box(house)
    assert house.vault.unlock(kept["smtp_password"]) == SECRET
    assert (kept["smtp_host"], kept["weekdays"], kept["region"], kept["signature"]) == (
        "smtp.example.org", "12", "DE-BW", "Ada\nSommer",
    )  # fmt: skip
    assert (kept["files_sent"], kept["writes_html"], kept["shows_imprint"]) == (True, True, False)
    page = owner.get(PAGE).text
    assert SECRET not in page
    assert kept["smtp_password"] not in page
    assert (value_of(page, "password"), value_of(page, "smtp_host")) == ("", "smtp.example.org")
    owner.submit(PAGE, **TYPED)
    assert house.vault.unlock(box(house)["smtp_password"]) == SECRET, "an empty field leaves it as it is"
    owner.submit(PAGE, **TYPED, forget="y")
    assert box(house)["smtp_password"] == ""


def test_a_kept_password_goes_to_no_other_server(owner: Browser, house: House) -> None:
    save(owner)
    for way in ("smtp_host", "imap_host"):
        for where in ("", "/test"):
            answer = owner.post(PAGE + where, data={**_hidden(owner), **TYPED, way: "elsewhere.example.net"})
            assert answer.status_code == 422
            assert 'id="password-error"' in answer.text
    assert box(house)["smtp_host"] == "smtp.example.org"
    assert save(owner, smtp_host="elsewhere.example.net").status_code == 303


def _hidden(browser: Browser) -> dict[str, str]:
    return hidden_fields(browser.get(PAGE).text, PAGE)


def test_a_mistake_keeps_everything_typed_and_the_password_without_showing_it(owner: Browser, house: House) -> None:
    answer = save(owner, opens_at="19:00", signature="Mit Gruß")
    assert answer.status_code == 422
    assert "Mit Gruß" in answer.text
    assert value_of(answer.text, "smtp_user") == "ada"
    assert SECRET not in answer.text
    again = {**TYPED, **{name: value_of(answer.text, name) for name in ("csrf_token", "typed")}}
    assert owner.post(PAGE, data=again).status_code == 303
    assert house.vault.unlock(box(house)["smtp_password"]) == SECRET


def test_an_unencrypted_login_outside_is_refused_beside_its_field(owner: Browser, house: House) -> None:
    answer = save(owner, imap_security="")
    assert answer.status_code == 422
    assert 'id="imap_security-error"' in answer.text


def test_the_provider_is_found_by_its_domain_and_filled_in_unsaved(owner: Browser, house: House) -> None:
    answer = owner.post(PAGE + "/servers", data={**_hidden(owner), **TYPED, "smtp_host": "", "imap_host": ""})
    assert answer.status_code == 200
    assert value_of(answer.text, "smtp_host") == "smtp.ionos.de"
    assert value_of(answer.text, "imap_host") == "imap.ionos.de"
    with house.database.reading() as session:
        assert not store.lines_of_all(session)[0].has_mailbox


def test_a_provider_known_by_name_is_filled_in_at_once(house: House, people: World, signed_in: SignIn) -> None:
    with house.database.writing() as session:
        senders.create(session, name="Ada", address="ada@gmx.de")
    page = signed_in().get(PAGE).text
    assert (value_of(page, "smtp_host"), value_of(page, "smtp_user")) == ("mail.gmx.net", "ada@gmx.de")
    assert "GMX" in page


def test_what_is_typed_is_tested_without_being_saved(owner: Browser, house: House, imap_server: ImapServer) -> None:
    with sink.running() as server:
        server.users["ada"] = SECRET
        typed = {
            **TYPED, "smtp_host": "localhost", "smtp_port": str(server.port), "smtp_security": "", "password": SECRET,
            "imap_host": "localhost", "imap_port": str(imap_server.port), "imap_security": "",
            "imap_user": imap_server.user, "imap_password": imap_server.password,
        }  # fmt: skip
        good = owner.post(PAGE + "/test", data={**_hidden(owner), **typed})
        bad = owner.post(PAGE + "/test", data={**_hidden(owner), **typed, "imap_password": "falsch"})
        assert server.mails == []
    assert (good.status_code, bad.status_code) == (200, 200)
    assert 'class="bad"' not in good.text
    assert 'class="bad"' in bad.text
    assert SECRET not in good.text + bad.text
    with house.database.reading() as session:
        assert not store.lines_of_all(session)[0].has_mailbox


def test_only_an_owner_sees_how_a_mailbox_is_reached(owner: Browser, signed_in: SignIn) -> None:
    assert signed_in(Role.EDITOR).get(PAGE).status_code == 403
    assert signed_in(Role.READER).post(PAGE + "/pause", data={}).status_code in (400, 403)


def test_the_list_says_what_each_mailbox_does_and_its_trouble(owner: Browser, house: House) -> None:
    assert PAGE in owner.get("/settings/senders").text
    save(owner)
    change(
        house, look_trouble={"sentence": "%(host)s is closed today.", "values": {"host": "imap.example.org"}},
        looked_at=clock.now(), sent_today=4, counted_on=clock.on_wall(clock.now(), "Europe/Berlin").date(),
    )  # fmt: skip
    page = owner.get("/settings/senders").text
    assert "imap.example.org is closed today." in page
    owner.submit("/settings/senders", to=PAGE + "/trouble")
    assert "Nothing" not in str(box(house)["trouble"])


def test_a_mailbox_is_paused_looked_into_and_goes_on(owner: Browser, house: House, signed_in: SignIn) -> None:
    save(owner)
    editor = signed_in(Role.EDITOR)
    editor.submit("/settings/senders", to=PAGE + "/pause", paused="yes")
    assert box(house)["paused_at"] is not None
    editor.submit("/settings/senders", to=PAGE + "/pause", paused="no")
    assert box(house)["paused_at"] is None
    change(house, look_at=None)
    editor.submit("/settings/senders", to=PAGE + "/look")
    assert box(house)["look_at"] is not None


def _paused(session: Session) -> bool:
    return store.everything_paused(session) is not None


def test_the_red_button_holds_everything_and_says_so_on_every_page(owner: Browser, house: House) -> None:
    assert 'class="held"' not in owner.get("/contacts").text
    owner.submit("/settings/senders", to="/settings/sending", paused="yes")
    with house.database.reading() as session:
        assert _paused(session)
    page = owner.get("/contacts?q=anna").text
    assert 'class="held"' in page
    answer = owner.submit("/contacts?q=anna", to="/settings/sending")
    assert answer.headers["Location"] == "/contacts?q=anna"
    with house.database.reading() as session:
        assert not _paused(session)
    assert 'class="held"' not in owner.get("/contacts").text


def test_a_reader_cannot_release_the_red_button(owner: Browser, house: House, signed_in: SignIn) -> None:
    owner.submit("/settings/senders", to="/settings/sending", paused="yes")
    reader = signed_in(Role.READER)
    page = reader.get("/contacts").text
    assert 'class="held"' in page
    assert 'action="/settings/sending"' not in page
    token = value_of(page, "csrf_token")
    assert reader.post("/settings/sending", data={"csrf_token": token, "paused": "no"}).status_code == 403


def test_the_time_of_the_digest_is_ones_own(owner: Browser, house: House) -> None:
    given = {"name": "Katharina Weiß", "language": "de", "time_zone": "Europe/Berlin", "theme": "auto"}
    assert 'value="07:30"' in owner.get("/settings/profile").text
    assert owner.submit("/settings/profile", **given, digest_at="06:15").status_code == 303
    assert 'value="06:15"' in owner.get("/settings/profile").text
    assert owner.submit("/settings/profile", **given, digest_at="").status_code == 303
    assert value_of(owner.get("/settings/profile").text, "digest_at") == ""
    assert owner.submit("/settings/profile", **given, digest_at="25:99").status_code == 422
