"""The organisation that writes: its name, its imprint, and what it decided about measuring."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach.db import Base, Moment


class Organisation(Base):
    """One row: who we are. Newsletters are not sent while the imprint is incomplete."""

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        CheckConstraint("anonymous_measuring IN ('none', 'anonymous')", name="measuring"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    name: Mapped[str] = mapped_column(String(200), default="")
    #: freelancer, ek, gmbh, ohg: decides what the imprint must name
    legal_form: Mapped[str] = mapped_column(String(20), default="freelancer")
    representative: Mapped[str] = mapped_column(String(200), default="")
    street: Mapped[str] = mapped_column(String(200), default="")
    postcode: Mapped[str] = mapped_column(String(20), default="")
    city: Mapped[str] = mapped_column(String(100), default="")
    country: Mapped[str] = mapped_column(String(100), default="")
    phone: Mapped[str] = mapped_column(String(50), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    website: Mapped[str] = mapped_column(String(300), default="")
    vat_id: Mapped[str] = mapped_column(String(50), default="")
    register_court: Mapped[str] = mapped_column(String(100), default="")
    register_number: Mapped[str] = mapped_column(String(50), default="")
    #: what is counted for people without consent to measuring: nothing, or opens and clicks without the person
    anonymous_measuring: Mapped[str] = mapped_column(String(10), default="none")
    example_loaded_at: Mapped[datetime | None] = mapped_column(Moment)


def get(session: Session) -> Organisation:
    """The organisation; the row is made when it is first asked for in a writing session."""
    found = session.scalar(select(Organisation))
    if found is None:
        found = Organisation(id=1, name="", legal_form="freelancer", representative="", street="", postcode="", city="",
                             country="", phone="", email="", website="", vat_id="", register_court="",
                             register_number="", anonymous_measuring="none")
        session.add(found)
    return found


def imprint(organisation: Organisation) -> list[str]:
    """The lines of the imprint (§ 5 DDG, § 35a GmbHG, § 37a HGB), without empty ones."""
    place = f"{organisation.postcode} {organisation.city}".strip()
    register = " ".join(part for part in (organisation.register_court, organisation.register_number) if part)
    lines = [organisation.name, organisation.representative, organisation.street, place, organisation.country,
             organisation.phone, organisation.email, organisation.website, register, organisation.vat_id]
    return [line for line in lines if line]


def missing_in_imprint(organisation: Organisation) -> list[str]:
    """Names of the mandatory fields that are empty, by legal form; nothing is sent in bulk while there are any."""
    needed = ["name", "street", "postcode", "city", "email"]
    if organisation.legal_form in ("gmbh", "ohg"):
        needed += ["representative", "register_court", "register_number"]
    if organisation.legal_form == "ek":
        needed += ["register_court", "register_number"]
    return [name for name in needed if not getattr(organisation, name).strip()]
