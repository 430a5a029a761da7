"""Small firms called like ordinary words: are they found where they are meant, and nowhere else?

Firms come from a list of real company names with their seats; what is said of them is written into real articles, which
unchanged must stay silent. Nothing of either is kept in the project: `judge(companies_csv, articles)` is given both.
"""

from __future__ import annotations

import csv
import gzip
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from feeds.match import Index
from feeds.names import Ordinary, core, ordinary
from feeds.texts import Article, Subject

FIRMS, TELLINGS = 200, 3
_KINDS = (Ordinary.WORD, Ordinary.LOAN, Ordinary.TOWN, Ordinary.SURNAME, Ordinary.FIRST_NAME)
_LEAST = 4

_TRADES = (
    ("Druckmaschinen", "Maschinenbauer"),
    ("Möbel", "Möbelhändler"),
    ("Bäckerei", "Bäckerei"),
    ("Software", "Softwarefirma"),
    ("Spedition", "Logistiker"),
    ("Gastronomie", "Restaurantkette"),
    ("Elektrotechnik", "Elektrobetrieb"),
    ("Architektur", "Architekturbüro"),
    ("Textilien", "Modehaus"),
    ("Medizintechnik", "Medizintechnikhersteller"),
)

#: {n} name, {g} genitive, {c} city, {t} trade as known, {w} a word for such a firm, {l} name with legal form
_TELLINGS = (
    "{n} aus {c} baut ein neues Werk und stellt 40 Leute ein.",
    "Der {c}er {w} {n} hat im vergangenen Jahr seinen Umsatz gesteigert.",
    "Die Firma {n} feiert in {c} ihr 50-jähriges Bestehen.",
    "{l} hat einen neuen Geschäftsführer.",
    "Den Preis erhielt in diesem Jahr {n}, bekannt für {t}, mit Sitz in {c}.",
    "Wie es bei {n} weitergeht, ist offen: Das Unternehmen aus {c} ({t}) verhandelt mit einem Investor.",
    "„Wir wachsen“, sagt die Chefin von {n}. Der Betrieb in {c} hat 30 Beschäftigte.",
    "Die {n}-Gruppe eröffnet nächste Woche eine Filiale in {c}.",
    "{g} neue Halle in {c} ist fertig, die Produktion für {t} läuft an.",
    "Ein neuer Auftrag für {n} ({c}): Geliefert wird ab Herbst.",
    "In {c} übernimmt {n} einen Wettbewerber aus der Branche {t}.",
    "Auf der Messe zeigt {n} aus {c} neue Produkte.",
    "{n} in {c} has opened a new plant and hired 40 people.",
    "Der Insolvenzverwalter der {l} sucht einen Käufer.",
)


@dataclass(frozen=True)
class Telling:
    """An article into which something about a firm was written."""

    subject: str
    article: Article


def judge(companies_csv: Path, articles: Sequence[Article], *, firms: int = FIRMS) -> dict[str, float]:
    """Precision, recall, F1 (sure and unsure together, and sure alone), and false alarms in untouched articles per
    100 firms and 1,000 articles."""
    subjects = _subjects(companies_csv, firms)
    tellings = list(_told(subjects, articles))
    index = Index.build(subjects)
    wanted = {(telling.subject, telling.article.id) for telling in tellings}
    found = {one for telling in tellings for one in _mentioned(index, telling.article)}
    alarms = {one for article in articles for one in _mentioned(index, article)}
    figures: dict[str, float] = {"firms": len(subjects), "true mentions": len(wanted)}
    share = (len(subjects) / 100) * (len(articles) / 1000)
    for label, certainties in (("", ("sure", "unsure")), (" sure", ("sure",))):
        named = {(key, article) for key, article, certainty in found if certainty in certainties}
        false = {(key, article) for key, article, certainty in alarms if certainty in certainties}
        right = len(named & wanted)
        precision = right / max(1, len(named | false))
        recall = right / max(1, len(wanted))
        figures[f"P{label}"], figures[f"R{label}"] = 100 * precision, 100 * recall
        figures[f"F1{label}"] = 200 * precision * recall / max(1e-9, precision + recall)
        figures[f"false alarms{label}"] = len(false) / share
    return figures


def _subjects(companies_csv: Path, firms: int) -> list[Subject]:
    rng = random.Random(11)
    by_core: dict[str, tuple[str, str]] = {}
    with gzip.open(companies_csv, "rt", encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            name = core(row["name"])
            if len(name) >= _LEAST and name.isalpha() and ordinary(name) in _KINDS:
                by_core.setdefault(name.lower(), (row["name"], row["seat"].split(",")[0].strip()))
    chosen = rng.sample(sorted(by_core.values()), min(firms, len(by_core)))
    return [
        Subject(key=f"firm-{number}", name=name, city=city, industry=rng.choice(_TRADES)[0])
        for number, (name, city) in enumerate(chosen)
    ]


def _told(subjects: Sequence[Subject], articles: Sequence[Article]) -> Iterator[Telling]:
    rng = random.Random(12)
    for subject in subjects:
        for number, telling in enumerate(rng.sample(_TELLINGS, TELLINGS)):
            sentence = _filled(telling, subject)
            article = rng.choice(articles)
            lines = article.text.split("\n")
            lines.insert(rng.randint(0, len(lines)), sentence)
            told = replace(article, id=f"{subject.key}-{number}", text="\n".join(lines))
            yield Telling(subject.key, told)


def _filled(telling: str, subject: Subject) -> str:
    name = core(subject.name)
    written = name.capitalize() if name.isupper() and len(name) > _LEAST else name
    genitive = f"{written}’" if written[-1] in "sxzß" else f"{written}s"
    words = dict(_TRADES)[subject.industry]
    return telling.format(n=written, g=genitive, c=subject.city, t=subject.industry, w=words, l=subject.name)


def _mentioned(index: Index, article: Article) -> set[tuple[str, str, str]]:
    return {(mention.subject, article.id, mention.certainty) for mention in index.mentions(article)}
