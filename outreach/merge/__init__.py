"""Two contacts, or two companies, that are one: field by field, everything moves along, and it can be undone.

    compare ──▶ a person chooses the fields ──▶ contacts() | companies(), one change set in the journal ──▶ undo

What a mail was sent under never changes its number: the contact that went stays as an empty row (gone = "merged"), with
its deliveries and the proof behind them, and the card that stayed reads both. A consent belongs to the address it was
given for: the standing of the address that is kept counts, and a person who left a list has left it.

parts         fields side by side, and rows that move       agreed    consents, objections, newsletters under way
of_contacts   two people                                    of_companies    two companies
"""

from outreach.merge.of_companies import companies, compare_companies
from outreach.merge.of_contacts import OWNED, compare_contacts, contacts
from outreach.merge.parts import COMPANY_FIELDS, CONTACT_FIELDS, Comparison, Field

__all__ = [
    "COMPANY_FIELDS",
    "CONTACT_FIELDS",
    "OWNED",
    "Comparison",
    "Field",
    "companies",
    "compare_companies",
    "compare_contacts",
    "contacts",
]
