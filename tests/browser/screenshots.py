"""Pictures of every page, at desktop and phone width, light and dark: `make screenshots` puts them into screenshots/."""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser
from sqlalchemy.orm import Session

from campaigns import example
from outreach import migrate, senders
from outreach.db import Database
from outreach.house import House
from outreach.imports import store as imports
from outreach.mail.rows import KeptMail
from outreach.settings import ROOT
from tests import world
from tests.browser import site
from tests.conftest import make_house

_MAIL = (
    b"From: Katharina =?utf-8?q?Wei=C3=9F?= <katharina@weiss-beratung.example>\r\nTo: anna@mueller.example\r\n"
    b"Subject: Neues aus der Werkstatt\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    b"<html><head></head><body><h1>Guten Tag</h1><p>Es gibt Neues.</p></body></html>\r\n"
)
WIDTHS = {"desktop": 1280, "phone": 390}


@dataclass(frozen=True)
class Shot:
    """A page to look at. `who` is a stranger, the owner, or newcomer (an installation nobody has used yet)."""

    name: str
    path: str
    who: str = "owner"


PAGES = [
    Shot("welcome", "/welcome", who="newcomer"),
    Shot("sign-in", "/sign-in", who="stranger"),
    Shot("week", "/"),
    Shot("first-steps", "/welcome/steps"),
    Shot("contacts", "/contacts"),
    Shot("contacts-found-nothing", "/contacts?q=nobody"),
    Shot("contact", "/contacts/1"),
    Shot("contact-edit", "/contacts/1/edit"),
    Shot("contact-new", "/contacts/new"),
    Shot("companies", "/companies"),
    Shot("company", "/companies/1"),
    Shot("tags", "/tags"),
    Shot("imports", "/imports"),
    Shot("import-new", "/imports/new"),
    Shot("import-mapping", "/imports/1"),
    Shot("newsletters", "/newsletters/"),
    Shot("newsletter-new", "/newsletters/new"),
    Shot("newsletter-draft", "/newsletters/2"),
    Shot("newsletter-send", "/newsletters/2/send"),
    Shot("newsletter-progress", "/newsletters/1/progress"),
    Shot("newsletter-missed", "/newsletters/1/missed"),
    Shot("templates", "/templates/"),
    Shot("template", "/templates/1"),
    Shot("segments", "/segments/"),
    Shot("segment", "/segments/1"),
    Shot("segment-why", "/segments/1/why?contact=1"),
    Shot("reports", "/reports/"),
    Shot("report", "/reports/1"),
    Shot("report-people", "/reports/1/people/sent"),
    Shot("profile", "/settings/profile"),
    Shot("organisation", "/settings/organisation"),
    Shot("senders", "/settings/senders"),
    Shot("sender-new", "/settings/senders/new"),
    Shot("mail-server", "/settings/mail-server"),
    Shot("topics", "/settings/topics"),
    Shot("topic", "/settings/topics/1"),
    Shot("topic-new", "/settings/topics/new"),
    Shot("fields", "/settings/fields"),
    Shot("field", "/settings/fields/1"),
    Shot("suppression", "/settings/suppression"),
    Shot("users", "/settings/users"),
    Shot("user", "/settings/users/2"),
    Shot("outbox", "/outbox"),
    Shot("outbox-mail", "/outbox/1"),
    Shot("not-found", "/nowhere"),
    Shot("public-sign-up", "/sign-up/neuigkeiten", who="stranger"),
]


@contextmanager
def _installation(folder: Path, *, lived_in: bool) -> Iterator[House]:
    database = Database(f"sqlite:///{folder / 'outreach.db'}")
    migrate.upgrade(database)
    house = make_house(database, folder)
    if lived_in:
        with database.writing() as session:
            live_in(session, house)
    try:
        yield house
    finally:
        database.close()


def live_in(session: Session, house: House | None = None) -> world.World:
    """The small world, a file half on its way in, a sender with and without trouble, and a mail in the outbox."""
    built = world.build(session)
    table = (
        "Vorname;Nachname;E-Mail;Ort;Lieblingskaffee\nJürgen;Weiß;juergen@weiss.example;Köln;Espresso\n;;kaputt@;;\n"
    )
    imports.begin(session, filename="Kunden 2026.csv", stream=io.BytesIO(table.encode()), user_id=None)
    senders.create(session, name="Katharina Weiß", address="katharina@weiss-beratung.example", per_hour=500)
    session.add(KeptMail(recipient="anna@mueller.example", subject="Neues aus der Werkstatt", raw=_MAIL))
    if house is not None:
        example.load(session, house)
    return built


def take(browser: Browser, address: str, shots: list[Shot], *, who: str, into: Path) -> None:
    """Each page of one kind of visitor, four times."""
    for width_name, width in WIDTHS.items():
        for theme in ("light", "dark"):
            with site.page(browser, address, viewport={"width": width, "height": 844}, color_scheme=theme) as page:
                if who == "owner":
                    site.sign_in(page, email="katharina@weiss-beratung.example", password=world.PASSWORD)
                for shot in shots:
                    page.goto(shot.path)
                    page.wait_for_load_state("networkidle")
                    site.picture(page, into / f"{shot.name}-{width_name}-{theme}.png")


def main(wanted: list[str]) -> None:
    """Every page, or those named."""
    into = ROOT / "screenshots"
    shots = [shot for shot in PAGES if not wanted or shot.name in wanted]
    with site.chromium() as browser, tempfile.TemporaryDirectory() as folder:
        for lived_in, visitors in ((False, ("newcomer",)), (True, ("stranger", "owner"))):
            place = Path(folder) / str(lived_in)
            place.mkdir()
            with _installation(place, lived_in=lived_in) as house, site.served(house) as address:
                for who in visitors:
                    mine = [shot for shot in shots if shot.who == who]
                    if mine:
                        take(browser, address, mine, who=who, into=into)
    print(f"{len(shots) * 4} pictures in {into.name}/")


if __name__ == "__main__":
    main(sys.argv[1:])
