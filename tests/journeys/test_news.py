"""Journey A, first half: from the address of a site to an occasion with its sentence; with real processes and a real server.

home page → its feed → fetched → an article names a customer → occasion with quote · the same story in three feeds is one ·
an insolvency raises a flag and stops the birthday
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests import webserver
from tests.journeys import installation as running
from tests.journeys.installation import PASSWORD, Installation, eventually
from tests.webserver import Server, page

pytestmark = pytest.mark.slow
AWARD = (
    "Handwerkspreis geht an Tischlerei Brandt",
    "Die Tischlerei Brandt GmbH aus Lüneburg hat den Handwerkspreis gewonnen. Die Jury lobte die Arbeit mit altem Holz.",
)
INSOLVENT = (
    "Vogt Feinmechanik ist zahlungsunfähig",
    "Die Vogt Feinmechanik GmbH aus Ulm hat beim Amtsgericht Ulm Insolvenz angemeldet. Achtzig Beschäftigte sind betroffen.",
)
OTHER = ("Wochenmarkt zieht um", "Der Wochenmarkt steht ab Mai auf dem Rathausplatz.")


@dataclass
class Papers:
    """Three papers on one local server; what each says can be changed."""

    server: Server
    told: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def tell(self, name: str, *articles: tuple[str, str]) -> None:
        """The paper `name` carries these articles from now on, on top of what it had."""
        self.told[name] = [*articles, *self.told.get(name, [])]
        self.server.rules[f"/{name}/"] = page(
            f'<html><head><title>{name}</title><link rel="alternate" type="application/rss+xml" title="{name}" '
            f'href="/{name}/rss.xml"></head><body><p>Guten Morgen.</p></body></html>'.encode(),
            content_type="text/html; charset=utf-8",
        )
        items = "".join(
            f"<item><title>{title}</title><description>{text}</description><link>{self.server.url(f'/{name}/{number}')}</link>"
            f"<guid>{name}-{title}</guid><pubDate>{format_datetime(datetime.now(UTC) - timedelta(hours=2))}</pubDate></item>"
            for number, (title, text) in enumerate(self.told[name])
        )
        feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Blatt {name}</title>{items}</channel></rss>'
        self.server.rules[f"/{name}/rss.xml"] = page(feed.encode(), content_type="application/rss+xml; charset=utf-8")


@pytest.fixture(params=["embedded", pytest.param("distributed", marks=[pytest.mark.postgres, pytest.mark.redis])])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    with getattr(running, request.param)(tmp_path, OUTREACH_ALLOW_PRIVATE_ADDRESSES="true") as one:
        yield one


@pytest.fixture
def papers() -> Iterator[Papers]:
    with webserver.running() as server:
        made = Papers(server)
        made.tell("landeszeitung", OTHER)
        yield made


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


def set_up(installation: Installation) -> None:
    password = installation.folder / "password"
    password.write_text(PASSWORD + "\n")
    installation.command("user", "add", "owner@weiss.example", "--role", "owner", "--password-file", str(password))
    soon = datetime.now(UTC) + timedelta(days=2)
    file = installation.folder / "kunden.csv"
    file.write_text(
        "Anrede;Vorname;Nachname;E-Mail;Firma;Ort;Geburtstag\n"
        "Frau;Maren;Brandt;maren@tischlerei-brandt.example;Tischlerei Brandt GmbH;Lüneburg;\n"
        f"Herr;Anton;Vogt;anton@vogt-feinmechanik.example;Vogt Feinmechanik GmbH;Ulm;{soon:%d.%m.}1971\n"
    )
    assert installation.asked("import", "contacts", str(file))["created"] == 2
    signed_in = installation.submit("/sign-in", "/sign-in", email="owner@weiss.example", password=PASSWORD)
    assert signed_in.ok
    installation.submit("/occasions", "/occasions/search")
    eventually(lambda: occasions(installation) == {"birthday_contact"})


def add_by_home_page(installation: Installation, home: str) -> str:
    """Type the address of the home page, see the feed that was found there, and have it read."""
    found = installation.submit("/sources/new", "/sources/discovery", address=home).text
    offered = re.findall(r'name="address" value="([^"]+)"', found)
    assert offered == [home + "rss.xml"]
    shown = installation.submit("/sources/new", "/sources", address=offered[0])
    number = shown.url.rpartition("/")[2]
    eventually(lambda: OTHER[0] in installation.get(f"/sources/{number}").text)
    return number


def occasions(installation: Installation, where: str = "") -> set[str]:
    """The kinds of the occasions on a page."""
    return set(re.findall(r'data-kind="(\w+)"', installation.get(f"/occasions{where}").text))


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
