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
    "address_changed": _l("has another address, which is asked again"),
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
#: what stands on a timeline
TOUCHPOINTS = {
    "call": _l("Call"),
    "meeting": _l("Meeting"),
    "letter": _l("Letter"),
    "mail_in": _l("Mail received"),
    "mail_out": _l("Mail sent"),
    "offer": _l("Offer"),
    "order": _l("Order"),
    "gift": _l("Gift"),
    "complaint": _l("Complaint"),
    "feedback": _l("Feedback"),
    "referral": _l("Referral"),
    "survey": _l("Survey"),
    "note": _l("Note"),
    "newsletter": _l("Newsletter"),
}
TOUCHPOINT_ICONS = {
    "call": "phone",
    "meeting": "users-round",
    "letter": "mail-open",
    "mail_in": "inbox",
    "mail_out": "send",
    "offer": "file-text",
    "order": "clipboard",
    "gift": "gift",
    "complaint": "triangle-alert",
    "feedback": "message-square",
    "referral": "user-plus",
    "survey": "list-checks",
    "note": "pencil",
    "newsletter": "mail",
}
OFFERS = {"": "", "open": _l("open"), "won": _l("won"), "lost": _l("lost")}
FACTS = {
    "wish": _l("Wish"),
    "promise": _l("Promise"),
    "project": _l("Project"),
    "topic": _l("Topic"),
    "interest": _l("Interest"),
    "taboo": _l("Taboo"),
}
FACT_ICONS = {
    "wish": "sparkles",
    "promise": "heart-handshake",
    "project": "briefcase",
    "topic": "message-square",
    "interest": "star",
    "taboo": "ban",
}
DAYS = {
    "birthday": _l("Birthday"),
    "founding": _l("Founding day"),
    "first_order": _l("First order"),
    "contract_end": _l("End of contract"),
    "other": _l("Another day"),
}
CHANNELS = {"mail": _l("Mail"), "phone": _l("Phone"), "letter": _l("Letter")}
CHANNEL_ICONS = {"mail": "mail", "phone": "phone", "letter": "mail-open"}
#: a colour is never alone: icon and word say the same
LIGHTS = {"green": _l("yes"), "yellow": _l("with care"), "red": _l("no")}
LIGHT_ICONS = {"green": "circle-check", "yellow": "circle-alert", "red": "ban"}
PERMISSIONS = {
    "agreed": _l("agreed"),
    "objected": _l("objected"),
    "existing_customer": _l("is a customer, and all four facts of § 7 (3) UWG hold"),
}
REACH = {"email": _l("Mail address"), "phone": _l("Phone"), "web": _l("Web page")}
REACH_ICONS = {"email": "mail", "phone": "phone", "web": "globe"}
REACH_LABELS = {
    "work": _l("at work"),
    "home": _l("at home"),
    "mobile": _l("mobile"),
    "fax": _l("fax"),
    "other": _l("other"),
}
TRENDS = {
    "up": _l("rising"),
    "steady": _l("steady"),
    "down": _l("falling"),
    "new": _l("new"),
    "lost": _l("gone quiet"),
    "none": "",
}
