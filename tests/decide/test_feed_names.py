"""Which forms a name may take, what is proposed as an alias, and which names are ordinary."""

from __future__ import annotations

import pytest

from feeds.names import Ordinary, core, forms, ordinary, proposals, warning
from feeds.names.spelling import folded, spellings
from feeds.texts import Subject


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Imtech Deutschland GmbH & Co. KG", "Imtech Deutschland"),
        ("Amazon EU S.à r.l.", "Amazon EU"),
        ("Caritas Werkstatt gGmbH", "Caritas Werkstatt"),
        ("Kiez Klub UG (haftungsbeschränkt)", "Kiez Klub"),
        ("Merck KGaA", "Merck"),
        ("Fresenius SE & Co. KGaA", "Fresenius"),
        ("Blumen Vogel e.K.", "Blumen Vogel"),
        ("Sportfreunde e. V.", "Sportfreunde"),
        ("Berliner Verkehrsbetriebe AöR", "Berliner Verkehrsbetriebe"),
        ("Schmidt-Trockenbau-GmbH", "Schmidt-Trockenbau"),
        ("BlackRock, Inc.", "BlackRock"),
        ("UniCredit S.p.A.", "UniCredit"),
        ("Sony Europe B.V.", "Sony Europe"),
        ("Bau Gesellschaft mit beschränkter Haftung", "Bau"),
        ("Huber Ges.m.b.H.", "Huber"),
        ("F & W Kunststoffe GmbH", "F & W Kunststoffe"),
        ("The Dow Chemical Corp.", "Dow Chemical"),
        ("AG", "AG"),
    ],
)
def test_the_legal_form_is_taken_off_whole(name: str, plain: str) -> None:
    assert core(name) == plain


def _texts(name: str, *aliases: str) -> set[str]:
    return {form.text for form in forms(Subject("k", name, aliases=aliases))}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Imtech Deutschland GmbH & Co. KG", {"Imtech Deutschland", "Imtech"}),
        ("Toyota Deutschland GmbH", {"Toyota"}),
        ("Beispiel Holding AG", {"Beispiel"}),
        ("Deutsche Bahn AG", {"Deutsche Bahn", "Deutschen Bahn", "Deutscher Bahn", "DeutscheBahn"}),
        ("Hapero Energietechnik GmbH", {"Hapero"}),
        ("Ströer Content Group GmbH", {"Ströer"}),
        ("BlackRock, Inc.", {"BlackRock", "Black Rock"}),
        ("Anheuser-Busch InBev Germany Holding GmbH", {"Anheuser-Busch InBev"}),
        ("Axel Springer Deutschland GmbH (BILD)", {"Axel Springer", "BILD"}),
        ("Flughafen Lübeck GmbH", {"Flughafen Lübeck", "Lübecker Flughafen"}),
        ("Ford-Werke GmbH", {"Ford"}),
        ("HypoVereinsbank - UniCredit Bank AG", {"HypoVereinsbank", "UniCredit Bank"}),
        ("E.ON SE", {"E.ON", "EON"}),
    ],
)
def test_a_name_takes_the_forms_the_press_uses(name: str, expected: set[str]) -> None:
    assert expected <= _texts(name)


@pytest.mark.parametrize(
    ("name", "never"),
    [
        ("DuPont de Nemours (Deutschland) GmbH", {"Deutschland"}),
        ("Deutsche Bank AG", {"Deutsche", "Bank"}),
        ("Berliner Verkehrsbetriebe AöR", {"Berliner"}),
        ("Stadtwerke Kiel AG", {"Stadtwerke", "Kiel"}),
        ("Consulting GmbH", {""}),
        ("Bau und Handels GmbH", {"Bau", "und"}),
    ],
)
def test_nothing_is_left_that_names_nobody(name: str, never: set[str]) -> None:
    assert not never & _texts(name)


def test_a_name_with_article_is_declined_by_its_article() -> None:
    bahn = [form for form in forms(Subject("k", "Deutsche Bahn AG", aliases=("Die Bahn",))) if form.text == "Bahn"]
    assert [form.takes_article for form in bahn] == [True]


def test_competitors_and_people_have_forms_of_their_own() -> None:
    subject = Subject("k", "Durst AG", competitors=("Heidel Druck GmbH",), people=("Dr. Anna Koller",))
    relations = {form.text: form.relation for form in forms(subject)}
    assert relations["Heidel Druck"] == "competitor"
    assert relations["Anna Koller"] == "person"


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("Durst", Ordinary.WORD),
        ("Ende", Ordinary.WORD),
        ("Kolibri", Ordinary.LOAN),
        ("Huber", Ordinary.SURNAME),
        ("Karl Huber", Ordinary.PERSON),
        ("Ulm", Ordinary.SHORT),
        ("Kassel", Ordinary.TOWN),
        ("ZF", Ordinary.SHORT),
        ("Anna", Ordinary.FIRST_NAME),
        ("Die Welt", Ordinary.WORD),
        ("Fraport", Ordinary.NO),
        ("Deutsche Bank", Ordinary.NO),
        ("YouTube", Ordinary.NO),
        ("", Ordinary.WORD),
    ],
)
def test_an_ordinary_name_is_known_as_one(name: str, what: Ordinary) -> None:
    if name == "Ulm":
        assert ordinary(name) is not Ordinary.NO
    else:
        assert ordinary(name) is what


def test_an_ordinary_name_comes_with_a_warning_and_a_distinctive_one_without() -> None:
    assert warning("Ende") == "“%(name)s” is an ordinary word: add a town or a second word."
    assert warning("Fraport") is None


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Müller Bräu", {" müller bräu", " mueller braeu", " muller brau"}),
        ("Strauß", {" strauß", " strauss"}),
        ("Grosse Hütte", {" grosse hütte", " große hütte", " grosse huette"}),
        ("Schmidt & Sohn", {" schmidt & sohn", " schmidt und sohn"}),
        ("Schmidt + Sohn", {" schmidt & sohn", " schmidt und sohn"}),
        ("H&M", {" h&m", " h & m", " h und m"}),
        ("Kaiser’s", {" kaiser's", " kaisers"}),
        ("Telefónica", {" telefonica"}),
        ("E-Plus", {" e plus"}),
        ("Moeller", {" moeller", " möller"}),
    ],
)
def test_one_name_is_spelt_in_many_ways(name: str, written: set[str]) -> None:
    assert written <= set(spellings(name, bare_vowels=True))


def test_folding_keeps_every_sign_in_its_place() -> None:
    text = "E.ON’s Große\u00a0Übernahme – „Žižka“ İ ﬁx"
    assert len(folded(text)) == len(text)


def test_proposals_leave_out_what_the_name_already_says() -> None:
    assert proposals("Imtech Deutschland GmbH & Co. KG")[0] == "Imtech Deutschland"
    assert "Imtech" in proposals("Imtech Deutschland", legal_form="GmbH & Co. KG")
    assert "Durst" not in proposals("Durst")
    assert "BMW" in proposals("Bayerische Motoren Werke AG")
