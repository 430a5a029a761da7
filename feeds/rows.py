"""The rows of the feed watcher: feeds and their health, entries, what is watched, matches, stories, imports of lists."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from outreach import clock
from outreach.db import Base, Moment


class Feed(Base):
    """An address we read. One fetch per address, however many customers it is read for."""

    __tablename__ = "feeds"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'paused', 'gone')", name="state"),
        CheckConstraint("kind IN ('feed', 'search', 'calendar')", name="kind"),
        Index(
            "ix_feeds_next_check_at",
            "next_check_at",
            "id",
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
        Index("ix_feeds_domain", "domain"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(1000), unique=True)
    #: registrable domain (public suffix list), for politeness: "example.co.uk"
    domain: Mapped[str] = mapped_column(String(255))
    #: feed: of a site; search: filled from a template; calendar: iCal of trade fairs
    kind: Mapped[str] = mapped_column(String(8), default="feed")
    title: Mapped[str] = mapped_column(String(300), default="")
    #: the title a person gave, which wins
    own_title: Mapped[str] = mapped_column(String(300), default="")
    site: Mapped[str] = mapped_column(String(1000), default="")
    #: as parsed last: rss20, atom10, json …; empty before the first success
    format: Mapped[str] = mapped_column(String(20), default="")
    #: gone: the server said 410, or a person was asked after it was dead for long
    state: Mapped[str] = mapped_column(String(6), default="active")

    #: byte for byte as the server sent them; saved with the entries, never before
    etag: Mapped[str] = mapped_column(String(1000), default="")
    last_modified: Mapped[str] = mapped_column(String(200), default="")
    #: SHA-256 of the body in hex: 200 with the same one is unchanged
    body_hash: Mapped[str] = mapped_column(String(64), default="")
    #: which parser wrote etag and last_modified: another one asks for everything again
    parser: Mapped[int] = mapped_column(Integer, default=0)

    next_check_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    #: why then: a code with values, see decide.in_words
    next_check_why: Mapped[str] = mapped_column(String(30), default="new")
    next_check_values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: somebody fetches it until then
    claimed_until: Mapped[datetime | None] = mapped_column(Moment)
    #: minutes between checks when the server says nothing; adapts to how often something comes
    own_minutes: Mapped[int] = mapped_column(default=60)
    #: set by a person: minutes, 15 at least
    fixed_minutes: Mapped[int | None]
    #: checks in a row that found nothing new
    quiet_checks: Mapped[int] = mapped_column(default=0)

    checked_at: Mapped[datetime | None] = mapped_column(Moment)
    succeeded_at: Mapped[datetime | None] = mapped_column(Moment)
    #: something new came
    changed_at: Mapped[datetime | None] = mapped_column(Moment)
    #: HTTP status of the last answer; 0 when there was none
    status: Mapped[int] = mapped_column(default=0)
    #: of the last check; empty when it succeeded: a kind with values, see fetch.in_words
    error_kind: Mapped[str] = mapped_column(String(30), default="")
    error_values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None] = mapped_column(Moment)
    #: entries of the last answer that could not be used
    skipped: Mapped[int] = mapped_column(default=0)

    #: where a permanent redirect leads, how many answers in a row said so, and since when
    moved_to: Mapped[str] = mapped_column(String(1000), default="")
    moved_seen: Mapped[int] = mapped_column(default=0)
    moved_since: Mapped[datetime | None] = mapped_column(Moment)
    #: the address it had before a redirect was adopted
    moved_from: Mapped[str] = mapped_column(String(1000), default="")

    checks: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    bytes_read: Mapped[int] = mapped_column(BigInteger, default=0)
    #: what unchanged answers would have cost at the size of the last full one
    bytes_saved: Mapped[int] = mapped_column(BigInteger, default=0)
    last_size: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))


class FeedSubject(Base):
    """For whom a feed is read: its own site, a search for it, its industry."""

    __tablename__ = "feed_subjects"
    __table_args__ = (
        CheckConstraint("relation IN ('own', 'search', 'industry')", name="relation"),
        UniqueConstraint("feed_id", "company_id"),
        UniqueConstraint("feed_id", "contact_id"),
        CheckConstraint("(company_id IS NULL) <> (contact_id IS NULL)", name="belongs"),
        Index("ix_feed_subjects_company_id", "company_id"),
        Index("ix_feed_subjects_contact_id", "contact_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feeds.id", ondelete="CASCADE"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    relation: Mapped[str] = mapped_column(String(8))


class DomainPause(Base):
    """A whole domain asked for less: nothing of it is fetched until then."""

    __tablename__ = "feed_domain_pauses"

    domain: Mapped[str] = mapped_column(String(255), primary_key=True)
    until: Mapped[datetime] = mapped_column(Moment)


class Entry(Base):
    """One item of a feed: headline, link and at most 200 characters, no full text."""

    __tablename__ = "feed_entries"
    __table_args__ = (
        UniqueConstraint("feed_id", "identity"),
        CheckConstraint("full_text IN ('', 'wanted', 'read', 'refused')", name="full_text"),
        Index("ix_feed_entries_feed_id_first_seen_at", "feed_id", "first_seen_at"),
        Index("ix_feed_entries_first_seen_at", "first_seen_at"),
        Index(
            "ix_feed_entries_full_text",
            "id",
            sqlite_where=text("full_text = 'wanted'"),
            postgresql_where=text("full_text = 'wanted'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feeds.id", ondelete="CASCADE"))
    #: decide.identity: a hash in hex
    identity: Mapped[str] = mapped_column(String(64))
    guid: Mapped[str] = mapped_column(String(500), default="")
    link: Mapped[str] = mapped_column(String(2000), default="")
    #: links.canonical(link), hashed in hex, for finding the same entry when every guid changed
    link_key: Mapped[str] = mapped_column(String(64), default="")
    title: Mapped[str] = mapped_column(String(500), default="")
    excerpt: Mapped[str] = mapped_column(String(250), default="")
    #: of title and text, in hex: another one is an update
    content_hash: Mapped[str] = mapped_column(String(64), default="")
    #: the paper, where the feed names one (search feeds)
    source: Mapped[str] = mapped_column(String(200), default="")
    #: as the feed says; where it does not, when we first saw it
    published_at: Mapped[datetime] = mapped_column(Moment)
    is_dated: Mapped[bool] = mapped_column(default=True)
    first_seen_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    updated_at: Mapped[datetime | None] = mapped_column(Moment)
    #: whether the page is read for the sentence that matters (only matched teasers)
    full_text: Mapped[str] = mapped_column(String(7), default="")


class EntryVersion(Base):
    """What an entry said before it was changed."""

    __tablename__ = "feed_entry_versions"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("feed_entries.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(500), default="")
    excerpt: Mapped[str] = mapped_column(String(250), default="")
    seen_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)


class Watch(Base):
    """What we look for, for one company or contact. Comes out of the customer file; a person may correct it."""

    __tablename__ = "watches"
    __table_args__ = (
        CheckConstraint("kind IN ('company', 'person', 'competitor', 'topic', 'wish', 'fair')", name="kind"),
        CheckConstraint("origin IN ('file', 'person')", name="origin"),
        CheckConstraint("company_id IS NOT NULL OR contact_id IS NOT NULL", name="belongs"),
        Index("ix_watches_company_id", "company_id"),
        Index("ix_watches_contact_id", "contact_id"),
        Index("ix_watches_changed_at", "changed_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: whose, kind and name folded: "company:5:competitor:mueller"; the file proposes nothing twice
    key: Mapped[str] = mapped_column(String(400), unique=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(300))
    #: further forms a person added, and proposed ones a person turned down
    forms: Mapped[list[str]] = mapped_column(JSON, default=list)
    refused_forms: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: one of these words must stand in the article, and none of those
    required: Mapped[list[str]] = mapped_column(JSON, default=list)
    excluded: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_medium: Mapped[bool] = mapped_column(default=False)
    #: file: comes from the customer file and goes with it; person: added by hand
    origin: Mapped[str] = mapped_column(String(6), default="file")
    is_on: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    changed_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    #: switched off or gone from the file; kept a while so that every process forgets it
    removed_at: Mapped[datetime | None] = mapped_column(Moment)


class WatchMark(Base):
    """How far the changes of the customer file have been read; one row."""

    __tablename__ = "watch_marks"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    change_id: Mapped[int]
    #: the last company and contact of the first round, when it was broken off
    company_id: Mapped[int] = mapped_column(default=0)
    contact_id: Mapped[int] = mapped_column(default=0)
    is_whole: Mapped[bool] = mapped_column(default=False)


class Story(Base):
    """One event as told by any number of articles: one suggestion."""

    __tablename__ = "stories"
    __table_args__ = (
        UniqueConstraint("subject", "number"),
        Index("ix_stories_subject_last_at", "subject", "last_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: of its first article's day, kind and subject, see stories.py
    number: Mapped[str] = mapped_column(String(40))
    #: "company:5" or "contact:7"
    subject: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(30), default="")
    title: Mapped[str] = mapped_column(String(300), default="")
    #: what later articles are compared with, see stories.py
    marks: Mapped[list[Any]] = mapped_column(JSON, default=list)
    first_at: Mapped[datetime] = mapped_column(Moment)
    last_at: Mapped[datetime] = mapped_column(Moment)
    articles: Mapped[int] = mapped_column(default=1)


class Match(Base):
    """An entry meets a watch: the sentence that shows it, what happened, and what was made of it."""

    __tablename__ = "matches"
    __table_args__ = (
        UniqueConstraint("entry_id", "subject"),
        CheckConstraint("certainty IN ('sure', 'unsure')", name="certainty"),
        CheckConstraint("relation IN ('own', 'competitor', 'person', 'topic')", name="relation"),
        CheckConstraint("decision IN ('draft', 'note', 'silence', 'letter')", name="decision"),
        CheckConstraint("verdict IN ('', 'wrong', 'right')", name="verdict"),
        Index("ix_matches_company_id", "company_id", "published_at"),
        Index("ix_matches_contact_id", "contact_id", "published_at"),
        Index("ix_matches_story_id", "story_id"),
        Index("ix_matches_watch_id", "watch_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("feed_entries.id", ondelete="CASCADE"))
    watch_id: Mapped[int | None] = mapped_column(ForeignKey("watches.id", ondelete="SET NULL"))
    subject: Mapped[str] = mapped_column(String(40))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    relation: Mapped[str] = mapped_column(String(10))
    #: as it stands in the article
    form: Mapped[str] = mapped_column(String(300))
    certainty: Mapped[str] = mapped_column(String(6))
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: what happened; none: only named
    kind: Mapped[str | None] = mapped_column(String(30))
    polarity: Mapped[int] = mapped_column(default=0)
    decision: Mapped[str] = mapped_column(String(7))
    quote: Mapped[str] = mapped_column(String(250), default="")
    happened_on: Mapped[date | None]
    #: of the entry, for lists by time
    published_at: Mapped[datetime] = mapped_column(Moment)
    #: 0 to 1
    score: Mapped[float] = mapped_column(default=0.0)
    why: Mapped[list[str]] = mapped_column(JSON, default=list)
    story_id: Mapped[int | None] = mapped_column(ForeignKey("stories.id", ondelete="SET NULL"))
    #: what a person said of it
    verdict: Mapped[str] = mapped_column(String(5), default="")
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)


class SourceImport(Base):
    """A list of feeds (OPML) that is read in, and what came of each line."""

    __tablename__ = "source_imports"
    __table_args__ = (CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(7), default="waiting")
    #: what stood in the list: [{"address", "title", "folder"}, …]
    wanted: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    #: one line each, in the same order: [{"outcome": "added" | "known" | "refused", "sentence", "feed_id"}, …]
    outcomes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    claimed_until: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
