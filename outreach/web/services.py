"""Services, and who waits for each: a reason to write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, TextAreaField
from wtforms.validators import Length

from outreach import clock, services
from outreach.care import complaints
from outreach.exports import csv
from outreach.users import Role
from outreach.web import forms, guard, lists
from outreach.web.changes import flash_undo
from outreach.web.form_key import once
from outreach.web.transaction import session

pages = Blueprint("services", __name__, url_prefix="/services")
WHY = {"wish": _l("wish"), "interest": _l("interest"), "tag": _l("tag")}


@dataclass(frozen=True)
class Offered:
    """A service in the list, with how many wait for it."""

    service: services.ServiceLine
    waiting: int


class ServiceForm(forms.Form):
    """Something the freelancer offers."""

    name = forms.text(_l("Name"), needed=True)
    description = TextAreaField(_l("What it is"), [Length(max=5000)], filters=[forms.stripped])
    words = TextAreaField(_l("Words people use for it, one a line"), [Length(max=3000)], filters=[forms.stripped])
    tags = forms.text(_l("Tags of people it is for"), longest=2000)
    is_news = BooleanField(_l("This is news: people should hear of it"))

    @property
    def given(self) -> dict[str, Any]:
        """As the services take it."""
        return {
            "name": self.name.data,
            "description": self.description.data,
            "words": [" ".join(one.split()) for one in self.words.data.splitlines()],
            "tags": [one.strip() for one in self.tags.data.split(",")],
        }


@pages.get("")
def index() -> ResponseReturnValue:
    """What is offered, the newest first, and what no longer is."""
    offered = services.list_all(session())
    counted = [Offered(one, services.count_waiting(session(), one.id, _today())) for one in offered[:20]] + [
        Offered(one, -1) for one in offered[20:]
    ]
    return render_template("services/index.html", offered=counted, archived=services.list_all(session(), archived=True))


@pages.get("/new")
@guard.needs(Role.EDITOR)
def new() -> ResponseReturnValue:
    """The form for another one."""
    return render_template("services/form.html", form=ServiceForm(), service=None)


@pages.post("")
@once
def add() -> ResponseReturnValue:
    """Keep another one: it is news."""
    form = ServiceForm()
    if form.validate_on_submit():
        with form.mending():
            made = services.add(session(), **form.given)
            flash_undo(_("The service is there. These people may want to hear of it."))
            return redirect(url_for("services.show", service_id=made.id), 303)
    return render_template("services/form.html", form=form, service=None), 422


@pages.get("/<int:service_id>")
def show(service_id: int) -> ResponseReturnValue:
    """One service, and who waits for it with what they said."""
    service, wanted = services.get(session(), service_id), lists.wanted(sorts=("best",), default="best")
    found = services.interested_page(session(), service_id, _today(), page=wanted.page, per_page=wanted.per_page)
    blocked = complaints.blocking_sales(session(), [one.contact_id for one in found.rows])
    return render_template("services/show.html", service=service, wanted=wanted, found=found, why=WHY, blocked=blocked)


@pages.get("/<int:service_id>/waiting.csv")
def waiting(service_id: int) -> ResponseReturnValue:
    """Everybody who waits for it, as a table."""
    head = csv.line([_("Name"), _("Company"), _("Why"), _("What they said"), _("Noted on"), _("Source"), _("Card")])
    rows = [
        csv.line(
            [
                one.name, one.company, str(WHY[one.why]), one.quote, forms.iso(one.noted_on), one.source,
                url_for("contacts.card", contact_id=one.contact_id, _external=True),
            ]
        )
        for one in services.interested(session(), service_id, _today())
    ]  # fmt: skip
    answer = Response("\ufeff" + head + "".join(rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="service-{service_id}.csv"'
    return answer


@pages.get("/<int:service_id>/edit")
@guard.needs(Role.EDITOR)
def edit(service_id: int) -> ResponseReturnValue:
    """The form for one service."""
    found = services.get(session(), service_id)
    words, tags = "\n".join(found.words), ", ".join(found.tags)
    form = ServiceForm(name=found.name, description=found.description, words=words, tags=tags)
    return render_template("services/form.html", form=form, service=found)


@pages.post("/<int:service_id>")
def save(service_id: int) -> ResponseReturnValue:
    """Keep the changes; as news when the person says so."""
    found, form = services.get(session(), service_id), ServiceForm()
    if form.validate_on_submit():
        with form.mending():
            services.change(session(), service_id, is_news=bool(form.is_news.data), **form.given)
            flash_undo(_("The service is saved."))
            return redirect(url_for("services.show", service_id=service_id), 303)
    return render_template("services/form.html", form=form, service=found), 422


@pages.post("/<int:service_id>/archive")
def archive(service_id: int) -> ResponseReturnValue:
    """Not offered any more."""
    services.archive(session(), service_id)
    flash_undo(_("The service is not offered any more."))
    return redirect(url_for("services.index"), 303)


@pages.post("/<int:service_id>/return")
def restore(service_id: int) -> ResponseReturnValue:
    """Offered again."""
    services.restore(session(), service_id)
    flash_undo(_("The service is offered again."))
    return redirect(url_for("services.show", service_id=service_id), 303)


def _today() -> date:
    return forms.local_day(clock.now())
