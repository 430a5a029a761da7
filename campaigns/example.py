"""Example data: the small world of a German freelancer, to look around in before anything is set up.

All addresses end in `.example` (RFC 2606), so no mail can ever reach anybody. Loaded once; the same every time.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns import content, example_cards, newsletters, starters
from campaigns.rows import Campaign
from campaigns.segments import store as segments
from outreach import clock, companies, contacts, jobs, organisation, senders
from outreach.consent import lists, subscriptions, suppression
from outreach.consent.rows import Consent, Subscription
from outreach.contacts import Contact, custom
from outreach.errors import N_, Conflict
from outreach.house import House
from outreach.mail.rows import Delivery
from outreach.tracking import PIXEL
from outreach.tracking.rows import Hit

AGREED = "Ja, schicken Sie mir die Werkstattpost per E-Mail. Ich kann sie jederzeit abbestellen."
_COMPANIES = (
    ("Tischlerei Brandt GmbH", "Lüneburg", "Handwerk"), ("Weingut Sonnleitner", "Deidesheim", "Weinbau"),
    ("Stadtwerke Mühlenau", "Mühlenau", "Energie"), ("Kröger & Söhne Logistik", "Bremen", "Logistik"),
    ("Praxis Dr. Yıldız", "Hannover", "Gesundheit"), ("Lindenhof Hotel", "Celle", "Gastgewerbe"),
    ("Optik Jäger", "Uelzen", "Handel"), ("Möbelhaus Thiessen", "Kiel", "Handel"),
    ("Steuerkanzlei Böhm & Partner", "Hamburg", "Beratung"), ("Nordlicht Solar eG", "Flensburg", "Energie"),
    ("Bäckerei Hülsmann", "Münster", "Handwerk"), ("Verlag am Deich", "Husum", "Medien"),
)  # fmt: skip
# title, first name, last name, Anrede, Sie/Du, company (index), stage, tags, measuring agreed
_PEOPLE = (
    ("", "Maren", "Brandt", "frau", "du", 0, "regular", ("Workshop", "Empfehlung"), True),
    ("", "Uwe", "Brandt", "herr", "sie", 0, "repeat_buyer", (), True),
    ("", "Katharina", "Sonnleitner", "frau", "sie", 1, "fan", ("Empfehlung",), True),
    ("Dr.", "Jörg", "Weißenfels", "herr", "sie", 2, "regular", ("Jour fixe",), True),
    ("", "Ayşe", "Demirtaş", "frau", "sie", 2, "first_buyer", (), False),
    ("", "Hinrich", "Kröger", "herr", "sie", 3, "repeat_buyer", ("Workshop",), True),
    ("", "Svenja", "Petersen-Kröger", "frau", "sie", 3, "regular", (), True),
    ("Dr. med.", "Elif", "Yıldız", "frau", "sie", 4, "advocate", ("Empfehlung", "Jour fixe"), True),
    ("", "Thomas", "von der Heide", "herr", "sie", 5, "first_buyer", (), True),
    ("", "Greta", "Lindner", "frau", "du", 5, "repeat_buyer", ("Workshop",), True),
    ("", "Björn", "Jäger", "herr", "du", 6, "regular", (), True),
    ("", "Silke", "Thiessen", "frau", "sie", 7, "prospect", ("Messe 2026",), False),
    ("", "Malte", "Thiessen", "herr", "sie", 7, "prospect", ("Messe 2026",), True),
    ("Prof. Dr.", "Renate", "Böhm", "frau", "sie", 8, "advocate", ("Empfehlung",), True),
    ("", "Florian", "Böhm", "herr", "sie", 8, "repeat_buyer", (), True),
    ("", "Kim", "Nissen", "neutral", "sie", 9, "first_buyer", ("Messe 2026",), True),
    ("", "Lars", "Nissen", "herr", "sie", 9, "prospect", (), False),
    ("", "Petra", "Hülsmann", "frau", "sie", 10, "regular", ("Workshop", "Jour fixe"), True),
    ("", "Anneliese", "Hülsmann", "frau", "sie", 10, "fan", ("Empfehlung",), True),
    ("", "Jan", "Carstens", "herr", "du", 11, "repeat_buyer", (), True),
    ("", "Wiebke", "Carstens", "frau", "du", 11, "prospect", ("Messe 2026",), True),
    ("", "Ole", "Matthiesen", "herr", "sie", None, "prospect", ("Messe 2026",), True),
    ("", "Birgit", "Maßmann", "frau", "sie", None, "first_buyer", (), True),
    ("", "Günter", "Öttinger-Schmidt", "herr", "sie", None, "prospect", (), False),
    ("", "Dagmar", "Reuß", "frau", "sie", None, "repeat_buyer", ("Workshop",), True),
    ("", "Henning", "Albers", "herr", "sie", None, "prospect", ("Messe 2026",), True),
    ("", "Nele", "Albers", "frau", "du", None, "first_buyer", (), True),
    ("", "Rüdiger", "Graf zu Eulenau", "herr", "sie", None, "prospect", (), True),
)  # fmt: skip
_BODY = """\
{{ greeting | default('Guten Tag') }},

im Oktober habe ich mit drei Betrieben an derselben Frage gearbeitet: **Wie sagt man einem Kunden ab, ohne ihn zu verlieren?**

## Drei Sätze, die fast immer passen

1. Danken Sie für das Vertrauen, und zwar zuerst.
2. Sagen Sie klar, was nicht geht, ohne „leider“ und ohne Ausrede.
3. Bieten Sie einen nächsten Schritt an, und sei er klein.

Den ganzen Leitfaden habe ich aufgeschrieben: [Absagen, die verbinden](https://werkstatt.example/leitfaden).

{% if "Workshop" in contact.tags %}Sie waren schon in einem Workshop dabei: [Der nächste ist am 4. Dezember](https://werkstatt.example/workshop), zwei Plätze sind noch frei.{% else %}Wer es lieber übt als liest: [Am 4. Dezember ist Workshop](https://werkstatt.example/workshop).{% endif %}

Herzliche Grüße

{{ organisation.representative | default(organisation.name) }}
"""


def load(session: Session, house: House) -> dict[str, int]:
    """Load the example world; gives what was made, by kind. Raises Conflict when it is loaded already."""
    own = organisation.get(session)
    if own.example_loaded_at is not None:
        raise Conflict(N_("The example data is loaded already."))
    now = clock.now()
    dice = random.Random(7)  # noqa: S311 - the same world every time
    own.example_loaded_at = now
    _organisation(own)
    senders.ensure_first(session, name="Werkstatt für Kundenbriefe", address="post@werkstatt.example")
    starters.ensure(session)
    fach = custom.add(session, label="Fach (Beispiel)", kind="text").key
    people = _people(session, fach)
    topic, second = _lists(session)
    _subscribe(session, people, topic, second, now, dice)
    suppression.add(session, "nie-wieder@elsewhere.example", "objection", "Telefonat", now=now - timedelta(days=40))
    made = segments.create(
        session,
        name="Stammkunden und mehr",
        filter={
            "all": [{"field": "stage", "one_of": ["regular", "advocate", "fan"]}, {"field": "email", "is_empty": False}]
        },
    )
    campaign = _campaign(session, house, topic, now)
    _history(session, campaign, now, dice)
    _draft(session, topic, made.id)
    made_cards = example_cards.fill(session, people, now)
    jobs.ask(session, "load_example_news")  # the floor that reads the news fills in its own, and looks for occasions
    return {
        "companies": len(_COMPANIES),
        "contacts": len(people),
        "lists": 2,
        "segments": 1,
        "templates": 3,
        "newsletters": 2,
        **made_cards,
    }


def _organisation(own: organisation.Organisation) -> None:
    """Fill the imprint where it is empty, so that the example newsletter can be sent; never over what a person wrote."""
    for name, value in {
        "name": "Werkstatt für Kundenbriefe (Beispiel)", "representative": "Ihr Name", "street": "Beispielweg 1",
        "postcode": "12345", "city": "Beispielstadt", "email": "post@werkstatt.example", "phone": "030 000000",
    }.items():  # fmt: skip
        if not getattr(own, name):
            setattr(own, name, value)


def _people(session: Session, fach: str) -> list[Contact]:
    for name, city, industry in _COMPANIES:
        companies.create(session, name=name, city=city, industry=industry)
    made = []
    for title, first, last, salutation, form, company, stage, tags, measured in _PEOPLE:
        name, city, industry = _COMPANIES[company] if company is not None else ("", "Hannover", "")
        contact = contacts.create(
            session, title=title, first_name=first, last_name=last, salutation=salutation, address_form=form,
            email=f"{_plain(first)}.{_plain(last)}@{_plain(name) or 'post'}.example", city=city, stage=stage, tags=list(tags),
            company=name, language="de", source="Beispieldaten", custom={fach: industry} if industry else {},
        )  # fmt: skip
        contact.measuring_agreed = measured
        made.append(contact)
    session.flush()
    return made


def _lists(session: Session) -> tuple[int, int]:
    first = lists.create(
        session, name="Werkstattpost", description="Einmal im Monat: ein Gedanke, ein Beispiel, ein Termin."
    )
    second = lists.create(session, name="Einladungen", description="Nur Termine: Workshops und offene Abende.")
    return first.id, second.id


def _subscribe(
    session: Session, people: list[Contact], topic: int, second: int, now: datetime, dice: random.Random
) -> None:
    for number, contact in enumerate(people):
        asked = now - timedelta(days=dice.randint(60, 420), minutes=dice.randint(0, 1439))
        subscriptions.request(session, contact_id=contact.id, list_id=topic, text_shown=AGREED, zone="Europe/Berlin",
                              source="/sign-up/werkstattpost", ip="192.0.2.17", now=asked)  # fmt: skip
        if number in (21, 27):
            continue  # signed up, never confirmed
        subscriptions.confirm(session, contact_id=contact.id, list_id=topic, ip="192.0.2.17", zone="Europe/Berlin",
                              now=asked + timedelta(minutes=dice.randint(1, 90)))  # fmt: skip
        if number % 4 == 0:
            subscriptions.grant_by_hand(session, contact_id=contact.id, list_id=second, zone="Europe/Berlin",
                                        text_shown="Im Gespräch gesagt: Einladungen gern", source="Telefonat", now=asked)  # fmt: skip
        if number == 16:
            subscriptions.withdraw(session, contact_id=contact.id, list_id=topic, how="page", ip="192.0.2.17",
                                   now=now - timedelta(days=30))  # fmt: skip


def _campaign(session: Session, house: House, topic: int, now: datetime) -> Campaign:
    started = (now - timedelta(days=12)).replace(hour=7, minute=30, second=0, microsecond=0)
    campaign = newsletters.create(
        session, name="Werkstattpost Oktober", subject="Absagen, die verbinden", format="markdown", body=_BODY,
        preheader="Drei Sätze, die fast immer passen", list_id=topic, sender_id=senders.choose(session, None),
    )  # fmt: skip
    campaign.frozen = content.freeze(session, house, campaign)
    campaign.state, campaign.created_at = "sent", started - timedelta(days=2)
    campaign.started_at, campaign.fanned_out_at = started, started
    campaign.finished_at = started + timedelta(minutes=1, seconds=12)
    campaign.audience = 0
    session.flush()
    return campaign


def _history(session: Session, campaign: Campaign, now: datetime, dice: random.Random) -> None:
    """Deliveries and hits as twelve days would have left them."""
    assert campaign.started_at is not None
    assert campaign.frozen is not None
    rows = session.execute(
        select(Contact, Consent.id)
        .join(Subscription, Subscription.contact_id == Contact.id)
        .join(Consent, Consent.id == Subscription.consent_id)
        .where(Subscription.list_id == campaign.list_id)
        .order_by(Contact.id)
    ).all()
    links = [number for number, _ in campaign.frozen["links"]]
    for number, (contact, consent_id) in enumerate(rows):
        delivery = _delivery(session, campaign, contact, consent_id, number)
        if delivery.state == "sent" and contact.measuring_agreed:
            _hits(session, campaign, delivery, links, now, dice)
    campaign.audience = len(rows)


def _delivery(session: Session, campaign: Campaign, contact: Contact, consent_id: int, number: int) -> Delivery:
    assert campaign.started_at is not None
    sent_at = campaign.started_at + timedelta(seconds=3 * number)
    refused = number == 11
    delivery = Delivery(
        kind="newsletter", sender_id=campaign.sender_id, campaign_id=campaign.id, contact_id=contact.id, consent_id=consent_id,
        address=contact.email or "", address_hash=contact.address_hash, state="refused" if refused else "sent",
        attempts=2 if number == 5 else 1, next_try_at=campaign.started_at, created_at=campaign.started_at,
        reason="mailbox_full" if refused else "", answer="552 5.2.2 Mailbox full" if refused else "250 2.0.0 OK",
        sent_at=None if refused else sent_at, measured=contact.measuring_agreed,
    )  # fmt: skip
    session.add(delivery)
    session.flush()
    return delivery


def _hits(
    session: Session, campaign: Campaign, delivery: Delivery, links: list[int], now: datetime, dice: random.Random
) -> None:
    assert delivery.sent_at is not None
    chance = dice.random()
    # Most people read in the first morning, some in the evening, a few days later.
    after = timedelta(hours=min(dice.expovariate(1 / 9), 200))
    opened = min(delivery.sent_at + timedelta(minutes=4) + after, now - timedelta(hours=1))
    if chance < 0.62:
        _hit(session, campaign, delivery, PIXEL, "person", opened, dice.randint(1, 4))
        delivery.opened_at = opened
        if chance < 0.26:
            _hit(session, campaign, delivery, dice.choice(links), "person", opened + timedelta(minutes=2), 1)
            delivery.clicked_at = opened + timedelta(minutes=2)
    elif chance < 0.85:
        _hit(session, campaign, delivery, PIXEL, "proxy", delivery.sent_at + timedelta(seconds=40), 1)
    if chance > 0.93:
        for link in links:
            _hit(session, campaign, delivery, link, "scanner", delivery.sent_at + timedelta(seconds=3), 1)


def _hit(
    session: Session, campaign: Campaign, delivery: Delivery, link: int, verdict: str, at: datetime, count: int
) -> None:
    session.add(
        Hit(
            delivery_id=delivery.id,
            link_id=link,
            verdict=verdict,
            campaign_id=campaign.id,
            first_at=at,
            last_at=at,
            count=count,
        )
    )


def _draft(session: Session, topic: int, segment_id: int) -> None:
    newsletters.create(
        session, name="Werkstattpost November", subject="Was im November hilft, {{ contact.first_name | default('kurz gesagt') }}",
        format="markdown", body=_BODY.replace("im Oktober habe ich", "im November habe ich"), list_id=topic, segment_id=segment_id,
        sender_id=senders.choose(session, None),
    )  # fmt: skip


def _plain(name: str) -> str:
    """A name as it may stand in an address."""
    table = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ı": "i", "ş": "s", "ğ": "g", "ç": "c"})
    words = name.lower().translate(table).replace("&", " ").replace(".", " ").split()
    return "-".join(
        "".join(letter for letter in word if letter.isascii() and letter.isalnum())
        for word in words
        if word.strip("&.-")
    )
