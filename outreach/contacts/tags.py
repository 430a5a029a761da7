"""Tags: words contacts are marked with. "VIP" and "vip" are one tag."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ARRAY, Integer, func, insert, literal, select
from sqlalchemy.orm import Session

from outreach import db, lines
from outreach.contacts.rows import ContactTag, Tag
from outreach.errors import N_, Conflict, Invalid, NotFound

MOST_PER_CONTACT = 100


@dataclass(frozen=True)
class TagLine:
    """A tag in a list, with the number of contacts that carry it."""

    id: int
    name: str
    contacts: int


def list_all(session: Session) -> Sequence[TagLine]:
    """Every tag, by name."""
    query = select(Tag.id, Tag.name, func.count(ContactTag.contact_id)).outerjoin(
        ContactTag, ContactTag.tag_id == Tag.id
    )
    return [TagLine(*row) for row in session.execute(query.group_by(Tag.id, Tag.name).order_by(Tag.key))]


def rename(session: Session, tag_id: int, name: str) -> None:
    """Another name; raises Conflict when a different tag has it (merge them instead)."""
    tag, name = _get(session, tag_id), clean_name(name)
    other = session.scalar(select(Tag.name).where(Tag.key == key(name), Tag.id != tag_id))
    if other is not None:
        raise Conflict(N_("There is already a tag “%(name)s”; merge the two instead."), field="name", name=other)
    tag.name, tag.key = name, key(name)
    session.flush()


def merge(session: Session, tag_id: int, *, into: int) -> None:
    """Every contact with this tag gets the other one; this one is gone."""
    if tag_id == into:
        raise Invalid(N_("A tag cannot be merged with itself."))
    tag, _ = _get(session, tag_id), _get(session, into)
    carried = select(ContactTag.contact_id).where(ContactTag.tag_id == into)
    session.execute(
        insert(ContactTag).from_select(
            ["tag_id", "contact_id"],
            select(literal(into), ContactTag.contact_id).where(
                ContactTag.tag_id == tag_id, ContactTag.contact_id.not_in(carried)
            ),
        )
    )
    session.delete(tag)
    session.flush()


def remove(session: Session, tag_id: int) -> None:
    """Forget the tag; the contacts stay."""
    session.delete(_get(session, tag_id))
    session.flush()


def named(session: Session, names: Collection[str]) -> dict[str, int]:
    """The ids of tags by the key of their name, found or made; two at once make one."""
    wanted = {key(name): name for name in (clean_name(name) for name in names)}
    if not wanted:
        return {}
    found = _ids(session, wanted)
    missing = [{"name": name, "key": k} for k, name in wanted.items() if k not in found]
    if missing:
        session.execute(db.insert(session, Tag).on_conflict_do_nothing(), missing)
        found = _ids(session, wanted)
    return found


def put_on(session: Session, pairs: Collection[tuple[int, int]]) -> None:
    """Mark contacts: pairs of tag id and contact id; those marked already stay so."""
    put = db.insert(session, ContactTag).on_conflict_do_nothing()
    if not pairs:
        return
    if db.is_sqlite(session):
        session.execute(put, [{"tag_id": tag_id, "contact_id": contact_id} for tag_id, contact_id in pairs])
    else:  # two arrays instead of thousands of statements
        tag_ids, contact_ids = (func.unnest(literal(list(ids), ARRAY(Integer))) for ids in zip(*pairs, strict=True))
        session.execute(put.from_select(["tag_id", "contact_id"], select(tag_ids, contact_ids)))


def set_for(session: Session, contact_id: int, names: Collection[str]) -> None:
    """Exactly these tags for one contact; through the session, so that the journal sees it."""
    wanted = set(named(session, names).values())
    carried = {
        one.tag_id: one for one in session.scalars(select(ContactTag).where(ContactTag.contact_id == contact_id))
    }
    for tag_id in carried.keys() - wanted:
        session.delete(carried[tag_id])
    session.add_all(ContactTag(tag_id=tag_id, contact_id=contact_id) for tag_id in wanted - carried.keys())
    session.flush()


def clean_name(name: str) -> str:
    """The name as it is stored; raises Invalid when it is empty, too long or not one line."""
    name = lines.line(name, field="tags", most=100)
    if not name or "," in name:
        raise Invalid(N_("A tag needs a name without commas."), field="tags")
    return name


def key(name: str) -> str:
    """What two spellings of one tag have in common."""
    return name.casefold()[:100]


def _ids(session: Session, keys: Collection[str]) -> dict[str, int]:
    return dict(session.execute(select(Tag.key, Tag.id).where(Tag.key.in_(list(keys)))).all())


def _get(session: Session, tag_id: int) -> Tag:
    tag = session.get(Tag, tag_id)
    if tag is None:
        raise NotFound(N_("There is no such tag, or not any more."))
    return tag
