"""From the columns of a file to what the customer file calls them, and from cells to clean values. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from outreach import lines
from outreach.contacts.custom import Spec
from outreach.errors import N_, Invalid
from outreach.imports import products, words

#: what a column may become, beside `custom.<key>` and `new` (a new text field named like the column); "" = left out
FIELDS = (
    "email",
    "title",
    "first_name",
    "last_name",
    "full_name",
    "salutation",
    "address_form",
    "company",
    "city",
    "phone",
    "language",
    "stage",
    "tags",
    "role",
    "mobile",
    "fax",
    "more_emails",
    "more_phones",
    "website",
    "street",
    "postcode",
    "country",
    "address",
    "more_addresses",
    "birthday",
    "dates",
    "note",
    "photo",
    "lists",
    "status",
    "requested_at",
    "requested_ip",
    "granted_at",
    "confirmed_ip",
    "unsubscribed_at",
    "unsubscribed",
    "bounced_at",
    "bounced",
    "consent_source",
    "is_active",
    "double_opt_in",
    "attributes",
)
#: fields whose words are too general for a guess; only a program that is known uses them
_NEVER_GUESSED = frozenset(["is_active", "double_opt_in", "attributes"])
NEW = "new"
CUSTOM = "custom."


def guess(names: Sequence[str], known: Mapping[str, Spec] = {}) -> dict[str, str]:  # noqa: B006 - only read
    """A field for each column it is sure of, "" for the others; each field once."""
    folded = {name: words.fold(name) for name in names}
    by_label = {words.fold(spec.label): key for key, spec in known.items()} | {words.fold(key): key for key in known}
    found = dict.fromkeys(names, "")
    product = products.recognise(names)
    decided = products.columns(product, names) if product else {}
    found.update(decided)
    for target in FIELDS:
        if target in found.values() or target in _NEVER_GUESSED:
            continue
        fitting = [name for name in names if name not in decided and not found[name] and _fits(folded[name], target)]
        if fitting:
            found[fitting[0]] = target
    for name in names:
        if not found[name] and name not in decided and folded[name] in by_label:
            target = CUSTOM + by_label[folded[name]]
            found[name] = target if target not in found.values() else ""
    if "first_name" in found.values() and "last_name" in found.values():
        found = {name: "" if target == "full_name" and not product else target for name, target in found.items()}
    elif "first_name" not in found.values() and "full_name" not in found.values():
        found = {name: "full_name" if folded[name] == "name" else target for name, target in found.items()}
    return found


def is_possible(target: str, known: Mapping[str, Spec]) -> bool:
    """Whether a column can become this."""
    return not target or target in FIELDS or target == NEW or target.removeprefix(CUSTOM) in known


def fingerprint(names: Sequence[str]) -> str:
    """What two files with the same columns have in common, in whatever order they stand."""
    folded = sorted(words.fold(name) for name in names)
    return hashlib.sha256("\n".join(folded).encode()).hexdigest()


def _fits(folded: str, target: str) -> bool:
    return folded in words.HEADERS[target] or folded == target.replace("_", " ")


def check(mapping: Mapping[str, str], names: Sequence[str], known: Mapping[str, Spec]) -> dict[str, str]:
    """The mapping, complete and possible; raises Invalid naming the column that is not."""
    for name, target in mapping.items():
        if name not in names:
            raise Invalid(N_("The file has no column “%(column)s”."), field="mapping", column=name[:100])
        if not is_possible(target, known):
            raise Invalid(N_("There is no field for the column “%(column)s”."), field="mapping", column=name[:100])
    chosen = [target for target in mapping.values() if target and target != NEW]
    double = next((target for target in chosen if chosen.count(target) > 1), None)
    if double:
        label = lines.LABELS.get(double) or LABELS.get(double) or double.removeprefix(CUSTOM)
        raise Invalid(N_("Two columns cannot both become “%(label)s”."), field="mapping", label=label)
    if not {"email", "last_name", "first_name", "full_name"} & set(chosen):
        raise Invalid(N_("Say which column holds the mail address or the name."), field="mapping")
    return {name: mapping.get(name, "") for name in names}


#: the words of fields that only imports know, beside lines.LABELS
LABELS = {
    "mobile": N_("Mobile"),
    "fax": N_("Fax"),
    "more_emails": N_("Further mail addresses"),
    "more_phones": N_("Further phone numbers"),
    "street": N_("Street"),
    "postcode": N_("Postcode"),
    "country": N_("Country"),
    "address": N_("Postal address in one cell"),
    "more_addresses": N_("Further postal addresses"),
    "birthday": N_("Birthday"),
    "dates": N_("Dates to remember"),
    "note": N_("Note"),
    "photo": N_("Photo"),
    "role": N_("Role"),
    "lists": N_("Topics"),
    "status": N_("Consent: state"),
    "requested_at": N_("Consent: signed up on"),
    "requested_ip": N_("Consent: IP at sign-up"),
    "granted_at": N_("Consent: confirmed on"),
    "confirmed_ip": N_("Consent: IP at confirmation"),
    "unsubscribed_at": N_("Consent: unsubscribed on"),
    "unsubscribed": N_("Consent: has unsubscribed (yes, no)"),
    "bounced_at": N_("Consent: undeliverable since"),
    "bounced": N_("Consent: undeliverable (yes, no)"),
    "consent_source": N_("Consent: where it was given"),
    "is_active": N_("Consent: is active (yes, no)"),
    "double_opt_in": N_("Consent: double opt-in (yes, no)"),
    "attributes": N_("Attributes (JSON)"),
}
