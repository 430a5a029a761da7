"""The calendar's secret address: shown, renewed, read without signing in."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from icalendar import Calendar

from outreach import dates, users
from outreach.house import House
from outreach.users import Role
from tests.web import lint
from tests.web.conftest import SignIn
from tests.world import World


def _addresses(shown: str) -> list[str]:
    return [urlsplit(html.unescape(one)).path for one in re.findall(r'value="([^"]*\.ics)"', shown)]


def test_whoever_has_the_address_reads_the_calendar_without_signing_in(
    client: FlaskClient, signed_in: SignIn, people: World, house: House
) -> None:
    with house.database.writing() as session:
        dates.put(session, contact_id=people.people["anna"], kind="birthday", month=12, day=24)
    page = signed_in(Role.READER).get("/settings/calendar")
    assert lint.problems(page.text) == []
    everybody, mine = _addresses(page.text)
    answer = client.get(everybody)
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert "private" in answer.headers["Cache-Control"]
    assert len(Calendar.from_ical(answer.data).walk("VEVENT")) >= 2
    assert client.get(mine).status_code == 200
    again = client.get(everybody, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""
    assert client.post(everybody).status_code == 405


def test_a_new_address_ends_the_old_one(client: FlaskClient, signed_in: SignIn, people: World) -> None:
    reader = signed_in(Role.READER)
    old, _ = _addresses(reader.get("/settings/calendar").text)
    assert reader.submit("/settings/calendar", to="/settings/calendar/address").status_code == 303
    assert client.get(old).status_code == 404
    new, _ = _addresses(reader.get("/settings/calendar").text)
    assert client.get(new).status_code == 200


def test_a_disabled_user_and_a_forged_address_get_nothing(
    client: FlaskClient, signed_in: SignIn, people: World, house: House
) -> None:
    address, _ = _addresses(signed_in(Role.READER).get("/settings/calendar").text)
    with house.database.writing() as session:
        users.disable(session, users.get(session, people.reader))
    assert client.get(address).status_code == 404
    assert client.get("/calendar/x.ics").status_code == 404
    assert client.get("/calendar/" + house.sealer.seal("calendar", people.owner) + ".ics").status_code == 404
