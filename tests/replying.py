"""For tests of what comes back: a desk with a mailbox, a person, letters that were sent, and mails that come."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from outreach import clock, contacts
from outreach.clock import on_wall
from outreach.contacts import Contact
from outreach.drafts import sending, store
from outreach.drafts.rows import Draft
from outreach.history.rows import Touchpoint
from outreach.house import House
from outreach.mail import message
from outreach.mail.rows import Delivery
from outreach.occasions.rows import Occasion
from outreach.replies.rows import Incoming
from outreach.replies.take_in import take_in
from outreach.tasks import Task
from tests import letters

ANNA, US = "anna@moebel-weber.example", "katharina@weiss-beratung.example"
_numbers = itertools.count(1)


class Desk:
    """A house with one mailbox and Anna, who agreed to mails. Everything is committed, as in real life."""

    def __init__(self, house: House, **mailbox: Any) -> None:
        self.house = house
        with house.database.writing() as session:
            self.sender_id = letters.mailbox(session, house, **mailbox)
            self.anna = letters.person(session)

    def person(self, email: str, **given: Any) -> int:
        """Somebody else at the same company."""
        with self.house.database.writing() as session:
            return letters.person(session, email, **given)

    def proposed(self, contact_id: int | None = None, **given: Any) -> int:
        """A letter in the queue."""
        with self.house.database.writing() as session:
            return letters.proposed(session, contact_id or self.anna, story=str(next(_numbers)), **given).id

    def approved(self, contact_id: int | None = None, *, draft_id: int | None = None, **given: Any) -> int:
        """A letter a person agreed to, not sent yet."""
        draft_id = draft_id or self.proposed(contact_id)
        with self.house.database.writing() as session:
            letters.agree(session, self.house, store.get(session, draft_id), **given)
        return draft_id

    def sent(
        self, contact_id: int | None = None, *, state: str = "sent", ago: timedelta = timedelta(days=5), **given: Any
    ) -> int:
        """A letter that went out, as its delivery says; gives the number of the draft."""
        draft_id = self.approved(contact_id, **given)
        at = clock.now() - ago if state == "sent" else None
        with self.house.database.writing() as session:
            mine = select(Draft.delivery_id).where(Draft.id == draft_id).scalar_subquery()
            session.connection().execute(update(Delivery).where(Delivery.id == mine).values(state=state, sent_at=at))
        sending.settle(self.house)
        return draft_id

    def message_id(self, draft_id: int) -> str:
        """The sealed number of the mail of a letter."""
        return message.message_id(self.house.sealer, "weiss-beratung.example", self.delivery(draft_id).id)

    def comes(
        self, text: str = "Gern, rufen Sie mich an!", *, answers: int | None = None, role: str = "inbox",
        ago: timedelta = timedelta(hours=1), raw: bytes | None = None, **heads: str,
    ) -> int | None:  # fmt: skip
        """A mail is taken in; gives its number when it was filed."""
        at = clock.now() - ago
        made = raw if raw is not None else self.mail(text, at=at, answers=answers, **heads)
        with self.house.database.writing() as session:
            row = take_in(session, self.house, self.sender_id, made, role=role, at=at, now=clock.now())
            return row.id if row is not None else None

    def mail(self, text: str, *, at: datetime, answers: int | None = None, **heads: str) -> bytes:
        """A mail from Anna, or from whom `From` says; underscores in names stand for hyphens."""
        found = {
            "From": f"Anna Köhler <{ANNA}>", "To": US, "Subject": "Re: Glückwunsch", "Message-ID": f"<{next(_numbers)}@x.example>",
            "Date": f"{at:%a, %d %b %Y %H:%M:%S} +0000", "Content-Type": "text/plain; charset=utf-8",
            **({"In-Reply-To": self.message_id(answers)} if answers is not None else {}),
            **{name.replace("_", "-"): value for name, value in heads.items()},
        }  # fmt: skip
        return "".join(f"{name}: {value}\n" for name, value in found.items()).encode() + f"\n{text}\n".encode()

    def by_hand(self, text: str = "Wie besprochen.", *, to: str = ANNA, **heads: str) -> int | None:
        """A mail the person wrote in their own mail program lies in the Sent folder."""
        heads = {"From": f"Katharina Weiß <{US}>", "To": to, **heads}
        return self.comes(text, role="sent", ago=timedelta(minutes=5), **heads)

    def bounce(self, recipient: str, *, status: str = "5.1.1", said: str = "550 5.1.1 User unknown", about: str = "",
               action: str = "failed", ago: timedelta = timedelta(hours=1)) -> int | None:  # fmt: skip
        """A mail system tells that it could not deliver."""
        original = (
            f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {about}\nTo: {recipient}\n\n" if about else ""
        )
        raw = (
            f"From: MAILER-DAEMON@mx.example\nTo: {US}\nSubject: Undelivered Mail Returned to Sender\n"
            f"Message-ID: <{next(_numbers)}@mx.example>\nMIME-Version: 1.0\nReturn-Path: <>\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
            "--b\nContent-Type: text/plain\n\nYour message could not be delivered.\n\n"
            "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
            f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {said}\n\n"
            f"{original}--b--\n"
        )
        return self.comes(raw=raw.encode(), ago=ago)

    # ---- what is there

    def row(self, incoming_id: int | None) -> Incoming:
        assert incoming_id is not None
        with self.house.database.reading() as session:
            found = session.get_one(Incoming, incoming_id)
            session.expunge(found)
            return found

    def draft(self, draft_id: int) -> Draft:
        with self.house.database.reading() as session:
            found = session.get_one(Draft, draft_id)
            session.expunge(found)
            return found

    def delivery(self, draft_id: int) -> Delivery:
        with self.house.database.reading() as session:
            query = select(Delivery).join(Draft, Draft.id == Delivery.draft_id).where(Draft.id == draft_id)
            found = session.scalars(query.order_by(Delivery.id.desc())).first()
            assert found is not None
            session.expunge(found)
            return found

    def occasion(self, draft_id: int) -> Occasion:
        with self.house.database.reading() as session:
            found = session.get_one(Occasion, session.get_one(Draft, draft_id).occasion_id)
            session.expunge(found)
            return found

    def occasions(self, kind: str) -> list[Occasion]:
        with self.house.database.reading() as session:
            found = list(session.scalars(select(Occasion).where(Occasion.kind == kind).order_by(Occasion.id)))
            session.expunge_all()
            return found

    def count(self, table: Any) -> int:
        with self.house.database.reading() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0

    def timeline(self, contact_id: int | None = None) -> list[str]:
        """The kinds of what stands on Anna's timeline, oldest first."""
        with self.house.database.reading() as session:
            query = select(Touchpoint.kind).where(Touchpoint.contact_id == (contact_id or self.anna))
            return list(session.scalars(query.order_by(Touchpoint.at, Touchpoint.id)))

    def tasks(self) -> list[Task]:
        with self.house.database.reading() as session:
            found = list(session.scalars(select(Task).order_by(Task.id)))
            session.expunge_all()
            return found

    def contact(self, contact_id: int | None = None) -> Contact:
        with self.house.database.reading() as session:
            found = contacts.get(session, contact_id or self.anna)
            session.expunge(found)
            return found

    @property
    def today(self) -> Any:
        return on_wall(clock.now(), self.house.settings.timezone).date()
