"""The organisation that writes: its name, its imprint, and what it decided about measuring."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import CheckConstraint, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach import db
from outreach.db import Base, Moment
from outreach.errors import N_, Invalid
from outreach.lines import line


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
    #: the red button: nothing leaves for customers, neither newsletters nor letters
    sending_paused_at: Mapped[datetime | None] = mapped_column(Moment)
    example_loaded_at: Mapped[datetime | None] = mapped_column(Moment)


LEGAL_FORMS = ("freelancer", "ek", "gmbh", "ohg")
MEASURING = ("none", "anonymous")
#: how many characters each text takes
MOST = {
    "name": 200,
    "legal_form": 20,
    "representative": 200,
    "street": 200,
    "postcode": 20,
    "city": 100,
    "country": 100,
    "phone": 50,
    "email": 254,
    "website": 290,
    "vat_id": 50,
    "register_court": 100,
    "register_number": 50,
    "anonymous_measuring": 10,
}


def get(session: Session) -> Organisation:
    """The organisation; the row is made when it is first asked for in a writing session."""
    found: Organisation | None = session.scalar(select(Organisation))
    if found is not None:
        return found
    values: dict[str, Any] = {
        **dict.fromkeys(MOST, ""),
        "id": 1,
        "legal_form": "freelancer",
        "anonymous_measuring": "none",
    }
    if not session.autoflush:  # a session that only reads: nothing is kept
        return Organisation(**values)
    # Two that ask for the first time at the same moment make one row.
    session.execute(db.insert(session, Organisation).values(values).on_conflict_do_nothing())
    return session.scalars(select(Organisation)).one()


def change(session: Session, **values: str) -> Organisation:
    """Keep what is given of the organisation; raises Invalid."""
    found = get(session)
    for name, value in values.items():
        setattr(found, name, line(value, field=name, most=MOST[name]))
    if found.legal_form not in LEGAL_FORMS:
        raise Invalid(N_("There is no such legal form."), field="legal_form")
    if found.anonymous_measuring not in MEASURING:
        raise Invalid(N_("Please choose one of the two."), field="anonymous_measuring")
    if found.email:
        try:
            found.email = validate_email(found.email, check_deliverability=False, test_environment=True).normalized
        except EmailNotValidError as error:
            raise Invalid(
                N_("“%(address)s” is not a mail address: %(why)s"),
                field="email",
                address=found.email[:100],
                why=str(error),
            ) from None
    if found.website and not found.website.startswith(("https://", "http://")):
        found.website = "https://" + found.website
    session.flush()
    return found


def imprint(organisation: Organisation) -> list[str]:
    """The lines of the imprint (§ 5 DDG, § 35a GmbHG, § 37a HGB), without empty ones."""
    place = f"{organisation.postcode} {organisation.city}".strip()
    register = " ".join(part for part in (organisation.register_court, organisation.register_number) if part)
    lines = [
        organisation.name,
        organisation.representative,
        organisation.street,
        place,
        organisation.country,
        organisation.phone,
        organisation.email,
        organisation.website,
        register,
        organisation.vat_id,
    ]
    return [line for line in lines if line]


def missing_in_imprint(organisation: Organisation) -> list[str]:
    """Names of the mandatory fields that are empty, by legal form; nothing is sent in bulk while there are any."""
    needed = ["name", "street", "postcode", "city", "email"]
    if organisation.legal_form in ("gmbh", "ohg"):
        needed += ["representative", "register_court", "register_number"]
    if organisation.legal_form == "ek":
        needed += ["register_court", "register_number"]
    return [name for name in needed if not getattr(organisation, name).strip()]
