"""Journey A, first half: from the address of a site to an occasion with its sentence; with real processes and a real server.

home page → its feed → fetched → an article names a customer → occasion with quote · the same story in three feeds is one ·
an insolvency raises a flag and stops the birthday
"""

from __future__ import annotations

import re

import pytest

from tests.journeys.installation import Installation, eventually
from tests.journeys.papers import AWARD, INSOLVENT, OTHER, Papers, add_by_home_page, occasions, set_up

pytestmark = pytest.mark.slow
#: the papers are on this machine
ENVIRONMENT = {"OUTREACH_ALLOW_PRIVATE_ADDRESSES": "true"}


def test_a_site_becomes_a_source_and_its_news_an_occasion(installation: Installation, papers: Papers) -> None:
    set_up(installation)
    feed = add_by_home_page(installation, papers.server.url("/landeszeitung/"))
    assert occasions(installation) == {"birthday_contact"}
    papers.tell("landeszeitung", AWARD)
    installation.submit(f"/sources/{feed}", f"/sources/{feed}/check")
    eventually(lambda: "award" in occasions(installation))
    shown = installation.get("/occasions").text
    assert re.search(r"<q>[^<]*Handwerkspreis[^<]*</q>", shown)
    assert papers.server.url("/landeszeitung/0") in shown
    the_same_story_elsewhere_is_one_occasion(installation, papers)
    an_insolvency_stops_the_birthday(installation, papers, feed)


def the_same_story_elsewhere_is_one_occasion(installation: Installation, papers: Papers) -> None:
    for name in ("wochenblatt", "kurier"):
        papers.tell(name, AWARD, OTHER)
        number = add_by_home_page(installation, papers.server.url(f"/{name}/"))
        eventually(lambda number=number: AWARD[0] in installation.get(f"/sources/{number}").text)  # type: ignore[misc]
    company = re.search(r"/companies/(\d+)", installation.get("/companies?q=Brandt").text)
    assert company
    review = installation.get(f"/companies/{company[1]}/press").text
    assert len(re.findall(r'<li class="panel story', review)) == 1
    assert review.count("/wochenblatt/0") + review.count("/kurier/0") + review.count("/landeszeitung/0") >= 3
    found = re.findall(r'data-kind="award"', installation.get("/occasions").text)
    assert len(found) == 1
    assert "award" not in occasions(installation, "/list/held")


def an_insolvency_stops_the_birthday(installation: Installation, papers: Papers, feed: str) -> None:
    papers.tell("landeszeitung", INSOLVENT)
    installation.submit(f"/sources/{feed}", f"/sources/{feed}/check")
    eventually(lambda: 'id="flags"' in installation.get("/occasions").text)
    assert re.search(r"<q>[^<]*(Insolvenz|zahlungsunfähig)[^<]*</q>", installation.get("/occasions").text)
    assert "birthday_contact" not in occasions(installation)
    assert "birthday_contact" in occasions(installation, "/list/held")
    assert "Vogt Feinmechanik GmbH" in installation.get("/").text  # the start page says it too
