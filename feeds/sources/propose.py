"""What could be read for a customer: its own site, its press page, searches for its name, what its industry reads."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote_plus, urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feeds import names, rules
from feeds.rows import Feed, FeedSubject
from outreach import companies
from outreach.companies import Company

_FILE = Path(rules.__file__).with_name("searches.toml")


@dataclass(frozen=True)
class Search:
    """A search that can be read like a feed; `address` has the gap {query}."""

    key: str
    name: str
    address: str

    def filled(self, *, name: str, city: str = "", words: str = "") -> str:
        """The address for a name, as a phrase, with a town and further words."""
        query = " ".join(
            part for part in (f'"{name.strip()}"' if name.strip() else "", city.strip(), words.strip()) if part
        )
        return self.address.replace("{query}", quote_plus(query))


@dataclass(frozen=True)
class Proposal:
    """A source that could be read for a customer. `looks`: the address is a page that has to be looked through first."""

    relation: str
    kind: str
    title: str
    address: str
    looks: bool = False
    feed_id: int | None = None


def searches() -> Sequence[Search]:
    """The searches of rules/searches.toml."""
    return _read()


@cache
def _read() -> tuple[Search, ...]:
    found = tomllib.loads(_FILE.read_text("utf-8"))
    return tuple(Search(key, table["name"], table["address"]) for key, table in found.items())


def propose(session: Session, company_id: int, *, words: str = "") -> Sequence[Proposal]:
    """What could be read for a company, without what is read already. Raises NotFound."""
    company = companies.get(session, company_id)
    read = {
        row[0]: row[1]
        for row in session.execute(
            select(Feed.address, Feed.id).join(FeedSubject, FeedSubject.feed_id == Feed.id).where(
                FeedSubject.company_id == company_id
            )
        )
    }  # fmt: skip
    found = [*_own_pages(company), *_searches(company, words), *_of_industry(session, company)]
    return [one for one in found if one.address not in read]


def _own_pages(company: Company) -> list[Proposal]:
    """The site by its feeds; where it has none, its press page is found from there."""
    sites = [company.website, *company.domains]
    hosts = dict.fromkeys(
        host for one in sites if one and (host := urlsplit(one if "//" in one else f"https://{one}").hostname)
    )
    seen = {host.removeprefix("www."): host for host in hosts}
    return [Proposal("own", "feed", host, f"https://{host}/", looks=True) for host in seen.values()]


def _searches(company: Company, words: str) -> list[Proposal]:
    name = names.core(company.name) or company.name
    return [
        Proposal("search", "search", f"{one.name}: {name}", one.filled(name=name, city=company.city, words=words))
        for one in searches()[:2]
    ]


def _of_industry(session: Session, company: Company) -> list[Proposal]:
    """Feeds that are read for other customers of the same industry, the most used first."""
    if not company.industry:
        return []
    same = (
        select(Feed.id, Feed.address, Feed.title, Feed.own_title, func.count())
        .join(FeedSubject, FeedSubject.feed_id == Feed.id)
        .join(Company, Company.id == FeedSubject.company_id)
        .where(
            FeedSubject.relation == "industry",
            func.lower(Company.industry) == company.industry.lower(),
            Company.id != company.id,
            Feed.state == "active",
        )
        .group_by(Feed.id)
        .order_by(func.count().desc(), Feed.id)
        .limit(5)
    )
    return [
        Proposal("industry", "feed", own or title or address, address, feed_id=number)
        for number, address, title, own, _count in session.execute(same)
    ]
