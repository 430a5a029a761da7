"""Who is named in an article: variants found, other things of the same name refused, and how sure."""

from __future__ import annotations

import pytest

from feeds.match import Index, in_words, is_source
from feeds.texts import Article, Mention, Subject


def _mentions(text: str, *subjects: Subject, title: str = "", **more: str) -> list[Mention]:
    return Index.build(subjects).mentions(Article("1", title, text, **more))


def _named(text: str, *subjects: Subject) -> bool:
    return bool(_mentions(text, *subjects))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Imtech Deutschland GmbH & Co. KG", "Imtech stellt Insolvenzantrag."),
        ("Imtech Deutschland GmbH & Co. KG", "Die Imtech Deutschland GmbH & Co. KG zahlt wieder."),
        ("Steilmann SE", "Die Steilmann-Gruppe ist am Ende."),
        ("Steilmann SE", "Steilmanns Gläubiger warten."),
        ("Steilmann SE", "Steilmann’s creditors wait."),
        ("Deutsche Bahn AG", "Streik bei der Deutschen Bahn"),
        ("Deutsche Bahn AG", "#DeutscheBahn steht"),
        ("Hessische Landesbahn GmbH", "ein Zug der Hessischen Landesbahn"),
        ("Ströer Content Group GmbH", "Stroeer kauft zu"),
        ("Ströer Content Group GmbH", "STRÖER kauft zu"),
        ("Strauß Moden GmbH", "Strauss Moden eröffnet"),
        ("Müller-Brandeis GmbH", "Mueller Brandeis baut"),
        ("Zwahlen & Mayr SA", "Zwahlen und Mayr entlässt"),
        ("Zwahlen & Mayr SA", "Zwahlen + Mayr entlässt"),
        ("E-Plus Mobilfunk GmbH & Co. KG", "E-Plus und E Plus"),
        ("BlackRock, Inc.", "Blackrock steigt ein"),
        ("BlackRock, Inc.", "Black Rock steigt ein"),
        ("Kaiser's Tengelmann GmbH", "Kaiser’s Tengelmann wird verkauft"),
        ("Kaiser's Tengelmann GmbH", "Kaisers Tengelmann wird verkauft"),
        ("Telefónica Deutschland Holding AG", "Telefonica wächst"),
        ("adidas AG", "Adidas gewinnt"),
        ("thyssenkrupp AG", "Thyssenkrupp baut Stellen ab"),
        ("EDEKA ZENTRALE Stiftung & Co. KG", "Edeka Zentrale in Hamburg"),
        ("Flughafen Lübeck GmbH", "Der Lübecker Flughafen ist insolvent."),
        ("Stadtwerke Kiel AG", "Die Kieler Stadtwerke bauen."),
        ("ZF Friedrichshafen AG", "Der Zulieferer ZF wächst."),
        ("Fraport AG", "Der Streik der Fraport-Beschäftigten"),
        ("SpiegelOnlineTest GmbH", "via @spiegelonlinetest_de"),
        ("Fraport AG", "Fra\u00adport wächst"),
        ("Flughafen Lübeck GmbH", "Flughafen\u00a0Lübeck wächst"),
        ("Ströer SE", "Stro\u0308er wächst"),
    ],
)
def test_the_press_may_write_a_name_in_many_ways(name: str, text: str) -> None:
    assert _named(text, Subject("k", name))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Bahn GmbH", "Stau auf der Autobahn nach einem Unfall."),
        ("Bahn GmbH", "Die S-Bahn fährt wieder."),
        ("ZF Friedrichshafen AG", "das zf in den Unterlagen"),
        ("LG Electronics GmbH", "lg Anna"),
        ("Huber GmbH", "Karl Huber gewinnt das Rennen."),
        ("Huber GmbH", "Herr Huber wohnt hier."),
        ("Huber GmbH", "Trainer Huber ist zufrieden."),
        ("Siemens AG", "Unfall in der Siemens Straße."),
        ("Siemens AG", "Unfall in der Siemens-Straße."),
        ("Allianz SE", "Das Spiel in der Allianz-Arena war gut."),
        ("Ende GmbH", "Am Ende war alles gut."),
        ("Ende GmbH", "Ende März beginnt die Saison."),
        ("Durst GmbH", "Der Durst war groß."),
        ("Kolibri GmbH", "Ein Kolibri schwirrt durch den Garten."),
        ("Post GmbH", "das kam mit der Rheinischen Post"),
        ("Nord Cloud GmbH", "Wir fahren nach Nord, Cloud ist anders."),
        ("Bell Food AG", "Das Handy klingelte, als die bell ertönte"),
        ("Sky Deutschland GmbH", "Verlierer waren Sky Solar Holdings und andere."),
        ("Fraport AG", "Fraportal ist ein anderes Wort."),
    ],
)
def test_what_only_looks_like_the_name_is_refused(name: str, text: str) -> None:
    assert not _named(text, Subject("k", name))


def test_the_longest_name_at_a_place_is_meant() -> None:
    both = (
        Subject("kt", "Kaiser's Tengelmann GmbH"),
        Subject("t", "Tengelmann Warenhandelsgesellschaft KG", aliases=("Tengelmann",)),
    )
    assert [one.subject for one in _mentions("Kaiser's Tengelmann wird verkauft.", *both)] == ["kt"]
    assert [one.subject for one in _mentions("Der Händler Tengelmann verkauft.", *both)] == ["t"]


DURST = Subject("durst", "Durst AG", city="Brixen", industry="Druckmaschinen")


@pytest.mark.parametrize(
    "text",
    [
        "Durst aus Brixen baut ein neues Werk.",
        "Der Brixner Hersteller Durst stellt ein.",
        "Die Durst AG stellt ein.",
        "Neue Druckmaschinen von Durst kommen auf den Markt.",
        "In Brixen wächst Durst weiter.",
        "Durst in Brixen has opened a new plant.",
    ],
)
def test_an_ordinary_name_is_sure_with_town_trade_or_legal_form(text: str) -> None:
    assert [one.certainty for one in _mentions(text, DURST)] == ["sure"]


@pytest.mark.parametrize(
    "text",
    [
        "Bei der Hitze ist der Durst groß.",
        "Durst ist schlimmer als Heimweh.",
        "Gegen Durst hilft Wasser.",
        "In Brixen löschte ein Brunnen den Durst der Wanderer.",
    ],
)
def test_an_ordinary_word_is_no_customer(text: str) -> None:
    assert not _named(text, DURST)


def test_an_ambiguous_name_without_support_is_unsure() -> None:
    (one,) = _mentions("Der Geflügelspezialist Huber wird verkauft.", Subject("h", "Huber Holding GmbH"))
    assert one.certainty == "unsure" or "company_noun" in one.reasons
    (other,) = _mentions("Auftrag für Kolibri, berichten Beteiligte.", Subject("k", "Spar AG", aliases=("Kolibri",)))
    assert other.form == "Kolibri"


def test_the_domain_in_text_or_link_makes_sure() -> None:
    ende = Subject("e", "Ende GmbH", city="Ulm", domains=("ende-bau.de",))
    assert _mentions("Von Ende kommt Neues: www.ende-bau.de", ende)[0].certainty == "sure"
    assert _mentions("Neues von Ende", ende, link="https://www.ende-bau.de/presse")[0].certainty == "sure"
    assert not _mentions("Neues von Ende", ende, link="https://www.nicht-ende-bau.de/")


def test_a_competitor_or_person_named_beside_speaks_for_an_ordinary_name() -> None:
    ende = Subject("e", "Ende GmbH", city="Ulm", competitors=("Heidel Druck GmbH",), people=("Anna Koller",))
    found = _mentions("Heidel Druck verliert einen Auftrag an Ende.", ende)
    assert {(one.relation, one.certainty) for one in found} == {("competitor", "sure"), ("own", "sure")}
    assert any(reason.startswith("competitor:") for one in found for reason in one.reasons)


def test_a_person_is_sure_only_beside_the_company_or_the_town() -> None:
    firm = Subject("f", "Fraport AG", city="Frankfurt", people=("Anna Koller",))
    (alone,) = _mentions("Anna Koller gewinnt den Stadtlauf.", firm)
    assert (alone.relation, alone.certainty) == ("person", "unsure")
    beside = _mentions("Anna Koller rückt in den Vorstand von Fraport auf.", firm)
    assert {one.relation: one.certainty for one in beside} == {"person": "sure", "own": "sure"}


def test_required_words_must_stand_there_and_excluded_ones_must_not() -> None:
    needed = Subject("m", "Materna GmbH", required=("Software", "IT"))
    assert _named("Materna entwickelt Software.", needed)
    assert not _named("Materna entwickelt Ideen.", needed)
    shut_out = Subject("m", "Materna GmbH", excluded=("Fußball",))
    assert not _named("Materna beim Fußball", shut_out)


def test_of_two_customers_of_one_name_the_one_in_town_is_meant_and_else_neither_is_sure() -> None:
    ulm, kiel = Subject("u", "Weber Bau GmbH", city="Ulm"), Subject("k", "Weber Bau KG", city="Kiel")
    assert {one.subject: one.certainty for one in _mentions("Weber Bau wächst.", ulm, kiel)} == {
        "u": "unsure",
        "k": "unsure",
    }
    there = {one.subject: one.certainty for one in _mentions("Weber Bau aus Ulm wächst.", ulm, kiel)}
    assert there["u"] == "sure"
    assert there.get("k") != "sure"


def test_on_its_own_site_the_customer_is_meant_even_without_its_name() -> None:
    found = _mentions("Wir haben eine neue Halle.", DURST, title="Neue Halle eröffnet", own_of="durst")
    assert [(one.subject, one.form, one.certainty, one.reasons) for one in found] == [
        ("durst", "Neue Halle eröffnet", "sure", ("own_site",))
    ]
    named = _mentions("Durst wächst.", DURST, own_of="durst")
    assert [one.form for one in named] == ["Durst"]
    assert _mentions("Wir wachsen.", DURST, own_of="somebody else") == []


MEDIUM = Subject("hb", "Handelsblatt GmbH", is_medium=True)


@pytest.mark.parametrize(
    "text",
    [
        "Der Umsatz steigt, berichtet das Handelsblatt am Montag.",
        "Der Umsatz steigt. Quelle: Handelsblatt Online",
        "Laut Handelsblatt steigt der Umsatz.",
        "RT @Handelsblatt: Umsatz steigt",
        "Foto: Handelsblatt",
    ],
)
def test_a_credited_medium_is_a_source(text: str) -> None:
    assert all(is_source(one) for one in _mentions(text, MEDIUM))


def test_a_medium_that_does_something_is_a_subject() -> None:
    (one,) = _mentions("Die Handelsblatt GmbH baut eine neue Druckerei.", MEDIUM)
    assert not is_source(one)


def test_a_dateline_is_no_mention() -> None:
    agency = Subject("r", "Reuters GmbH", is_medium=True)
    assert not _mentions("Frankfurt (Reuters) - Der Markt ist ruhig.", agency)


def test_a_name_never_reaches_from_the_headline_into_the_text() -> None:
    assert not _mentions("Pellets aus Wismar", Subject("g", "German Pellets GmbH"), title="Made in German")


def test_places_point_into_the_article() -> None:
    article = Article("1", "Stellenabbau", "Bei Fra\u00adport und Stro\u0308er wird gespart.")
    for mention in Index.build([Subject("f", "Fraport AG"), Subject("s", "Ströer SE")]).mentions(article):
        assert article.body[mention.start : mention.end] == mention.form


def test_one_edit_changes_one_customer_only() -> None:
    first = Index.build([Subject("a", "Fraport AG"), Subject("b", "Vivantes GmbH")])
    second = first.with_changes([Subject("a", "Delticom AG")])
    third = second.with_changes(gone=["b"])
    fourth = third.with_changes([Subject("b", "Vivantes GmbH"), Subject("c", "Biofrontera AG")])
    article = Article("1", "", "Fraport, Delticom, Vivantes und Biofrontera.")
    assert [one.form for one in first.mentions(article)] == ["Fraport", "Vivantes"]
    assert [one.form for one in second.mentions(article)] == ["Delticom", "Vivantes"]
    assert [one.form for one in third.mentions(article)] == ["Delticom"]
    assert [one.form for one in fourth.mentions(article)] == ["Delticom", "Vivantes", "Biofrontera"]
    assert [len(index) for index in (first, second, third, fourth)] == [2, 2, 1, 3]


def test_a_new_name_longer_than_an_old_one_wins_at_its_place() -> None:
    index = Index.build([Subject("t", "Tengelmann KG", aliases=("Tengelmann",))])
    changed = index.with_changes([Subject("kt", "Kaiser's Tengelmann GmbH")])
    assert [one.subject for one in changed.mentions(Article("1", "", "Kaiser's Tengelmann schließt."))] == ["kt"]


def test_the_same_key_twice_counts_once() -> None:
    assert len(Index.build([Subject("a", "Eins AG"), Subject("a", "Zwei AG")])) == 1


def test_reasons_are_sentences() -> None:
    assert in_words("city:Ulm") == "The town Ulm stands in the article."
    assert in_words("legal_form") == "The legal form stands beside the name."
    for mention in _mentions("Die Durst AG aus Brixen baut Druckmaschinen.", DURST):
        assert all(in_words(reason).endswith(".") for reason in mention.reasons)


def test_an_empty_index_finds_nothing() -> None:
    assert Index.build([]).mentions(Article("1", "Titel", "Text")) == []
    assert len(Index.build([])) == 0
