"""Users: who may sign in, and what each may do."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import CheckConstraint, String, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach import clock
from outreach.db import Base, Moment
from outreach.errors import N_, Conflict, Invalid, NotFound

PASSWORD_LEAST = 10  # NIST SP 800-63B asks for length, not for odd characters
_hasher = PasswordHasher()
#: verified when there is no such user, so that both answers take the same time
_NOBODY = _hasher.hash("nobody has this password")


class Role(StrEnum):
    """What a user may do; each role may do all that the one below may."""

    OWNER = "owner"  # everything, also users and settings
    EDITOR = "editor"  # contacts, newsletters, sending
    READER = "reader"  # look, change nothing

    def may(self, needed: Role) -> bool:
        """Whether this role is enough where `needed` is asked for."""
        order = [Role.READER, Role.EDITOR, Role.OWNER]
        return order.index(self) >= order.index(needed)


class User(Base):
    """A person who signs in."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("role IN ('owner', 'editor', 'reader')", name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(320), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(5), default="de")
    time_zone: Mapped[str] = mapped_column(String(64), default="Europe/Berlin")
    theme: Mapped[str] = mapped_column(String(6), default="auto")  # auto, light, dark
    #: part of the session cookie; raising it signs the person out everywhere
    session_version: Mapped[int] = mapped_column(default=1)
    #: part of the secret address of the calendar feed; raising it makes the old address worthless
    calendar_version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    #: wall time of the morning digest, "07:30"; empty: none
    digest_at: Mapped[str] = mapped_column(String(5), default="07:30", server_default="07:30")
    #: the day the last digest was for
    digest_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)


def add(
    session: Session,
    *,
    name: str,
    email: str,
    password: str,
    role: Role,
    language: str = "de",
    time_zone: str = "Europe/Berlin",
) -> User:
    """A new user; raises Invalid for a weak password and Conflict for an address that is taken."""
    email = _clean(email)
    _check_password(password)
    if session.scalar(select(User.id).where(User.email == email)):
        raise Conflict(N_("There is already a user with the address %(email)s."), field="email", email=email)
    user = User(
        name=name.strip() or email,
        email=email,
        password_hash=_hasher.hash(password),
        role=role.value,
        language=language,
        time_zone=time_zone,
        theme="auto",
        session_version=1,
    )
    session.add(user)
    session.flush()
    return user


def sign_in(session: Session, *, email: str, password: str) -> User | None:
    """The active user with this address and password, or None; takes as long for unknown addresses."""
    user = session.scalar(select(User).where(User.email == email.strip().lower(), User.disabled_at.is_(None)))
    try:
        _hasher.verify(user.password_hash if user else _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        return None
    return user


def signed_in(session: Session, user_id: int, *, version: int) -> User | None:
    """The active user a session cookie names, unless it was made before the last change of password."""
    return session.scalar(
        select(User).where(User.id == user_id, User.session_version == version, User.disabled_at.is_(None))
    )


def get(session: Session, user_id: int) -> User:
    """The user with this number; raises NotFound."""
    found = session.get(User, user_id)
    if found is None:
        raise NotFound(N_("There is no such user."))
    return found


def everybody(session: Session) -> list[User]:
    """All users by name, the disabled ones last."""
    return list(session.scalars(select(User).order_by(User.disabled_at.is_not(None), User.name, User.id)))


def set_profile(
    session: Session, user: User, *, name: str, language: str, time_zone: str, theme: str, digest_at: str | None = None
) -> None:
    """How this person is called, how pages look to them, and when their digest comes; raises Invalid.

    `digest_at` is a wall time "HH:MM", or empty for none; None leaves it as it is.
    """
    if not name.strip():
        raise Invalid(N_("Please enter a name."), field="name")
    if not clock.is_zone(time_zone):
        raise Invalid(
            N_("“%(zone)s” is not a time zone. Write it like Europe/Berlin."), field="time_zone", zone=time_zone
        )
    if digest_at:
        try:
            digest_at = time.fromisoformat(digest_at).strftime("%H:%M")
        except ValueError:
            raise Invalid(
                N_("“%(value)s” is not a time. Write it like 07:30."), field="digest_at", value=digest_at[:20]
            ) from None
    user.name, user.language, user.time_zone, user.theme = name.strip(), language, time_zone, theme
    user.digest_at = user.digest_at if digest_at is None else digest_at


def change_password(session: Session, user: User, *, old: str, new: str) -> None:
    """A new password from the person themselves, who has to know the old one; raises Invalid."""
    try:
        _hasher.verify(user.password_hash, old)
    except (VerifyMismatchError, InvalidHashError):
        raise Invalid(N_("That is not your current password."), field="old") from None
    try:
        set_password(session, user, new)
    except Invalid as error:
        raise Invalid(error.sentence, field="new", **error.values) from None


def set_role(session: Session, user: User, role: Role) -> None:
    """Another role; the last owner stays one: raises Conflict."""
    if role is not Role.OWNER:
        _keep_an_owner(session, but=user)
    user.role = role.value


def disable(session: Session, user: User) -> None:
    """This person may not sign in any more, at once everywhere; raises Conflict for the last owner."""
    _keep_an_owner(session, but=user)
    user.disabled_at = clock.now()
    user.session_version += 1


def enable(session: Session, user: User) -> None:
    """This person may sign in again."""
    user.disabled_at = None


def _keep_an_owner(session: Session, *, but: User) -> None:
    # The rows are locked until commit, so two owners cannot remove each other at the same moment.
    owners = session.scalars(
        select(User.id).where(User.role == Role.OWNER.value, User.disabled_at.is_(None)).with_for_update()
    ).all()
    if set(owners) <= {but.id}:
        raise Conflict(N_("This is the only owner. Make somebody else an owner first."), field="role")


def set_password(session: Session, user: User, password: str) -> None:
    """A new password; every other session of this person ends."""
    _check_password(password)
    user.password_hash = _hasher.hash(password)
    user.session_version += 1


def anybody(session: Session) -> bool:
    """Whether this installation has a user yet."""
    return session.scalar(select(func.count()).select_from(User)) != 0


def _clean(email: str) -> str:
    try:
        return validate_email(email.strip(), check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        raise Invalid(
            N_("“%(address)s” is not a mail address: %(why)s"),
            field="email",
            address=email.strip()[:100],
            why=str(error),
        ) from None


def _check_password(password: str) -> None:
    if len(password) < PASSWORD_LEAST:
        raise Invalid(N_("The password needs at least %(least)s characters."), field="password", least=PASSWORD_LEAST)
    if len(password) > 1000:
        raise Invalid(N_("The password is longer than 1,000 characters."), field="password")
