"""Forms: WTForms with our errors beside the field they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, cast

from flask_babel import lazy_gettext as _l
from flask_babel import to_user_timezone
from flask_wtf import FlaskForm
from wtforms import EmailField, RadioField, SelectChoice, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Optional

from outreach.contacts.custom import parse_date
from outreach.errors import N_, Invalid, NotFound, OutreachError
from outreach.web import transaction
from outreach.web.language import sentence


class Form(FlaskForm):  # type: ignore[misc]
    """Parent of every form."""

    @property
    def values(self) -> dict[str, Any]:
        """What was entered, by field, without the CSRF token."""
        return {name: value for name, value in self.data.items() if name != "csrf_token"}

    @contextmanager
    def mending(self) -> Iterator[None]:
        """Turn what a function refuses into an error beside the field it named, and undo what was begun.

        if form.validate_on_submit():
            with form.mending():
                senders.add(session(), **form.values)
                return redirect(…)
        return render_template(…, form=form)
        """
        try:
            yield
        except OutreachError as error:
            transaction.undo()
            self.refuse(error)

    def refuse(self, error: OutreachError) -> None:
        """Show an error beside its field, or above the form when it names none of this form."""
        name = (error.field or "").replace(".", "_")  # custom.shoe_size is the field custom_shoe_size here
        if name in self._fields:
            field = self._fields[name]
            field.errors = [*field.errors, sentence(error)]
        else:
            self.form_errors.append(sentence(error))


class _Options(SelectField):  # type: ignore[misc]
    """Options given as pairs of value and word, as everywhere in our code; WTForms wants objects of its own."""

    def __init__(self, *args: Any, choices: Iterable[Any] | None = None, **more: Any) -> None:
        super().__init__(*args, choices=_objects(choices), **more)

    @property
    def choices(self) -> list[SelectChoice] | None:
        """What can be chosen."""
        given: list[SelectChoice] | None = SelectField.choices.fget(self)
        return given

    @choices.setter
    def choices(self, given: Iterable[Any] | None) -> None:
        SelectField.choices.fset(self, _objects(given))


def _objects(given: Iterable[Any] | None) -> list[SelectChoice] | None:
    if given is None:
        return None
    return [
        one if isinstance(one, SelectChoice) else SelectChoice(*(one if isinstance(one, tuple) else (one,)))
        for one in given
    ]


class Select(_Options):
    """A list to choose one of."""


class Radio(_Options, RadioField):  # type: ignore[misc]
    """A few to choose one of, all in sight."""


class SelectMany(_Options, SelectMultipleField):  # type: ignore[misc]
    """Several of a few."""


def stripped(value: str | None) -> str:
    """What was typed, without spaces around it."""
    return (value or "").strip()


def text(label: str, *, longest: int = 200, needed: bool = False, **more: Any) -> StringField:
    """A line of text; never None."""
    return StringField(label, validators=_validators(longest, needed), filters=[stripped], **more)


def mail(label: str, *, needed: bool = False, **more: Any) -> EmailField:
    """A mail address; the function that keeps it checks it."""
    return EmailField(label, validators=_validators(320, needed), filters=[stripped], **more)


def select(label: str, choices: Iterable[Any] | None = None, **more: Any) -> Select:
    """One of a few; choices that depend on the request are set in the view."""
    return Select(label, choices=choices or [], **more)


def _validators(longest: int, needed: bool) -> list[Any]:
    first = InputRequired(_l("This is needed.")) if needed else Optional()
    return [first, Length(max=longest, message=_l("At most %(max)d characters."))]


def day(text: str, field: str) -> date | None:
    """A day somebody typed or picked; raises Invalid."""
    if not text:
        return None
    found = parse_date(text)
    if found is None:
        raise Invalid(
            N_("“%(value)s” is not a date. Write it like 2026-05-31 or 31.05.2026."), field=field, value=text[:50]
        )
    return found


def iso(on: date | None) -> str:
    """A day as a date field of a browser takes it."""
    return on.isoformat() if on is not None else ""


def local_day(moment: datetime) -> date:
    """The day of a moment where the reader is."""
    return cast(date, to_user_timezone(moment).date())


def octets(hexadecimal: str) -> bytes:
    """The bytes an address of ours names; anything else is not found."""
    try:
        return bytes.fromhex(hexadecimal)
    except ValueError:
        raise NotFound(N_("There is nothing at this address.")) from None
