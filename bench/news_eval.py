"""How well the news are judged: `make eval NEWS=folder` with articles.jsonl.gz, customers.json and pairs.tsv.

Mentions against the true pairs of customer and article, kinds of events against the true kinds, tactless drafts, and the
plain ways of doing it beside them in the same run.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from feeds import judge, match, rules
from feeds.commands.material import article_of, subject_of
from feeds.stories import Stories
from feeds.texts import Article, Finding, Subject
from outreach.occasions import kinds

Pair = tuple[str, str]
#: kinds of the SmartData corpus and ours
OURS = {
    "Acquisition": {"acquisition_buyer", "acquisition_target"},
    "OrganizationLeadership": {"leadership_joins", "leadership_leaves"},
    "SpinOff": {"spin_off"},
    "Insolvency": {"insolvency", "liquidation"},
    "Layoffs": {"layoffs"},
    "Merger": {"merger"},
    "Strike": {"strike"},
}
BAD = {"Insolvency", "Layoffs", "Strike"}
_FORMS = re.compile(
    r"(?:[,&\s]+(?:gmbh|ag|se|kg|kgaa|co\.?|ohg|ug|e\.?k\.?|mbh|inc\.?|ltd\.?|plc|s\.?a\.?|s\.à r\.l\.|n\.?v\.?|corp\.?|stiftung"
    r"|\(haftungsbeschränkt\)|&))+\s*$",
    re.IGNORECASE,
)
_KEYWORDS = {
    "Acquisition": r"übernahme|übernimmt|übernommen|kauft|aufgekauft|akquisition|erwirbt",
    "OrganizationLeadership": r"geschäftsführer|vorstandschef|vorstandsvorsitzende|\bceo\b|chef\b",
    "SpinOff": r"abspaltung|ausgliederung|ableger|spin-?off|börsengang|tochter",
    "Insolvency": r"insolven|pleite|konkurs|zahlungsunfähig|bankrott",
    "Layoffs": r"stellenabbau|entlass|stellen streich|streicht|personalabbau|kündigung",
    "Merger": r"fusion|zusammenschlu|verschmelz",
    "Strike": r"streik|ausstand|arbeitskampf",
}


@dataclass(frozen=True)
class Score:
    """Right, wrong and missing."""

    right: int
    wrong: int
    missing: int

    @property
    def precision(self) -> float:
        return 100 * self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return 100 * self.right / max(1, self.right + self.missing)

    @property
    def f1(self) -> float:
        return 200 * self.right / max(1, 2 * self.right + self.wrong + self.missing)

    def line(self, name: str) -> str:
        return f"  {name:<44} P {self.precision:5.1f}   R {self.recall:5.1f}   F1 {self.f1:5.1f}   ({self.right} right, {self.wrong} wrong, {self.missing} missing)"


def main(folder: Path) -> int:
    """Print the figures; 2 when there is nothing to judge."""
    missing = [name for name in ("articles.jsonl.gz", "customers.json", "pairs.tsv") if not (folder / name).is_file()]
    if missing:
        print(f"There is nothing to judge: {folder} has no {', '.join(missing)}.", file=sys.stderr)
        return 2
    subjects = [subject_of(one) for one in json.loads((folder / "customers.json").read_text("utf-8"))]
    with gzip.open(folder / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        articles = [article_of(json.loads(line)) for line in lines]
    truth = _truth(folder / "pairs.tsv")
    findings, seconds = _judged(subjects, articles)
    _mentions(subjects, articles, truth, findings)
    _kinds(articles, subjects, truth, findings)
    _rest(articles, truth, findings, seconds)
    _ordinary(folder, articles)
    return 0


def _truth(file: Path) -> dict[Pair, set[str]]:
    with file.open(encoding="utf-8", newline="") as rows:
        return {
            (row["customer"], row["article"]): {kind for kind in (row["kinds"] or "").split(",") if kind}
            for row in csv.DictReader(rows, delimiter="\t")
        }


def _judged(subjects: Sequence[Subject], articles: Sequence[Article]) -> tuple[list[Finding], float]:
    index, known, stories = match.Index.build(subjects), rules.load(), Stories()
    found: list[Finding] = []
    started = time.perf_counter()
    for article in articles:
        today = article.published_at.date() if article.published_at else date(2016, 6, 30)
        found += judge.judge(article, index, known, kinds.load(), stories, today)
    return found, time.perf_counter() - started


# ---- who is mentioned


def _mentions(
    subjects: Sequence[Subject],
    articles: Sequence[Article],
    truth: Mapping[Pair, set[str]],
    findings: Sequence[Finding],
) -> None:
    own = {(one.subject, one.article) for one in findings if one.relation == "own"}
    sure = {(one.subject, one.article) for one in findings if one.relation == "own" and one.certainty == "sure"}
    plain = {name: _by_words(subjects, articles, way) for name, way in _WAYS.items()}
    ambiguous = _ambiguous(subjects, articles, truth)
    for title, keys in (
        ("all names", None),
        (f"ambiguous names ({len(ambiguous)})", ambiguous),
        ("distinctive names", {one.key for one in subjects} - ambiguous),
    ):
        print(f"Mentions, {title}")
        for name, found in {**plain, "Outreach, sure and unsure": own, "Outreach, sure": sure}.items():
            print(_score(truth, found, keys).line(name))
        print()


def _score(truth: Iterable[Pair], found: Iterable[Pair], keys: set[str] | None) -> Score:
    true = {pair for pair in truth if keys is None or pair[0] in keys}
    said = {pair for pair in found if keys is None or pair[0] in keys}
    return Score(len(true & said), len(said - true), len(true - said))


def _stripped(name: str) -> str:
    while (shorter := _FORMS.sub("", name)) != name:
        name = shorter
    return name.strip()


_WAYS: dict[str, Callable[[Subject], re.Pattern[str]]] = {
    "official name, substring": lambda one: re.compile(re.escape(one.name), re.IGNORECASE),
    "legal form stripped, substring, aliases": lambda one: re.compile(
        "|".join(re.escape(name) for name in (_stripped(one.name), *one.aliases)), re.IGNORECASE
    ),
    "word boundary, aliases": lambda one: re.compile(
        rf"(?<!\w)(?:{'|'.join(re.escape(name) for name in (_stripped(one.name), *one.aliases))})(?!\w)"
    ),
}


def _by_words(
    subjects: Sequence[Subject], articles: Sequence[Article], way: Callable[[Subject], re.Pattern[str]]
) -> set[Pair]:
    patterns = [(one.key, way(one)) for one in subjects]
    return {(key, article.id) for article in articles for key, pattern in patterns if pattern.search(article.body)}


def _ambiguous(subjects: Sequence[Subject], articles: Sequence[Article], truth: Mapping[Pair, set[str]]) -> set[str]:
    """Names of three letters at most, or whose plain occurrences are mostly something else."""
    said = Counter(key for key, _ in _by_words(subjects, articles, _WAYS["legal form stripped, substring, aliases"]))
    true = Counter(key for key, _ in truth)
    return {
        one.key
        for one in subjects
        if min(len(name) for name in (_stripped(one.name), *one.aliases)) <= 3 or said[one.key] > 2 * true[one.key]
    }


# ---- what happened


def _kinds(
    articles: Sequence[Article],
    subjects: Sequence[Subject],
    truth: Mapping[Pair, set[str]],
    findings: Sequence[Finding],
) -> None:
    true = {(pair, kind) for pair, its in truth.items() for kind in its}
    said = {
        ((one.subject, one.article), theirs)
        for one in findings
        for theirs, ours in OURS.items()
        if one.kind in ours and one.relation == "own"
    }
    anywhere = _by_keyword(articles, findings)
    print("Kinds of events, over pairs of customer and article")
    scores = []
    for kind in OURS:
        scores.append(_score_of({one for one in true if one[1] == kind}, {one for one in said if one[1] == kind}))
        print(scores[-1].line(kind))
    print(_score_of(true, anywhere).line("keyword anywhere in the article"))
    print(_score_of(true, said).line("Outreach, micro"))
    print(f"  {'Outreach, macro':<44} {'':27}F1 {sum(one.f1 for one in scores) / len(scores):5.1f}\n")


def _score_of(true: set[tuple[Pair, str]], said: set[tuple[Pair, str]]) -> Score:
    return Score(len(true & said), len(said - true), len(true - said))


def _by_keyword(articles: Sequence[Article], findings: Sequence[Finding]) -> set[tuple[Pair, str]]:
    bodies = {article.id: article.body.lower() for article in articles}
    return {
        ((one.subject, one.article), kind)
        for one in findings
        if one.relation == "own"
        for kind, words in _KEYWORDS.items()
        if re.search(words, bodies[one.article])
    }


def _rest(
    articles: Sequence[Article], truth: Mapping[Pair, set[str]], findings: Sequence[Finding], seconds: float
) -> None:
    drafts = [one for one in findings if one.decision == "draft"]
    tactless = [one for one in drafts if _is_tactless(one, truth)]
    print(f"Drafts {len(drafts)}, of them tactless {len(tactless)}")
    for one in tactless:
        print(f"  {one.subject}: {one.kind} | {one.quote}")
    dated = [one for one in findings if one.relation == "own"]
    print(f"Mentions {len(dated)}, stories {len({one.story for one in dated})}")
    print(f"Decisions {dict(Counter(one.decision for one in findings))}")
    print(f"{len(articles) / seconds:,.0f} articles/s\n")


def _is_tactless(draft: Finding, truth: Mapping[Pair, set[str]]) -> bool:
    """A mail about bad news, to somebody nobody spoke of, or where something bad is true of another in the article."""
    pair = (draft.subject, draft.article)
    bad_nearby = any(its & BAD for (_, article), its in truth.items() if article == draft.article)
    return pair not in truth or bool(truth[pair] & BAD) or bad_nearby or draft.polarity < 0


def _ordinary(folder: Path, articles: Sequence[Article]) -> None:
    names = folder.parent / "company-names" / "names-100k.csv.gz"
    try:
        from bench import ordinary_names
    except ImportError:
        return
    if names.is_file():
        print("Names that are ordinary words")
        for key, value in ordinary_names.judge(names, articles).items():
            print(f"  {key:<44} {value}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print("Say where the news are: make eval NEWS=folder", file=sys.stderr)
        sys.exit(2)
    sys.exit(main(Path(sys.argv[1])))
