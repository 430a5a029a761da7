"""What stored keys are called on the screen."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

STAGES = {
    "prospect": _l("Prospect"),
    "first_buyer": _l("First buyer"),
    "repeat_buyer": _l("Repeat buyer"),
    "regular": _l("Regular customer"),
    "advocate": _l("Advocate"),
    "fan": _l("Fan"),
}
SALUTATIONS = {"": _l("Not known"), "frau": _l("Ms"), "herr": _l("Mr"), "neutral": _l("Neutral")}
ADDRESS_FORMS = {"sie": _l("Formal (Sie)"), "du": _l("Familiar (du)")}
#: the languages contacts are greeted in
CONTACT_LANGUAGES = {"de": _l("German"), "en": _l("English")}
SUBSCRIPTIONS = {
    "confirmed": _l("confirmed"),
    "pending": _l("waiting for confirmation"),
    "unsubscribed": _l("unsubscribed"),
}
CONSENTS = {
    "double_opt_in": _l("confirmed by mail"),
    "import": _l("stated at the import"),
    "by_hand": _l("entered by hand"),
}
CONSENT_EVENTS = {
    "requested": _l("asked for it"),
    "confirmed": _l("confirmed by mail"),
    "imported": _l("came with an import"),
    "granted": _l("entered by hand"),
    "unsubscribed": _l("unsubscribed"),
    "measuring_agreed": _l("agreed to being measured"),
    "measuring_withdrawn": _l("does not want to be measured any more"),
    "suppressed": _l("is never written to again"),
    "released": _l("may be written to again"),
    "expired": _l("did not confirm in time"),
}
DELIVERIES = {
    "ready": _l("waiting"),
    "claimed": _l("waiting"),
    "sending": _l("on its way"),
    "sent": _l("sent"),
    "refused": _l("refused"),
    "unsure": _l("unsure"),
    "cancelled": _l("called off"),
    "skipped": _l("skipped"),
    "expired": _l("too late"),
}
MAILS = {
    "newsletter": _l("Newsletter"),
    "test": _l("Test mail"),
    "confirm": _l("Confirmation mail"),
    "system": _l("Mail of the program"),
}
