"""Whatever an article holds, it is judged in bounded time: feeds are written by strangers."""

from __future__ import annotations

import time
from datetime import date

import pytest

from feeds import events, judge, rules
from feeds.events import sentences
from feeds.match import Index
from feeds.stories import Stories
from feeds.texts import QUOTE_MOST, Article, Mention, Subject
from outreach.occasions import kinds

LONGEST = 200_000
#: seconds; a tenth of it is usual, minutes were what it took before
MOST = 5.0
NAMES = [f"Wort{chr(97 + at % 26)}{chr(97 + at // 26 % 26)}{chr(97 + at // 676)}" for at in range(3_000)]
TOWNS = ("Ulm", "Kiel", "Berlin", "Passau", "Gera", "Hof", "Celle", "Aalen")

TEXTS = {
    "thousands of names without a full stop": " ".join(NAMES),
    "names with commas": ", ".join(NAMES * 5),
    "hashtags": " ".join(f"#{name}" for name in NAMES * 5),
    "one name again and again": "Audi " * 40_000,
    "one name that does something again and again": "Audi Streik eröffnet " * 9_000,
    "capitals": "AUDI BAUT " * 20_000,
    "a sentence for each name": " ".join(f"{name} eröffnet ein Werk in Ulm." for name in NAMES),
    "a name and its town": "Durst Brixen " * 15_000,
    "a name many have": "Müller eröffnet " * 12_000,
    "a name many towns have": "Huber Streik " * 15_000,
    "nested quotes": "„Audi " * 15_000 + "“" * 50_000,
    "quoted names": "„Audi “" * 25_000,
    "a row of points": "." * 190_000 + " Audi Streik",
    "a row of marks": "!" * 100_000 + ")" * 90_000 + "Audi Streik",
    "a row of blanks": "Audi" + " " * 190_000 + "Streik",
    "lines": "Audi\n" * 40_000,
    "one word": "a" * 190_000 + " Audi Streik",
    "hyphens": "Audi-" * 40_000,
    "a word before a hyphen": "x" * 100_000 + "-Audi " + "y" * 90_000,
    "short parts": "a, " * 60_000 + " Audi streik",
    "combining marks": "A\u0308udi " * 20_000 + "\u0301" * 50_000,
    "soft hyphens": "Au\u00addi " * 30_000,
    "days": "Audi Streik 1.1.2016 " * 9_000,
    "we": "wir streiken " * 15_000,
    "sixty names and a strike in each line": "".join(
        f"{' '.join(NAMES[at : at + 60])} Streik eröffnet.\n" for at in range(0, 3_000, 60)
    )
    * 8,
}


@pytest.fixture(scope="module")
def index() -> Index:
    many = [
        Subject(f"s{at}", f"{name} GmbH", city=TOWNS[at % 8], industry="Druckmaschinen", domains=(f"{name}.de",))
        for at, name in enumerate(NAMES)
    ]
    alike = [Subject(f"m{at}", "Müller GmbH") for at in range(1_000)]
    elsewhere = [Subject(f"h{at}", "Huber GmbH", city=f"Stadt{at}") for at in range(1_000)]
    few = [Subject("durst", "Durst AG", city="Brixen"), Subject("audi", "Audi AG"), Subject("own", "Kolibri GmbH")]
    return Index.build([*many, *alike, *elsewhere, *few])


@pytest.mark.parametrize("as_title", [False, True], ids=["text", "headline"])
@pytest.mark.parametrize("name", TEXTS)
def test_no_article_takes_long(index: Index, name: str, as_title: bool) -> None:
    text = TEXTS[name][:LONGEST]
    article = Article("1", text, "Audi", own_of="own") if as_title else Article("1", "Audi", text, own_of="own")
    rules.load()
    started = time.perf_counter()
    findings = judge.judge(article, index, rules.load(), kinds.load(), Stories(), date(2026, 1, 1))
    assert time.perf_counter() - started < MOST
    assert all(len(finding.quote) <= QUOTE_MOST for finding in findings)


def test_of_a_list_of_thousands_the_first_places_are_looked_at(index: Index) -> None:
    mentions = index.mentions(Article("1", "Liste", ", ".join(NAMES)))
    assert len(mentions) == 500
    assert [mention.form for mention in mentions] == NAMES[:500]


def test_a_name_said_a_thousand_times_does_not_hide_the_others(index: Index) -> None:
    mentions = index.mentions(Article("1", "Liste", "Audi baut. " * 1_000 + "Auch Wortaaa baut ein Werk in Ulm."))
    assert {mention.subject for mention in mentions} == {"audi", "s0"}


def test_a_name_of_hundreds_says_nobody_unless_the_article_says_more() -> None:
    many = [Subject(f"m{at}", "Huber GmbH", city="Passau") for at in range(300)]
    index = Index.build([*many, Subject("ulm", "Huber GmbH", city="Ulm")])
    assert index.mentions(Article("1", "", "Die Huber GmbH eröffnet ein Werk.")) == []
    told = index.mentions(Article("1", "", "Die Huber GmbH aus Ulm eröffnet ein Werk."))
    assert {mention.subject for mention in told} == {"ulm"}


def test_of_hundreds_with_one_name_in_one_town_only_some_are_shown_and_none_is_sure() -> None:
    index = Index.build(Subject(f"m{at}", "Huber GmbH", city="Passau") for at in range(300))
    told = index.mentions(Article("1", "", "Die Huber GmbH aus Passau eröffnet ein Werk."))
    assert 0 < len(told) <= 20
    assert {mention.certainty for mention in told} == {"unsure"}


def test_a_town_named_often_still_tells_where_the_name_comes_from() -> None:
    index = Index.build([Subject("durst", "Durst AG", city="Brixen")])
    text = "Brixen feiert. " * 50 + "Der Druckmaschinenbauer Durst aus Brixen baut. " + "In Brixen regnet es. " * 50
    (mention,) = index.mentions(Article("1", "", text))
    assert mention.certainty == "sure"
    assert "from:Brixen" in mention.reasons


def test_thousands_of_events_are_looked_at_in_few_places() -> None:
    text = "".join(f"{' '.join(NAMES[:60])} streikt {number}.\n" for number in range(100))
    spans = [(name, text.index(name)) for name in NAMES[:60]]
    mentions = [Mention(name, "own", name, at, at + len(name), "sure") for name, at in spans]
    told = events.happened(Article("1", "", text), mentions, rules.load(), date(2026, 1, 1))
    assert len(told) <= 300


def test_a_row_of_marks_ends_one_sentence() -> None:
    assert [one.start for one in sentences.split("Wirklich?!?!... “Ja.” Gut", 0)] == [0, 16, 22]
