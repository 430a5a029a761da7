"""For tests of what comes back: a mail of somebody is taken in as if it had been read from a mailbox."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from outreach import clock
from outreach.contacts import Contact
from outreach.house import House
from outreach.mailboxes.rows import Mailbox
from outreach.replies.take_in import take_in


def comes(
    session: Session, house: House, sender_id: int, address: str, text: str, *,
    ago: timedelta = timedelta(hours=2), subject: str = "Re: Glückwunsch", **heads: str,
) -> int:  # fmt: skip
    """A mail of this address is taken in; gives its number."""
    at = clock.now() - ago
    lines = {
        "From": address, "To": "katharina@weiss-beratung.example", "Subject": subject, "Date": format_datetime(at),
        "Message-ID": f"<{at.timestamp()}.{abs(hash((address, text)))}@{address.rpartition('@')[2]}>",
        "Content-Type": "text/plain; charset=utf-8", **heads,
    }  # fmt: skip
    raw = "".join(f"{name}: {value}\n" for name, value in lines.items()) + f"\n{text}\n"
    row = take_in(session, house, sender_id, raw.encode(), role="inbox", at=at, now=clock.now())
    assert row is not None, "nobody knows this address"
    return row.id


def answers_wait(session: Session, house: House) -> list[int]:
    """A morning's mail: a question, a complaint, somebody absent, a dead address, and one our own filter stopped."""
    sender_id = session.scalars(select(Mailbox.sender_id).order_by(Mailbox.sender_id)).first() or 0
    session.execute(
        update(Mailbox)
        .where(Mailbox.sender_id == sender_id)
        .values(
            smtp_host="smtp.weiss-beratung.example", imap_host="imap.weiss-beratung.example", sent_today=3,
            smtp_user="katharina@weiss-beratung.example", counted_on=clock.on_wall(clock.now(), "Europe/Berlin").date(),
            looked_at=clock.now() - timedelta(minutes=2), look_at=clock.now() + timedelta(minutes=3),
            region="DE-BW",
        )
    )  # fmt: skip
    people = session.scalars(select(Contact.email).where(Contact.gone == "", Contact.email.is_not(None))).all()
    who = [one for one in people if one and not one.endswith("@mueller.example")]  # her card belongs to other tests
    long = (
        "vielen Dank für Ihren Brief. Wir bauen gerade um, und Ihr Hinweis kommt genau richtig. Was würde ein Workshop "
        "für zwölf Leute kosten, und ginge es noch vor Weihnachten?\n\nBeste Grüße\n"
    )
    absent = {"Auto-Submitted": "auto-replied"}
    return [
        comes(session, house, sender_id, who[0], f"Guten Tag Frau Weiß,\n\n{long}", ago=timedelta(minutes=40)),
        comes(session, house, sender_id, who[1], "Das war leider gar nichts. Ich bin sehr enttäuscht von der Schulung.",
              ago=timedelta(hours=3), subject="Ihre Schulung am Dienstag"),
        comes(session, house, sender_id, who[2], "Gern, aber bitte erst im neuen Jahr.", ago=timedelta(hours=20)),
        comes(session, house, sender_id, who[3], "Ich bin bis einschließlich 30. November nicht im Haus.",
              ago=timedelta(hours=30), subject="Abwesenheitsnotiz: Glückwunsch", **absent),
        comes(session, house, sender_id, who[4],
              "Bitte bestätigen Sie, dass Sie ein Mensch sind: https://filter.example/confirm/8f3a Danach wird Ihre "
              "Nachricht zugestellt.", ago=timedelta(hours=40), subject="Glückwunsch (Action Required)",
              **{"Auto-Submitted": "auto-replied", "X-Boxbe-Challenge": "yes"}),
    ]  # fmt: skip
