"""The family of errors a person can do something about. Everything else is a bug and is raised as it is."""

from __future__ import annotations


def N_(sentence: str) -> str:
    """Mark a sentence for translation where no request, and so no language, is at hand."""
    return sentence


class OutreachError(Exception):
    """What a person asked for cannot be done; `sentence` says why and what to do, in English, ready to translate.

    `sentence` holds %(name)s gaps, filled from `values` after translation. `field` names the form field it belongs to.
    """

    status = 400

    def __init__(self, sentence: str, *, field: str | None = None, **values: object) -> None:
        self.sentence = sentence
        self.field = field
        self.values = values
        super().__init__(sentence % values if values else sentence)


class Invalid(OutreachError):
    """The input is not what it has to be."""

    status = 422


class NotFound(OutreachError):
    """There is no such thing, or not any more."""

    status = 404


class Forbidden(OutreachError):
    """This person may not do that."""

    status = 403


class Conflict(OutreachError):
    """Somebody else was faster, or the state has moved on."""

    status = 409


class NotAllowedToWrite(OutreachError):
    """The law or the person's own word forbids writing to them."""

    status = 409


class BadToken(OutreachError):
    """A link whose seal does not fit: mistyped, cut or forged."""

    status = 404
