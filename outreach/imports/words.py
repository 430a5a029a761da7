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
        "phone": "telefon|phone|tel|telefonnummer|phone number|handy|mobil|mobile|mobile phone|mobiltelefon|rufnummer|"
        "phone 1 value|telefon geschaeftlich|business phone|sms",
        "language": "sprache|language|lang|locale|sprachcode|language code",
        "stage": "stufe|kundenstufe|stage|status kunde|kundenstatus|lead stage|lifecycle stage|kundentyp",
        "tags": "tags|tag|schlagworte|schlagwoerter|stichworte|labels|label|kategorien|kategorie|categories|gruppen|"
        "groups|markierungen|group membership",
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
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_ORDINARY = re.compile(r"[^a-z0-9]+")


def fold(word: str) -> str:
    """A word without case, umlauts, accents and punctuation: "E-Mail-Adresse" → "e mail adresse"."""
    plain = unicodedata.normalize("NFC", word).casefold().translate(_UMLAUTS)
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return _ORDINARY.sub(" ", plain).strip()
