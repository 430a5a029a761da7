"""What a person at the queue does, and what is in the file afterwards."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from sqlalchemy import select

from outreach.drafts.rows import Draft
from outreach.house import House
from outreach.mail.rows import Delivery
from outreach.occasions.rows import Occasion
from tests.web.conftest import Browser

OWN = "Ein eigener Satz von mir."


def row(house: House, draft_id: int) -> Draft:
    with house.database.reading() as session:
        found = session.get_one(Draft, draft_id)
        session.expunge(found)
        return found


def occasion(house: House, draft_id: int) -> Occasion:
    with house.database.reading() as session:
        found = session.scalars(
            select(Occasion).join(Draft, Draft.occasion_id == Occasion.id).where(Draft.id == draft_id)
        ).one()
        session.expunge(found)
        return found


def mails(house: House) -> list[str]:
    with house.database.reading() as session:
        return list(session.scalars(select(Delivery.state).where(Delivery.kind == "personal")))


def form(browser: Browser, draft_id: int) -> dict[str, str]:
    """The letter as the page holds it: what a browser would send with any of its buttons."""
    return fields(browser.get(f"/queue/{draft_id}").text)


def fields(html: str) -> dict[str, str]:
    desk = re.search(r'<form class="desk".*?</form>', html, re.DOTALL)
    assert desk, "the letter cannot be edited on this page"
    given = {}
    for tag in re.findall(r"<input[^>]*>", desk[0]):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="file"' not in tag:
            given[name[1]] = unescape(value[1]) if value else ""
    text = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", desk[0], re.DOTALL)
    assert text
    given["text"] = unescape(text[1])
    for select_, inside in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', desk[0], re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inside) or re.search(r'<option value="([^"]*)"', inside)
        given[select_] = unescape(chosen[1]) if chosen else ""
    return given


def press(browser: Browser, draft_id: int, what: str, given: Mapping[str, Any] | None = None, **more: Any) -> Any:
    """Press a button of the letter's page."""
    data = {**(form(browser, draft_id) if given is None else given), **more}
    return browser.post(f"/queue/{draft_id}/{what}", data=data, content_type="multipart/form-data")


def draft_id_of(made: list[int]) -> int:
    return made[0]
