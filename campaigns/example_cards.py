"""The customer file of the example world: what was said, ordered, wished for and given, so that every page shows something.

Days are counted back from today, so the world is always of this week; the same dice every time.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach import companies, contacts, dates, facts, services, tasks, valuation
from outreach.care import complaints, gifts, programme, referrals, special_offers
from outreach.companies import Company
from outreach.consent import permissions
from outreach.contacts import Contact, channels, doubts
from outreach.history import store as history
from outreach.surveys import answers
from outreach.surveys import store as surveys
from outreach.surveys.answers import Reader
from outreach.surveys.store import Asked, Draft

#: by last name and first name: euros of each order, the days ago of the newest, and the days between two
_ORDERS: dict[str, tuple[tuple[int, ...], int, int]] = {
    "Maren Brandt": ((4200, 3800, 4600, 2900, 1200), 24, 110),
    "Katharina Sonnleitner": ((5200, 4100, 4800, 3900, 2200, 1800), 61, 300),
    "Jörg Weißenfels": ((6800, 5400, 2600), 40, 150),
    "Svenja Petersen-Kröger": ((1450, 1900, 980, 1200), 75, 120),
    "Elif Yıldız": ((2400, 2200, 1900, 800), 55, 130),
    "Björn Jäger": ((890, 640, 1100), 130, 160),
    "Renate Böhm": ((1900, 2600, 1500), 20, 170),
    "Petra Hülsmann": ((760, 540, 890), 95, 140),
    "Anneliese Hülsmann": ((680, 450, 720, 390), 33, 420),
    "Uwe Brandt": ((1200, 950), 88, 200),
    "Hinrich Kröger": ((2100, 1750), 190, 150),
    "Greta Lindner": ((640, 480), 140, 90),
    "Florian Böhm": ((420, 380), 260, 120),
    "Jan Carstens": ((560, 610), 310, 100),
    "Dagmar Reuß": ((290, 340), 400, 120),
    "Ayşe Demirtaş": ((1450,), 46, 1),
    "Thomas von der Heide": ((780,), 120, 1),
    "Kim Nissen": ((350,), 67, 1),
    "Birgit Maßmann": ((190,), 500, 1),
    "Nele Albers": ((240,), 210, 1),
}
_FOR = ("Workshop „Schwierige Briefe“", "Überarbeitung der Angebotsvorlagen", "Jour fixe, ein Quartal", "Textwerkstatt, zwei Tage",
        "Leitfaden Beschwerden", "Antwortbausteine Kundendienst")  # fmt: skip


@dataclass(frozen=True)
class _Known:
    """What is known of one person."""

    who: str
    days: int
    kind: str
    text: str
    facts: tuple[tuple[str, str], ...] = ()


_TALKS = (
    _Known("Maren Brandt", 9, "call", "Sie plant mit ihrem Bruder die Übergabe des Betriebs. Tochter Ida macht im Mai Abitur. Wünscht sich einen Workshop für die neuen Gesellen.",
           (("wish", "Workshop für die neuen Gesellen im Frühjahr"), ("topic", "Tochter Ida macht im Mai Abitur"), ("project", "Übergabe der Tischlerei an Maren und ihren Bruder"))),
    _Known("Maren Brandt", 48, "meeting", "Besuch in der neuen Werkstatt. Sehr zufrieden mit den Angebotsvorlagen.", (("interest", "Segelt auf der Elbe, eigenes Folkeboot"),)),
    _Known("Katharina Sonnleitner", 14, "call", "Die Lese war gut. Sie sucht jemanden für die Texte der Jubiläumsschrift, 2027 wird das Weingut hundert.",
           (("wish", "Texte für die Jubiläumsschrift zum Hundertsten"), ("project", "100 Jahre Weingut im Juni 2027"))),
    _Known("Jörg Weißenfels", 33, "meeting", "Jahresgespräch. Beschwerden sind um ein Drittel gesunken. Nächstes Jahr soll das ganze Team geschult werden.",
           (("wish", "Schulung für das ganze Beschwerdeteam"), ("interest", "Marathonläufer, Hamburg im April"))),
    _Known("Svenja Petersen-Kröger", 96, "call", "Kurz: alles ruhig, meldet sich nach dem Umbau des Lagers.", (("project", "Umbau des Lagers bis Jahresende"),)),
    _Known("Elif Yıldız", 21, "mail_in", "Danke für die Bausteine! Könnten Sie so etwas auch für die Terminabsagen machen?", (("wish", "Bausteine für Terminabsagen"),)),
    _Known("Björn Jäger", 170, "call", "Will im Frühjahr wieder anfangen, jetzt erst der Umzug.", (("topic", "Zieht mit dem Laden in die Bahnhofstraße"),)),
    _Known("Renate Böhm", 6, "meeting", "Mittagessen. Empfiehlt uns der Kammer.", (("interest", "Sammelt Erstausgaben von Storm"), ("taboo", "Nicht auf den Streit mit dem früheren Partner ansprechen"))),
    _Known("Petra Hülsmann", 120, "letter", "Handgeschriebene Karte zum 75. Geburtstag der Bäckerei.", ()),
    _Known("Anneliese Hülsmann", 40, "call", "Erzählt vom Enkel. Möchte einen kleinen Kurs für die Verkäuferinnen.", (("wish", "Kurzer Kurs für die Verkäuferinnen"), ("topic", "Enkel Jonte ist eingeschult"))),
    _Known("Hinrich Kröger", 200, "call", "Zufrieden, aber gerade kein Bedarf.", ()),
    _Known("Ayşe Demirtaş", 45, "feedback", "Der erste Workshop war „genau richtig“, nur zu kurz.", (("wish", "Vertiefung zum ersten Workshop"),)),
    _Known("Silke Thiessen", 30, "meeting", "Kennengelernt auf der Messe in Kiel, Stand 14.", (("interest", "Briefe an Kunden nach dem Küchenkauf"),)),
    _Known("Greta Lindner", 70, "call", "Neue Speisekarte, neue Texte im Herbst?", (("interest", "Texte für die Herbstkarte"),)),
)  # fmt: skip
_BIRTHDAYS = {
    "Maren Brandt": (1984, 4), "Katharina Sonnleitner": (None, 19), "Jörg Weißenfels": (1969, 63), "Renate Böhm": (1958, 2),
    "Björn Jäger": (1979, 140), "Anneliese Hülsmann": (1947, 11), "Elif Yıldız": (1981, 210), "Kim Nissen": (None, 33),
}  # fmt: skip


def fill(session: Session, people: list[Contact], now: datetime) -> dict[str, int]:
    """Put the customer file onto the people of the example world; gives what was made, by kind."""
    by_name = {f"{one.first_name} {one.last_name}": one.id for one in people}
    today, dice = now.date(), random.Random(11)  # noqa: S311 - the same world every time
    _services(session)
    _orders(session, by_name, today)
    _talks(session, by_name, today, dice)
    _days(session, by_name, today)
    _care(session, by_name, now)
    _reach(session, by_name, now)
    _survey(session, by_name, now)
    for one in people:
        if one.stage_by_hand and f"{one.first_name} {one.last_name}" in _ORDERS:
            one.stage_by_hand = False  # bought enough: the stage follows from the orders
    session.flush()
    valuation.recompute(session, now)
    while doubts.check_some(session):
        pass
    return {
        "orders": sum(len(one[0]) for one in _ORDERS.values()),
        "notes": sum(len(one.facts) for one in _TALKS),
        "services": 4,
    }


def _services(session: Session) -> None:
    for name, description, words, tags in (
        ("Workshop „Schwierige Briefe“", "Ein Tag, bis acht Leute, eigene Fälle.", ["Workshop", "Kurs", "Schulung", "Vertiefung"], ["Workshop"]),
        ("Antwortbausteine", "Sätze, die der Kundendienst jeden Tag braucht.", ["Bausteine", "Terminabsagen"], []),
        ("Festschriften und Jubiläumstexte", "Von der Chronik bis zur Rede.", ["Jubiläumsschrift", "Jubiläum", "Chronik", "Festschrift"], []),
        ("Jour fixe", "Einmal im Monat eine Stunde am Telefon.", ["Jour fixe", "Begleitung"], ["Jour fixe"]),
    ):  # fmt: skip
        services.add(session, name=name, description=description, words=words, tags=tags)


def _orders(session: Session, by_name: dict[str, int], today: date) -> None:
    for who, (amounts, newest, gap) in _ORDERS.items():
        for number, euros in enumerate(amounts):
            on = today - timedelta(days=newest + number * gap)
            history.add(
                session,
                contact_id=by_name[who],
                kind="order",
                at=on,
                amount=100 * euros,
                text=_FOR[(number + len(who)) % len(_FOR)],
            )
    for who, days, euros, text in (
        ("Maren Brandt", 5, 1900, "Workshop für die Gesellen, ein Tag"),
        ("Katharina Sonnleitner", 12, 4200, "Texte für die Jubiläumsschrift"),
        ("Silke Thiessen", 25, 680, "Briefe nach dem Küchenkauf"),
    ):
        history.add(
            session,
            contact_id=by_name[who],
            kind="offer",
            at=today - timedelta(days=days),
            amount=100 * euros,
            text=text,
        )


def _talks(session: Session, by_name: dict[str, int], today: date, dice: random.Random) -> None:
    for talk in _TALKS:
        on = today - timedelta(days=talk.days)
        made = history.add(session, contact_id=by_name[talk.who], kind=talk.kind, at=on, text=talk.text)
        for kind, text in talk.facts:
            facts.add(session, contact_id=by_name[talk.who], kind=kind, text=text, noted_on=on, touchpoint_id=made.id,
                      source=f"{'Treffen' if talk.kind == 'meeting' else 'Telefonat'} {on.day}.{on.month}.")  # fmt: skip
    for who in ("Maren Brandt", "Jörg Weißenfels", "Renate Böhm"):
        for number in range(14):  # a bond of years has a long timeline
            on = today - timedelta(days=60 + 45 * number + dice.randint(0, 20))
            kind = dice.choice(["call", "call", "meeting", "mail_in", "mail_out"])
            text = dice.choice(
                [
                    "Kurz gesprochen, alles gut.",
                    "Termin verschoben.",
                    "Unterlagen besprochen.",
                    "Rückfrage zur Rechnung, geklärt.",
                ]
            )
            history.add(session, contact_id=by_name[who], kind=kind, at=on, text=text)
    tasks.add(session, text="Angebot Workshop nachfassen", contact_id=by_name["Maren Brandt"], due_on=today)
    tasks.add(
        session,
        text="Referenztext an die Kammer schicken",
        contact_id=by_name["Renate Böhm"],
        due_on=today - timedelta(days=2),
    )
    tasks.add(
        session,
        text="Beispielseiten für die Jubiläumsschrift aussuchen",
        contact_id=by_name["Katharina Sonnleitner"],
        due_on=today + timedelta(days=6),
    )
    tasks.add(session, text="Weihnachtskarten bestellen")


def _days(session: Session, by_name: dict[str, int], today: date) -> None:
    for who, (year, ahead) in _BIRTHDAYS.items():
        day = today + timedelta(days=ahead)
        dates.put(session, contact_id=by_name[who], kind="birthday", year=year, month=day.month, day=min(day.day, 28))
    firms = {name: number for number, name in session.execute(select(Company.id, Company.name))}
    for name, year, ahead in (
        ("Weingut Sonnleitner", 1927, 210),
        ("Bäckerei Hülsmann", 1951, 25),
        ("Nordlicht Solar eG", 2009, 90),
    ):
        day = today + timedelta(days=ahead)
        dates.put(session, company_id=firms[name], kind="founding", year=year, month=day.month, day=min(day.day, 28))
    end = today + timedelta(days=40)
    dates.put(session, contact_id=by_name["Jörg Weißenfels"], kind="contract_end", label="Jour fixe", year=end.year, month=end.month,
              day=end.day, is_yearly=False)  # fmt: skip
    companies.update(session, firms["Stadtwerke Mühlenau"], legal_form="GmbH", domains=["stadtwerke-muehlenau.example"], aliases=["SWM"],
                     competitors=["Regio Strom"], customer_since=today - timedelta(days=900))  # fmt: skip
    facts.add(session, company_id=firms["Weingut Sonnleitner"], kind="project", text="Hundertjähriges Bestehen im Juni 2027",
              noted_on=today - timedelta(days=14), source="Webseite")  # fmt: skip


def _care(session: Session, by_name: dict[str, int], now: datetime) -> None:
    today = now.date()
    wrong = complaints.open(
        session,
        by_name["Svenja Petersen-Kröger"],
        "Rechnung ging an die alte Anschrift, Mahnung obendrein.",
        now - timedelta(days=1),
    )
    complaints.done(session, wrong.id, "heard", now - timedelta(hours=20))
    old = complaints.open(
        session, by_name["Uwe Brandt"], "Unterlagen kamen einen Tag zu spät.", now - timedelta(days=60)
    )
    for step, days in (("heard", 60), ("apology", 60), ("solved", 58), ("surprise", 50), ("asked", 43)):
        complaints.done(
            session, old.id, step, now - timedelta(days=days), "Alles wieder gut." if step == "asked" else ""
        )
    gifts.give(
        session,
        by_name["Katharina Sonnleitner"],
        what="Buch „Die Kunst des Briefes“",
        amount=2800,
        on=today - timedelta(days=130),
    )
    gifts.add_idea(session, by_name["Maren Brandt"], what="Seekarte der Elbmündung, gerahmt", amount=4500)
    gifts.add_idea(session, by_name["Renate Böhm"], what="Storm: Immensee, Faksimile", amount=3900)
    referrals.add(session, by_name["Renate Böhm"], name="Notariat Claussen", on=today - timedelta(days=6))
    referrals.add(session, by_name["Elif Yıldız"], contact_id=by_name["Ayşe Demirtaş"], on=today - timedelta(days=60))
    thanked = referrals.add(
        session, by_name["Katharina Sonnleitner"], contact_id=by_name["Birgit Maßmann"], on=today - timedelta(days=500)
    )
    referrals.thanked(session, thanked.id, now - timedelta(days=498))
    for step in ("reachable", "friendly", "responsible", "eye_level"):
        programme.tick(session, by_name["Maren Brandt"], step)
    made = special_offers.create(session, code="HERBST15", name="Herbst-Workshop", description="15 % für alle, die schon dabei waren.",
                                 for_whom="tag:Workshop", limit_count=8, ends_on=today + timedelta(days=30))  # fmt: skip
    special_offers.redeem(session, made.id, by_name["Greta Lindner"], today=today)


def _reach(session: Session, by_name: dict[str, int], now: datetime) -> None:
    maren = by_name["Maren Brandt"]
    contacts.update(session, maren, phone="04131 555 0101", role="Tischlermeisterin, Geschäftsführung")
    channels.add(session, maren, kind="phone", label="mobile", value="0170 555 0102")
    channels.set_postal(session, contact_id=maren, street="Am Sande 3", postcode="21335", city="Lüneburg")
    permissions.record(session, maren, channel="mail", what="agreed", said="Schreib mir gern, wenn du was Neues hast.", source="Besuch in der Werkstatt",
                       at=now - timedelta(days=48))  # fmt: skip
    contacts.update(session, by_name["Jörg Weißenfels"], phone="05131 555 0200", role="Leiter Kundenservice")
    permissions.record(session, by_name["Jörg Weißenfels"], channel="mail", what="existing_customer", source="Auftrag und Hinweis im Angebot",
                       at=now - timedelta(days=300))  # fmt: skip
    permissions.record(
        session,
        by_name["Hinrich Kröger"],
        channel="phone",
        what="objected",
        source="Telefonat",
        at=now - timedelta(days=200),
    )
    contacts.create(session, first_name="GESINE", last_name="PLATE", salutation="frau", email="gesine.plate@plate-garten.example",
                    source="Beispieldaten")  # fmt: skip
    contacts.create(session, first_name="Mueller", last_name="Jürgen", salutation="herr", email="juergen.mueller@mueller-bau.example",
                    source="Beispieldaten")  # fmt: skip


def _survey(session: Session, by_name: dict[str, int], now: datetime) -> None:
    made = surveys.create(session, Draft(
        title="Wie war der Workshop?", intro="Drei Fragen, eine Minute.", thanks="Danke! Ich lese jede Antwort.",
        questions=(Asked("scale", "Würden Sie ihn weiterempfehlen?", bad_up_to="5"), Asked("stars", "Wie gut passte das Tempo?", bad_up_to="2"),
                   Asked("words", "Was hat gefehlt?")),
    ))  # fmt: skip
    sheet = surveys.sheet(session, made.id)
    scale, stars, words = (one.id for one in sheet.questions)
    for who, given in (
        ("Maren Brandt", {scale: "10", stars: "5", words: "Nichts. Gern mehr Zeit für eigene Briefe."}),
        ("Petra Hülsmann", {scale: "9", stars: "4"}),
        ("Dagmar Reuß", {scale: "8", stars: "4", words: "Ein Beispiel aus dem Einzelhandel."}),
        ("Hinrich Kröger", {scale: "7", stars: "3"}),
    ):
        answers.answer(session, Reader(sheet, by_name[who]), given, at=now - timedelta(days=20))
