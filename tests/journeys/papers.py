"""For the journeys that begin with news: papers on a local server, two customers, and how a source is added."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.journeys.installation import PASSWORD, Installation, eventually
from tests.webserver import Server, page

OWNER = "owner@weiss.example"
CUSTOMER = "maren@tischlerei-brandt.example"
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


def set_up(installation: Installation) -> None:
    password = installation.folder / "password"
    password.write_text(PASSWORD + "\n")
    installation.command("user", "add", OWNER, "--role", "owner", "--password-file", str(password))
    soon = datetime.now(UTC) + timedelta(days=2)
    file = installation.folder / "kunden.csv"
    file.write_text(
        "Anrede;Vorname;Nachname;E-Mail;Firma;Ort;Geburtstag\n"
        f"Frau;Maren;Brandt;{CUSTOMER};Tischlerei Brandt GmbH;Lüneburg;\n"
        f"Herr;Anton;Vogt;anton@vogt-feinmechanik.example;Vogt Feinmechanik GmbH;Ulm;{soon:%d.%m.}1971\n"
    )
    assert installation.asked("import", "contacts", str(file))["created"] == 2
    signed_in = installation.submit("/sign-in", "/sign-in", email=OWNER, password=PASSWORD)
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
