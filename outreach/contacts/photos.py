"""Pictures of contacts: JPEG or PNG, small, told by their first bytes and not by what the sender calls them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.contacts.rows import Contact, Photo
from outreach.contacts.store import get
from outreach.errors import N_, Invalid, NotFound

BYTES_MOST = 2 * 1024 * 1024


@dataclass(frozen=True)
class Picture:
    """A picture as it is sent to a browser."""

    media_type: str
    content: bytes


def put(session: Session, contact_id: int, content: bytes) -> Photo:
    """Show this picture on the card; raises Invalid for what is no JPEG or PNG, or too large."""
    contact = get(session, contact_id)
    if len(content) > BYTES_MOST:
        raise Invalid(N_("The picture is larger than 2 MB."), field="photo")
    made = Photo(contact_id=contact_id, media_type=media_type(content), content=content)
    session.add(made)
    session.flush()
    contact.photo_id = made.id
    session.flush()
    return made


def take_away(session: Session, contact_id: int) -> None:
    """Show no picture; undoing brings it back."""
    get(session, contact_id).photo_id = None
    session.flush()


def shown(session: Session, contact_id: int) -> Picture:
    """The picture on the card; raises NotFound."""
    query = select(Photo.media_type, Photo.content).join(Contact, Contact.photo_id == Photo.id)
    found = session.execute(query.where(Contact.id == contact_id, Photo.contact_id == contact_id)).one_or_none()
    if found is None:
        raise NotFound(N_("There is no picture."))
    return Picture(*found)


def media_type(content: bytes) -> str:
    """image/jpeg or image/png; raises Invalid."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    raise Invalid(N_("Only JPEG and PNG pictures can be shown."), field="photo")
