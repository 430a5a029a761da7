"""The words other programs use: for columns, salutations, stages, forms of address, languages. Pure."""

from __future__ import annotations

import re
import unicodedata

#: headers by field, as folded by `fold`; the first fields win when two want one column
HEADERS: dict[str, frozenset[str]] = {
    field: frozenset(words.split("|"))
    for field, words in {
        "email": "email|e mail|mail|emailaddress|email address|e mail address|e mail adresse|mailadresse|emailadresse|"
        "email adresse|mail adresse|subscriber email|e mail 1 value|email 1|primary email|kontakt email|user email|"
        "contact email|e mail privat|e mail geschaeftlich|work email|email id|electronic mail",
        "title": "titel|title|akademischer titel|academic title|grad|name prefix|namenszusatz",
        "first_name": "vorname|first name|firstname|fname|given name|forename|rufname|vor name|prenom",
        "last_name": "nachname|last name|lastname|lname|surname|family name|familienname|name|zuname|nach name|nom",
        "full_name": "full name|vollstaendiger name|vor und nachname|vorname nachname|ansprechpartner|contact name|"
        "kontaktname|display name|anzeigename|subscriber name|ganzer name",
        "salutation": "anrede|salutation|geschlecht|gender|sex|courtesy title|prefix",
        "address_form": "anredeform|form of address|du sie|sie du|duzen|ansprache|per du",
        "company": "firma|company|company name|unternehmen|organisation|organization|firmenname|organization name|"
        "organization 1 name|betrieb|kunde|arbeitgeber",
        "city": "ort|stadt|city|town|wohnort|address city|ort geschaeftlich|business city|home city",
        "phone": "telefon|phone|tel|telefonnummer|phone number|rufnummer|festnetz|telefon privat|home phone|"
        "phone 1 value|telefon geschaeftlich|business phone|sms",
        "language": "sprache|language|lang|locale|sprachcode|language code",
        "stage": "stufe|kundenstufe|stage|status kunde|kundenstatus|lead stage|lifecycle stage|kundentyp",
        "tags": "tags|tag|schlagworte|schlagwoerter|stichworte|labels|label|kategorien|kategorie|categories|gruppen|"
        "groups|markierungen|group membership",
        "role": "role|rolle|position|funktion|job title|jobtitle|job|beruf|taetigkeit|stelle|organization title|"
        "organization 1 title",
        "more_emails": "more emails|weitere e mail adressen|weitere mailadressen",
        "mobile": "handy|mobil|mobile|mobile phone|mobiltelefon|mobilnummer|handynummer|mobil geschaeftlich",
        "fax": "fax|telefax|faxnummer|business fax|fax geschaeftlich",
        "more_phones": "more phones|weitere telefonnummern",
        "website": "website|webseite|homepage|internet|url|web|internetseite|webadresse|web page|webseite geschaeftlich",
        "street": "street|strasse|anschrift|strasse und hausnummer|street address|strasse geschaeftlich|business street|"
        "address 1 street|address line 1|adresse zeile 1",
        "postcode": "postcode|plz|postleitzahl|zip|zip code|postal code|postleitzahl geschaeftlich|business postal code|"
        "address 1 postal code",
        "country": "country|land|staat|land region geschaeftlich|business country region|address 1 country",
        "address": "address|adresse|postanschrift|full address",
        "more_addresses": "more addresses|weitere anschriften",
        "birthday": "birthday|geburtstag|geburtsdatum|date of birth|birth date|birthdate|geb|geb datum|dob",
        "dates": "dates|weitere daten|jahrestage",
        "note": "note|notiz|notizen|notes|bemerkung|bemerkungen|kommentar|comment|comments|anmerkung|anmerkungen",
        "photo": "photo|foto|bild",
        "lists": "lists|listen|themen|topics|newsletter",
        "status": "status|subscription status|abonnement status|newsletter status|anmeldestatus|file status",
        "requested_at": "requested at|opt in time|optin time|signup date|anmeldedatum|registriert|registered|subscribed at",
        "requested_ip": "requested ip|optin ip|opt in ip|signup ip|anmelde ip",
        "granted_at": "granted at|confirm time|confirmed at|bestaetigt am|aktiviert|activated|double opt in date",
        "confirmed_ip": "confirmed ip|confirm ip|bestaetigungs ip",
        "unsubscribed_at": "unsubscribed at|unsub time|abgemeldet am|abmeldedatum|deaktiviert|deactivated",
        "bounced_at": "bounced at|clean time",
        "unsubscribed": "unsubscribed|abgemeldet|email blacklisted|blacklisted|blocklisted|opted out|opt out",
        "bounced": "bounced|bounce|unzustellbar",
        "consent_source": "consent source|opt in source|quelle der einwilligung",
    }.items()
}
FRAU = frozenset(
    ["frau", "fr", "w", "weiblich", "f", "female", "ms", "mrs", "miss", "mme", "madame", "dame", "woman", "sie ihr"]
)
HERR = frozenset(["herr", "herrn", "hr", "hrn", "m", "maennlich", "male", "mr", "mister", "monsieur", "man"])
NEUTRAL = frozenset(
    [
        "d",
        "divers",
        "neutral",
        "x",
        "keine",
        "keine angabe",
        "none",
        "diverse",
        "other",
        "familie",
        "firma",
        "mx",
        "n a",
        "unbekannt",
        "eheleute",
        "u",
        "unknown",
    ]
)
DU = frozenset(["du", "duzen", "per du", "informal", "informell", "ja", "1", "true", "yes"])
SIE = frozenset(["sie", "siezen", "per sie", "formal", "formell", "nein", "0", "false", "no"])
STAGES = {
    word: stage
    for stage, words in {
        "prospect": "prospect|interessent|interessentin|interessenten|lead|neu|new|anfrage|subscriber|potenziell",
        "first_buyer": "first buyer|erstkaeufer|erstkaeuferin|erstkunde|erstkundin|neukunde|neukundin|new customer|"
        "customer|kunde|kundin",
        "repeat_buyer": "repeat buyer|wiederkaeufer|wiederkaeuferin|repeat customer|returning customer|folgekunde|"
        "folgekundin",
        "regular": "regular|stammkunde|stammkundin|stammkunden|regular customer|bestandskunde|bestandskundin",
        "advocate": "advocate|weiterempfehler|weiterempfehlerin|empfehler|empfehlerin|evangelist|promoter|referrer",
        "fan": "fan|fans",
    }.items()
    for word in words.split("|")
}
LANGUAGES = {
    word: code
    for code, words in {
        "de": "de|deutsch|german|ger|deu|de de|de at|de ch|d",
        "en": "en|englisch|english|eng|en us|en gb|en uk|e",
        "fr": "fr|franzoesisch|french|fra|francais",
        "it": "it|italienisch|italian|ita|italiano",
        "es": "es|spanisch|spanish|spa|espanol",
        "nl": "nl|niederlaendisch|dutch|nld|nederlands",
        "pl": "pl|polnisch|polish|pol",
        "tr": "tr|tuerkisch|turkish|tur",
    }.items()
    for word in words.split("|")
}
#: where somebody stands with a list elsewhere
STATUSES = {
    word: state
    for state, words in {
        "subscribed": "subscribed|active|aktiv|enabled|confirmed|bestaetigt|angemeldet|abonniert|opted in|opt in|abonnent",
        "pending": "pending|unconfirmed|unbestaetigt|ausstehend|waiting|not confirmed|nonsubscribed|transactional|"
        "non subscribed|nicht abonniert|archived|archiviert",
        "unsubscribed": "unsubscribed|abgemeldet|inactive|inaktiv|disabled|deaktiviert|opted out|opt out|cancelled",
        "bounced": "bounced|cleaned|bounce|hard bounce|unzustellbar|invalid|gebounct",
        "complained": "complained|complaint|spam|spam report|abuse|spam meldung",
        "blocked": "blocked|blocklisted|blacklisted|suppressed|gesperrt|sperrliste",
    }.items()
    for word in words.split("|")
}
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_ORDINARY = re.compile(r"[^a-z0-9]+")


def fold(word: str) -> str:
    """A word without case, umlauts, accents and punctuation: "E-Mail-Adresse" → "e mail adresse"."""
    plain = unicodedata.normalize("NFC", word).casefold().translate(_UMLAUTS)
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return _ORDINARY.sub(" ", plain).strip()
