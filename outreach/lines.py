"""Lines of text people typed or imported, made safe to store and to put into a header. Pure."""

from __future__ import annotations

import re
import unicodedata

from outreach.errors import N_, Invalid

#: what ends a line or hides in one: control characters, line and paragraph separators, halves of surrogate pairs
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SPACES = re.compile(r"\s+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "å": "a"})


def line(value: object, *, field: str, most: int) -> str:
    """One line of text, trimmed and in Unicode's composed form; raises Invalid for control characters and long ones.

    A line break in a name would end a mail header early and begin another one.
    """
    text = str(value).strip()
    if text.isascii() and text.isprintable():
        text = text if "  " not in text else _SPACES.sub(" ", text)
    else:
        if _CONTROL.search(text):
            raise Invalid(
                N_("%(label)s: a line break or another control character is not allowed here."),
                field=field,
                label=LABELS.get(field, field),
            )
        text = _SPACES.sub(" ", unicodedata.normalize("NFC", text))
    if len(text) > most:
        raise Invalid(
            N_("%(label)s: this is longer than %(most)s characters."),
            field=field,
            most=most,
            label=LABELS.get(field, field),
        )
    return text


def shown(text: str, most: int = 300) -> str:
    """The beginning of any text, fit for a page: control characters become spaces."""
    return _CONTROL.sub(" ", text[:most])


def paragraphs(text: str, most: int) -> str:
    """The beginning of a text of several lines, fit to be stored and shown: its lines stay, control characters go."""
    kept = text[:most].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(shown(line, most).rstrip() for line in kept).strip()


def cut(text: str, most: int) -> str:
    """The beginning of a text on one line, whole words, with "…" when something is left out."""
    plain = _SPACES.sub(" ", _CONTROL.sub(" ", text)).strip()
    if len(plain) <= most:
        return plain
    short = plain[: most - 1]
    return (short[: short.rfind(" ")] if " " in short[most // 2 :] else short).rstrip(" ,;:–-") + "…"


def key(words: str, *, most: int = 50) -> str:
    """A name for machines, made of the words: "Größe in cm" → "groesse_in_cm"; never empty."""
    plain = unicodedata.normalize("NFKD", words.casefold().translate(_UMLAUTS)).encode("ascii", "ignore").decode()
    made = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:most].rstrip("_")
    return made if made[:1].isalpha() else f"x_{made}".rstrip("_")[:most]


#: letters by what they are looked for as; the migrations write the same for PostgreSQL
FOLDED = str.maketrans(
    "äöüáàâãåéèêëíìîïóòôõúùûñçşğıčćžšřěýł",
    "aouaaaaaeeeeiiiioooouuuncsgicczsreyl",
)


def terms(words: str) -> list[str]:
    """The words somebody looks for: no case, no accents, no signs; each once."""
    plain = unicodedata.normalize("NFC", words).lower().translate(FOLDED).replace("_", " ")
    return list(dict.fromkeys(re.findall(r"\w+", plain)))


#: the words for a field in a sentence. Wherever an error has a value named `label`, that value is translated too
LABELS = {
    "title": N_("Title"),
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
    "salutation": N_("Salutation"),
    "address_form": N_("Form of address"),
    "email": N_("Mail address"),
    "language": N_("Language"),
    "city": N_("City"),
    "phone": N_("Phone"),
    "stage": N_("Stage"),
    "source": N_("Source"),
    "full_name": N_("Full name"),
    "company": N_("Company"),
    "tags": N_("Tags"),
    "name": N_("Name"),
    "website": N_("Website"),
    "industry": N_("Industry"),
    "label": N_("Label"),
    "description": N_("Description"),
}
