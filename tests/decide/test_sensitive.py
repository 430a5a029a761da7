"""What a note says of health, faith and the like, and what only sounds so."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach import sensitive


@pytest.mark.parametrize(
    ("note", "kind", "word"),
    [
        ("Hüft-OP im Juni", "health", "OP"),
        ("hat Burnout", "health", "Burnout"),
        ("Burn-out seit März", "health", "Burn-out"),
        ("Mutter hat Krebs", "health", "Krebs"),
        ("Brustkrebs überstanden", "health", "Brustkrebs"),
        ("Knieoperation am 3.5.", "health", "Knieoperation"),
        ("wurde operiert", "health", "operiert"),
        ("ist krankgeschrieben bis Ende Mai", "health", "krankgeschrieben"),
        ("liegt im Krankenhaus", "health", "im Krankenhaus"),
        ("nach dem Herzinfarkt ruhiger", "health", "Herzinfarkt"),
        ("Vater hatte Schlaganfall", "health", "Schlaganfall"),
        ("leidet an Depressionen", "health", "Depressionen"),
        ("depressiv wirkend", "health", "depressiv"),
        ("Diabetiker, keine Pralinen", "health", "Diabetiker"),
        ("Nussallergie", "health", "Nussallergie"),
        ("allergisch gegen Nüsse", "health", "allergisch"),
        ("leidet an Rheuma", "health", "Rheuma"),
        ("Verletzung der Hand", "health", "Verletzung"),
        ("Entbindung von Zwillingen", "pregnancy", "Entbindung"),
        ("Kunde: hat Krebs", "health", "Krebs"),
        ("nach der Reha, Termin", "health", "Reha"),
        ("hat Multiple Sklerose", "health", "Multiple Sklerose"),
        ("Laktoseunverträglichkeit", "health", "Laktoseunverträglichkeit"),
        ("sitzt im Rollstuhl", "health", "im Rollstuhl"),
        ("Tochter ist schwerbehindert", "health", "schwerbehindert"),
        ("macht Therapie", "health", "macht Therapie"),
        ("Alkoholiker, nie Wein schenken", "health", "Alkoholiker"),
        ("Bandscheibenvorfall", "health", "Bandscheibenvorfall"),
        ("trägt Herzschrittmacher", "health", "Herzschrittmacher"),
        ("Sohn hat ADHS", "health", "ADHS"),
        ("hat Long Covid", "health", "Long Covid"),
        ("BEIN GEBROCHEN beim Skifahren", "health", "BEIN GEBROCHEN"),
        ("ist drei Wochen in Kur", "health", "in Kur"),
        ("seine Krankheit macht ihm zu schaffen", "health", "Krankheit"),
        ("diagnosed with cancer", "health", "cancer"),
        ("on sick leave until May", "health", "on sick leave"),
        ("had a stroke last year", "health", "had a stroke"),
        ("hip replacement in June", "health", "hip replacement"),
        ("peanut allergy", "health", "allergy"),
        ("uses a wheelchair", "health", "wheelchair"),
        ("ist schwanger", "pregnancy", "schwanger"),
        ("Risikoschwangerschaft, bitte nur Mail", "pregnancy", "Risikoschwangerschaft"),
        ("ab Juli im Mutterschutz", "pregnancy", "Mutterschutz"),
        ("erwartet ein Kind im Herbst", "pregnancy", "erwartet ein Kind"),
        ("is pregnant", "pregnancy", "pregnant"),
        ("on maternity leave", "pregnancy", "maternity leave"),
        ("expecting twins", "pregnancy", "expecting twins"),
        ("ist streng katholisch", "religion", "katholisch"),
        ("Sohn hat Konfirmation", "religion", "Konfirmation"),
        ("fastet im Ramadan", "religion", "fastet im Ramadan"),
        ("ist Muslimin", "religion", "Muslimin"),
        ("Zeugen Jehovas", "religion", "Zeugen Jehovas"),
        ("jüdische Familie", "religion", "jüdische"),
        ("aus der Kirche ausgetreten", "religion", "aus der Kirche ausgetreten"),
        ("a devout Catholic", "religion", "devout"),
        ("SPD-Mitglied seit 1990", "politics", "SPD-Mitglied"),
        ("wählt die Grünen", "politics", "wählt die Grünen"),
        ("sitzt für die AfD im Rat", "politics", "AfD"),
        ("redet gern vom Parteitag", "politics", "Parteitag"),
        ("votes Labour", "politics", "votes Labour"),
        ("in der Gewerkschaft", "union", "Gewerkschaft"),
        ("Vertrauensmann der IG Metall", "union", "IG Metall"),
        ("ver.di, streikt gerade", "union", "ver.di"),
        ("Gewerkschaftsmitglied", "union", "Gewerkschaftsmitglied"),
        ("trade union rep", "union", "trade union"),
        ("is a union member", "union", "union member"),
        ("lebt schwul", "orientation", "schwul"),
        ("hatte sein Coming-out", "orientation", "Coming-out"),
        ("is gay", "orientation", "is gay"),
        ("türkischstämmig", "origin", "türkischstämmig"),
        ("mit Migrationshintergrund", "origin", "Migrationshintergrund"),
        ("asked about his ethnicity", "origin", "ethnicity"),
    ],
)
def test_a_note_that_tells_of_body_faith_or_conviction_is_found(note: str, kind: str, word: str) -> None:
    found = {one.kind: one.words for one in sensitive.find(note)}
    assert kind in found
    assert word in found[kind]


@pytest.mark.parametrize(
    "note",
    [
        "",
        "will Angebot Schulung, Tochter macht Abi",
        "Sternzeichen Krebs",
        "Krebs (Sternzeichen)",
        "ein Krebsgang der Verhandlung",
        "isst gern Flusskrebse",
        "Frau Krebs angerufen",
        "Krankenkasse als Kunde",
        "Projekt für die Krankenkasse",
        "Kunden: Kliniken, Gewerkschaften, Kirchen",
        "neues Krankenhaus als Auftraggeber",
        "liefert OP-Leuchten",
        "plant OP-Tische",
        "neuer Shop im Juni",
        "kooperiert mit Müller",
        "Kooperation mit der Hochschule",
        "er sucht ein Büro",
        "besucht uns am Freitag",
        "hat alles untersucht",
        "Lampenfieber vor dem Vortrag",
        "Reisefieber",
        "ist verhindert",
        "barrierefreie Website",
        "sein Wort gebrochen",
        "Preise in den Keller gebrochen",
        "Rückenwind durch Förderung",
        "Psychotherapeutin, braucht neue Website",
        "Praxis für Psychotherapie",
        "Vertrag verletzt",
        "Pflichtverletzung des Lieferanten",
        "Datenschutzverletzung gemeldet",
        "kann Kaltakquise nicht leiden",
        "will den Laden neu einkleiden",
        "ein stämmiger Typ",
        "Reha-Klinik braucht Website",
        "Diabetes-Praxis in Kiel",
        "Verletzung der Vereinbarung",
        "was sick of waiting",
        "slides and visual aids",
        "Kinderkrankheiten der Software",
        "die Sache ist nicht ganz koscher",
        "Entbindung von der Schweigepflicht",
        "wohnt in der Kirchenstraße 4",
        "Herr Kirchner ruft an",
        "Ansprechpartner ist Christine",
        "Christian ist zuständig",
        "Weihnachtskarte geschickt",
        "Evangelische Bank",
        "Auftragskonfirmation erhalten",
        "Vertragspartei unklar",
        "Dinnerparty im Garten",
        "grüne Verpackung gewünscht",
        "die linke Spalte der Website",
        "rechts neben dem Logo",
        "Wahl des Lieferanten",
        "Europäische Union",
        "Fusion mit Schmidt",
        "Union Berlin Fan",
        "Western Union",
        "liebt Verdi",
        "Betriebsrat muss zustimmen",
        "transparente Preise",
        "Transport nach Kiel",
        "Transformation der IT",
        "fährt nach Rom",
        "fester Stamm an Kunden",
        "bodenständig",
        "the product is coming out in May",
        "the brush stroke width",
        "account was disabled by mistake",
        "sick of waiting",
        "reunion with the old team",
        "cooperative",
        "topic: new website",
        "customer of the hospital chain",
        "cancel the order",
        "ethical fashion",
        "the Republic of Ireland",
    ],
)
def test_what_only_sounds_so_stays_quiet(note: str) -> None:
    assert sensitive.find(note) == ()


def test_several_kinds_are_named_each_with_its_words() -> None:
    found = sensitive.find("Nach der Hüft-OP schwanger; SPD-Mitglied, noch eine OP")
    assert [(one.kind, one.words) for one in found] == [
        ("health", ("OP",)),
        ("pregnancy", ("schwanger",)),
        ("politics", ("SPD-Mitglied",)),
    ]
    assert found[0].label == "health"


def test_every_kind_has_words_and_a_label() -> None:
    assert set(sensitive.WORDS) == set(sensitive.LABELS)


@given(st.text(max_size=2000))
def test_no_note_is_too_odd(note: str) -> None:
    for finding in sensitive.find(note):
        assert all(word in note for word in finding.words)


@pytest.mark.parametrize("piece", ["a", " ", "op ", "krank", "-", "krebs & ", "als kunde ", "kunde: ", "ä"])
def test_a_long_note_is_read_in_no_time(piece: str) -> None:
    note = (piece * 10_000)[:10_000]
    began = time.perf_counter()
    sensitive.find(note)
    assert time.perf_counter() - began < 2
