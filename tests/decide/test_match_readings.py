"""What a name means where it stands: a car in a report, a court, one of a list, a plain noun beside another."""

from __future__ import annotations

import pytest

from feeds.match import Index
from feeds.names import core
from feeds.texts import Article, Subject

REPORT = "Verkehrsunfall auf der B 10: Der Fahrer eines Pkw kam von der Fahrbahn ab. "


def certainty(subject: Subject, text: str) -> str | None:
    told = Index.build([subject]).mentions(Article("1", "", text))
    return told[0].certainty if told else None


@pytest.mark.parametrize(
    "text",
    [
        "PD Görlitz - Audi entwendet.",
        f"{REPORT}Ein Audi prallte gegen einen Baum.",
        f"{REPORT}Die Frau war mit ihrem Audi auf dem Weg nach Ulm.",
        f"{REPORT}Der Wagen stieß gegen einen geparkten Audi.",
    ],
)
def test_a_car_in_a_report_is_not_its_maker(text: str) -> None:
    assert certainty(Subject("audi", "Audi AG"), text) is None


@pytest.mark.parametrize(
    "text",
    [
        f"{REPORT}Auch Audi baut Stellen ab.",
        "Audi eröffnet ein Werk in Ungarn.",
        f"{REPORT}Das Fahrzeug gehört zum Fuhrpark der Audi AG.",
        f"{REPORT}Audi-Chef Müller bedauerte den Unfall.",
    ],
)
def test_a_maker_beside_a_report_is_still_one(text: str) -> None:
    assert certainty(Subject("audi", "Audi AG"), text) == "sure"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Das Urteil des LG Graz ist rechtskräftig.", None),
        ("LG-Graz\nDr. Muster, praktischer Arzt", None),
        ("LG baut in Polen ein Werk für Batterien.", "sure"),
        ("Eine Frau mit ihrem LG Tribun in der Hand wartet.", "unsure"),
    ],
)
def test_two_letters_before_a_town_are_a_court(text: str, expected: str | None) -> None:
    assert certainty(Subject("lg", "LG Electronics Deutschland GmbH", aliases=("LG",)), text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lieber Stau als Bus oder Bahn, sagen viele.", None),
        ("Betroffen sind #Bahn-Verbindungen nach Paris.", None),
        ("Ein Brand wird von Bahn als unwahrscheinlich hingestellt.", "unsure"),
    ],
)
def test_a_noun_beside_a_noun_is_one(text: str, expected: str | None) -> None:
    assert certainty(Subject("bahn", "Deutsche Bahn AG", aliases=("Die Bahn",)), text) == expected


def test_a_word_in_a_list_of_names_is_one() -> None:
    allianz = Subject("allianz", "Allianz SE")
    assert certainty(allianz, "Auf der Liste standen ERGO,ARAG,Allianz,Talanx und andere.") is not None
    assert certainty(allianz, "Es fehlten Pakt, Bündnis, Allianz, Vertrag und Frieden.") is None


def test_per_is_no_first_name_before_a_network() -> None:
    assert certainty(Subject("t", "Twitter", is_medium=True), "Per Twitter teilte er es mit.") is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Die Durst Phototechnik AG aus Brixen eröffnet ein Werk.", "unsure"),
        ("Die Durst AG aus Brixen eröffnet ein Werk.", "sure"),
        ("Die Durst Wasser GmbH in Bremen meldet Insolvenz an.", None),
    ],
)
def test_a_firm_of_the_name_and_a_trade_is_perhaps_the_customer(text: str, expected: str | None) -> None:
    assert certainty(Subject("durst", "Durst AG", city="Brixen"), text) == expected


def test_a_town_with_trade_and_group_is_a_firm() -> None:
    zurich = Subject("z", "Zurich Gruppe Deutschland", aliases=("Zurich",))
    assert certainty(zurich, "Die Chefin verlässt Zurich Insurance Group im Herbst.") is not None


def test_a_name_may_be_broken_where_a_line_is_full() -> None:
    kolibri = Subject("k", "Kolibri Phototechnik GmbH")
    full = "Der Auftrag ging an einen Maschinenbauer, an Kolibri\nPhototechnik, hieß es."
    index = Index.build([kolibri])
    assert [one.form for one in index.mentions(Article("1", "Vergabe", full))] == ["Kolibri\nPhototechnik"]
    assert [one.form for one in index.mentions(Article("1", "Kolibri", "Phototechnik auf der Messe"))] == ["Kolibri"]


@pytest.mark.parametrize("name", ["Dieser GmbH", "Natürlich GmbH", "2000 GmbH", "30 GmbH"])
def test_numbers_and_small_words_are_ordinary(name: str) -> None:
    firm = Subject("x", name, city="Ulm")
    assert certainty(firm, f"Mit {core(name)} Leuten hat {core(name).lower()} Verein 2016 begonnen.") is None
    assert certainty(firm, f"Die {name} aus Ulm baut ein Werk.") == "sure"
