"""Letters taken apart and put together, compared, and marked where they were changed."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.drafts import changes, doubts, judged, likeness, wording
from outreach.drafts.compose import Composed
from outreach.drafts.sentences import Evidence, Sentence, key, split


@pytest.mark.parametrize(
    "text",
    [
        "Das ist Dr. Müller. | Er kommt.",
        "Prof. Dr. h.c. Weber grüßt Sie. | Bald mehr.",
        "Wir sehen uns am 3. Mai. | Ich freue mich.",
        "Zum 25. Firmenjubiläum alles Gute.",
        "Wir nehmen z. B. Holz. | Oder Stein.",
        "Die Huber GmbH & Co. KG wächst. | Gut so.",
        "Viele Dinge, d. h. fast alle. | Ja.",
        "Holz, Stein usw. gehen auch. | Sand nicht.",
        "Holz, Stein usw. | Das reicht.",
        "Ich überlege … und komme wieder. | Sicher.",
        "Ich überlege … | Dann komme ich.",
        "„Gewonnen!“ | Das freut mich.",
        "„Gewonnen!“, rief er. | Schön.",
        "Wirklich? | Ja! | Gut.",
        "Mehr unter www.swp.example. | Bis bald.",
        "Um 10.30 Uhr passt es. | Oder um 14 Uhr.",
        "Es war 2019. | Seitdem nichts.",
        "Sehr geehrte Frau Weber,\n\n | vielen Dank.\n | - eins\n | - zwei",
        "Mr. Smith and Ms. Jones met at Acme Inc. today. | Fine.",
        "We met at Acme Inc. | They liked it.",
        "See e.g. the list. | Bye.",
        "J. Weber hat unterschrieben. | Danke.",
        "Das mag so sein. | So ist es. | Was Sie tun, tun Sie so. | Gut.",
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str) -> None:
    wanted = [part.strip(" ") for part in text.split("|")]
    assert [piece.strip(" ") for piece in split("".join(text.split("| ")))] == wanted


@given(st.text(alphabet=st.sampled_from("aB1.!?…\n \t\r„“)(-Dr„z"), max_size=80) | st.text(max_size=60))
def test_taken_apart_and_joined_is_the_same(text: str) -> None:
    assert "".join(split(text)) == text
    assert all(split(text))


def test_long_texts_are_quick() -> None:
    for text in ("a" * 200_000, ". " * 100_000, "\n" * 200_000, " " * 200_000, ".\n" * 100_000, "?" * 200_000):
        start = time.perf_counter()
        assert "".join(split(text)) == text
        assert time.perf_counter() - start < 2


# ---- likeness

FRAME = Composed("", "", (), "service")

LETTER = """Sehr geehrte Frau Weber,

in der Südwest Presse habe ich „Müller gewinnt Preis“ gelesen und mich für Sie gefreut. Herzlichen Glückwunsch Ihnen und
allen, die daran mitgearbeitet haben. Am 3. Mai denke ich an Sie und an alle, die im Hintergrund gearbeitet haben.

Freundliche Grüße
Jule Stern"""


def test_another_name_day_and_headline_make_no_other_letter() -> None:
    other = LETTER.replace("Frau Weber", "Herr Dr. Koch").replace(
        "Müller gewinnt Preis", "Huber baut in Ulm eine Halle"
    )
    other = other.replace("3. Mai", "12. November").replace("Stern", "Mond")
    assert likeness.likeness(LETTER, other) == 1.0
    assert likeness.nearly_same(LETTER, [(7, other), (8, "ganz anders " * 20)]) == likeness.Likely(7, 1.0)


def test_a_different_letter_is_different() -> None:
    other = LETTER.replace("in der Südwest Presse habe ich", "zwischen zwei Terminen las ich mit Freude, dass")
    assert 0.7 < likeness.likeness(LETTER, other) < 0.9
    assert likeness.nearly_same(LETTER, [(1, other)]) is None
    assert likeness.nearly_same(LETTER, [(1, other)], at=0.6) is not None


def test_two_short_notes_are_no_doubles() -> None:
    assert (
        likeness.likeness("Hallo Anna,\n\nvielen Dank.\n\nViele Grüße", "Hallo Max,\n\nvielen Dank.\n\nViele Grüße")
        == 0
    )


def test_hundreds_of_letters_are_compared_at_once() -> None:
    others = [(number, LETTER.replace("Glückwunsch", f"Gruß{number} " * (number % 9))) for number in range(500)]
    start = time.perf_counter()
    assert likeness.nearly_same(LETTER, others) is not None
    assert time.perf_counter() - start < 1


@given(st.text(max_size=200), st.text(max_size=200))
def test_likeness_is_a_share_and_works_both_ways(a: str, b: str) -> None:
    assert 0 <= likeness.likeness(a, b) <= 1
    assert likeness.likeness(a, b) == pytest.approx(likeness.likeness(b, a))


# ---- changes


@given(st.text(max_size=120), st.text(max_size=120))
def test_a_difference_holds_both_texts(original: str, now: str) -> None:
    pieces = changes.difference(original, now)
    assert "".join(one.text for one in pieces if one.kind != "in") == original
    assert "".join(one.text for one in pieces if one.kind != "out") == now
    assert 0 <= changes.own_share(original, now) <= 1


def test_a_changed_stretch_reads_as_one() -> None:
    pieces = [
        (one.kind, one.text)
        for one in changes.difference("Ich danke Ihnen sehr herzlich.", "Ich danke dir von Herzen.")
    ]
    assert pieces == [("same", "Ich danke "), ("out", "Ihnen sehr herzlich"), ("in", "dir von Herzen"), ("same", ".")]


def test_ones_own_share_counts_the_words_between_greeting_and_closing() -> None:
    assert changes.own_share(LETTER, LETTER) == 0
    assert changes.own_share(LETTER, LETTER.replace("Frau Weber", "Frau Koch")) == 0
    rewritten = "Sehr geehrte Frau Weber,\n\nkurz und knapp: prima!\n\nFreundliche Grüße"
    assert changes.own_share(LETTER, rewritten) > 0.7
    assert 0 < changes.own_share(LETTER, LETTER.replace("Herzlichen Glückwunsch", "Alles Gute")) < 0.1


# ---- doubts and marks


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ich habe Herrn Koch getroffen.", [("name", "Koch")]),
        ("Auch Toyota und die Bosch-Gruppe waren da.", [("name", "Toyota"), ("name", "Bosch-Gruppe")]),
        ("Unser Freund Thomas Berger grüßt.", [("name", "Thomas"), ("name", "Berger")]),
        ("Wir treffen uns am 12. Juni.", [("date", "12. Juni")]),
        ("Wir treffen uns am 12.6.2026.", [("date", "12.6.2026")]),
        ("Das kostet 500 Euro oder 20 %.", [("amount", "500 Euro"), ("amount", "20 %")]),
        ("Mit zwanzig Leuten in 3 Hallen.", [("figure", "zwanzig"), ("figure", "3")]),
        (
            "Siehe www.stern.example und a@stern.example.",
            [("link", "www.stern.example"), ("address", "a@stern.example")],
        ),
        ("Die Maschinenbaumesse war ein schönes Erlebnis für alle Beteiligten.", []),
        ("Das Schönste am Handwerk: Man sieht abends, was man getan hat. Gutes Gelingen Ihnen.", []),
        ("I met Mr Smith at the Toyota plant.", [("name", "Smith"), ("name", "Toyota")]),
        ("I wish you a good week, and I hope that all is well.", []),
    ],
)
def test_what_stands_in_no_source_is_found(text: str, found: list[tuple[str, str]]) -> None:
    assert sorted((one.what, one.word) for one in doubts.doubts(text, [])) == sorted(found)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Am 3. Mai bei Toyota in Hannover.", "toyota meldet: Hannover, 2026-05-03"),
        ("Am 3.5. sind es 1.500 Euro.", "3. Mai, 1500 EUR"),
        ("Toyotas Werk wächst.", "Das Werk von Toyota"),
        ("Schreiben Sie an A@Stern.example oder https://stern.example/.", "a@stern.example, www.stern.example"),
        ("Mit zwanzig Leuten.", "20 Leute"),
    ],
)
def test_what_a_source_says_in_other_words_is_no_doubt(text: str, source: str) -> None:
    assert doubts.doubts(text, [source]) == []


@pytest.mark.parametrize("odd", ["1.", "a@", "a.b.", "www.", "3. ", "?", "„", "\n", "[a", "Liebe ", " \n", "{", "<"])
def test_odd_texts_are_looked_at_quickly(odd: str) -> None:
    doubts.doubts("warm", [])
    text = (odd * 6000)[:6000]
    start = time.perf_counter()
    doubts.doubts(text, [text])
    likeness.likeness(text, text + "a")
    changes.difference(text, text[3000:])
    judged.judge(text, FRAME, judged.Allowed("de", "de_sie"))
    wording.headline(text, text)
    wording.said_in(text, text, "de")
    assert time.perf_counter() - start < 2


def test_the_sentence_of_a_doubt_is_counted_as_split_does() -> None:
    text = "Hallo Anna,\n\nam 3. Mai war es schön. Herr Koch war da."
    found = doubts.doubts(text, ["Anna 3. Mai"])
    assert [(one.sentence_index, one.word) for one in found] == [(2, "Koch")]
    assert "Koch" in split(text)[found[0].sentence_index]


@given(st.text(max_size=300))
def test_no_text_is_too_odd_to_doubt(text: str) -> None:
    assert all(0 <= one.sentence_index < len(split(text)) for one in doubts.doubts(text, [text[:50]]))


def test_a_sentence_without_source_waits_until_it_is_touched_or_confirmed() -> None:
    proof = Evidence("Preis", "Zeitung")
    original = [Sentence("Hallo. ", "greeting"), Sentence("Er gewann. ", "occasion", proof), Sentence("Koch kam.", "")]
    same = doubts.marks(original, "Hallo. Er gewann. Koch kam.")
    assert [(one.source, one.needs_touch) for one in same] == [("greeting", False), ("occasion", False), ("", True)]
    assert same[1].evidence == proof
    edited = doubts.marks(original, "Hallo. Er gewann. Koch kam auch. Schön.")
    assert [(one.source, one.needs_touch) for one in edited[2:]] == [("person", False), ("person", False)]
    confirmed = doubts.marks(original, "Hallo. Er gewann. Koch kam.", {key("Koch kam.")})
    assert [(one.source, one.needs_touch) for one in confirmed[2:]] == [("person", False)]
    assert doubts.marks(original, "Koch kam.")[0].needs_touch, "moving it is no touching"
    assert confirmed[2].key == key("  Koch   kam. ")
