"""The plain values the judging of news travels in: an article, a subject, a mention, an event, a finding.

    Article × Subjects → match: Mentions → events: Event → stories: story → judge: Finding

Nothing here knows a database; `watch.py` and `outreach match` fill the same values.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Certainty = Literal["sure", "unsure"]
#: what to do with a finding: propose a mail, note it inside, keep quiet, suggest a letter by hand
Decision = Literal["draft", "note", "silence", "letter"]
#: what a report has to do with the subject: it is named itself, its competitor is, one of its people, or its topic fits
Relation = Literal["own", "competitor", "person", "topic"]
QUOTE_MOST = 200


@dataclass(frozen=True, slots=True)
class Article:
    """One entry of a feed as far as judging goes. Offsets count characters of `body`."""

    id: str
    title: str
    text: str
    #: the paper or site it appeared in, as named by the feed
    source: str = ""
    published_at: datetime | None = None
    link: str = ""
    #: the feed belongs to this subject (its own site): what "we" do there, it does
    own_of: str = ""

    @property
    def body(self) -> str:
        """Headline and text, a line each; mentions and events point into it."""
        return f"{self.title}\n{self.text}" if self.title else self.text


@dataclass(frozen=True, slots=True)
class Subject:
    """A customer (company or person) as far as the news is concerned."""

    key: str
    name: str
    aliases: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    city: str = ""
    industry: str = ""
    domains: tuple[str, ...] = ()
    competitors: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    #: one of these words must stand in the article, and none of those
    required: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    #: a newspaper, agency or broadcaster: named as the source of an article it is no subject
    is_medium: bool = False
    #: the name is a person's, not a company's
    is_person: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in an article that names a subject."""

    subject: str
    relation: Relation
    #: as it stands in the article
    form: str
    start: int
    end: int
    certainty: Certainty
    #: codes for what spoke for and against, `legal_form`, `city:Ulm`, `-sport`; `match.in_words` says them in English
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a subject, with the sentence that shows it."""

    kind: str
    #: 1 good news, 0 neither, -1 bad, -2 grave
    polarity: int
    quote: str
    start: int
    end: int
    #: denied, called off, only considered, long ago or a word's other meaning: then nothing is proposed
    doubts: tuple[str, ...] = ()
    happened_on: date | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What one article says of one subject, and what to do with it."""

    subject: str
    article: str
    certainty: Certainty
    relation: Relation
    form: str
    kind: str | None
    polarity: int
    decision: Decision
    quote: str
    event_on: date | None
    story: str
    score: float
    why: tuple[str, ...] = ()
    #: the watch that met, where only that says who it is about (topics)
    watch_id: int | None = None
