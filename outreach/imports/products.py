"""Exports of other programs, recognised by their headers: what their columns mean, consent history among it. Pure.

Where the headers are from stands in docs/import-export.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from outreach.errors import N_
from outreach.imports import vcard
from outreach.imports.words import fold

#: the column a ZIP's files are told apart by, see files.py
FILE_STATUS = "FILE STATUS"


@dataclass(frozen=True)
class Product:
    """A program whose exports are known. Headers are folded (words.fold)."""

    key: str
    name: str
    #: the file is of this program when it has all of `needs` and at least one of `one_of`
    needs: frozenset[str]
    one_of: frozenset[str]
    columns: Mapping[str, str]
    #: what a person has to know before importing it
    hint: str = ""
    #: times without a zone, and whether 05/03 is the third of May
    zone: str = "UTC"
    month_first: bool = False
    #: columns that are never taken in unless somebody asks for them
    left_out: frozenset[str] = field(default_factory=frozenset)


def _columns(**given: str) -> dict[str, str]:
    return {header: target for target, headers in given.items() for header in headers.split("|")}


_MAILCHIMP = Product(
    key="mailchimp",
    name="Mailchimp",
    needs=frozenset(["optin time"]),
    one_of=frozenset(["leid", "euid", "confirm time"]),
    columns=_columns(
        email="email address|email",
        first_name="first name",
        last_name="last name",
        address="address",
        phone="phone number|phone",
        birthday="birthday",
        company="company",
        requested_at="optin time",
        requested_ip="optin ip",
        granted_at="confirm time",
        confirmed_ip="confirm ip",
        unsubscribed_at="unsub time",
        bounced_at="clean time",
        note="notes",
        tags="tags",
        status="file status",
    ),
    hint=N_(
        "Mailchimp writes three files: subscribed, unsubscribed and cleaned. Upload the ZIP as it is, or all three, so "
        "that who left stays away."
    ),
    month_first=True,
    left_out=frozenset(
        [
            "member rating",
            "latitude",
            "longitude",
            "gmtoff",
            "dstoff",
            "timezone",
            "cc",
            "region",
            "last changed",
            "leid",
            "euid",
            "unsub campaign title",
            "unsub campaign id",
            "unsub reason",
            "unsub reason other",
            "clean campaign title",
            "clean campaign id",
        ]  # noqa: SIM905
    ),
)
_LISTMONK = Product(
    key="listmonk",
    name="listmonk",
    needs=frozenset(["uuid", "email", "attributes", "status"]),
    one_of=frozenset(["created at"]),
    columns=_columns(
        email="email", full_name="name", attributes="attributes", status="status", requested_at="created at"
    ),
    hint=N_(
        "listmonk does not write who left which list: somebody who unsubscribed is “enabled” all the same. Export each "
        "list by itself, with the subscription status “confirmed”."
    ),
    left_out=frozenset(["uuid", "updated at"]),
)
_CLEVERREACH = Product(
    key="cleverreach",
    name="CleverReach",
    needs=frozenset(),
    one_of=frozenset(),
    columns=_columns(
        email="email|e mail|e mail adresse|mail",
        first_name="vorname|firstname|first name",
        last_name="nachname|lastname|last name|name",
        salutation="anrede|salutation",
        title="titel|title",
        company="firma|company",
        street="strasse|street",
        postcode="plz|zip",
        city="ort|stadt|city",
        country="land|country",
        requested_at="registered|registriert|anmeldedatum|registrierungsdatum|registration date",
        granted_at="activated|aktiviert|aktivierungsdatum|activation date",
        unsubscribed_at="deactivated|deaktiviert|abgemeldet|abmeldedatum|deactivation date",
        is_active="active|aktiv",
        bounced="bounced|bounce|bounces",
        consent_source="source|quelle",
        tags="tags",
    ),
    zone="Europe/Berlin",
    left_out=frozenset(
        [
            "id",
            "group id",
            "groups id",
            "imported",
            "importiert",
            "last ip",
            "last location",
            "last client",
            "points",
            "stars",
            "punkte",
            "sterne",
            "last changed",
            "hash",
            "status",
        ]  # noqa: SIM905
    ),
)
_BREVO = Product(
    key="brevo",
    name="Brevo",
    needs=frozenset(["email"]),
    one_of=frozenset(["added time", "email blacklisted", "email blocklisted", "double opt in"]),
    columns=_columns(
        email="email",
        first_name="firstname|vorname|prenom",
        last_name="lastname|nachname|nom",
        phone="sms|landline number|whatsapp",
        requested_at="added time",
        unsubscribed="email blacklisted|email blocklisted|blocklisted",
        double_opt_in="double opt in",
        company="company|firma",
        birthday="birthday|geburtstag|date of birth",
    ),
    left_out=frozenset(
        [
            "contact id",
            "ext id",
            "modified time",
            "sms blacklisted",
            "sms blocklisted",
            "whatsapp blacklisted",
            "opt in",
            "listids",
            "list ids",
        ]  # noqa: SIM905
    ),
)
_CARDS = Product(
    key="vcard",
    name="vCard",
    needs=frozenset(fold(name) for name in vcard.COLUMNS),
    one_of=frozenset(["email"]),
    columns={fold(name): name for name in vcard.COLUMNS},
)
_PRODUCTS = (_CARDS, _LISTMONK, _MAILCHIMP, _BREVO, _CLEVERREACH)
BY_KEY = {product.key: product for product in _PRODUCTS}
#: CleverReach lets people choose columns: two of these three times, and an address
_REGISTERED = frozenset("registered registriert anmeldedatum registrierungsdatum".split())  # noqa: SIM905
_ACTIVATED = frozenset("activated aktiviert aktivierungsdatum deactivated deaktiviert".split())  # noqa: SIM905


def recognise(names: Sequence[str]) -> Product | None:
    """The program that writes such headers, or None."""
    folded = {fold(name) for name in names}
    for product in _PRODUCTS:
        if product.needs and product.needs <= folded and product.one_of & folded:
            return product
    if folded & _REGISTERED and folded & _ACTIVATED:
        return _CLEVERREACH
    return None


def columns(product: Product, names: Sequence[str]) -> dict[str, str]:
    """The field of each column this program is known for, "" for those to leave out; other columns are not in it."""
    found: dict[str, str] = {}
    for name in names:
        folded = fold(name)
        target = product.columns.get(folded)
        if target and target not in found.values():
            found[name] = target
        elif target or folded in product.left_out:
            found[name] = ""
    return found
