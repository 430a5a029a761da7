"""Finds what one should think about twice before storing it: health, pregnancy, faith, politics, union membership,
sexual orientation, origin (Art. 9 GDPR), in German and English notes. Pure.

It serves a gentle warning, not a ban: a false alarm costs one click, so it is cheap, but must be rare enough to be read.
Business words stay quiet ("Krankenkasse als Kunde", "OP-Leuchten", "Kirchenstraße", "Frau Krebs").

How to read the words below: upper and lower case are one; a space also stands for a hyphen; `*` stands for more
letters, so `*schwangerschaft*` finds "Risikoschwangerschaft". Without `*` only the whole word counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from outreach.errors import N_

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "health": N_("health"),
        "pregnancy": N_("pregnancy"),
        "religion": N_("religion"),
        "politics": N_("politics"),
        "union": N_("union membership"),
        "orientation": N_("sexual orientation"),
        "origin": N_("ethnic origin"),
    }
)

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "health": """
            krebs | *krebserkrankung* | brustkrebs | lungenkrebs | hautkrebs | darmkrebs | prostatakrebs | blutkrebs
            leukämie | *tumor | *tumore | metastas* | chemo | *chemotherap* | bestrahlung
            op | operation | *knieoperation | *hüftoperation | *herzoperation | *augenoperation | *rückenoperation | notoperation | operiert | *bypass | krank | kranke | kranker | krankgeschrieben | krankschreibung
            *erkrankt | erkrankte | *erkrankung | *erkrankungen | *krankheit | *krankheiten | rückenleiden | herzleiden | nervenleiden | leidet an | leidet unter | krankenstand
            krankenhausaufenthalt | im krankenhaus | ins krankenhaus | im spital | in der klinik | in die klinik | intensivstation
            reha | in kur | zur kur | auf kur | burnout | burn out | fühlt sich ausgebrannt | völlig ausgebrannt | depression | depressionen | depressiv*
            bipolar* | schizophren* | psychose | angststörung* | panikattacke* | *psychotherapie | in therapie | macht therapie
            magersucht | magersüchtig | bulimie | alkoholiker* | alkoholsucht | alkoholproblem* | alkoholkrank* | alkoholabhängig*
            drogensucht | drogenabhängig* | spielsucht | spielsüchtig | suchtkrank* | entziehungskur | suizid* | selbstmordversuch
            herzinfarkt | infarkt | schlaganfall | herzschrittmacher | herzfehler | herzkrank* | herzprobleme | bluthochdruck
            diabetes | diabetiker* | zuckerkrank* | multiple sklerose | parkinson | demenz | dement | alzheimer | epilep*
            rheuma | arthrose | bandscheib* | hexenschuss | migräne | asthma | neurodermitis | *allergie | *allergien
            allergisch | *unverträglichkeit | zöliakie | hiv | hiv positiv | aids | hepatitis | tuberkulose | long covid | covid
            hatte corona | hat corona | an corona | grippe | grippal* | erkältet | erkältung | fieber | lungenentzündung
            behindert | behinderung | *schwerbehindert* | schwerbehinderung | rollstuhl | im rollstuhl | pflegegrad | pflegefall
            pflegebedürftig | gehörlos | schwerhörig | hörgerät | erblindet | querschnittsgelähmt | gelähmt | autist* | autismus
            adhs | *verletzt | verletzung | knochenbruch | *beinbruch | *armbruch | bein gebrochen | arm gebrochen | fuß gebrochen
            hüfte gebrochen | bänderriss | kreuzbandriss | meniskus | prothese | dialyse | organspende | nierenversagen
            hatte einen unfall | hatte unfall | verunglückt | im koma | sterbenskrank | todkrank | im sterben | wechseljahre
            cancer | leukemia | tumour | in hospital | to hospital | hospitali* | surgery | had an operation | knee operation | hip operation
            hip replacement | illness | is ill | seriously ill | is sick | was sick | on sick leave | sick leave | depressed
            anxiety disorder | panic attack* | in therapy | psychotherapy | in rehab | heart attack | had a stroke | pacemaker
            diabetic | multiple sclerosis | dementia | epilepsy | epileptic | migraine* | allergy | allergies | allergic
            disability | is disabled | wheelchair | autism | autistic | adhd | alcoholic | addiction | drug addict | suicidal | broken leg
            broken arm | pneumonia | arthritis | dialysis | miscarriage
        """,
        "pregnancy": """
            schwanger* | hochschwanger* | *schwangerschaft* | fehlgeburt | totgeburt | mutterschutz | kaiserschnitt | entbindung
            erwartet ein kind | erwartet ein baby | erwartet zwillinge | erwarten ein kind | erwarten ein baby | erwarten nachwuchs
            erwartet nachwuchs | kinderwunschbehandlung | künstliche befruchtung | abtreibung | in anderen umständen
            pregnant | pregnancy | expecting a baby | expecting a child | expecting twins | expects a baby | expects a child | is expecting | maternity leave | stillbirth | abortion
        """,
        "religion": """
            katholisch* | katholik* | evangelisch* | protestant* | orthodoxe* christ* | russisch orthodox | freikirch*
            ist christ | gläubige christin | gläubiger christ | überzeugter christ | moslem* | muslim* | islamisch* | zum islam
            jude | jüdin | jüdisch* | jewish | buddhist* | hinduist* | ist hindu | hinduismus | zeugen jehovas | zeuge jehovas
            mormone* | atheist* | konfessionslos | konfession | religionszugehörigkeit | kirchensteuer | kirchenaustritt
            aus der kirche ausgetreten | kirchenmitglied | kirchgänger* | tiefgläubig | streng gläubig | sehr gläubig | sehr religiös
            strenggläubig | gottesdienst | kommunion | erstkommunion | firmung | taufe | getauft | konfirmation | konfirmand*
            bar mizwa | bat mizwa | ramadan | fastet im ramadan | betet | kopftuch | koscher | isst halal | pilgerfahrt | mekka
            catholic* | is christian | a christian | devout* | islamic | goes to church | church member | goes to mosque | jehovah*
            buddhism | baptised | baptized | religious | bar mitzvah | bat mitzvah | eats kosher | keeps kosher
        """,
        "politics": """
            cdu mitglied | csu mitglied | spd mitglied | fdp mitglied | afd mitglied | in der cdu | in der csu | in der spd
            in der fdp | in der afd | bei den grünen | bei der linken | bei der afd | wählt cdu | wählt csu | wählt spd | wählt fdp
            wählt afd | wählt die afd | wählt die spd | wählt die cdu | wählt die grünen | wählt grün | wählt links | wählt rechts
            wählt die linke | afd | bsw mitglied | unterstützt die partei | wahlkampf für | parteimitglied* | parteibuch | parteiamt | parteitag | parteivorsitz* | ortsverein der spd
            linkspartei | linksradikal* | rechtsradikal* | rechtsextrem* | linksextrem* | reichsbürger* | querdenker*
            kommunist* | sozialist* | sozialdemokrat* | christdemokrat* | kandidiert für | politisch aktiv | politische meinung
            politische einstellung | politisch rechts | politisch links
            votes labour | votes tory | votes republican | votes democrat* | votes green | votes conservative | voted for trump | labour party
            party member | member of the greens | political views | politically active | communist* | far right | far left | is a republican
            is a democrat | is a tory
        """,
        "union": """
            *gewerkschaft | *gewerkschaften | gewerkschafter* | *gewerkschaftsmitglied* | gewerkschaftlich* | gewerkschaftssekretär*
            ig metall | ig bau | ig bce | igbce | ver.di | verdi mitglied | dgb mitglied | dgb | beamtenbund | marburger bund
            vertrauensfrau der ig metall | trade union* | labour union | labor union | union member* | union rep | unionised | unionized
            in the union | union dues | shop steward
        """,
        "orientation": """
            schwul | schwule | schwuler | lesbisch* | lesbe | homosexuell* | bisexuell* | asexuell* | pansexuell* | transsexuell*
            transgender | transfrau | transmann | trans frau | trans mann | intersexuell* | nonbinär | non binary | queer
            geoutet | outete sich | coming out | sexuelle orientierung | sexualleben
            is gay | gay | lesbian | homosexual | bisexual | asexual | transsexual | sexual orientation
        """,
        "origin": """
            migrationshintergrund | hautfarbe | *ischstämmig* | deutschstämmig* | afrikastämmig* | ethnisch* | ethnie | sinti | sinto | rom und sinti
            sinti und roma | ist roma | ist kurde | ist kurdin | kurdisch* herkunft | afrodeutsch* | schwarze deutsche | farbiger | farbige frau
            spätaussiedler* | russlanddeutsch* | flüchtling aus | geflüchtet aus | asylbewerber* | asylantrag
            ethnicity | ethnic* | skin colour | skin color | african american | racial | asylum seeker* | refugee from
        """,
    }
)

#: taken out before looking: surnames, signs of the zodiac, trades, idioms
HARMLESS = """
    frau krebs | herr krebs | herrn krebs | familie krebs | firma krebs | krebs gmbh | krebs ag | krebs kg | dr. krebs | krebs & *
    sternzeichen krebs | krebs (sternzeichen) | krebs sternzeichen | ist krebs vom sternzeichen | sign cancer | cancer (zodiac)
    cancer (star sign) | star sign cancer | zodiac sign cancer
    op leuchte* | op tisch* | op saal | op säle | op technik | op kleidung | op planung | co op | co op * | op ed
    operation am offenen herzen der * | praxis für psychotherapie | psychotherapie praxis
    lieferkrankheit | kinderkrankheiten der * | kinderkrankheiten im * | kinderkrankheiten beim * | kinderkrankheiten des *
    lampenfieber | reisefieber | fußballfieber | goldfieber | hörgeräte akustik
    verletzt den vertrag | vertrag verletzt | vertragsverletzung | markenrecht verletzt | urheberrecht verletzt | pflichtverletzung
    verletzt das * | verletzt die * | datenschutzverletzung | patentverletzung
    allergisch gegen werbung | allergisch auf werbung | allergisch gegen verspätungen | behindert den * | behindert die * | behindert das * | behinderung der bauarbeiten | schwanger mit der idee
    geht schwanger mit | mit der idee schwanger | entbindung von der *
    schwangerschaftsmode * | evangelische bank | evangelisches krankenhaus | evangelische stiftung | katholische stiftung
    katholisches krankenhaus | evangelische akademie | katholische akademie | jüdisches museum | auftragskonfirmation
    katholisch* kirchengemeinde * | evangelisch* kirchengemeinde * | taufe des schiff* | schiffstaufe | islamische kunst
    protestanten str* | religious about | religiously | parteitag der * als kunde
    tumor * forschung | krebsforschung | bestrahlungsanlage* | gay lussac | gay-lussac | verdi oper | oper von verdi
    coming out of | coming out in | coming out next | coming out on | coming out soon | coming out with
    sick of | visual aids | depressed market* | depressed prices | op art | verletzung der vereinbarung | verletzung der nda | verletzung der vertraulichkeit | verletzung des vertrag* | verletzung des urheberrechts | kranke preise
    operation umzug | depression der konjunktur | taufe der neuen * | nicht ganz koscher | nicht koscher | mekka der * | mekka für * | mekka des *
    leidet unter dem markt* | leidet unter der konjunktur | leidet unter den preisen | surgery hours | gewerkschaft als kunde
    gewerkschaft der * ist kunde | kunde gewerkschaft | kunde ig metall | dgb als kunde
"""

#: what makes a whole part of a note business: "Krankenkasse ABC als Kunde", "Kunden: Kliniken, Gewerkschaften"
_AS_CUSTOMER = re.compile(
    r"\b(?:\w+[ -]){1,3}als (?:kunde|kunden|auftraggeber|kundin)\b|\bkunden: [^.;\n]{0,80}", re.IGNORECASE
)
#: "Reha-Klinik", "Diabetes-Praxis": a trade, not a diagnosis
_TRADE = re.compile(
    r"(?<!\w)\w{1,40}-(?:klinik|praxis|zentrum|stiftung|verband|verein|forschung|messe|kongress|ambulanz|portal|software|app"
    r"|beratung|prävention|produkt\w{0,10}|clinic|practice|centre|center|foundation|research|charity)(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Finding:
    """A kind of sensitive data and the words that show it, as they stand in the note."""

    kind: str
    words: tuple[str, ...]

    @property
    def label(self) -> str:
        """The kind in words, ready to translate."""
        return LABELS[self.kind]


def find(note: str) -> tuple[Finding, ...]:
    """What a note says of these kinds, in the order of LABELS; empty when there is nothing to warn of."""
    text = _blanked(note)
    found = []
    for kind, pattern in _PATTERNS.items():
        words = dict.fromkeys(note[match.start() : match.end()] for match in pattern.finditer(text))
        if words:
            found.append(Finding(kind, tuple(words)))
    return tuple(found)


def _blanked(note: str) -> str:
    """The note with harmless passages crossed out, letter by letter, so that places stay the same."""
    for pattern in (_HARMLESS, _TRADE, _AS_CUSTOMER):
        note = pattern.sub(lambda match: "·" * len(match.group()), note)
    return note


def _words(data: str) -> Iterable[str]:
    return (word.strip() for line in data.splitlines() for word in line.split(" | ") if word.strip())


def _pattern(data: str) -> re.Pattern[str]:
    """One pattern for all words of a kind; longer ones first, so that "Hüft-OP" is shown rather than "OP"."""
    forms = sorted({_form(word) for word in _words(data)}, key=lambda form: (-len(form), form))
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", re.IGNORECASE)


def _form(word: str) -> str:
    pieces = [r"\w{0,40}" if piece == "*" else re.escape(piece) for piece in re.split(r"(\*| )", word) if piece]
    return "".join(r"[ \-]{1,2}" if piece == r"\ " else piece for piece in pieces)


_PATTERNS = {kind: _pattern(WORDS[kind]) for kind in LABELS}
_HARMLESS = _pattern(HARMLESS)
