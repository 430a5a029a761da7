"""What to fill in for a mail address: the servers of the usual providers from presets.toml, else a guess. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from outreach.errors import N_
from outreach.mail.message import ascii_domain

FILE = Path(__file__).with_name("presets.toml")
_HINTS = {
    "google": N_(
        "Google wants an app password: switch on two-step verification in your Google account, then make one under "
        "“App passwords”. Your usual password does not work."
    ),
    "microsoft": N_(
        "Microsoft has switched off logging in with a password for mail programs (only OAuth is left), so this mailbox "
        "cannot be read here and not be sent from. Use another mailbox, or have this one forwarded to another."
    ),
    "app_password": N_(
        "%(name)s wants an app password, made in the security settings of your account. Your usual password does not work."
    ),
    "apple": N_(
        "Apple wants an app-specific password: make one in your Apple account under “Sign-In and Security”. "
        "Your usual password does not work."
    ),
    "switch_on_imap": N_(
        "%(name)s lets other programs in only after you have switched on IMAP once, in the settings of your mailbox. "
        "With two-factor sign-in you need an app password."
    ),
    "t_online": N_(
        "T-Online wants the password for mail programs, which you set in the e-mail center. "
        "The password of your Telekom login does not work."
    ),
    "own_server": N_("%(name)s has another server for each customer. You find its name in your customer area, under e-mail."),
    "proton": N_(
        "Proton Mail is reached through Proton Mail Bridge, which has to run on the machine of this installation. "
        "Use the password Bridge shows, and let the machine trust Bridge's certificate."
    ),
    "no_imap": N_("%(name)s lets no other programs read or send mail, so this mailbox cannot be used here."),
    "guess": N_("We do not know this provider. The servers are a guess; your provider's help page names the right ones."),
    "told": N_("The servers are what the domain itself names for mail programs."),
}  # fmt: skip


@dataclass(frozen=True)
class Preset:
    """What to fill in. `hint` is a translatable sentence for the person, or empty; `works` is False when it cannot do."""

    name: str
    smtp_host: str
    smtp_port: int
    smtp_security: str
    smtp_user: str
    imap_host: str
    imap_port: int
    imap_security: str
    imap_user: str
    #: the provider puts what was sent into the Sent folder by itself
    files_sent_itself: bool = False
    works: bool = True
    is_guess: bool = False
    hint: str = ""
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """A server as the domain itself names it (RFC 6186, RFC 8314)."""

    host: str
    port: int
    security: str


def known(address: str, mx: Sequence[str] = ()) -> Preset | None:
    """The preset of the provider, found by the address' domain, else by the hosts that take the domain's mail in."""
    local, _, domain = _parts(address)
    hosts = [host.rstrip(".").lower() for host in mx]
    for entry in _entries():
        if domain in entry["domains"]:
            return _filled(entry, local, domain, "")
    for host in hosts:
        for entry in _entries():
            if any(host == end or host.endswith("." + end) for end in entry.get("mx", ())):
                return _filled(entry, local, domain, host)
    return None


def guess(address: str, places: Mapping[str, Place] | None = None, *, is_told: bool = True) -> Preset:
    """For an unknown provider: the servers given ("smtp", "imap"), else the usual names, and said to be a guess.

    `is_told` when the domain itself names the servers: with both of them it is no guess.
    """
    places = places or {}
    smtp, imap = (places.get(part) or likely(address)[part][0] for part in ("smtp", "imap"))
    is_guess = not (is_told and len(places) == 2)
    return Preset(
        name=_parts(address)[2], smtp_host=smtp.host, smtp_port=smtp.port, smtp_security=smtp.security,
        smtp_user=address.strip(), imap_host=imap.host, imap_port=imap.port, imap_security=imap.security,
        imap_user=address.strip(), is_guess=is_guess, hint=_HINTS["guess" if is_guess else "told"],
    )  # fmt: skip


def likely(address: str) -> dict[str, list[Place]]:
    """Servers ("smtp", "imap") an unknown domain may have, by the usual names, the likeliest first."""
    domain = _parts(address)[2]
    return {
        "smtp": [Place(f"{name}.{domain}", 465, "tls") for name in ("smtp", "mail")],
        "imap": [Place(f"{name}.{domain}", 993, "tls") for name in ("imap", "mail")],
    }


def names() -> list[str]:
    """All providers we know, for a list a person reads."""
    return sorted({str(entry["name"]) for entry in _entries()}, key=str.casefold)


def _parts(address: str) -> tuple[str, str, str]:
    local, at, domain = address.strip().rpartition("@")
    return local, at, ascii_domain(domain.lower()).rstrip(".")


def _filled(entry: Mapping[str, Any], local: str, domain: str, mx: str) -> Preset:
    smtp, imap = (_place(entry[part], domain, mx) for part in ("smtp", "imap"))
    users = {part: entry.get(f"{part}_user", entry.get("user", "address")) for part in ("smtp", "imap")}
    users = {part: local if form == "local" else f"{local}@{domain}" for part, form in users.items()}
    return Preset(
        name=entry["name"], smtp_host=smtp.host, smtp_port=smtp.port, smtp_security=smtp.security,
        smtp_user=users["smtp"], imap_host=imap.host, imap_port=imap.port, imap_security=imap.security,
        imap_user=users["imap"], files_sent_itself=entry.get("files_sent", False), works=entry.get("works", True),
        hint=_HINTS[entry["hint"]] if "hint" in entry else "", values={"name": entry["name"]},
    )  # fmt: skip


def _place(text: str, domain: str, mx: str) -> Place:
    where, security = text.split(" ")
    host, _, port = where.rpartition(":")
    return Place(host.format(domain=domain, mx=mx), int(port), security)


@cache
def _entries() -> tuple[dict[str, Any], ...]:
    with FILE.open("rb") as file:
        return tuple(tomllib.load(file).values())
