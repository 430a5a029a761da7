"""One small world used everywhere: the people of a freelance workplace consultant, and those she writes to.

Names that go wrong elsewhere are here on purpose: umlauts, a double name, a "Dr.", particles, two namesakes,
somebody without an address, somebody without a name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from outreach import companies, contacts
from outreach.consent import lists, subscriptions, suppression
from outreach.contacts import custom
from outreach.users import Role, User

#: a Tuesday morning; everything in the world happened before
NOW = datetime(2026, 9, 15, 8, 0, tzinfo=UTC)
SIGNED_UP = datetime(2026, 8, 1, 9, 30, tzinfo=UTC)
PASSWORD = "a good long password"
AGREED = "Yes, send me the newsletter once a month. I can unsubscribe at any time."


@dataclass(frozen=True)
class World:
    """Ids by short names: `world.people["anna"]`."""

    owner: int
    assistant: int
    reader: int
    companies: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    lists: dict[str, int] = field(default_factory=dict)


def build(session: Session) -> World:
    """Put the world into an empty database."""
    owner, assistant, reader = (
        _user(session, name=name, email=email, role=role)
        for name, email, role in (
            ("Katharina Weiß", "katharina@weiss-beratung.example", Role.OWNER),
            ("Jonas Öztürk", "jonas@weiss-beratung.example", Role.EDITOR),
            ("Lena Groß", "lena@weiss-beratung.example", Role.READER),
        )
    )
    world = World(owner, assistant, reader)
    world.companies.update(_companies(session))
    custom.add(session, label="Kundennummer", kind="number")
    custom.add(session, label="Letzter Termin", kind="date")
    custom.add(session, label="Branche", kind="choice", choices=["Handwerk", "Handel", "Industrie"])
    world.people.update(_people(session))
    world.lists.update(_lists(session))
    _subscribe(session, world)
    return world


def _user(session: Session, *, name: str, email: str, role: Role) -> int:
    user = User(
        name=name,
        email=email,
        password_hash=_password_hash(),
        role=role.value,
        language="de",
        time_zone="Europe/Berlin",
        theme="auto",
        session_version=1,
    )
    session.add(user)
    session.flush()
    return user.id


@cache
def _password_hash() -> str:
    return PasswordHasher().hash(PASSWORD)  # slow on purpose, so once


def _companies(session: Session) -> dict[str, int]:
    made = {
        "mueller": ("Müller & Söhne Maschinenbau GmbH", "Köln"),
        "schaefer": ("Schäferei Lüneburger Heide e.K.", "Lüneburg"),
        "nordlicht": ("Nordlicht Medien AG", "Kiel"),
    }
    return {key: companies.create(session, name=name, city=city).id for key, (name, city) in made.items()}


def _people(session: Session) -> dict[str, int]:
    made: dict[str, contacts.ContactFields] = {
        "anna": {
            "first_name": "Anna",
            "last_name": "Müller",
            "salutation": "frau",
            "email": "anna@mueller.example",
            "company": "Müller & Söhne Maschinenbau GmbH",
            "city": "Köln",
            "stage": "regular",
            "tags": ["VIP", "Messe"],
            "custom": {"kundennummer": 17, "branche": "Industrie"},
        },
        # her namesake, somebody else
        "anna_two": {
            "first_name": "Anna",
            "last_name": "Müller",
            "salutation": "frau",
            "email": "anna.mueller@nordlicht.example",
            "company": "Nordlicht Medien AG",
            "city": "Kiel",
        },
        "doctor": {
            "title": "Dr.",
            "first_name": "Björn",
            "last_name": "Größmann",
            "salutation": "herr",
            "email": "bjoern@groessmann.example",
            "stage": "first_buyer",
            "tags": ["Messe"],
            "custom": {"letzter_termin": "2026-05-04"},
        },
        "double": {
            "first_name": "Marie-Luise",
            "last_name": "Schäfer-Löwenstein",
            "salutation": "frau",
            "address_form": "du",
            "email": "Marie.Luise@schaeferei.example",
            "company": "Schäferei Lüneburger Heide e.K.",
            "stage": "fan",
            "city": "Lüneburg",
        },
        "particle": {
            "first_name": "Vincent",
            "last_name": "van der Meer",
            "salutation": "herr",
            "language": "en",
            "email": "vincent@vandermeer.example",
            "stage": "repeat_buyer",
        },
        "pending": {"first_name": "Zoë", "last_name": "Çelik", "salutation": "neutral", "email": "zoe@celik.example"},
        "gone": {"first_name": "Uwe", "last_name": "Abendroth", "salutation": "herr", "email": "uwe@abendroth.example"},
        "suppressed": {"first_name": "Petra", "last_name": "Still", "email": "petra@still.example"},
        "no_address": {"first_name": "Hans", "last_name": "Ohnepost", "salutation": "herr", "phone": "0221 123456"},
        "no_name": {"email": "info@laden.example"},
    }
    return {key: contacts.create(session, **given).id for key, given in made.items()}


def _lists(session: Session) -> dict[str, int]:
    return {
        "news": lists.create(session, name="Neuigkeiten", description="Einmal im Monat, was sich lohnt.").id,
        "events": lists.create(session, name="Veranstaltungen").id,
    }


def _subscribe(session: Session, world: World) -> None:
    for name in ("anna", "doctor", "double", "particle", "gone", "suppressed", "pending"):
        subscriptions.request(
            session,
            contact_id=world.people[name],
            list_id=world.lists["news"],
            text_shown=AGREED,
            ip="192.0.2.7",
            source="https://news.example.de/join/neuigkeiten",
            zone="Europe/Berlin",
            now=SIGNED_UP,
        )
        if name != "pending":
            subscriptions.confirm(
                session,
                contact_id=world.people[name],
                list_id=world.lists["news"],
                ip="192.0.2.8",
                now=SIGNED_UP,
                zone="Europe/Berlin",
            )
    subscriptions.set_measuring(
        session,
        contact_id=world.people["anna"],
        agreed=True,
        text_shown="Measure me.",
        source="https://news.example.de/preferences",
        ip="192.0.2.7",
        now=SIGNED_UP,
    )
    subscriptions.withdraw(
        session, contact_id=world.people["gone"], list_id=world.lists["news"], how="one_click", ip="192.0.2.9", now=NOW
    )
    suppression.add(session, "petra@still.example", "objection", "by telephone", now=NOW)
