"""Watches as subjects of the matching: one per company, or per person without one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from feeds.rows import Watch
from feeds.texts import Subject
from outreach.companies import Company
from outreach.contacts import Contact

#: mail providers: their domain says nothing about whose article it is
_FREE = frozenset(
    [
        "aol.com",
        "arcor.de",
        "freenet.de",
        "gmail.com",
        "gmx.at",
        "gmx.ch",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.com",
        "hotmail.de",
        "icloud.com",
        "live.com",
        "live.de",
        "mail.de",
        "mailbox.org",
        "me.com",
        "outlook.com",
        "outlook.de",
        "posteo.de",
        "proton.me",
        "protonmail.com",
        "t-online.de",
        "web.de",
        "yahoo.com",
        "yahoo.de",
    ]
)
_BLOCK = 500


def key(watch: Watch) -> str:
    """Whose watch it is: "company:5" or "contact:7"."""
    return f"company:{watch.company_id}" if watch.company_id is not None else f"contact:{watch.contact_id}"


def every(session: Session) -> Iterator[Subject]:
    """All subjects that are watched now."""
    companies_ = select(Watch.company_id).where(Watch.company_id.is_not(None), Watch.removed_at.is_(None)).distinct()
    alone = select(Watch.contact_id).where(Watch.company_id.is_(None), Watch.removed_at.is_(None)).distinct()
    keys = [f"company:{one}" for one in session.scalars(companies_)] + [
        f"contact:{one}" for one in session.scalars(alone)
    ]
    for start in range(0, len(keys), _BLOCK):
        yield from of_keys(session, keys[start : start + _BLOCK]).values()


def changed_since(session: Session, moment: datetime) -> set[str]:
    """Whose watches changed since; some of them may be watched no more."""
    rows = session.scalars(select(Watch).where(Watch.changed_at >= moment))
    return {key(one) for one in rows}


def of_keys(session: Session, keys: Collection[str]) -> Mapping[str, Subject]:
    """The subjects of these keys; whoever is watched no more is left out."""
    company_ids, contact_ids = _ids(keys, "company"), _ids(keys, "contact")
    found: dict[str, list[Watch]] = defaultdict(list)
    watches = select(Watch).where(
        Watch.removed_at.is_(None),
        Watch.company_id.in_(company_ids) | (Watch.company_id.is_(None) & Watch.contact_id.in_(contact_ids)),
    )
    for watch in session.scalars(watches.order_by(Watch.id)):
        found[key(watch)].append(watch)
    rows = {row.id: row for row in session.scalars(select(Company).where(Company.id.in_(company_ids)))}
    people = {
        row[0]: row
        for row in session.execute(select(Contact.id, Contact.city, Contact.email).where(Contact.id.in_(contact_ids)))
    }
    domains: dict[int, set[str]] = defaultdict(set)
    mails = select(Contact.company_id, Contact.email).where(Contact.company_id.in_(company_ids), Contact.gone == "")
    for company_id, email in session.execute(mails.where(Contact.email.is_not(None))):
        domains[company_id or 0].update(_mail_domain(email or ""))
    made = {}
    for name, mine in found.items():
        kind, _, number = name.partition(":")
        if kind == "company" and int(number) in rows:
            subject = _company(rows[int(number)], mine, domains[int(number)])
        elif kind == "contact" and int(number) in people:
            subject = _person(name, people[int(number)][1] or "", people[int(number)][2] or "", mine)
        else:
            continue
        if subject is not None:
            made[name] = subject
    return made


def _company(row: Company, watches: Iterable[Watch], mail_domains: Iterable[str]) -> Subject | None:
    mine = [one for one in watches if one.is_on]
    main = next((one for one in mine if one.kind == "company"), None)
    if main is None:
        return None
    refused = {form.casefold() for form in main.refused_forms}
    aliases = [form for form in (*row.aliases, *main.forms) if form.casefold() not in refused]
    site = urlsplit(row.website if "//" in row.website else f"//{row.website}").hostname if row.website else None
    domains = {one.removeprefix("www.").lower() for one in (*row.domains, *([site] if site else []), *mail_domains)}
    return Subject(
        key=f"company:{row.id}",
        name=row.name,
        aliases=tuple(dict.fromkeys(aliases)),
        former_names=tuple(one for one in row.former_names if one.casefold() not in refused),
        city=row.city,
        industry=row.industry,
        domains=tuple(sorted(domains)),
        competitors=tuple(one.name for one in mine if one.kind == "competitor"),
        people=tuple(one.name for one in mine if one.kind == "person"),
        required=tuple(main.required),
        excluded=tuple(main.excluded),
        is_medium=main.is_medium,
    )


def _person(name: str, city: str, email: str, watches: Iterable[Watch]) -> Subject | None:
    main = next((one for one in watches if one.is_on and one.kind == "person"), None)
    if main is None:
        return None
    return Subject(
        key=name, name=main.name, aliases=tuple(main.forms), city=city, domains=tuple(_mail_domain(email)),
        required=tuple(main.required), excluded=tuple(main.excluded), is_person=True,
    )  # fmt: skip


def _mail_domain(email: str) -> list[str]:
    domain = email.rpartition("@")[2].lower()
    return [domain] if domain and domain not in _FREE else []


def _ids(keys: Iterable[str], kind: str) -> list[int]:
    return [int(one.partition(":")[2]) for one in keys if one.startswith(f"{kind}:")]
