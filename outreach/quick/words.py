"""The words the one-line entry knows, German and English. Data to read and to add to; docs/quick-entry.md tells users.

In lists of words a `*` stands for more letters: "tochter*" is also "Tochter's". Upper and lower case are one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType


def _table(data: str) -> dict[str, str]:
    """ "call: tel anruf" on each line becomes {"tel": "call", "anruf": "call"}."""
    lines = (line.split(":", 1) for line in data.strip().splitlines())
    return {word: kind.strip() for kind, words in lines for word in words.split()}


#: the first word of a line (a full stop behind it does not matter) says what happened
KINDS: Mapping[str, str] = MappingProxyType(
    _table(
        """
        call: tel telefon telefonat telefoniert anruf angerufen rückruf call called phone phoned
        letter: brief post postkarte karte letter postcard
        meeting: treffen getroffen termin meeting besuch besucht besprechung gespräch mittagessen kaffee zoom teams videocall met visit lunch coffee
        mail: mail email e-mail emails
        offer: angebot ang kva kostenvoranschlag offer quote
        order: auftrag bestellung rechnung order invoice
        gift: geschenk präsent gift present
        complaint: rekl reklamation beschwerde complaint
        feedback: feedback lob rückmeldung praise
        note: notiz note info
        task: aufgabe todo to-do task wiedervorlage wv erinnerung reminder
        """
    )
)
#: kinds that carry an amount; there a number without a currency may be one
WITH_AMOUNT = frozenset({"offer", "order", "gift"})
#: "mail von …" came in, "mail an …" went out; without either it came in, the one that counts as contact
MAIL_IN = frozenset({"von", "from", "vom"})
MAIL_OUT = frozenset({"an", "to"})


def _words(data: str) -> str:
    words = (re.escape(word).replace(r"\*", r"\w{0,30}").replace("_", " ") for word in data.split())
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


def _pattern(before: str, after: str = r"(?!\w)") -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{before}){after}", re.IGNORECASE)


#: never talk of this. What follows a leading "tabu" or "nicht ansprechen" is kept; other parts as a whole
TABOO_LABEL = _pattern(r"tabu|taboo|bitte nicht ansprechen|nicht ansprechen|nicht erwähnen|nie ansprechen", r" ?:? ?")
TABOO = _pattern(
    r"(?:mag|will|möchte|wünscht|trinkt|isst|verträgt|braucht) (?:gar |überhaupt )?(?:keine?[nmrs]?|nicht)"
    r"|nicht (?:ansprechen|erwähnen|anrufen)|nie (?:auf|über|ansprechen|erwähnen)|tabu|taboo|hasst|hates"
    r"|(?:does not|doesn't|doesn’t) (?:like|want|drink|eat)|(?:do not|don't|don’t|never) (?:mention|call|talk about|bring up)"
)
#: "braucht nichts" is neither a wish nor a taboo
NOTHING = _pattern(
    r"(?:braucht|benötigt|sucht|needs|wants|will|möchte|wünscht) (?:derzeit |gerade |aktuell |zur zeit )?(?:nichts|nix|nothing)|kein bedarf|no need"
)
WISH = _pattern(
    r"(?<!\bhe )(?<!\bshe )(?<!\bthey )(?<!\bwe )(?<!\bi )(?<!\bit )(?<!\byou )"
    r"will(?! (?:be|call|send|come|get|have|let|do|go|think|check|need|buy|order|not)(?!\w))"
    r"|möchten?|moechten?|wünscht(?: sich)?|wünschen sich|wuenscht(?: sich)?|braucht|brauchen|benötigt|benötigen|sucht|suchen"
    r"|hätten? gerne?|bräuchten?|wants?|needs?|would like|(?:is |are )?looking for"
)
INTEREST = _pattern(
    r"interessiert(?: sich)?(?: sehr| auch)?(?: für)?|interessieren sich für|interesse an|hobbys?:?|hobby ist|fan von|begeistert von|mag(?! kein| nicht| sein)(?: gern| gerne| sehr| am liebsten)?|(?:trinkt|isst) (?:gern|gerne|am liebsten)"
    r"|(?:is )?interested in|hobby:|likes|loves|enjoys"
)
PROJECT = _pattern(r"(?:neues |aktuelles |new )?(?:projekt|project)(?: ist| is)?", r" ?:? ?")
PROMISE = _pattern(
    r"(?:hat )?zugesagt|versprochen|verspricht|promised|promises"
    r"|(?:ich|wir) (?:schicken?|senden?|melden?|rufen?|machen?|liefern?|liefere|kümmern?|kümmere|erstellen?|bringen?|fragen?|klären?|prüfen?|besorgen?)"
    r"|(?:i|we) will|(?:i|we)['’]ll|schicke|sende|liefere|erstelle|melde mich|kläre|prüfe|besorge"
)
#: something to do, without having been promised
REMIND = _pattern(
    r"nachfassen|nachhaken|nachfragen|wiedervorlage|erinnern|ruft(?: \S{1,20}){0,3} (?:zurück|an)|zurückrufen|rückruf|anrufen|melden|follow[ -]up|call back|remind|check in"
)
#: the customer is away: known until that day, not promised
AWAY = _pattern(
    r"urlaub|ferien|verreist|im ausland|abwesend|elternzeit|auf reisen|unterwegs|nicht erreichbar|on holiday|on vacation|away|abroad"
    r"|out of office|travelling|traveling"
)
FAMILY = _pattern(
    _words(
        """
        tochter töchter töchterchen sohn söhne kind kinder baby enkel* frau mann ehefrau ehemann gatte gattin lebensgefährt* lebenspartner* freundin mutter
        vater eltern schwester bruder geschwister oma opa familie nichte neffe tante onkel schwieger* hochzeit hochzeitstag heiratet
        geheiratet verlobt umzug zieht_um gezogen hund katze pferd haustier abi abitur einschulung studium studiert urlaub* haus_gebaut baut_haus
        daughter daughters son sons child children kid kids wife husband mother father parents sister brother family grandson
        granddaughter grandchild* wedding married engaged moved dog cat horse holiday vacation
        """
    )
)
#: with "Frau Müller" the name is meant, not the wife
NO_FAMILY = re.compile(r"(?<!\w)(?:Frau|Partner GmbH|Mann) (?=[A-ZÄÖÜ])")
HOBBY = _pattern(
    _words(
        """
        segelt segeln segler* spielt golf* tennis fußball* handball klavier gitarre geige chor singt läuft marathon* joggt radfahren rennrad
        mountainbike* wandert wandern klettert klettern schwimmt reitet taucht surft skifahren skiurlaub angelt angeln jagd jäger imker*
        sammelt liest kocht backt gärtner* garten oldtimer modellbahn* schach fotografiert malt strickt yoga theater oper konzert* kino
        hsv bayern-fan bvb werder-fan st.-pauli-fan
        sails sailing plays golf football piano guitar choir sings runs cycling hiking climbing swims rides dives surfing skiing fishing
        hunting beekeep* collects reads cooks bakes gardening chess photography paints knits theatre opera
        """
    )
)
BIRTHDAY_BEFORE = re.compile(
    r"(?<!\w)(?:hat |has )?(?:geburtstag|geburtsdatum|geb\.|geb|geboren|birthday|bday|born)(?: ist| is| hat)?(?: am| on)?:? ?$", re.IGNORECASE
)  # fmt: skip
#: "Geburtstag Müller 3.5."
BIRTHDAY_APART = re.compile(r"(?<!\w)(?:geburtstag|birthday)(?= )(?=[^,;:.!?]{1,40}$)", re.IGNORECASE)
BIRTHDAY_AFTER = re.compile(
    r"^ ?(?:hat |ist |is )?(?:(?:sein|ihr|his|her|their)[e]? )?(?:geburtstag|birthday|geboren)(?!\w)", re.IGNORECASE
)
BIRTHDAY_LEAD = re.compile(r"(?<!\w)(?:hat|has|ist|is) $", re.IGNORECASE)
#: before a day: it is due then
DUE_BEFORE = re.compile(
    r"(?<!\w)(?:bis spätestens|spätestens|bis|until|till|by|deadline|frist|fällig|due|wiedervorlage|wv)(?: zum| am| on| den)?:? ?$",
    re.IGNORECASE,
)
DUE_INSIDE = re.compile(r"(?:bis|by|until|zum)(?!\w)", re.IGNORECASE)
#: before a day: the day belongs to the sentence and stays in it
OTHER_BEFORE = re.compile(
    r"(?<!\w)(?:ab|seit|von|nach|vor|from|since|starting|after|before)(?: dem| the)? ?$", re.IGNORECASE
)

#: words that begin or end no name
NO_NAME_EDGE = frozenset(
    [
        "mit",
        "an",
        "für",
        "fuer",
        "bei",
        "wegen",
        "zu",
        "zum",
        "zur",
        "über",
        "ueber",
        "und",
        "oder",
        "der",
        "die",
        "das",
        "den",
        "dem",
        "ein",
        "eine",
        "einen",
        "am",
        "im",
        "in",
        "auf",
        "aus",
        "with",
        "to",
        "for",
        "about",
        "at",
        "and",
        "or",
        "the",
        "a",
        "an",
        "of",
        "on",
        "von",
        "vom",
        "from",
        "neue",
        "neuer",
        "neues",
        "falsche",
        "falscher",
        "falsches",
        "gute",
        "guter",
        "gutes",
    ]
)
#: words a name never holds: what comes after them is about the person
NO_NAME = frozenset(
    [
        "will",
        "möchte",
        "moechte",
        "wünscht",
        "braucht",
        "benötigt",
        "sucht",
        "interessiert",
        "zugesagt",
        "verspricht",
        "versprochen",
        "mag",
        "hat",
        "hatte",
        "ist",
        "war",
        "macht",
        "fragt",
        "sagt",
        "meint",
        "kommt",
        "geht",
        "findet",
        "plant",
        "wollte",
        "schickt",
        "bekam",
        "bekommt",
        "ruft",
        "wants",
        "needs",
        "would",
        "is",
        "was",
        "has",
        "had",
        "likes",
        "loves",
        "said",
        "says",
        "asked",
        "asks",
        "ich",
        "wir",
        "er",
        "sie",
        "i",
        "we",
        "he",
        "she",
        "they",
        "nicht",
        "kein",
        "keine",
        "keinen",
        "not",
        "bitte",
        "please",
        "tabu",
        "taboo",
        "geburtstag",
        "birthday",
    ]
)
HONORIFICS = frozenset(
    [
        "frau",
        "herr",
        "herrn",
        "hr",
        "hr.",
        "fr",
        "fr.",
        "dr",
        "dr.",
        "prof",
        "prof.",
        "mr",
        "mr.",
        "mrs",
        "mrs.",
        "ms",
        "ms.",
        "familie",
        "fam",
        "fam.",
        "firma",
        "fa",
        "fa.",
    ]
)
LEGAL_FORMS = frozenset(
    [
        "gmbh",
        "ag",
        "kg",
        "ug",
        "ohg",
        "gbr",
        "e.k.",
        "ek",
        "mbh",
        "co.",
        "se",
        "ltd",
        "ltd.",
        "inc",
        "inc.",
        "llc",
        "gmbh&co.kg",
        "e.v.",
        "eg",
    ]
)
#: words that stand before the colon beside the name
FILLERS = frozenset(["mit", "an", "für", "fuer", "bei", "with", "to", "for", "von", "vom", "from", "am"])
#: a colon after one of these does not end a name
LABELS_WITH_COLON = frozenset(
    [
        "tabu",
        "taboo",
        "ansprechen",
        "erwähnen",
        "projekt",
        "project",
        "hobby",
        "hobbys",
        "geburtstag",
        "birthday",
        "wunsch",
        "zugesagt",
        "bis",
    ]
)
#: in front of what somebody wishes for
ARTICLES = re.compile(
    r"^(?:(?:gern|gerne|unbedingt|noch|auch|mal|wieder|dringend|bald|jetzt|ein|eine|einen|unser|unsere|unseren|a|an|the|some|to have)(?: |$))+",
    re.IGNORECASE,
)
