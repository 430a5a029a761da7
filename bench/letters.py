"""Personal mails: the page of the queue with 5,000 open occasions, and mails taken in from an inbox of 10,000.

Pages go through the application as a signed-in person gets them. Mails are read from memory, so the figure is ours and not
the server's; the baseline parses each mail with the standard library and does nothing with it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.utils import format_datetime

from sqlalchemy import insert, select, update
from sqlalchemy import text as sql

from bench import Figure, postgres_house, sqlite_house
from bench.customer_file import _middle, _signed_in
from outreach import clock, logs, senders
from outreach.companies import Company
from outreach.consent.rows import Permission
from outreach.contacts import Contact, address_hash
from outreach.drafts import store
from outreach.drafts.rows import Draft
from outreach.house import House
from outreach.mailboxes import store as mailboxes
from outreach.occasions import suggest
from outreach.occasions.rows import Occasion
from outreach.occasions.silence import Candidate
from outreach.replies.take_in import take_in

PEOPLE = 5_000
MAILS = 10_000
#: what the page may take on the server, in milliseconds
PAGE = 150
_TOGETHER = 25
_KINDS = ("award", "new_site", "funding", "contract_won", "anniversary_company")


def run() -> list[Figure]:
    """Milliseconds of the page, mails a second taken in, and both against a baseline of the same run."""
    logs.configure(as_json=False, level="WARNING")
    figures: list[Figure] = []
    for name, opened in (("SQLite", sqlite_house), ("PostgreSQL", postgres_house)):
        with opened() as house:
            sender_id = _fill(house)
            with house.database.writing() as session:  # as PostgreSQL does by itself a minute after so many changes
                session.execute(sql("ANALYZE"))
            figures += list(_pages(house, name))
            figures += list(_inbox(house, name, sender_id))
    return figures


def _pages(house: House, name: str) -> Iterator[Figure]:
    client = _signed_in(house)
    plain = _middle(lambda: client.get("/health"))
    with house.database.reading() as session:
        one = session.scalar(select(Draft.id).order_by(Draft.id.desc()).limit(1))
    for label, path in (("the queue", "/queue/"), ("one letter", f"/queue/{one}"), ("the week", "/")):
        answer = client.get(path, follow_redirects=True)
        if answer.status_code != 200:
            raise AssertionError(f"{path} answered {answer.status_code}")
        spent = _middle(lambda path=path: client.get(path, follow_redirects=True))  # type: ignore[misc]
        verdict = "within" if spent < PAGE else "OVER"
        yield Figure(f"{name}: {label}, {PEOPLE:,} open occasions", spent, "ms",
                     f"{verdict} {PAGE} ms; {spent / plain:.0f} × a page that does nothing")  # fmt: skip


def _inbox(house: House, name: str, sender_id: int) -> Iterator[Figure]:
    mails = list(_mails())
    begun = time.process_time()
    for raw in mails:
        message_from_bytes(raw, policy=policy.compat32)
    parsed = len(mails) / (time.process_time() - begun)
    begun, wall, taken = time.process_time(), time.perf_counter(), 0
    for start in range(0, len(mails), _TOGETHER):
        with house.database.writing() as session:
            for raw in mails[start : start + _TOGETHER]:
                with session.begin_nested():
                    now = clock.now()
                    taken += take_in(session, house, sender_id, raw, role="inbox", at=now, now=now) is not None
    spent, waited = time.process_time() - begun, time.perf_counter() - wall
    yield Figure(f"{name}: mails taken in, {len(mails):,} of which {taken:,} are kept", len(mails) / waited, "mails/s",
                 f"{1000 * spent / len(mails):.2f} ms CPU each; parsing alone {parsed:,.0f}/s")  # fmt: skip


def _fill(house: House) -> int:
    """Companies with one person each who agreed to mails, an occasion and a draft for each."""
    now = clock.now()
    with house.database.writing() as session:
        sender = senders.create(session, name="Katharina Weiß", address="post@weiss.example")
        mailboxes.save(session, house.vault, sender.id, imap_host="127.0.0.1")
        session.execute(
            insert(Company),
            [{"name": f"Firma {n} GmbH", "name_key": f"firma {n} gmbh", "created_at": now} for n in range(PEOPLE)],
        )
        companies = session.scalars(select(Company.id).order_by(Company.id)).all()
        session.execute(insert(Contact), [
            {"first_name": "Anna", "last_name": f"Köhler{n}", "salutation": "frau", "email": f"anna{n}@firma{n}.example",
             "email_key": f"anna{n}@firma{n}.example", "address_hash": address_hash(f"anna{n}@firma{n}.example"),
             "company_id": company_id} for n, company_id in enumerate(companies)
        ])  # fmt: skip
        people = session.scalars(select(Contact.id).order_by(Contact.id)).all()
        session.execute(insert(Permission), [
            {"contact_id": one, "channel": "mail", "what": "agreed", "said": "", "source": "Telefonat", "at": now}
            for one in people
        ])  # fmt: skip
    for start in range(0, PEOPLE, 250):
        with house.database.writing() as session:
            block = [_reason(n, companies[n]) for n in range(start, min(start + 250, PEOPLE))]
            made = suggest.suggest(session, block, now=now, zone="Europe/Berlin")
            for one in made:
                store.propose(session, one.id, now=now, zone="Europe/Berlin")
    with house.database.writing() as session:
        session.connection().execute(update(Occasion).values(score=Occasion.id % 1000))
    return sender.id


def _reason(n: int, company_id: int) -> Candidate:
    return Candidate(
        kind=_KINDS[n % len(_KINDS)], what=f"story:{n}", source="feed:1", source_name="Südwest Presse",
        company_id=company_id, headline=f"Firma {n} macht von sich reden", quote=f"Die Firma {n} GmbH macht von sich reden.",
        link="https://news.example/1", published_at=clock.now() - timedelta(days=1), story=str(n),
    )  # fmt: skip


def _mails() -> Iterator[bytes]:
    """Six of ten from strangers, two from customers, one newsletter, one bounce or note of absence."""
    for n in range(MAILS):
        kind = n % 10
        if kind < 6:
            yield _mail(n, f"fremd{n}@anderswo.example", "Rechnung", "Anbei die Rechnung.\n\nViele Grüße\nFremd")
        elif kind < 8:
            quoted = "\n".join(f"> Zeile {line} des alten Briefes" for line in range(12))
            text = f"Guten Tag Frau Weiß,\n\nvielen Dank, das hat mich gefreut. Haben Sie im Mai Zeit?\n\nViele Grüße\nAnna\n\nAm 3.5.2026 schrieb Katharina Weiß:\n{quoted}"
            yield _mail(n, f"anna{n % PEOPLE}@firma{n % PEOPLE}.example", "Re: Glückwunsch", text)
        elif kind == 8:
            yield _mail(
                n,
                "neues@laden.example",
                "Angebote",
                "Kaufen Sie!",
                "List-Id: <neues.laden.example>\r\nPrecedence: bulk\r\n",
            )
        else:
            yield _mail(n, f"anna{n % PEOPLE}@firma{n % PEOPLE}.example", "Automatische Antwort: Glückwunsch",
                        "Ich bin bis 30.12. nicht im Büro.", "Auto-Submitted: auto-replied\r\n")  # fmt: skip


def _mail(n: int, sender: str, subject: str, text: str, more: str = "") -> bytes:
    head = (
        f"From: Jemand <{sender}>\r\nTo: post@weiss.example\r\nSubject: {subject.encode('ascii', 'ignore').decode()}\r\n"
        f"Date: {format_datetime(clock.now())}\r\nMessage-ID: <{n}@bench.example>\r\n{more}MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return head.encode() + text.replace("\n", "\r\n").encode()
