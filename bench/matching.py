"""How many articles a second are searched for 10,000 and 100,000 customers' names, and what the index costs.

Names come from the file in `OUTREACH_BENCH_NAMES` (CSV, gzipped, columns name and seat) when it is set, else they are made up.
"""

from __future__ import annotations

import csv
import gzip
import os
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from bench import Figure
from feeds.match import Index
from feeds.names import core, dictionary
from feeds.texts import Article, Subject

_Result = TypeVar("_Result")
SIZES = (10_000, 100_000)
ARTICLES, NAIVE, NAMED = 2_000, 5, 0.2
#: feed entries have about 300 characters, whole articles three times as many and more
ENTRY, WHOLE = 4, 12
_ENDS = ("GmbH", "AG", "GmbH & Co. KG", "UG (haftungsbeschränkt)", "e.K.", "KG", "SE")
_TRADES = ("Bau", "Maschinenbau", "Logistik", "Druck", "Software", "Handels", "Technik", "Consulting", "Immobilien")
_TOWNS = ("Ulm", "Kiel", "Berlin", "Passau", "Gera", "Bad Kreuznach", "Mühlheim am Main", "Hof", "Celle", "Aalen")
_SYLLABLES = (
    "ba",
    "lor",
    "min",
    "tek",
    "ver",
    "sto",
    "kra",
    "nü",
    "dex",
    "hal",
    "fri",
    "gos",
    "wen",
    "tür",
    "pel",
    "sam",
)
_WORDS = [
    "der",
    "die",
    "das",
    "ein",
    "Unternehmen",
    "Stadt",
    "Jahr",
    "Mitarbeiter",
    "hat",
    "wird",
    "will",
    "baut",
    "neue",
    "Halle",
    "Werk",
    "am",
    "Rand",
    "von",
    "Region",
    "Kunden",
    "sagt",
    "gestern",
    "morgen",
    "Millionen",
    "Euro",
    "Prozent",
    "Umsatz",
    "Markt",
    "Ende",
    "Anfang",
    "Verein",
    "Bürgermeister",
    "Straße",
    "Polizei",
    "Gericht",
    "Spiel",
]


def run() -> list[Figure]:
    """Articles a second, seconds to build, memory, and the ratio to asking for each name in turn."""
    dictionary.is_german("Wort")  # read once in a process, however many indexes there are
    subjects = _subjects(max(SIZES))
    return [figure for size in SIZES for figure in _measured(subjects[:size])]


def _measured(watched: Sequence[Subject]) -> list[Figure]:
    entries, wholes = _articles(watched, ENTRY), _articles(watched, WHOLE)
    before = _resident()
    building, index = _timed(lambda: Index.build(watched))
    memory = _resident() - before
    searching, _ = _timed(lambda: [index.mentions(article) for article in entries])
    reading, _ = _timed(lambda: [index.mentions(article) for article in wholes])
    changing, _ = _timed(lambda: index.with_changes([Subject("0", "Ganz Anders GmbH")]))
    naive, _ = _timed(lambda: _naive([core(subject.name) for subject in watched], entries[:NAIVE]))
    rate, naive_rate = len(entries) / searching, NAIVE / naive
    names = f"{len(watched):,} names"
    return [
        Figure(
            f"feed entries searched, {names}", rate, "entries/s", f"{rate / naive_rate:.0f} × a loop over the names"
        ),
        Figure(f"whole articles searched, {names}", len(wholes) / reading, "articles/s"),
        Figure(f"index built, {names}", building, "s"),
        Figure(f"index in memory, {names}", memory, "MB"),
        Figure(
            f"one customer edited, {names}", changing * 1000, "ms", f"{building / changing:,.0f} × faster than building"
        ),
    ]


def _timed(work: Callable[[], _Result]) -> tuple[float, _Result]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def _naive(names: Sequence[str], articles: Sequence[Article]) -> int:
    return sum(name in article.body for article in articles for name in names)


def _resident() -> float:
    """Megabytes of memory this process holds."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _subjects(count: int) -> list[Subject]:
    given = os.environ.get("OUTREACH_BENCH_NAMES")
    rows = _from_file(Path(given)) if given else _made_up(count)
    return [Subject(str(number), name, city=town) for number, (name, town) in enumerate(rows[:count])]


def _from_file(path: Path) -> list[tuple[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        return [(row["name"], row["seat"]) for row in csv.DictReader(rows)]


def _made_up(count: int) -> list[tuple[str, str]]:
    rng = random.Random(1)
    return [
        (
            f"{''.join(rng.choices(_SYLLABLES, k=rng.randint(2, 4))).capitalize()} {rng.choice(_TRADES)} {rng.choice(_ENDS)}",
            rng.choice(_TOWNS),
        )
        for _ in range(count)
    ]


def _articles(subjects: Sequence[Subject], length: int) -> list[Article]:
    rng = random.Random(2)
    found = []
    for number in range(ARTICLES):
        sentences = [" ".join(rng.choices(_WORDS, k=12)) + "." for _ in range(length)]
        if rng.random() < NAMED:
            subject = rng.choice(subjects)
            sentences.insert(2, f"{core(subject.name)} aus {subject.city} baut eine neue Halle.")
        found.append(Article(str(number), " ".join(rng.choices(_WORDS, k=6)), " ".join(sentences)))
    return found
