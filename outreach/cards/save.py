"""A change of a contact with what follows from it: another address is asked again, another pace moves the next contact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from sqlalchemy.orm import Session

from outreach import contacts, signup, valuation
from outreach.contacts import ContactFields
from outreach.house import House

#: what the class, the stage and the next contact are computed from
_MOVING = frozenset({"muted", "paused_until", "deceased", "cadence", "stage", "stage_by_hand"})


@dataclass(frozen=True)
class Saved:
    """What followed: the lists whose proof ended with the old address, and the new address that is asked, if there is one."""

    asked_again: Sequence[str]
    email: str | None


def save(session: Session, house: House, contact_id: int, *, now: datetime, **given: Unpack[ContactFields]) -> Saved:
    """`contacts.update`, and what follows from it; raises as that does.

    Confirmations that were clicked in a mail to the old address end, and the new one is asked (decision 0013).
    """
    before = contacts.get(session, contact_id).email_key
    contact = contacts.update(session, contact_id, **given)
    asked: Sequence[str] = ()
    if contact.email_key != before:
        asked = signup.address_changed(session, house, contact_id, now=now)
    if _MOVING & given.keys():
        valuation.refresh(session, [contact_id], now)
    return Saved(asked, contact.email)
