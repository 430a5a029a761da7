"""Quick entry: one line, whom it is about, what it becomes, saved. Also without scripts, and in the dialog of key `n`.

GET /quick?line=… → suggestions → GET /quick?line=…&contact=7 → the form, filled → POST /quick → the card
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_timezone, to_user_timezone
from flask_babel import gettext as _
from markupsafe import Markup, escape

from outreach import clock, sensitive
from outreach.errors import N_, Invalid, OutreachError
from outreach.quick import store
from outreach.quick.known import Names
from outreach.quick.proposal import Birthday
from outreach.quick.store import Confirmed, KeptFact, KeptTask, Read
from outreach.users import Role
from outreach.web import guard, language, money, transaction, words
from outreach.web.changes import flash_undo
from outreach.web.form_key import once
from outreach.web.transaction import house, session

pages = Blueprint("quick", __name__, url_prefix="/quick")
LINE_MOST = 2000
#: rows of facts and tasks a form may bring back
_ROWS_MOST = 40


@dataclass
class Draft:
    """The form: as the line was read, or as it came back."""

    line: str
    kind: str
    on: str
    text: str
    amount: str = ""
    contact_id: int | None = None
    company_id: int | None = None
    name: str = ""
    facts: list[dict[str, Any]] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    birthday: str = ""
    keeps_birthday: bool = True
    remarks: Sequence[str] = ()
    #: what is sensitive in it, in words; shown once before it is stored
    sensitive: Sequence[str] = ()
    agreed: bool = False
    #: the gift is above the tax line, and given all the same
    despite_line: bool = False
    next: str = ""


@pages.get("")
@guard.needs(Role.EDITOR)
def index() -> ResponseReturnValue:
    """The line, and what it would become."""
    line = request.args.get("line", "")[:LINE_MOST]
    read = store.read(
        session(),
        line,
        _today(),
        contact_id=_number("contact"),
        company_id=_number("company"),
        words=request.args.get("words", ""),
        names=house().kept(Names, Names),
    )
    chosen = read.contact_id is not None or read.company_id is not None
    draft = _draft(read) if chosen and line.strip() else None
    if draft is not None:
        draft.next = _local(request.args.get("next", ""))
    return _page(line, read, draft)


@pages.post("")
@once
def save() -> ResponseReturnValue:
    """Keep what was confirmed."""
    draft = _posted(request.form)
    problem, wrong = "", ""
    try:
        entry = _confirmed(draft)
        draft.sensitive = [] if draft.agreed else _sensitive(entry)
        if not draft.sensitive:
            saved = store.save(session(), entry, user_id=guard.user().id, zone=guard.user().time_zone)
            return _kept(draft, saved)
    except OutreachError as error:
        transaction.undo()
        problem, wrong = language.sentence(error), error.field or ""
    return _page(draft.line, None, draft, problem=problem, wrong=wrong), 422


def _kept(draft: Draft, saved: store.Saved) -> ResponseReturnValue:
    if saved.contact_id is not None:
        card = url_for("contacts.card", contact_id=saved.contact_id)
    else:
        card = url_for("companies.card", company_id=saved.company_id)
    link = Markup('<a href="{}">{}</a>').format(card, draft.name or _("the card"))
    flash_undo(escape(_("Noted:")) + " " + link)
    return redirect(draft.next or card, 303)


def _page(line: str, read: Read | None, draft: Draft | None, *, problem: str = "", wrong: str = "") -> str:
    return render_template(
        "quick/index.html",
        line=line,
        read=read,
        draft=draft,
        problem=problem,
        wrong=wrong,
        words=words,
        next=_local(request.values.get("next", "")),
    )


def _draft(read: Read) -> Draft:
    parsed = read.parsed
    return Draft(
        line=parsed.line,
        kind=parsed.kind,
        on=parsed.on.isoformat(),
        text=parsed.text,
        amount=money.for_field(parsed.amount_cents),
        contact_id=read.contact_id,
        company_id=read.company_id,
        name=read.name,
        facts=[
            {
                "keep": True,
                "kind": one.kind,
                "text": one.text,
                "until": one.valid_until.isoformat() if one.valid_until else "",
            }
            for one in parsed.facts
        ],
        tasks=[
            {"keep": True, "text": one.text, "due": one.due_on.isoformat() if one.due_on else ""}
            for one in parsed.tasks
        ],
        birthday=_day_text(parsed.birthday) if parsed.birthday else "",
        remarks=[language.said(one.sentence, one.values) for one in parsed.remarks],
    )


def _posted(form: Mapping[str, str]) -> Draft:
    def rows(name: str, *keys: str) -> list[dict[str, Any]]:
        found = []
        for number in range(_ROWS_MOST):
            if f"{name}-{number}-text" not in form:
                break
            row: dict[str, Any] = {key: form.get(f"{name}-{number}-{key}", "").strip() for key in keys}
            found.append({"keep": f"{name}-{number}-keep" in form, **row})
        return found

    def number(name: str) -> int | None:
        value = form.get(name, "")
        return int(value) if value.isdecimal() and len(value) < 12 else None

    return Draft(
        line=form.get("line", "")[:LINE_MOST],
        kind=form.get("kind", ""),
        on=form.get("on", ""),
        text=form.get("text", ""),
        amount=form.get("amount", ""),
        contact_id=number("contact_id"),
        company_id=number("company_id"),
        name=form.get("name", "")[:300],
        facts=rows("fact", "kind", "text", "until"),
        tasks=rows("task", "text", "due"),
        birthday=form.get("birthday", ""),
        keeps_birthday="birthday-keep" in form,
        agreed="agreed" in form,
        despite_line="despite_line" in form,
        next=_local(form.get("next", "")),
    )


def _confirmed(draft: Draft) -> Confirmed:
    on = _day(draft.on, "on")
    if on is None:
        raise Invalid(N_("Please give the day."), field="on")
    return Confirmed(
        kind=draft.kind,
        at=_moment(on),
        on=on,
        text=draft.text,
        contact_id=draft.contact_id,
        company_id=draft.company_id,
        amount=money.typed(draft.amount) if draft.kind in ("offer", "order", "gift") else None,
        facts=[KeptFact(one["kind"], one["text"], _day(one["until"], "until")) for one in draft.facts if one["keep"]],
        tasks=[KeptTask(one["text"], _day(one["due"], "due")) for one in draft.tasks if one["keep"]],
        despite_line=draft.despite_line,
        birthday=_birthday(draft.birthday) if draft.birthday and draft.keeps_birthday else None,
    )


def _sensitive(entry: Confirmed) -> Sequence[str]:
    note = "\n".join([entry.text, *(one.text for one in entry.facts)])
    return [f"{_(one.label)}: {', '.join(one.words)}" for one in sensitive.find(note)]


def _moment(on: date) -> datetime:
    """Noon of the day where the person is; now, when it is today and noon is still ahead."""
    noon = datetime.combine(on, time(12), tzinfo=get_timezone())
    return min(noon, clock.now()) if on == _today() else noon


def _day(text: str, name: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(N_("“%(value)s” is not a day."), field=name, value=text[:20]) from None


def _day_text(day: Birthday) -> str:
    return f"{day.day}.{day.month}.{day.year or ''}"


def _birthday(text: str) -> Birthday:
    parts = text.strip().split(".")
    if len(parts) not in (2, 3) or not all(part.strip().isdecimal() for part in parts[:2]):
        raise Invalid(N_("“%(value)s” is not a day."), field="birthday", value=text[:20])
    year = parts[2].strip() if len(parts) == 3 else ""
    return Birthday(int(parts[0]), int(parts[1]), int(year) if year.isdecimal() and len(year) == 4 else None)


def _today() -> date:
    today: date = to_user_timezone(clock.now()).date()
    return today


def _number(name: str) -> int | None:
    value = request.args.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 12 else None


def _local(path: str) -> str:
    """A path of ours, to go back to; nothing that leads elsewhere."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\", "/quick")) and path.isprintable()
    return path[:500] if is_ours else ""
