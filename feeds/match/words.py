"""What the codes of a mention's reasons mean, as sentences. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.errors import N_


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that speaks for a name or, with a minus, against it."""

    code: str
    weight: int


_SENTENCES = {
    "own_site": N_("The article stands on the customer's own site."),
    "distinctive": N_("Hardly anything else has this name."),
    "official_name": N_("The official name stands in the article."),
    "legal_form": N_("The legal form stands beside the name."),
    "domain": N_("The customer's web address stands in the article."),
    "city": N_("The town %(what)s stands in the article."),
    "from": N_("%(what)s stands beside the name as where it comes from."),
    "industry": N_("The article speaks of the trade: %(what)s."),
    "own_word": N_("The article has more of the name: %(what)s."),
    "person": N_("%(what)s is named in the article."),
    "company": N_("%(what)s, where the person works, is named in the article."),
    "competitor": N_("The competitor %(what)s is named in the article."),
    "required": N_("The article has the required word %(what)s."),
    "compound": N_("The name stands in a compound as companies' names do."),
    "company_noun": N_("A word for a company stands before the name."),
    "business_verb": N_("The name does what companies do."),
    "business_noun": N_("The sentence speaks of business."),
    "bare": N_("The name stands without an article, as names do."),
    "as_a_name": N_("The name stands after a preposition without an article, as names do."),
    "capitals": N_("The name stands in capitals."),
    "quoted": N_("The name stands in quotation marks."),
    "tagged": N_("The name stands as a tag or handle."),
    "ordinary": N_("The name is also an ordinary word."),
    "person_name": N_("The name is also a person's name."),
    "town": N_("The name is also a town."),
    "short": N_("The name is very short."),
    "shared": N_("Another customer has the same name."),
    "part": N_("Only a part of the name stands in the article."),
    "-source": N_("It is named as the source of the article, not as its subject."),
    "-first_name": N_("A first name stands before it."),
    "-person": N_("It is a person's name here."),
    "-determiner": N_("It stands after an article, as ordinary words do."),
    "-article": N_("It stands after an article, as ordinary words do."),
    "-adjective": N_("It stands after an adjective, as ordinary words do."),
    "-other_name": N_("It belongs to another name."),
    "-longer_name": N_("It is the beginning of another name."),
    "-adverb": N_("At the beginning of a sentence it tells when."),
    "-genitive": N_("A genitive follows it, as ordinary words have."),
    "-other_company": N_("Another company's name begins like this."),
    "own_article": N_("The name stands with its article."),
    "medium": N_("A paper, agency or network is named here."),
    "-place": N_("It names a street or a place."),
    "-date": N_("It stands beside a day or month."),
    "-vehicle": N_("It is a car in the report of an accident or theft."),
    "-court": N_("It is a court here."),
    "firm_name": N_("The name begins the whole name of a firm there."),
    "listed": N_("It stands in a list of names."),
    "-sport": N_("The article is about sport."),
    "-elsewhere": N_("Neither the customer's town nor its trade is mentioned."),
    "-label": N_("It is the heading of a line."),
    "named_before": N_("Another place in the article is sure."),
    "-compound": N_("It stands in a compound."),
}


def sentence(reason: str) -> tuple[str, dict[str, str]]:
    """The sentence of a reason's code, ready to translate, and what then fills its gap."""
    code, _, what = reason.partition(":")
    return _SENTENCES.get(code, "%(what)s"), {"what": what or code}


def in_words(reason: str) -> str:
    """The same in English: "city:Ulm" → "The town Ulm stands in the article." """
    words, values = sentence(reason)
    return words % values
