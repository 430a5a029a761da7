"""Templates: texts with gaps a user keeps, in versions. What may stand in the gaps is said by the caller (`names`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach import clock, paging
from outreach.errors import N_, Conflict, Invalid, NotFound
from outreach.mail import render, sandbox
from outreach.mail.rows import Template, TemplateVersion
from outreach.paging import Page

FORMATS = ("markdown", "html", "mjml")


@dataclass(frozen=True)
class Current:
    """A template with one of its versions (the newest unless asked otherwise)."""

    id: int
    name: str
    number: int
    subject: str
    preheader: str
    format: str
    body: str
    created_at: datetime
    archived: bool


def create(
    session: Session,
    *,
    name: str,
    subject: str,
    body: str,
    format: str,
    preheader: str = "",
    names: Iterable[str],
    user_id: int | None = None,
) -> int:
    """A new template with its first version; gives its id. Raises Invalid, Broken or Conflict with the field."""
    name = _checked_name(session, name, but=None)
    template = Template(name=name, created_at=clock.now())
    session.add(template)
    session.flush()
    _add_version(session, template.id, subject, preheader, format, body, names, user_id)
    return template.id


def save(
    session: Session,
    template_id: int,
    *,
    name: str,
    subject: str,
    body: str,
    format: str,
    preheader: str = "",
    names: Iterable[str],
    user_id: int | None = None,
) -> int:
    """The next version, unless nothing changed; gives the number of the current one."""
    template = _row(session, template_id)
    template.name = _checked_name(session, name, but=template_id)
    now = get(session, template_id)
    if (now.subject, now.preheader, now.format, now.body) == (subject, preheader, format, body):
        return now.number
    return _add_version(session, template_id, subject, preheader, format, body, names, user_id)


def get(session: Session, template_id: int, *, number: int | None = None) -> Current:
    """The template as it is now, or as it was in version `number`; raises NotFound."""
    query = (
        select(Template.id, Template.name, TemplateVersion.number, TemplateVersion.subject, TemplateVersion.preheader,
               TemplateVersion.format, TemplateVersion.body, TemplateVersion.created_at,
               Template.archived_at.is_not(None))
        .join(TemplateVersion, TemplateVersion.template_id == Template.id)
        .where(Template.id == template_id)
        .order_by(TemplateVersion.number.desc())
        .limit(1)
    )  # fmt: skip
    row = session.execute(query if number is None else query.where(TemplateVersion.number == number)).first()
    if row is None:
        raise NotFound(N_("There is no such template."))
    return Current(*row)


def by_name(session: Session, name: str) -> Current:
    """The template of this name, or with this number as its id; raises NotFound."""
    found = session.scalar(select(Template.id).where(Template.name == name))
    if found is None and name.isdigit():
        found = session.scalar(select(Template.id).where(Template.id == int(name)))
    if found is None:
        raise NotFound(N_("There is no template “%(name)s”."), name=name)
    return get(session, found)


def versions(session: Session, template_id: int) -> list[tuple[int, datetime, str]]:
    """(number, saved at, subject), newest first."""
    rows = session.execute(
        select(TemplateVersion.number, TemplateVersion.created_at, TemplateVersion.subject)
        .where(TemplateVersion.template_id == template_id)
        .order_by(TemplateVersion.number.desc())
    )
    return [(number, at, subject) for number, at, subject in rows]


def archive(session: Session, template_id: int, *, archived: bool) -> None:
    """Take a template out of the lists, or put it back; newsletters made from it keep their text."""
    _row(session, template_id).archived_at = clock.now() if archived else None


def list_page(
    session: Session,
    *,
    search: str = "",
    sort: str = "name",
    direction: str = "asc",
    page: int = 1,
    per_page: int = 50,
    archived: bool = False,
) -> Page[Current]:
    """Templates with their newest version."""
    newest = (
        select(TemplateVersion.template_id, func.max(TemplateVersion.number).label("number"))
        .group_by(TemplateVersion.template_id)
        .subquery()
    )
    query = (
        select(Template.id, Template.name, TemplateVersion.number, TemplateVersion.subject, TemplateVersion.preheader,
               TemplateVersion.format, TemplateVersion.body, TemplateVersion.created_at,
               Template.archived_at.is_not(None).label("archived"))
        .join(newest, newest.c.template_id == Template.id)
        .join(TemplateVersion, (TemplateVersion.template_id == Template.id) & (TemplateVersion.number == newest.c.number))
        .where(Template.archived_at.is_not(None) if archived else Template.archived_at.is_(None))
    )  # fmt: skip
    if search:
        pattern = paging.like(search.lower())
        query = query.where(
            func.lower(Template.name).like(pattern, escape="\\")
            | func.lower(TemplateVersion.subject).like(pattern, escape="\\")
        )
    column = TemplateVersion.created_at if sort == "saved" else func.lower(Template.name)
    query = query.order_by(column.desc() if direction == "desc" else column.asc(), Template.id)
    return paging.fetch(session, query, lambda row: Current(*row[:9]), page=page, per_page=per_page)


def check(source: render.Source, names: Iterable[str]) -> None:
    """Refuse a text that cannot become a mail: syntax, unknown names, unreadable MJML. Raises Broken with its field."""
    known = frozenset(names)
    for field, text in (("subject", source.subject), ("preheader", source.preheader), ("body", source.body)):
        try:
            sandbox.compile(text, html=False, names=known)
        except sandbox.Broken as error:
            error.field = field
            raise
    if "\n" in source.subject.strip() or "\r" in source.subject.strip():
        raise Invalid(N_("The subject has to be one line."), field="subject")
    try:
        sandbox.compile(render.render(source, render.Frame()).html, html=True)
    except sandbox.Broken as error:
        error.field = "body"
        raise


def _add_version(
    session: Session,
    template_id: int,
    subject: str,
    preheader: str,
    format: str,
    body: str,
    names: Iterable[str],
    user_id: int | None,
) -> int:
    if format not in FORMATS:
        raise Invalid(N_("The format has to be Markdown, HTML or MJML."), field="format")
    if not subject.strip():
        raise Invalid(N_("Please write a subject."), field="subject")
    check(render.Source(subject=subject, preheader=preheader, format=format, body=body), names)
    last = (
        session.scalar(select(func.max(TemplateVersion.number)).where(TemplateVersion.template_id == template_id)) or 0
    )
    session.add(
        TemplateVersion(
            template_id=template_id,
            number=last + 1,
            subject=subject.strip(),
            preheader=preheader.strip(),
            format=format,
            body=body,
            created_at=clock.now(),
            created_by_id=user_id,
        )
    )
    session.flush()
    return last + 1


def _checked_name(session: Session, name: str, *, but: int | None) -> str:
    name = name.strip()
    if not name:
        raise Invalid(N_("Please give it a name."), field="name")
    taken = session.scalar(select(Template.id).where(Template.name == name))
    if taken is not None and taken != but:
        raise Conflict(N_("There is already a template named “%(name)s”."), field="name", name=name)
    return name


def _row(session: Session, template_id: int) -> Template:
    template = session.get(Template, template_id)
    if template is None:
        raise NotFound(N_("There is no such template."))
    return template
