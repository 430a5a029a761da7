"""Pictures of every page, at desktop and phone width, light and dark: `make screenshots` puts them into screenshots/."""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaigns import audience, example, newsletters
from campaigns.rows import Campaign
from campaigns.segments import store as segments
from feeds import example as news
from outreach import clock, companies, duplicates, facts, migrate, senders, signup
from outreach.consent.permissions import Permission
from outreach.consent.rows import Subscription
from outreach.db import Database
from outreach.history import store as history
from outreach.house import House
from outreach.imports import store as imports
from outreach.imports.rows import Import
from outreach.mail.rows import Delivery, KeptMail
from outreach.mailboxes import store as mailboxes
from outreach.replies import hooks
from outreach.senders import Sender
from outreach.settings import ROOT
from tests import inbox, letters, world
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
    Shot("occasions", "/occasions"),
    Shot("occasion", "/occasions/1"),
    Shot("occasions-unsure", "/occasions/list/unsure"),
    Shot("occasions-held", "/occasions/list/held"),
    Shot("occasions-rules", "/occasions/rules"),
    Shot("report-letters", "/reports/letters/?span=all"),
    Shot("queue", "/queue/1"),
    Shot("queue-red", "/queue/2"),
    Shot("queue-returned", "/queue/3"),
    Shot("queue-approved", "/queue/4"),
    Shot("queue-all", "/queue/all"),
    Shot("fairs", "/occasions/fairs"),
    Shot("fair", "/occasions/fairs/1"),
    Shot("seasons", "/occasions/seasons"),
    Shot("sources", "/sources"),
    Shot("source", "/sources/1"),
    Shot("source-failing", "/sources/4"),
    Shot("source-new", "/sources/new?company=13"),
    Shot("source-lists", "/sources/lists"),
    Shot("watches", "/companies/13/watches"),
    Shot("watch", "/watches/1"),
    Shot("press", "/companies/11/press"),
    Shot("press-teach", "/reports/1/wrong"),
    Shot("contacts", "/contacts"),
    Shot("contacts-found-nothing", "/contacts?q=nobody"),
    Shot("contact", "/contacts/1"),
    Shot("contact-empty", "/contacts/10"),
    Shot("contact-changes", "/contacts/1/changes"),
    Shot("contact-fact", "/contacts/1/facts/new"),
    Shot("contact-person", "/contacts/1/person"),
    Shot("contact-timeline", "/contacts/11/timeline?kind=newsletter"),
    Shot("contact-edit", "/contacts/1/edit"),
    Shot("contact-new", "/contacts/new"),
    Shot("companies", "/companies"),
    Shot("company", "/companies/1"),
    Shot("tags", "/tags"),
    Shot("imports", "/imports"),
    Shot("import-new", "/imports/new"),
    Shot("import-mapping", "/imports/1"),
    Shot("import-done", "/imports/2"),
    Shot("duplicates", "/duplicates"),
    Shot("exports", "/exports"),
    Shot("erasure", "/contacts/1/erasure"),
    Shot("value", "/contacts/value"),
    Shot("names", "/contacts/names"),
    Shot("quick", "/quick"),
    Shot("quick-whom", "/quick?line=tel+M%C3%BCller%3A+will+Angebot+Schulung%2C+Tochter+macht+Abi%2C+3.5."),
    Shot(
        "quick-confirm", "/quick?line=tel+M%C3%BCller%3A+will+Angebot+Schulung%2C+Tochter+macht+Abi%2C+3.5.&contact=1"
    ),
    Shot("search", "/search?q=workshop"),
    Shot("newsletters", "/newsletters/"),
    Shot("newsletter-new", "/newsletters/new"),
    Shot("newsletter-draft", "/newsletters/2"),
    Shot("newsletter-phone", "/newsletters/2?who=8&part=phone"),
    Shot("newsletter-broken", "/newsletters/3"),
    Shot("newsletter-readers", "/newsletters/2/readers"),
    Shot("newsletter-going", "/newsletters/4/progress"),
    Shot("newsletter-unsure", "/newsletters/4/missed?group=unsure"),
    Shot("newsletter-send", "/newsletters/2/send"),
    Shot("newsletter-progress", "/newsletters/1/progress"),
    Shot("newsletter-missed", "/newsletters/1/missed"),
    Shot("tasks", "/tasks"),
    Shot("task-new", "/tasks/new"),
    Shot("care", "/care"),
    Shot("care-of-contact", "/contacts/1/care"),
    Shot("care-complaint", "/contacts/7/care"),
    Shot("special-offer", "/care/offers/1"),
    Shot("special-offer-new", "/care/offers/new"),
    Shot("services", "/services"),
    Shot("service", "/services/1"),
    Shot("service-new", "/services/new"),
    Shot("surveys", "/surveys"),
    Shot("survey", "/surveys/1"),
    Shot("survey-new", "/surveys/new"),
    Shot("survey-links", "/surveys/1/links?contact=1"),
    Shot("survey-preview", "/surveys/1/preview"),
    Shot("calendar", "/settings/calendar"),
    Shot("templates", "/templates/"),
    Shot("template", "/templates/1"),
    Shot("template-new", "/templates/new"),
    Shot("segments", "/segments/"),
    Shot("segment", "/segments/1"),
    Shot("segment-new", "/segments/new"),
    Shot("segment-nested", "/segments/2"),
    Shot("segment-people", "/segments/1/people"),
    Shot("segment-why", "/segments/1/why?contact=1"),
    Shot("reports", "/reports/"),
    Shot("report", "/reports/1"),
    Shot("report-people", "/reports/1/people/sent"),
    Shot("profile", "/settings/profile"),
    Shot("organisation", "/settings/organisation"),
    Shot("senders", "/settings/senders"),
    Shot("sender-new", "/settings/senders/new"),
    Shot("mailbox", "/settings/senders/1/mailbox"),
    Shot("inbox", "/inbox/"),
    Shot("inbox-everything", "/inbox/all"),
    Shot("inbox-mail", "/inbox/1"),
    Shot("letter-wordings", "/settings/letters"),
    Shot("letter-wording", "/settings/letters/award/de_sie/0"),
    Shot("mail-server", "/settings/mail-server"),
    Shot("topics", "/settings/topics"),
    Shot("topic", "/settings/topics/1"),
    Shot("topic-new", "/settings/topics/new"),
    Shot("fields", "/settings/fields"),
    Shot("field", "/settings/fields/1"),
    Shot("suppression", "/settings/suppression"),
    Shot("hooks", "/settings/hooks"),
    Shot("hook", "/settings/hooks/mailgun"),
    Shot("users", "/settings/users"),
    Shot("user", "/settings/users/2"),
    Shot("outbox", "/outbox"),
    Shot("outbox-mail", "/outbox/1"),
    Shot("not-found", "/nowhere"),
    Shot("tag", "/tags/1/edit"),
    Shot("company-edit", "/companies/1/edit"),
    Shot("field-new", "/settings/fields/new"),
    Shot("user-new", "/settings/users/new"),
    Shot("public-sign-up", "/sign-up/neuigkeiten", who="stranger"),
    Shot("public-embed", "/sign-up/neuigkeiten/embed", who="stranger"),
    Shot("public-thanks", "/sign-up/neuigkeiten/thanks", who="stranger"),
    Shot("public-confirm", "/confirm/{confirm}", who="stranger"),
    Shot("public-unsubscribe", "/u/{unsubscribe}", who="stranger"),
    Shot("public-survey", "/survey/{survey}", who="stranger"),
    Shot("public-survey-thanks", "/survey/{survey}/thanks", who="stranger"),
    Shot("public-preferences", "/p/{preferences}", who="stranger"),
    Shot("public-wrong-link", "/u/nonsense", who="stranger"),
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
    namesakes = sorted((built.people["anna"], built.people["anna_two"]))
    pair = duplicates.Pair(namesakes[0], namesakes[1], 62, ("same_name", "same_phone"))
    duplicates.propose(session, [pair], now=clock.now())
    senders.create(session, name="Katharina Weiß", address="katharina@weiss-beratung.example", per_hour=500)
    session.add(KeptMail(recipient="anna@mueller.example", subject="Neues aus der Werkstatt", raw=_MAIL))
    if house is not None:
        example.load(session, house)
        news.fill(session, house, now=clock.now())
        _more(session)
        letters_wait(session, house, built)
        inbox.answers_wait(session, house)
        hooks.turn_on(session, house, "mailgun")
    return built


def letters_wait(session: Session, house: House, built: world.World) -> list[int]:
    """A mailbox and letters in the queue: one ready, one nobody may be written, one that came back, one leaving."""
    now = clock.now()
    sender_id = session.scalars(select(Sender.id).order_by(Sender.id)).first() or 0
    signature = "Katharina Weiß\nBeratung für Werkstätten\nTel. 0711 123456"
    mailboxes.save(session, house.vault, sender_id, signature=signature, user_id=built.owner)
    anna = letters.person(session, last_name="Köhler", role="Geschäftsführerin")
    facts.add(session, contact_id=anna, kind="project", text="Umbau der Werkstatt", source="Telefonat 3.5.")
    history.add(session, contact_id=anna, kind="call", text="Will das Angebot im Herbst", at=now - timedelta(days=40))
    history.add(session, contact_id=anna, kind="order", amount=420_000, text="Workshop", at=now - timedelta(days=90))
    wanted = [("new_site", "jan@holzbau-brand.example", "Jan", "Brand", "herr", "Holzbau Brand GmbH & Co. KG"),
              ("award", "mara@keramik-lind.example", "Mara", "Lind", "frau", "Keramik Lind"),
              ("funding", "ole@nordwind.example", "Ole", "Petersen", "herr", "Nordwind Segel GmbH")]  # fmt: skip
    made = [letters.proposed(session, anna)]
    for kind, email, first, last, salutation, company in wanted:
        company_id = companies.create(session, name=company).id
        someone = letters.person(session, email, first_name=first, last_name=last, salutation=salutation,
                                 company_id=company_id)  # fmt: skip
        said = {"headline": f"{company} in den Nachrichten", "quote": f"{company} hat Neues zu berichten."}
        made.append(letters.proposed(session, someone, kind=kind, story=kind, **said))
    session.execute(update(Permission).where(Permission.contact_id == made[1].contact_id).values(ended_at=now))
    made[2].sentences = [
        {**one, "source": "" if one["source"] == "template" else one["source"]} for one in made[2].sentences
    ]
    made[2].returned, made[2].returned_values, made[2].returned_at = "answered", {}, now
    letters.agree(session, house, made[3], ago=10)
    session.flush()
    return [one.id for one in made]


def _more(session: Session) -> None:
    """What a house that is at work has besides: a text with a mistake, one under way with trouble, an import with losses."""
    topic, sender = session.scalars(select(Campaign.list_id)).first(), senders.choose(session, None)
    given = {"format": "markdown", "body": "{{ greeting }},\n\nes gibt Neues.", "list_id": topic, "sender_id": sender}
    broken = {**given, "body": "{{ greeting },\n\nes gibt Neues."}
    newsletters.create(session, name="Mit einem Tippfehler", subject="Neues", **broken)
    name = "Einladung zum Werkstattabend mit Führung durch die neue Halle und Gelegenheit zum Gespräch"
    going = newsletters.create(session, name=name, subject=f"{name} am 4. Dezember", **given)
    now = clock.now()
    going.state, going.started_at, going.fanned_out_at = "sending", now, now
    going.audience = 0
    session.flush()
    going.audience = audience.enter(session, going, audience.people(session, going, now), now)
    ids = session.scalars(select(Delivery.id).where(Delivery.campaign_id == going.id).order_by(Delivery.id)).all()
    states = ["sent"] * 9 + ["unsure"] * 2 + ["refused"] * 2 + ["skipped"]
    why = {"unsure": ("no_answer", "connection closed before the answer"), "skipped": ("unsubscribed", ""), "sent": ("", ""),
           "refused": ("mailbox_full", "552 5.2.2 <jemand@firma.example>: mailbox is over its quota")}  # fmt: skip
    for delivery_id, state in zip(ids, states, strict=False):
        reason, answer = why[state]
        values = {"state": state, "reason": reason, "answer": answer, "sent_at": now if state == "sent" else None}
        session.execute(update(Delivery).where(Delivery.id == delivery_id).values(**values))
    stages = {"field": "stage", "one_of": ["regular", "advocate", "fan"]}
    places = {"any": [{"field": "city", "is": "Kiel"}, {"not": {"any": [{"field": "tag", "has": "Messe 2026"}]}}]}
    segments.create(session, name="Stammkunden in Kiel oder ohne Messe", filter={"all": [stages, places]})
    table = b"E-Mail\na@b.example\nkaputt@\n"
    made = imports.begin(session, filename="Messekontakte Frühjahr 2026.csv", stream=io.BytesIO(table), user_id=None)
    done = {"state": "done", "rows_total": 2, "position": 2, "created": 1, "skipped": 1, "finished_at": now}
    session.execute(update(Import).where(Import.id == made.id).values(**done))


def tokens(house: House) -> dict[str, str]:
    """What stands in the addresses of the pages of recipients."""
    with house.database.reading() as session:
        contact, topic = session.execute(
            select(Subscription.contact_id, Subscription.list_id).where(Subscription.state == "pending")
        ).all()[0]
        delivery = session.scalars(select(Delivery.id).where(Delivery.state == "sent")).all()[0]
        confirm = signup.confirm_token(session, house, contact, topic)
    seal = house.sealer.seal
    return {
        "confirm": confirm, "unsubscribe": seal("unsubscribe", delivery), "survey": seal("survey", 1, 0),
        "preferences": seal("preferences", contact),
    }  # fmt: skip


def take(browser: Browser, address: str, shots: list[Shot], *, who: str, into: Path, sealed: dict[str, str]) -> None:
    """Each page of one kind of visitor, four times."""
    for width_name, width in WIDTHS.items():
        for theme in ("light", "dark"):
            with site.page(browser, address, viewport={"width": width, "height": 844}, color_scheme=theme) as page:
                if who == "owner":
                    site.sign_in(page, email="katharina@weiss-beratung.example", password=world.PASSWORD)
                for shot in shots:
                    page.goto(shot.path.format(**sealed))
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
                        take(browser, address, mine, who=who, into=into, sealed=tokens(house) if lived_in else {})
    print(f"{len(shots) * 4} pictures in {into.name}/")


if __name__ == "__main__":
    main(sys.argv[1:])
