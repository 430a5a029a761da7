"""Wherever a name stands, and whatever stands between its letters: the place in the article is right."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from feeds.match import Index
from feeds.match.normal import Normal
from feeds.texts import Article, Subject

NAMES = (
    "Fraport AG",
    "Ströer SE",
    "Großmann Straßen GmbH",
    "E-Plus GmbH",
    "Kaiser's Tengelmann GmbH",
    "Zwahlen & Mayr SA",
    "Telefónica AG",
)
INDEX = Index.build([Subject(str(number), name) for number, name in enumerate(NAMES)])
SIGNS = st.text(alphabet=st.sampled_from("aeäöüß ÄÖÜ\u00ad\u200b\u00a0\n.,-„“'’()@#s\u0308\u0301İﬁ🙂"), max_size=12)
WORDS = st.sampled_from(["Fraport", "Ströer", "Stroeer", "Großmann Straßen", "Grossmann Strassen", "E-Plus", "E Plus", "Kaiser’s Tengelmann",
                         "Zwahlen und Mayr", "Telefónica", "Fra\u00adport", "Kaiser's\u00a0 Tengelmann", "FRAPORT"])  # fmt: skip
TEXTS = st.lists(st.one_of(SIGNS, WORDS), max_size=12).map(" ".join)
FORMS = st.sampled_from(["NFC", "NFD"])


@given(title=TEXTS, text=TEXTS, form=FORMS)
def test_the_place_of_a_mention_is_its_form(title: str, text: str, form: str) -> None:
    article = Article("1", unicodedata.normalize(form, title), unicodedata.normalize(form, text))
    for mention in INDEX.mentions(article):
        assert article.body[mention.start : mention.end] == mention.form
        assert mention.form.strip() == mention.form != ""


@given(before=SIGNS, after=SIGNS, word=WORDS, form=FORMS)
def test_a_name_between_blanks_is_found_where_it_was_put(before: str, after: str, word: str, form: str) -> None:
    before, after, word = (unicodedata.normalize(form, part) for part in (f"{before} und", f"zum {after}", word))
    article = Article("1", "", f"{before} {word} {after}")
    begin = len(before) + 1
    assert (begin, begin + len(word)) in {(mention.start, mention.end) for mention in INDEX.mentions(article)}


@given(text=TEXTS, form=FORMS)
def test_every_stretch_of_the_folded_text_has_a_place_in_the_original(text: str, form: str) -> None:
    original = unicodedata.normalize(form, text)
    normal = Normal(original)
    places = [normal.place(at, at + 1) for at in range(1, len(normal.text) - 1)]
    assert all(0 <= start < end <= len(original) for start, end in places)
    assert all(one[0] < other[0] for one, other in pairwise(places))


@given(text=TEXTS)
def test_the_same_article_gives_the_same_mentions_after_changes_back_and_forth(text: str) -> None:
    there = INDEX.with_changes([Subject("0", "Anders AG")], gone=["1"])
    back = there.with_changes([Subject("0", NAMES[0]), Subject("1", NAMES[1])])
    article = Article("1", "", text)
    assert back.mentions(article) == INDEX.mentions(article)
    assert len(back) == len(INDEX)
