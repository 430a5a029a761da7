"""What to look at before a newsletter goes out: a short list that empties. What `blocks` keeps it from being sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lxml import html as lxml_html
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from campaigns import audience, content, newsletters, recipients
from campaigns.personalise import NAMES
from campaigns.rows import Campaign
from outreach import clock
from outreach.companies import Company
from outreach.contacts import Contact, CustomField, display_name
from outreach.errors import N_, Invalid, OutreachError
from outreach.house import House
from outreach.mail import render, sandbox, tags, templates
from outreach.salutation import Refused

#: a large mailbox provider clips mails whose HTML is longer, and hides the unsubscribe link with the rest
CLIPPED = 100 * 1024
#: a look has to be quick; sending looks at everybody again
_GREETED_MOST = 10_000
_NAMES_SHOWN = 5
_COLUMNS: dict[str, Any] = {
    "title": Contact.title, "first_name": Contact.first_name, "last_name": Contact.last_name, "city": Contact.city,
    "phone": Contact.phone, "company": Company.name, "salutation": Contact.salutation,
}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """One thing to look at, as a translatable sentence with its values."""

    blocks: bool
    sentence: str
    values: dict[str, Any]
    field: str | None = None


def look(session: Session, house: House, campaign: Campaign) -> list[Problem]:
    """Everything worth a look, what blocks first."""
    return sorted(_look(session, house, campaign), key=lambda problem: not problem.blocks)


def require(session: Session, house: House, campaign: Campaign) -> None:
    """Asked before anything is sent or planned; raises Invalid with the first thing that blocks."""
    first = next((problem for problem in _look(session, house, campaign) if problem.blocks), None)
    if first is not None:
        raise Invalid(first.sentence, field=first.field, **first.values)


def _look(session: Session, house: House, campaign: Campaign) -> Iterator[Problem]:
    for missing in newsletters.missing(session, campaign):
        yield Problem(True, missing.sentence, missing.values, missing.field)
    source = content.source_of(campaign)
    if not source.body.strip() or not source.subject.strip():
        return  # said above
    try:
        templates.check(source, NAMES)
        made = render.render(source, content.frame(session, campaign))
    except OutreachError as error:
        yield Problem(True, error.sentence, error.values, error.field)
        return
    yield from _custom_fields(session, source)
    yield from _links_and_images(made)
    yield from _law(session, house, campaign, made)
    yield from _empty_values(session, campaign, source)
    yield from _ungreeted(session, campaign, source)
    size = len(made.html.encode())
    if size > CLIPPED:
        yield Problem(False, N_("The mail has %(size)s kB. Gmail clips mails over 100 kB, and the end of the text is lost."),
                      {"size": size // 1024})  # fmt: skip


def _custom_fields(session: Session, source: render.Source) -> Iterator[Problem]:
    known = set(session.scalars(select(CustomField.key)))
    for name in sorted(_used(source)):
        if name.startswith("contact.custom.") and name.split(".")[2] not in known:
            yield Problem(True, N_("There is no own field “%(name)s”."), {"name": name.split(".")[2]}, "body")


def _links_and_images(made: render.Rendered) -> Iterator[Problem]:
    hidden = tags.hide(made.html)
    tree = lxml_html.document_fromstring(hidden.text)
    for anchor in tree.iter("a"):
        address = hidden.restore((anchor.get("href") or "").strip())
        if not address or address in ("#", "http://", "https://"):
            yield Problem(False, N_("The link “%(words)s” leads nowhere."), {"words": _words(anchor)})
        elif "{{" not in address and not _scheme(address):
            yield Problem(
                False, N_("The link %(address)s has no host; write it with https://."), {"address": address[:100]}
            )
        elif address.lower().startswith(("javascript:", "data:", "file:")):
            yield Problem(True, N_("The link %(address)s does not work in a mail."), {"address": address[:100]})
    for address in made.links:
        if not _host(address):
            yield Problem(
                False, N_("The link %(address)s has no host; write it with https://."), {"address": address[:100]}
            )
    for image in tree.iter("img"):
        source = hidden.restore(image.get("src") or "")
        if image.get("alt") is None:
            yield Problem(False, N_("The picture %(address)s has no alternative text; many people read without pictures."),
                          {"address": source[-60:]})  # fmt: skip
        if "{{" not in source and _scheme(source) not in ("http", "https", "cid", "data"):
            yield Problem(False, N_("The picture %(address)s cannot be loaded by anybody; write it with https://."),
                          {"address": source[:100]})  # fmt: skip


def _law(session: Session, house: House, campaign: Campaign, made: render.Rendered) -> Iterator[Problem]:
    if "unsubscribe_url" not in made.html:
        yield Problem(True, N_("The unsubscribe link is missing: put {{ unsubscribe_url }} into a link."), {}, "body")
    given = content.frame(session, campaign)
    plain = re.sub(r"\s+", " ", tags.strip(made.text))
    if given.imprint and given.imprint[0] not in plain and "organisation.name" not in made.html:
        yield Problem(True, N_("The imprint is missing: the text has to name you and your address."), {}, "body")
    if not house.settings.public_url.startswith("https://"):
        yield Problem(False, N_("Your public address is %(address)s. Large mailbox providers offer one-click unsubscribing "
                                "only for https:// addresses (OUTREACH_BASE_URL)."), {"address": house.settings.public_url})  # fmt: skip


def _empty_values(session: Session, campaign: Campaign, source: render.Source) -> Iterator[Problem]:
    """Recipients whose value for a gap without a default is empty, one query for all gaps."""
    bare = {name.removeprefix("contact.") for text in (source.subject, source.preheader, source.body)
            for name in _bare(text) if name.startswith("contact.")}  # fmt: skip
    columns = {name: column for name, column in _COLUMNS.items() if name in bare}
    columns |= {name: Contact.custom[name.split(".")[1]].as_string() for name in bare if name.startswith("custom.")}
    if not columns or (campaign.list_id is None and campaign.segment_id is None):
        return
    people = audience.people(session, campaign, clock.now()).subquery()
    empty = [func.count().filter(or_(column.is_(None), column == "")) for column in columns.values()]
    counts = session.execute(
        select(func.count(), *empty)
        .select_from(people.join(Contact, Contact.id == people.c.id).outerjoin(Company, Company.id == Contact.company_id))
    ).one()  # fmt: skip
    for name, count in zip(columns, counts[1:], strict=True):
        if count:
            yield Problem(False, N_("%(count)s of %(all)s recipients have no value for “%(name)s”. Give it a default: "
                                    "%(example)s"), {"count": count, "all": counts[0], "name": name,
                                                     "example": f"{{{{ contact.{name} | default('…') }}}}"})  # fmt: skip


def _ungreeted(session: Session, campaign: Campaign, source: render.Source) -> Iterator[Problem]:
    """Recipients nobody can greet, by the reason, when the text has no default for them: they would get no mail."""
    bare = any("greeting" in _bare(text) for text in (source.subject, source.preheader, source.body))
    if not bare or (campaign.list_id is None and campaign.segment_id is None):
        return
    people = audience.people(session, campaign, clock.now()).subquery()
    rows = session.execute(
        select(Contact.email, *recipients.GREETED).select_from(people)
        .join(Contact, Contact.id == people.c.id).outerjoin(Company, Company.id == Contact.company_id)
        .order_by(Contact.id).limit(_GREETED_MOST)
    ).all()  # fmt: skip
    names: dict[str, list[str]] = {}
    for row in rows:
        found = recipients.greeting(row)
        if isinstance(found, Refused):
            names.setdefault(_why(found), []).append(
                display_name(row.title, row.first_name, row.last_name, row.email or "")
            )
    nobody = sum(len(some) for some in names.values()) == len(rows)
    for why, some in sorted(names.items(), key=lambda item: -len(item[1])):
        yield Problem(nobody, N_("%(count)s of %(all)s recipients cannot be greeted and would get no mail: %(names)s. "
                                 "%(label)s Or give the greeting a default: %(example)s"), {
            "count": len(some), "all": len(rows), "names": ", ".join(some[:_NAMES_SHOWN]) + (" …" if some[_NAMES_SHOWN:] else ""),
            "label": why, "example": "{{ greeting | default('Guten Tag') }}"}, "body")  # fmt: skip


def _why(refused: Refused) -> str:
    """The reason without what is special to one person, so that people with the same one are counted together."""
    if not refused.values:
        return refused.sentence
    if refused.field == "title" or "rank" in refused.values:
        return N_("The title contradicts the salutation.")
    return N_("What stands in the name is no name.")


def _used(source: render.Source) -> set[str]:
    return {
        name
        for text in (source.subject, source.preheader, source.body)
        for name in sandbox.variables(sandbox.parse(text))
    }


def _bare(text: str) -> set[str]:
    tree = sandbox.parse(text)
    return sandbox.variables(tree) - sandbox.defaulted(tree)


def _scheme(address: str) -> str:
    try:
        return urlsplit(address).scheme
    except ValueError:  # such as http://[
        return ""


def _host(address: str) -> bool:
    try:
        host = urlsplit(address).hostname
    except ValueError:
        return False
    return bool(host) and ("." in str(host) or host == "localhost")


def _words(anchor: Any) -> str:
    return " ".join("".join(anchor.itertext()).split())[:60] or "…"
