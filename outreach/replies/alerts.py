"""An alert by mail to the owners, at once: somebody threatens with legal steps."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach import lines
from outreach.house import House
from outreach.mail import outbox
from outreach.mail.message import Mail
from outreach.senders import Sender
from outreach.users import Role, User

_SUBJECT: Mapping[str, str] = {
    "de": "Bitte lesen: %s droht mit rechtlichen Schritten",
    "en": "Please read: %s threatens with legal steps",
}
_TEXT: Mapping[str, str] = {
    "de": "%(name)s hat geschrieben:\n\n%(text)s\n\nAlles an diese Firma ist angehalten, bis Sie die Sperre aufheben:\n"
    "%(link)s\n",
    "en": "%(name)s wrote:\n\n%(text)s\n\nEverything to this company is held until you lift the stop flag:\n%(link)s\n",
}


def legal_threat(session: Session, house: House, *, name: str, text: str, contact_id: int) -> int:
    """Mails on their way to every owner; gives how many. Nobody is a sender yet: none, the start page says it all the same."""
    sender = session.scalars(select(Sender).order_by(Sender.id).limit(1)).first()
    if sender is None:
        return 0
    owners = session.scalars(select(User).where(User.role == Role.OWNER, User.disabled_at.is_(None))).all()
    for owner in owners:
        language = "de" if owner.language.startswith("de") else "en"
        values = {"name": name, "text": lines.cut(text, 2000), "link": house.url(f"/contacts/{contact_id}")}
        outbox.put(
            session, house, kind="system",
            mail=Mail(
                from_name=sender.name, from_address=sender.address, reply_to="", to_name=owner.name,
                to_address=owner.email, subject=lines.cut(_SUBJECT[language] % name, 150),
                text=_TEXT[language] % values, html=None, headers=(("Auto-Submitted", "auto-generated"),),
            ),
        )  # fmt: skip
    return len(owners)
