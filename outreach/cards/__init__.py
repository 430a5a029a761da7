"""The card of a contact or a company: everything known, gathered from the floors below in a few indexed queries.

contact    the card of a person                 company    the card of a company, with its people
save       a change that has consequences       changes    the history of a card in names, and the way back
situation  what decides the next step
"""

from outreach.cards.changes import NOT_FROM_HERE, Names, named, subject, undo
from outreach.cards.company import CompanyCard, company
from outreach.cards.contact import Card, Moved, get
from outreach.cards.save import Saved, save

__all__ = [
    "NOT_FROM_HERE",
    "Card",
    "CompanyCard",
    "Moved",
    "Names",
    "Saved",
    "company",
    "get",
    "named",
    "save",
    "subject",
    "undo",
]
