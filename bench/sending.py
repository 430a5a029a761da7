"""How fast a newsletter goes out, against the loop everybody writes first: one EmailMessage per recipient, smtplib."""

from __future__ import annotations

import smtplib
import threading
import time
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from jinja2.sandbox import SandboxedEnvironment
from sqlalchemy import func, insert, select

from bench import Figure, postgres_house, sink, sqlite_house
from campaigns import dispatch, newsletters
from campaigns.rows import Campaign
from outreach import clock, organisation, senders
from outreach.consent.rows import Consent, MailingList, Subscription
from outreach.contacts import Contact, address_hash
from outreach.house import House
from outreach.mail.rows import Delivery
from outreach.mail.send import Sending

PEOPLE = 20_000
NAIVE = 1_000
_PARAGRAPH = (
    "<p style='margin:0 0 16px'>Liebe Leserin, lieber Leser, im März haben wir für Sie drei Büros umgebaut, zwei "
    "Werkstätten neu geplant und viel über Licht, Lärm und gute Stühle gelernt. Was davon für {{ contact.company | "
    "default('Ihr Büro') }} taugt, steht <a href='https://example.de/artikel/%d'>hier</a>.</p>"
)
BODY = "<h1>{{ greeting }}</h1>" + "".join(_PARAGRAPH % number for number in range(12))


@dataclass(frozen=True)
class Speed:
    """Mails a second on the clock, and milliseconds of this process's CPU per mail."""

    mails: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Mails a second."""
        return self.mails / self.seconds

    @property
    def cpu_ms(self) -> float:
        """CPU milliseconds per mail."""
        return 1000 * self.cpu / self.mails


def run() -> list[Figure]:
    """The naive loop, then the same newsletter by us on each database, in the same run."""
    figures = []
    with sink.running() as port:
        loop = _naive(port)
        figures += _figures(f"naive loop, {NAIVE:,} recipients, one connection", loop)
        for name, house_of in (("SQLite", sqlite_house), ("PostgreSQL", postgres_house)):
            with house_of(smtp_url=f"smtp://127.0.0.1:{port}") as house:
                ours = _ours(house)
            figures += _figures(f"{name}, {PEOPLE:,} recipients, one process", ours)
            figures.append(Figure(f"{name}: as fast as the naive loop, times", ours.rate / loop.rate, "×"))
            figures.append(Figure(f"{name}: less CPU than the naive loop, times", loop.cpu_ms / ours.cpu_ms, "×"))
    return figures


def _figures(label: str, speed: Speed) -> list[Figure]:
    return [Figure(label, speed.rate, "mails/s"), Figure("  the same, CPU per mail", speed.cpu_ms, "ms")]


def _naive(port: int) -> Speed:
    """Render, build, serialise and send for each recipient, as tutorials do."""
    environment = SandboxedEnvironment(autoescape=True)
    began, cpu = time.perf_counter(), time.process_time()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in range(NAIVE):
            html = environment.from_string(BODY).render(greeting=f"Guten Tag, Frau Köhler {number}", contact={})
            message = EmailMessage()
            message["From"], message["To"] = "Büro Sommer <post@sommer.example>", f"person{number}@example.org"
            message["Subject"], message["Date"] = "Neues im März", formatdate()
            message["Message-ID"] = make_msgid(domain="news.example.de")
            message.set_content(html)
            message.add_alternative(html, subtype="html")
            server.send_message(message)
    return Speed(NAIVE, time.perf_counter() - began, time.process_time() - cpu)


def _ours(house: House) -> Speed:
    campaign_id = _prepared(house)
    began, cpu = time.perf_counter(), time.process_time()
    with house.database.writing() as session:
        newsletters.send_now(session, campaign_id)
    dispatch.fan_out(house, campaign_id)
    lanes = [threading.Thread(target=_lane, args=(house, campaign_id)) for _ in range(house.settings.smtp_connections)]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    dispatch.finish(house, campaign_id)
    speed = Speed(PEOPLE, time.perf_counter() - began, time.process_time() - cpu)
    _check(house, campaign_id)
    Sending.of(house).close()
    return speed


def _lane(house: House, campaign_id: int) -> None:
    while _left(house, campaign_id):
        dispatch.send_slice(house, campaign_id)


def _left(house: House, campaign_id: int) -> bool:
    with house.database.reading() as session:
        waiting = select(Delivery.id).where(Delivery.campaign_id == campaign_id, Delivery.state == "ready").limit(1)
        return session.scalar(waiting) is not None


def _check(house: House, campaign_id: int) -> None:
    with house.database.reading() as session:
        sent = session.scalar(select(func.count()).where(Delivery.campaign_id == campaign_id, Delivery.state == "sent"))
        state = session.scalar(select(Campaign.state).where(Campaign.id == campaign_id))
    if (sent, state) != (PEOPLE, "sent"):
        raise RuntimeError(f"{sent} of {PEOPLE} sent, and the newsletter is {state}")


def _prepared(house: House) -> int:
    now = clock.now()
    with house.database.writing() as session:
        own = organisation.get(session)
        own.name, own.street, own.postcode, own.city, own.email = (
            "Büro Sommer",
            "Am Wall 1",
            "28195",
            "Bremen",
            "post@sommer.example",
        )
        sender = senders.create(session, name="Büro Sommer", address="post@sommer.example")
        topic = MailingList(key="neues", name="Neues", description="", is_public=True, language="de")
        session.add(topic)
        session.flush()
        addresses = [f"person{number}@example.org" for number in range(PEOPLE)]
        session.execute(insert(Contact), [
            {"first_name": "Anna", "last_name": f"Köhler {n}", "salutation": "frau", "email": a, "email_key": a,
             "address_hash": address_hash(a), "measuring_agreed": n % 2 == 0} for n, a in enumerate(addresses)
        ])  # fmt: skip
        ids = session.scalars(select(Contact.id)).all()
        session.execute(insert(Consent), [
            {"contact_id": number, "list_id": topic.id, "how": "by_hand", "text_shown": "ja", "source": "bench",
             "zone": "UTC", "granted_at": now} for number in ids
        ])  # fmt: skip
        given = session.execute(select(Consent.id, Consent.contact_id)).all()
        session.execute(insert(Subscription), [
            {"list_id": topic.id, "contact_id": row.contact_id, "state": "confirmed", "consent_id": row.id} for row in given
        ])  # fmt: skip
        return newsletters.create(session, name="März", subject="Neues im März", format="html", body=BODY,
                                  sender_id=sender.id, list_id=topic.id).id  # fmt: skip
