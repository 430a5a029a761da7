"""Safety first: headlines with a lead sentence, and what may be done about them. None of it may be tactless.

F is the customer, Hansen Werkzeugbau GmbH in Ulm; its managing director is Petra Hansen, its rival Brinkmann Pumpen. A second
customer, Kolibri Verlag in Hamburg, has a name that is a word; Ende Bau GmbH in Gera one that is even more of a word.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from feeds import judge, match, rules
from feeds.stories import Stories
from feeds.texts import Article, Finding, Subject
from outreach.occasions import kinds

F = "Hansen Werkzeugbau"
SUBJECTS = (
    Subject(
        "hansen",
        "Hansen Werkzeugbau GmbH",
        city="Ulm",
        industry="Werkzeugbau",
        competitors=("Brinkmann Pumpen",),
        people=("Petra Hansen",),
    ),
    Subject("kolibri", "Kolibri Verlag GmbH", aliases=("Kolibri",), city="Hamburg", industry="Verlag"),
    Subject("ende", "Ende Bau GmbH", aliases=("Ende",), city="Gera", industry="Bau"),
)
INDEX = match.Index.build(SUBJECTS)
DAY = datetime(2026, 11, 18, 9, tzinfo=UTC)  # a Wednesday


def judged(title: str, text: str = "") -> dict[str, Finding]:
    article = Article("a", title, text, "Blatt", DAY)
    found = judge.judge(article, INDEX, rules.load(), kinds.load(), Stories(), date(2026, 11, 18))
    return {finding.subject: finding for finding in found}


GOOD = (
    (f"{F} gewinnt Innovationspreis 2026", f"Die Jury lobte {F} aus Ulm für ein neues Verfahren.", "award"),
    (f"{F} erhält Bayerischen Mittelstandspreis", "Die Auszeichnung wurde am Dienstag überreicht.", "award"),
    (f"Großer Preis des Mittelstandes geht an {F}", "Die Ulmer freuen sich.", "award"),
    (
        f"IHK zeichnet {F} aus",
        f"Das Ulmer Unternehmen {F} wurde als Ausbildungsbetrieb des Jahres ausgezeichnet.",
        "award",
    ),
    (f"Ausbildungsbetrieb des Jahres: {F} ausgezeichnet", "", "award"),
    (f"{F} wins Supplier of the Year award", "The company was honoured on Tuesday for its work.", "award"),
    (f"{F} named best employer in the region", "The prize is awarded by the chamber of commerce.", "award"),
    (f"{F} eröffnet neuen Standort in Leipzig", "Zur Feier kamen 200 Gäste.", "new_site"),
    (f"{F} weiht neue Halle ein", "Der Neubau ist fertig.", "new_site"),
    (f"Spatenstich für {F}: Neubau im Gewerbegebiet", "Bis Frühjahr entsteht eine Halle.", "new_site"),
    (f"{F} zieht nach Augsburg um", "Mehr Platz hat die Firma dort.", "new_site"),
    (f"{F} opens new plant in Ohio", "The ribbon was cut on Tuesday.", "new_site"),
    (f"{F} breaks ground on new headquarters", "", "new_site"),
    (f"{F} erhält Großauftrag der Bahn", "Geliefert werden 300 Anlagen.", "contract_won"),
    (f"Großauftrag für {F}", "Die Stadt hat die Ulmer beauftragt.", "contract_won"),
    (f"{F} wins contract worth 20 million euros", "The order came from a German carmaker.", "contract_won"),
    (f"{F} sammelt 12 Millionen Euro ein", "Die Finanzierungsrunde führt ein Fonds an.", "funding"),
    (f"{F} raises $15 million in Series A", "The round was led by a fund.", "funding"),
    (f"{F} feiert 50-jähriges Jubiläum", "1976 begann alles in einer Garage.", "anniversary_company"),
    (f"100 Jahre {F}: Festakt in Ulm", "Viele Gäste kamen.", "anniversary_company"),
    (f"{F} celebrates its 50th anniversary", "", "anniversary_company"),
    (f"Neue Geschäftsführerin bei {F}", "Am Dienstag trat Anna Kurz ihr Amt an.", "leadership_joins"),
    (f"{F} bekommt neuen Geschäftsführer", "Max Lang kommt aus Berlin.", "leadership_joins"),
    (f"{F} appoints new CEO", "She joins from a carmaker.", "leadership_joins"),
    (f"{F} übernimmt Konkurrenten Meier Technik GmbH", "Der Kauf wurde am Montag vollzogen.", "acquisition_buyer"),
    (f"{F} acquires rival Smith Tools Inc", "The deal closed on Monday.", "acquisition_buyer"),
    (f"{F} expandiert in den polnischen Markt", "", "expansion_market"),
    (f"{F} stellt auf der Hannover Messe aus", "In Halle 5 zeigt die Firma ihr Programm.", "trade_fair"),
)


@pytest.mark.parametrize(("title", "text", "kind"), GOOD, ids=[row[0][:60] for row in GOOD])
def test_good_news_is_a_reason_to_write(title: str, text: str, kind: str) -> None:
    found = judged(title, text)["hansen"]
    assert (found.kind, found.decision) == (kind, "draft"), found.why


BAD = (
    # ruin
    (f"{F} meldet Insolvenz an", "", "insolvency"),
    (f"{F} ist pleite", "Die Mitarbeiter sind geschockt.", "insolvency"),
    (f"Insolvenzverfahren über {F} eröffnet", "", "insolvency"),
    (f"{F} stellt Insolvenzantrag", "Dabei gewann die Firma erst im Mai einen Preis.", "insolvency"),
    (f"{F} zahlungsunfähig", "", "insolvency"),
    (f"{F}-Pleite trifft 200 Mitarbeiter", "", "insolvency"),
    (f"Schutzschirmverfahren für {F}", "", "insolvency"),
    (f"{F} files for bankruptcy", "The company opened a new plant last year.", "insolvency"),
    (f"{F} enters administration", "", "insolvency"),
    (f"Administrators appointed at {F}", "", "insolvency"),
    (f"{F} wird liquidiert", "", "liquidation"),
    (f"{F} gibt auf: Geschäftsaufgabe nach 80 Jahren", "", "liquidation"),
    (f"{F} ceases trading", "", "liquidation"),
    # jobs
    (f"{F} streicht 120 Stellen", "", "layoffs"),
    (f"{F} baut in Ulm 80 Arbeitsplätze ab", "", "layoffs"),
    (f"Stellenabbau bei {F}", "Das Unternehmen eröffnet zugleich ein Werk in Polen.", "layoffs"),
    (f"Massenentlassungen bei {F}", "", "layoffs"),
    (f"{F} entlässt ein Drittel der Belegschaft", "", "layoffs"),
    (f"{F} cuts 200 jobs", "", "layoffs"),
    (f"{F} lays off a third of its staff", "", "layoffs"),
    (f"Job losses at {F}", "", "layoffs"),
    (f"Redundancies announced at {F}", "", "layoffs"),
    # strike
    (f"Streik bei {F}", "Die Gewerkschaft fordert acht Prozent.", "strike"),
    (f"{F}: Warnstreik legt Produktion lahm", "", "strike"),
    (f"Beschäftigte von {F} legen die Arbeit nieder", "", "strike"),
    (f"Streik bei {F} trotz Auszeichnung als bester Arbeitgeber", f"{F} wurde gerade ausgezeichnet.", "strike"),
    (f"Workers at {F} go on strike", "", "strike"),
    (f"Walkout at {F}", "", "strike"),
    # closing
    (f"{F} schließt Werk in Ulm", "", "closure"),
    (f"{F} macht dicht", "", "closure"),
    (f"{F} closes its Leeds plant", "", "closure"),
    (f"Aus für {F}", "", "liquidation"),
    # shame
    (f"Razzia bei {F}", "", "crisis"),
    (f"Staatsanwaltschaft ermittelt gegen {F}", "", "crisis"),
    (f"Korruptionsskandal bei {F}", "", "crisis"),
    (f"{F} in der Krise", "", "crisis"),
    (f"{F} under investigation for fraud", "", "crisis"),
    (f"Bribery scandal hits {F}", "", "crisis"),
    (f"{F} erhält Negativpreis „Goldener Windbeutel“", "", "crisis"),
    (f"{F} bekommt Big Brother Award", "", "crisis"),
    (f"{F} ruft Bohrmaschinen zurück", "", "recall"),
    (f"Rückruf: {F} warnt Kunden", "", "recall"),
    (f"{F} recalls 10,000 drills", "", "recall"),
    (f"Hackerangriff auf {F}", "", "breach"),
    (f"Datenleck bei {F}", "", "breach"),
    (f"{F} hit by ransomware", "", "breach"),
    (f"{F} wird verklagt", "", "lawsuit"),
    (f"Sammelklage gegen {F}", "", "lawsuit"),
    (f"{F} sued over patents", "", "lawsuit"),
    (f"{F} mit Millionenverlust", "", "results_bad"),
    (f"{F} feuert Geschäftsführer", "", "leadership_leaves"),
    (f"{F} trennt sich von Vertriebschef", "", "leadership_leaves"),
    (f"Geschäftsführer von {F} abberufen", "", "leadership_leaves"),
    (f"CEO of {F} resigns", "", "leadership_leaves"),
)


@pytest.mark.parametrize(("title", "text", "kind"), BAD, ids=[row[0][:60] for row in BAD])
def test_bad_news_is_silence(title: str, text: str, kind: str) -> None:
    found = judged(title, text)["hansen"]
    assert (found.kind, found.decision) == (kind, "silence"), found.why
    assert found.polarity < 0


MOURNING = (
    (f"{F} trauert um Gründer Karl Hansen", "", "death"),
    (f"Gründer von {F} gestorben", "Karl Hansen wurde 91 Jahre alt.", "death"),
    (f"Seniorchef von {F} verstorben", "Das Unternehmen feiert in diesem Jahr 100-jähriges Jubiläum.", "death"),
    (f"100 Jahre {F}: Gründer stirbt kurz vor dem Jubiläum", f"Der Gründer von {F} ist tot.", "death"),
    (f"{F}-Chef tödlich verunglückt", "", "death"),
    (f"Arbeiter stirbt bei {F}", "", "death"),
    (f"Founder of {F} dies aged 88", "", "death"),
    (f"{F} mourns its founder", "", "death"),
    (f"Worker killed at {F}", "", "death"),
    (f"Explosion bei {F}: drei Verletzte", "", "accident"),
    (f"Schwerer Arbeitsunfall bei {F}", "", "accident"),
    (f"Explosion at {F} injures five", "", "accident"),
    (f"Großbrand bei {F}", "", "fire"),
    (f"Halle von {F} steht in Flammen", "", "fire"),
    (f"Blaze at {F} warehouse", "", "fire"),
    (f"Feuer zerstört Lager von {F}", "Erst im Mai wurde es eingeweiht.", "fire"),
    ("Petra Hansen ist gestorben", f"Die Geschäftsführerin von {F} wurde 58 Jahre alt.", "death"),
    ("Trauer um Petra Hansen", f"Die Chefin von {F} starb am Sonntag.", "death"),
)


@pytest.mark.parametrize(("title", "text", "kind"), MOURNING, ids=[row[0][:60] for row in MOURNING])
def test_death_and_disaster_are_at_most_a_letter_by_hand(title: str, text: str, kind: str) -> None:
    found = judged(title, text)["hansen"]
    assert (found.kind, found.decision) == (kind, "letter"), found.why


TRAPS = (
    # denied, averted
    (f"Insolvenz von {F} abgewendet", ""),
    (f"{F}: Insolvenz vom Tisch", "Ein Investor hilft."),
    (f"{F} ist nicht insolvent", "Gerüchte seien falsch."),
    (f"{F} dementiert Stellenabbau", ""),
    (f"Streik bei {F} abgewendet", "Die Tarifparteien einigten sich."),
    (f"Kein Stellenabbau bei {F}", ""),
    (f"{F} denies layoffs", ""),
    (f"Strike averted at {F}", ""),
    (f"{F} not insolvent, says board", ""),
    (f"{F} geht beim Innovationspreis leer aus", ""),
    (f"{F} verliert Großauftrag", ""),
    (f"Großauftrag für {F} geplatzt", ""),
    (f"{F} wird Preis aberkannt", "Der Innovationspreis 2025 war zu Unrecht verliehen worden."),
    (f"{F} sagt Eröffnung des neuen Standorts ab", ""),
    (f"{F}: Neuer Standort kommt nicht", f"{F} eröffnet kein Werk in Leipzig."),
    (f"Übernahme durch {F} gescheitert", ""),
    (f"{F} does not win award", ""),
    (f"{F} fails to win Supplier of the Year award", ""),
    (f"{F} stripped of innovation award", ""),
    (f"{F} loses contract to rival", ""),
    (f"{F} scraps plan to open new plant", ""),
    (f"{F} verschiebt Eröffnung der neuen Halle", f"{F} eröffnet die Halle später."),
    # only thought of
    (f"{F} könnte Innovationspreis gewinnen", ""),
    (f"{F} für Innovationspreis nominiert", ""),
    (f"{F} plant neuen Standort in Leipzig", f"{F} will dort eine Halle bauen."),
    (f"{F} prüft Kauf der Meier Technik GmbH", ""),
    (f"{F} soll Großauftrag erhalten", ""),
    (f"Eröffnet {F} bald ein Werk in Polen?", ""),
    (f"Gewinnt {F} den Preis?", ""),
    (f"Gerüchte: {F} übernimmt Meier Technik GmbH", ""),
    (f"{F} droht Insolvenz", ""),
    (f"{F} bangt um Großauftrag", ""),
    (f"{F} may open plant in Ohio", ""),
    (f"{F} could win award", ""),
    (f"{F} shortlisted for award", ""),
    (f"{F} reportedly acquires Smith Tools Inc", ""),
    (f"{F} mulls new plant", f"{F} may open a site in Leeds."),
    (f"Falls {F} den Auftrag erhält, entsteht eine Halle", ""),
    # long ago
    (f"Vor zehn Jahren: {F} eröffnet neues Werk", ""),
    (f"Rückblick: {F} gewann 2008 den Innovationspreis", ""),
    (f"{F} gewann im vergangenen Jahr den Innovationspreis", ""),
    (f"Die größte Übernahme im vergangenen Jahr: {F} kaufte Meier Technik GmbH", ""),
    (f"{F} won the award ten years ago", f"{F} won the award in 2009."),
    (f"{F} eröffnete 1998 ein Werk in Polen", ""),
    (f"{F} eröffnet am 3. März 2024 neuen Standort", ""),
    # taken over, and what is no congratulation
    (f"{F} wird übernommen", ""),
    (f"Konzern kauft {F}", ""),
    (f"Investor übernimmt {F}", "Der Preis blieb geheim."),
    (f"Übernahme von {F} perfekt", "Der Konzern gewinnt einen Spezialisten."),
    (f"{F} geht an Finanzinvestor", ""),
    (f"{F} verkauft", ""),
    (f"Mehrheit an {F} verkauft", ""),
    (f"{F} acquired by Smith Tools", ""),
    (f"Smith Tools buys {F}", ""),
    (f"{F} fusioniert mit Meier Technik", ""),
    (f"{F} merges with Smith Tools", ""),
    (f"{F} und Meier Technik schließen sich zusammen", ""),
    (f"{F}: Sohn übernimmt Betrieb", ""),
    (f"{F} spaltet Pumpensparte ab", ""),
    # good news beside bad
    (f"{F} gewinnt Preis – und streicht 100 Stellen", ""),
    (f"{F} gewinnt Innovationspreis", "Überschattet wurde die Feier vom Tod eines Mitarbeiters."),
    (f"{F} eröffnet neuen Standort", "Zugleich entlässt das Unternehmen 40 Leute."),
    (f"{F} feiert 50-jähriges Jubiläum", "Der verstorbene Gründer fehlte allen."),
    (f"{F} erhält Großauftrag trotz Ermittlungen", ""),
    (f"Nach Großbrand: {F} eröffnet neue Halle", ""),
    (f"{F} erhält Millionen zur Rettung", "Die Firma steht vor der Insolvenz."),
    (f"{F} opens new plant after fire", ""),
    (f"{F} wins award despite strike", ""),
    (f"{F} celebrates anniversary in the shadow of job cuts", ""),
    (f"{F} bekommt neuen Geschäftsführer", "Der bisherige war im Juli tödlich verunglückt."),
    (f"{F} appoints new CEO after scandal", ""),
    # irony
    (f"Na toll: {F} gewinnt Preis für die hässlichste Halle", ""),
    (f"Ausgerechnet {F} gewinnt Umweltpreis", ""),
    (f"Von wegen Großauftrag: {F} geht leer aus", ""),
    (f"{F} wins wooden spoon award", ""),
    (f"{F} erhält Goldene Himbeere", ""),
    # other meanings
    (f"{F} zu günstigem Preis", "Die Werkzeuge sind preiswert."),
    (f"Preiserhöhung bei {F}", ""),
    (f"Ausgezeichnete Stimmung bei {F}", "Das Essen hat ausgezeichnet geschmeckt."),
    (f"{F} gewinnt gegen SV Ulm 3:1", "Die Betriebself siegte im Turnier."),
    (f"{F} auf dem Fusion-Festival", ""),
    (f"{F} kündigt Zeitungsabos", ""),
    (f"{F}: Übernahme TVöD beschlossen", ""),
    (f"{F} übernimmt Patenschaft für Bienenvolk", ""),
    (f"{F} übernimmt alle Azubis", ""),
    (f"{F} verleiht Innovationspreis an Schüler", ""),
    (f"{F} stiftet Preis für junge Forscher", ""),
    (f"Verlosung: Gewinnen Sie Karten mit {F}", ""),
    (f"{F}-Aktie gewinnt 3 Prozent", ""),
    (f"{F} strikes deal with union", ""),
    (f"Mitarbeiter von {F} gewinnt im Lotto", ""),
    # others are meant
    (f"{F}-Zulieferer meldet Insolvenz an", ""),
    (f"Konkurrent von {F} gewinnt Innovationspreis", ""),
    (f"Ehemaliger {F}-Manager eröffnet Café", ""),
    (f"{F}-Kunde gewinnt Preis", ""),
    (f"Supplier of {F} wins award", ""),
    (f"Former {F} manager opens new store", ""),
    (f"Laut {F} gewinnt die Stadt einen Preis", ""),
    ("Innovationspreis: Alpha, Beta Technik, Gamma, Delta, Epsilon, " + F + " und Zeta ausgezeichnet", ""),
)


@pytest.mark.parametrize(("title", "text"), TRAPS, ids=[row[0][:60] for row in TRAPS])
def test_what_is_doubtful_is_never_a_draft(title: str, text: str) -> None:
    found = judged(title, text)
    assert all(finding.decision != "draft" for finding in found.values()), found


NOTHING_BAD_HAPPENED = (
    f"Insolvenz von {F} abgewendet",
    f"{F} ist nicht insolvent",
    f"{F} dementiert Stellenabbau",
    f"Kein Stellenabbau bei {F}",
    f"Streik bei {F} abgewendet",
    f"Strike averted at {F}",
    f"{F} denies layoffs",
    f"{F} droht Insolvenz",
    f"{F}-Zulieferer meldet Insolvenz an",
)


@pytest.mark.parametrize("title", NOTHING_BAD_HAPPENED)
def test_what_did_not_happen_stops_nothing(title: str) -> None:
    assert judged(title)["hansen"].decision == "note"


RIVALS = (
    "Brinkmann Pumpen gewinnt Innovationspreis",
    "Brinkmann Pumpen meldet Insolvenz an",
    "Brinkmann Pumpen eröffnet Werk in Polen",
    "Brinkmann Pumpen streicht 100 Stellen",
    "Brinkmann Pumpen wins contract worth 3 million",
)


@pytest.mark.parametrize("title", RIVALS)
def test_a_rivals_news_is_an_internal_note(title: str) -> None:
    found = judged(title)["hansen"]
    assert (found.kind, found.decision, found.relation) == ("competitor_move", "note", "competitor")


def test_a_rivals_mere_mention_is_nothing() -> None:
    assert judged("Ein Gespräch mit Brinkmann Pumpen über das Wetter") == {}


def test_our_own_bad_news_outranks_the_rivals() -> None:
    found = judged(f"{F} meldet Insolvenz an", "Brinkmann Pumpen eröffnet ein Werk.")["hansen"]
    assert (found.kind, found.decision) == ("insolvency", "silence")


NAMESAKES = (
    ("Kolibri gewinnt Schönheitspreis", "Der Vogel wiegt kaum zwei Gramm."),
    ("Kolibri im Zoo gestorben", "Die Besucher trauern um den Vogel."),
    ("Das Ende der Insolvenz", "Am Ende gewinnt immer der Preis."),
    ("Ende gut, alles gut: Preis für Schüler", ""),
    ("Michael Ende ausgezeichnet", "Der Autor erhielt einen Preis."),
    ("Petra Hansen gewinnt Kegelturnier", "Die Rentnerin aus Kiel freut sich."),
    ("Petra Hansen gestorben", "Die Schauspielerin wurde 90 Jahre alt."),
    ("Werkzeugbau Hansen-Schmidt feiert", ""),
)


@pytest.mark.parametrize(("title", "text"), NAMESAKES)
def test_a_namesake_gets_no_mail_and_no_letter(title: str, text: str) -> None:
    assert all(finding.decision not in ("draft", "letter") for finding in judged(title, text).values())


def test_there_are_enough_headlines() -> None:
    tables = (GOOD, BAD, MOURNING, TRAPS, NOTHING_BAD_HAPPENED, RIVALS, NAMESAKES)
    assert sum(map(len, tables)) >= 200
