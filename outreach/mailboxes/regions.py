"""What the regions whose public holidays are kept are called: countries, states and cantons, by their German names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from outreach.errors import N_
from outreach.mailboxes import pace

#: shown in the language of the reader
COUNTRIES: Mapping[str, str] = {"DE": N_("Germany"), "AT": N_("Austria"), "CH": N_("Switzerland")}
#: by the codes of the library `holidays`; proper names, the same in every language
STATES: Mapping[str, str] = {
    "DE-BB": "Brandenburg", "DE-BE": "Berlin", "DE-BW": "Baden-Württemberg", "DE-BY": "Bayern", "DE-HB": "Bremen",
    "DE-HE": "Hessen", "DE-HH": "Hamburg", "DE-MV": "Mecklenburg-Vorpommern", "DE-NI": "Niedersachsen",
    "DE-NW": "Nordrhein-Westfalen", "DE-RP": "Rheinland-Pfalz", "DE-SH": "Schleswig-Holstein", "DE-SL": "Saarland",
    "DE-SN": "Sachsen", "DE-ST": "Sachsen-Anhalt", "DE-TH": "Thüringen", "DE-Augsburg": "Augsburg (Stadt)",
    "AT-1": "Burgenland", "AT-2": "Kärnten", "AT-3": "Niederösterreich", "AT-4": "Oberösterreich", "AT-5": "Salzburg",
    "AT-6": "Steiermark", "AT-7": "Tirol", "AT-8": "Vorarlberg", "AT-9": "Wien",
    "CH-AG": "Aargau", "CH-AI": "Appenzell Innerrhoden", "CH-AR": "Appenzell Ausserrhoden", "CH-BE": "Bern",
    "CH-BL": "Basel-Landschaft", "CH-BS": "Basel-Stadt", "CH-FR": "Freiburg", "CH-GE": "Genf", "CH-GL": "Glarus",
    "CH-GR": "Graubünden", "CH-JU": "Jura", "CH-LU": "Luzern", "CH-NE": "Neuenburg", "CH-NW": "Nidwalden",
    "CH-OW": "Obwalden", "CH-SG": "St. Gallen", "CH-SH": "Schaffhausen", "CH-SO": "Solothurn", "CH-SZ": "Schwyz",
    "CH-TG": "Thurgau", "CH-TI": "Tessin", "CH-UR": "Uri", "CH-VD": "Waadt", "CH-VS": "Wallis", "CH-ZG": "Zug",
    "CH-ZH": "Zürich", "CH-Stadt Zurich": "Zürich (Stadt)",
}  # fmt: skip


def by_country() -> Mapping[str, Sequence[tuple[str, str]]]:
    """The states of each country as pairs of code and name, by name."""
    return {
        country: sorted(
            ((code, STATES.get(code, code)) for code in pace.regions() if code.startswith(f"{country}-")),
            key=lambda pair: pair[1],
        )
        for country in COUNTRIES
    }
