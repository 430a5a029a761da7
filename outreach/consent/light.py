"""May I write or call? The light of one contact and one channel, with its reason and the facts it rests on. Pure.

Input for the person, not legal advice. Germany first: § 7 UWG for mail and telephone, Art. 6 (1) f and Art. 21 GDPR for
letters. Newsletters have rules of their own (double opt-in, see subscriptions.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from outreach.errors import N_

Channel = Literal["mail", "phone", "letter"]
Colour = Literal["green", "yellow", "red"]
CHANNELS: tuple[Channel, ...] = ("mail", "phone", "letter")
#: what a personal mail is for: their order, the relationship, or anything that advertises
Purpose = Literal["service", "relationship", "advertising"]


@dataclass(frozen=True)
class Recorded:
    """Something the contact said, or that is stated of them: agreed, objected, existing_customer."""

    channel: str
    what: str
    on: date
    source: str = ""


@dataclass(frozen=True)
class Known:
    """The facts a light rests on. `orders` counts what they bought; `at_work` = reached as part of a company."""

    has_mail: bool = False
    has_phone: bool = False
    has_letter: bool = False
    is_suppressed: bool = False
    is_deceased: bool = False
    at_work: bool = False
    orders: int = 0
    recorded: Sequence[Recorded] = ()


@dataclass(frozen=True)
class Light:
    """A colour, the reason as a translatable sentence with raw values, and the records it rests on."""

    channel: Channel
    colour: Colour
    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)
    rests_on: Sequence[Recorded] = ()


def allows(light: Light, purpose: str) -> bool:
    """Whether a message for this purpose may go out. Yellow carries only what concerns their order or their question.

    Courts read "advertising" widely (BGH, 10.7.2018, VI ZR 225/17), so a friendly word of a firm needs green too.
    """
    return light.colour == "green" or (light.colour == "yellow" and purpose == "service")


def needs_notice(light: Light) -> bool:
    """Whether the message has to say that they can object at any time (§ 7 (3) no. 4 UWG)."""
    return light.channel == "mail" and any(one.what == "existing_customer" for one in light.rests_on)


def lights(known: Known) -> tuple[Light, Light, Light]:
    """The lights of mail, phone and letter."""
    return light("mail", known), light("phone", known), light("letter", known)


def light(channel: Channel, known: Known) -> Light:
    """Green: go ahead. Yellow: only what the reason names. Red: no."""
    if known.is_deceased:
        return Light(channel, "red", N_("This person has died."))
    objected = _last(known, channel, "objected")
    if objected is not None:
        return Light(
            channel,
            "red",
            N_("They objected on %(on)s (%(source)s)."),
            {"on": objected.on, "source": objected.source},
            [objected],
        )
    return {"mail": _mail, "phone": _phone, "letter": _letter}[channel](known)


def objection(channel: str, recorded: Sequence[Recorded]) -> Recorded | None:
    """The objection that stands, unless a newer word of the person took it back."""
    return _last(Known(recorded=recorded), channel, "objected")


def _mail(known: Known) -> Light:
    if not known.has_mail:
        return Light("mail", "red", N_("There is no mail address."))
    if known.is_suppressed:
        return Light("mail", "red", N_("The address is on the list of those who want no mail."))
    agreed = _last(known, "mail", "agreed")
    if agreed is not None:
        return _agreed("mail", agreed)
    stated = _last(known, "mail", "existing_customer")
    if stated is not None:
        return Light(
            "mail",
            "green",
            N_(
                "A customer: you may write about your own similar services, with the notice that they can object (§ 7 (3) UWG)."
            ),
            {},
            [stated],
        )
    if known.orders:
        return Light(
            "mail",
            "yellow",
            N_(
                "Only about their order. For anything that advertises, an agreement or the four facts of § 7 (3) UWG are missing."
            ),
        )
    return Light("mail", "red", N_("No agreement to mails is noted (§ 7 (2) UWG)."))


def _phone(known: Known) -> Light:
    if not known.has_phone:
        return Light("phone", "red", N_("There is no phone number."))
    agreed = _last(known, "phone", "agreed")
    if agreed is not None:
        return _agreed("phone", agreed)
    if not known.at_work:
        return Light("phone", "red", N_("A private person may be called only after agreeing to it (§ 7 (2) UWG)."))
    if known.orders:
        return Light(
            "phone", "green", N_("A business customer: interest may be presumed in what you do for them (§ 7 (2) UWG).")
        )
    return Light(
        "phone",
        "yellow",
        N_("Only with a concrete reason that concerns their business; a general offer is none (§ 7 (2) UWG)."),
    )


def _letter(known: Known) -> Light:
    if not known.has_letter:
        return Light("letter", "red", N_("There is no postal address."))
    return Light("letter", "green", N_("A letter by post is allowed until they object (Art. 21 GDPR)."))


def _agreed(channel: Channel, record: Recorded) -> Light:
    values = {"on": record.on, "source": record.source}
    return Light(channel, "green", N_("They agreed on %(on)s (%(source)s)."), values, [record])


def _last(known: Known, channel: str, what: str) -> Recorded | None:
    """The newest record of that kind, unless a newer word of the person took it back."""
    mine = [one for one in known.recorded if one.channel == channel]
    found = max((one for one in mine if one.what == what), key=lambda one: one.on, default=None)
    if found is None or what == "existing_customer":
        return found
    other = "agreed" if what == "objected" else "objected"
    turned = max((one.on for one in mine if one.what == other), default=None)
    # On the same day an objection wins.
    is_newer = turned is None or found.on > turned or (found.on == turned and what == "objected")
    return found if is_newer else None
