"""Small firms called like words, people, animals: found where they are meant, left alone in their own town's news."""

from __future__ import annotations

import pytest

from feeds.match import Index
from feeds.texts import Article, Mention, Subject

FIRMS = (
    Subject("ende", "Ende GmbH", city="Ulm", industry="Schreinerei, Möbelbau"),
    Subject("durst", "Durst AG", city="Brixen", industry="Druckmaschinen"),
    Subject("kolibri", "Kolibri GmbH & Co. KG", city="Freiburg", industry="Naturkosmetik"),
    Subject("huber", "Huber Bau GmbH", aliases=("Huber",), city="Passau", industry="Bauunternehmen"),
    Subject("sonne", "Gasthaus Sonne e.K.", city="Offenburg", industry="Gastronomie"),
    Subject("anker", "Anker Logistik GmbH", city="Bremen", industry="Spedition"),
    Subject("licht", "Licht & Raum GmbH", city="Kassel", industry="Beleuchtung"),
    Subject("herbst", "Herbst KG", city="Jena", industry="Optik"),
    Subject("stern", "Stern Consulting GmbH", aliases=("Stern",), city="Köln", industry="Unternehmensberatung"),
    Subject("wolf", "Wolf Heiztechnik GmbH", aliases=("Wolf",), city="Mainburg", industry="Heizung"),
    Subject("kreis", "Kreis Software GmbH", city="Münster", industry="Software"),
    Subject("phoenix", "Phoenix GmbH", city="Mannheim", industry="Pharmahandel"),
    Subject("fuchs", "Fuchs SE", city="Mannheim", industry="Schmierstoffe"),
    Subject("karlhuber", "Karl Huber Verpackungswerk GmbH", city="Öhringen", industry="Verpackungen"),
    Subject("brand", "Brand GmbH", city="Essen", industry="Werbeagentur"),
    Subject("welle", "Welle GmbH", city="Kiel", industry="Bootsbau"),
    Subject("adler", "Adler Apotheke e.K.", city="Gotha", industry="Apotheke"),
    Subject("krone", "Krone GmbH", city="Spelle", industry="Landmaschinen"),
    Subject("blitz", "Blitz GmbH & Co. KG", city="Hagen", industry="Elektroinstallation"),
    Subject("morgen", "Morgen AG", city="Weimar", industry="Softwareentwicklung"),
    Subject("garten", "Garten + Haus GmbH", city="Fulda", industry="Gartenbau"),
    Subject("rose", "Rose Bikes GmbH", aliases=("Rose",), city="Bocholt", industry="Fahrräder"),
    Subject("linde", "Linde Werbetechnik GmbH", city="Trier", industry="Werbetechnik"),
    Subject("puls", "Puls GmbH", city="Hannover", industry="Medizintechnik"),
    Subject("schneider", "Schneider Schreinerei GmbH", city="Gießen", industry="Schreinerei"),
    Subject("beck", "Beck GmbH", city="Erlangen", industry="Bäckerei"),
    Subject("berg", "Berg & Tal Reisen GmbH", city="Kempten", industry="Reisebüro"),
    Subject("anna", "Anna Schmidt Design", city="Leipzig", industry="Grafikdesign"),
    Subject("mut", "Mut GmbH", city="Dortmund", industry="Unternehmensberatung"),
    Subject("echo", "Echo KG", city="Görlitz", industry="Tontechnik"),
    Subject("horizont", "Horizont Reisen GmbH", city="Rostock", industry="Reiseveranstalter"),
    Subject("panda", "Panda GmbH", city="Worms", industry="Kinderkleidung"),
    Subject("vier", "Vier Pfoten Hotel GmbH", city="Celle", industry="Tierpension"),
    Subject("nord", "Nordlicht UG", city="Flensburg", industry="Gastronomie"),
    Subject("spitze", "Spitze! Events GmbH", city="Bonn", industry="Veranstaltungen"),
    Subject("essen", "Essen & Trinken Catering GmbH", city="Bonn", industry="Catering"),
)
INDEX = Index.build(FIRMS)

MEANT = (
    ("ende", "Ulm: Schreinerei Ende gewinnt Innovationspreis"),
    (
        "ende",
        "Die Schreinerei Ende mit Sitz in Ulm hat zehn neue Mitarbeiter eingestellt. Inhaber Peter Maier freut sich.",
    ),
    ("ende", "Möbel nach Maß: Ende liefert die Einrichtung für das neue Rathaus in Ulm."),
    ("ende", "Neuer Auftrag für Ende. Der Ulmer Betrieb fertigt Treppen."),
    ("ende", "ULM. Großer Erfolg für Ende: Der Möbelbauer erhält den Staatspreis."),
    ("ende", "Ende GmbH zieht um"),
    ("ende", "„Wir sind stolz“, sagt Geschäftsführerin Anna Ott. Ende beschäftigt in Ulm 45 Leute."),
    ("durst", "Brixen/Lienz – Durst hat eine neue Produktionshalle eröffnet."),
    ("durst", "Der Druckmaschinenhersteller Durst übernimmt einen Wettbewerber."),
    ("durst", "Auszeichnung für Durst: Südtiroler Technologiepreis geht nach Brixen"),
    ("durst", "Bei Durst in Brixen wird gestreikt."),
    ("kolibri", "Kolibri bringt vegane Creme auf den Markt. Die Freiburger Firma setzt auf Naturkosmetik."),
    ("kolibri", "Das Freiburger Unternehmen Kolibri feiert sein zehnjähriges Bestehen."),
    ("huber", "Passau: Huber baut das neue Feuerwehrhaus"),
    ("huber", "Der Auftrag ging an das Passauer Bauunternehmen Huber."),
    ("huber", "Die Firma Huber aus Passau bildet zwölf Lehrlinge aus."),
    ("sonne", "Das Gasthaus Sonne in Offenburg hat einen neuen Pächter."),
    ("sonne", "Offenburger Traditionslokal: Die „Sonne“ schließt nach 120 Jahren"),
    ("anker", "Anker Logistik baut in Bremen ein neues Lager"),
    ("licht", "Licht + Raum aus Kassel stattet das Museum aus."),
    ("licht", "Das Kasseler Planungsbüro Licht und Raum gewinnt den Wettbewerb."),
    ("herbst", "Optiker Herbst eröffnet zweite Filiale in Jena"),
    ("herbst", "Jena: Herbst stellt neue Linse vor"),
    ("stern", "Stern Consulting verstärkt sich in Köln"),
    ("stern", "Die Kölner Beratung Stern hat einen neuen Partner."),
    ("wolf", "Wolf investiert in Mainburg 30 Millionen Euro"),
    ("wolf", "Heizungsbauer Wolf mit Umsatzplus"),
    ("kreis", "Kreis Software erhält Förderung"),
    ("phoenix", "Der Mannheimer Pharmahändler Phoenix wächst kräftig."),
    ("fuchs", "Fuchs erhöht die Prognose. Der Mannheimer Schmierstoffkonzern verdient mehr."),
    ("karlhuber", "Karl Huber Verpackungswerk: 75 Jahre Dosen aus Öhringen"),
    ("brand", "Essener Werbeagentur Brand holt Kreativpreis"),
    ("brand", "Kreativpreis für Brand aus Essen"),
    ("welle", "Die Kieler Werft Welle liefert zwei Boote aus."),
    ("adler", "Die Adler Apotheke in Gotha wird 100 Jahre alt."),
    ("adler", "Gotha: Adler-Apotheke schließt zum Jahresende"),
    ("krone", "Krone in Spelle liefert den 10.000. Mähdrescher aus"),
    ("krone", "Landmaschinenhersteller Krone steigert Umsatz um acht Prozent"),
    ("krone", "SPELLE. Die Krone-Gruppe hat im ersten Halbjahr mehr verdient als erwartet."),
    ("blitz", "Der Hagener Elektrobetrieb Blitz sucht Auszubildende."),
    ("blitz", "Wie Blitz-Geschäftsführer Tim Ostertag mitteilte, werden in Hagen fünf neue Stellen geschaffen."),
    ("morgen", "Weimarer Softwarehaus Morgen gewinnt Gründerpreis"),
    ("morgen", "Die Morgen AG hat in Weimar ihr neues Büro bezogen."),
    ("morgen", "Softwareentwickler Morgen erhält Millionenfinanzierung. Das Startup aus Weimar will wachsen."),
    ("garten", "Garten und Haus in Fulda feiert 25. Geburtstag."),
    ("rose", "Rose baut in Bocholt neues Logistikzentrum"),
    ("rose", "Fahrradhändler Rose eröffnet Filiale in München"),
    ("rose", "Bei Rose Bikes gibt es einen Wechsel an der Spitze."),
    ("linde", "Linde Werbetechnik beschriftet die neuen Busse in Trier."),
    ("puls", "Medizintechnik: Puls aus Hannover erhält Zulassung für neues Gerät"),
    ("puls", "Die hannoversche Firma Puls arbeitet mit der Klinik zusammen."),
    ("schneider", "Schreinerei Schneider aus Gießen ausgezeichnet"),
    ("schneider", "Gießen: Ehrung für Schneider, den Handwerksbetrieb des Jahres"),
    ("beck", "Bäckerei Beck eröffnet in Erlangen ein Café"),
    ("beck", "Der Erlanger Traditionsbäcker Beck ist insolvent."),
    ("berg", "Berg und Tal Reisen erweitert das Angebot in Kempten."),
    ("anna", "Grafikdesignerin Anna Schmidt aus Leipzig gewinnt Red Dot Award"),
    ("mut", "Dortmunder Beratung Mut feiert Jubiläum"),
    ("echo", "Das Görlitzer Tonstudio Echo nimmt ein Album auf."),
    ("echo", "Echo KG aus Görlitz beschallt Altstadtfest"),
    ("horizont", "Reiseveranstalter Horizont aus Rostock meldet Insolvenz an"),
    ("horizont", "Horizont Reisen bietet neue Touren ab Rostock an."),
    ("panda", "Panda stellt neue Kollektion vor: Kinderkleidung aus Worms ist gefragt"),
    ("vier", "Im Vier Pfoten Hotel in Celle machen Hunde Urlaub."),
    ("nord", "Flensburger Restaurant Nordlicht bekommt einen Stern"),
    ("spitze", "Spitze! Events organisiert das Bonner Stadtfest."),
    ("essen", "Essen & Trinken Catering beliefert in Bonn die Vereinten Nationen."),
    ("morgen", "Weimar-based software company Morgen has raised 5 million euros."),
    ("krone", "Krone acquires a competitor, says the manufacturer of agricultural machinery from Spelle."),
)
#: only the town and the word: never sure, at most shown to be looked at
DOUBTFUL = (
    "In Hagen hat der Blitz eingeschlagen; die Elektroinstallation wurde zerstört.",
    "Anna Schmidt gewinnt Leipziger Stadtlauf",
    "Großer Brand in Essener Lagerhalle",
)
NOT_MEANT = (
    "Am Ende siegte der SSV Ulm mit 3:1.",
    "Michael Ende wird mit einer Ausstellung in Ulm geehrt.",
    "Ulm. Ende der Bauarbeiten erst 2027",
    "Kein Ende in Sicht: Baustelle in Ulm bleibt",
    "Das Ende einer Ära: Möbelhaus in Ulm schließt",
    "Bis Ende März sucht die Stadt Ulm Schreinerlehrlinge.",
    "Ende gut, alles gut für den Ulmer Spatz",
    "Ende 2026 öffnet in Ulm ein Möbelgeschäft.",
    "Zu Ende ging am Sonntag das Ulmer Stadtfest.",
    "Großer Durst beim Stadtfest in Brixen",
    "Durst nach Wissen: Schule in Brixen ausgezeichnet",
    "In Brixen litten die Kühe Durst.",
    "Kolibri im Freiburger Zoo geschlüpft",
    "Ein Kolibri wiegt nur zwei Gramm, sagt ein Forscher der Uni Freiburg.",
    "Karl Huber kandidiert in Passau als Landrat.",
    "Trainer Huber verlässt den 1. FC Passau.",
    "Bürgermeisterin Huber eröffnet in Passau das Stadtfest.",
    "In der Huberstraße in Passau brannte es.",
    "Passau: Elfmeter von Huber entscheidet das Spiel",
    "Polizeisprecher Andreas Huber sagte in Passau, der Täter sei flüchtig.",
    "Viel Sonne in Offenburg am Wochenende",
    "Sonne und Wolken wechseln sich in Offenburg ab.",
    "Das Schiff ging in Bremen vor Anker.",
    "In Kassel gehen die Lichter aus: Licht und Schatten der Energiekrise",
    "Goldener Herbst in Jena",
    "Im Herbst beginnt in Jena der Bau.",
    "Herbst in Jena: Das Wetter wird wechselhaft.",
    "Fünf Sterne für Hotel in Köln; ein Stern fiel vom Himmel.",
    "Das berichtet der Stern unter Berufung auf Kölner Ermittler.",
    "Wolf bei Mainburg gesichtet",
    "Der Wolf ist zurück in Mainburg.",
    "Wolf reißt Schafe bei Mainburg",
    "Im Kreis Münster steigt die Zahl der Unfälle.",
    "Kreis Münster plant neue Software für Schulen",
    "Phoenix aus der Asche: SV Mannheim siegt",
    "Der Sender Phoenix überträgt live aus Mannheim.",
    "Fuchs in Mannheim überfahren",
    "Brand in Essen: Feuerwehr rettet zwölf Menschen",
    "Nach dem Brand in Essen ermittelt die Polizei.",
    "Kiel: Zweite Welle der Grippe erwartet",
    "Hohe Wellen in Kiel; eine Welle der Hilfsbereitschaft",
    "Ein Adler kreist über Gotha.",
    "Adler Mannheim gewinnen gegen Eisbären",
    "Die Krone der Schöpfung: Ausstellung in Spelle",
    "Prinz Harry und die Krone",
    "Blitz schlägt in Hagen in Wohnhaus ein",
    "Guten Morgen, Weimar!",
    "Am Morgen brannte in Weimar ein Auto.",
    "Wer Garten und Haus in Fulda besitzt, muss Steuern zahlen.",
    "Eine Rose für jede Frau in Bocholt",
    "Rose Müller aus Bocholt wird 100",
    "Alte Linde in Trier gefällt",
    "Der Puls der Stadt: Hannover bei Nacht",
    "Puls und Blutdruck messen: Aktion in Hannover",
    "Helge Schneider tritt in Gießen auf.",
    "Landrätin Anita Schneider besucht Schreinerei in Gießen",
    "Stürmer Schneider trifft für Gießen doppelt",
    "Der Musiker Beck gibt ein Konzert in Erlangen.",
    "Volker Beck sprach in Erlangen.",
    "Über Berg und Tal führt die Strecke bei Kempten.",
    "Die SPD-Abgeordnete Anna Schmidt fordert mehr Geld für Leipzig",
    "Mut zur Lücke: Dortmund spart",
    "Mit viel Mut rettete ein Dortmunder das Kind.",
    "Dortmund zeigt Mut",
    "Das Echo auf die Pläne in Görlitz ist groß.",
    "Großes Echo in Görlitz auf die Ausstellung",
    "Am Horizont taucht vor Rostock ein Kreuzfahrtschiff auf.",
    "Panda im Zoo: Worms fiebert mit",
    "Nordlicht über Flensburg gesichtet",
    "An der Spitze des Bonner Rates gibt es einen Wechsel.",
    "Essen trifft Bonn: Spiel der Oberliga",
)


def _mentions(text: str) -> list[Mention]:
    return INDEX.mentions(Article("1", "", text))


@pytest.mark.parametrize(("firm", "text"), MEANT)
def test_the_firm_is_found_and_no_other(firm: str, text: str) -> None:
    assert {mention.subject for mention in _mentions(text)} == {firm}


def test_most_of_what_is_meant_is_sure() -> None:
    sure = [text for _, text in MEANT if _mentions(text)[0].certainty == "sure"]
    assert len(sure) >= 0.9 * len(MEANT)


@pytest.mark.parametrize("text", NOT_MEANT)
def test_the_word_is_left_alone(text: str) -> None:
    assert _mentions(text) == []


@pytest.mark.parametrize("text", DOUBTFUL)
def test_the_word_in_the_firms_own_town_is_never_sure(text: str) -> None:
    assert all(mention.certainty == "unsure" for mention in _mentions(text))
