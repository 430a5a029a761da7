"""Trade fairs and seasons: what a year brings, typed in. Further pages of `occasions`."""

from __future__ import annotations

from datetime import date

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from outreach import clock, companies, fairs, seasons
from outreach.contacts import tags
from outreach.errors import N_, Invalid
from outreach.users import Role
from outreach.web import forms, guard, lists
from outreach.web.changes import flash_undo
from outreach.web.form_key import once
from outreach.web.occasions import bp
from outreach.web.transaction import session


class FairForm(forms.Form):
    """A fair on its days."""

    name = forms.text(_l("Name"), longest=200)
    starts_on = forms.text(_l("First day"), longest=20, render_kw={"type": "date"})
    ends_on = forms.text(_l("Last day"), longest=20, render_kw={"type": "date"})
    place = forms.text(_l("Place"), longest=200)
    link = forms.text(_l("Web address"), longest=1000)


class ExhibitorForm(forms.Form):
    """A company that exhibits there."""

    company = forms.text(_l("Company"), longest=300, needed=True)
    stand = forms.text(_l("Hall and stand"), longest=100)


class SeasonForm(forms.Form):
    """A time of the year for the people of a tag."""

    name = forms.text(_l("What is it the time for?"), longest=200)
    day = forms.text(_l("Day"), longest=2, render_kw={"inputmode": "numeric"})
    month = forms.select(_l("Month"))
    lead_days = forms.text(_l("Suggest so many days before"), longest=2, render_kw={"inputmode": "numeric"})
    tag = forms.select(_l("Who has this tag"))

    def offer(self) -> None:
        """Months in the reader's language, and the tags."""
        names = get_locale().months["format"]["wide"]
        self.month.choices = [(str(number), names[number]) for number in range(1, 13)]
        self.tag.choices = [(str(one.id), one.name) for one in tags.list_all(session())]


@bp.get("/fairs", endpoint="fairs")
def fair_list() -> ResponseReturnValue:
    """The fairs to come, and who exhibits."""
    return _fairs(FairForm(formdata=None))


@bp.post("/fairs")
@once
def add_fair() -> ResponseReturnValue:
    """Another fair."""
    form = FairForm()
    if form.validate_on_submit():
        with form.mending():
            made = fairs.add(
                session(), name=form.name.data, place=form.place.data, link=form.link.data,
                starts_on=forms.day(form.starts_on.data, "starts_on"), ends_on=forms.day(form.ends_on.data, "ends_on"),
            )  # fmt: skip
            flash_undo(_("The fair is noted. Say who exhibits."))
            return redirect(url_for("occasions.fair", fair_id=made.id), 303)
    return _fairs(form), 422


@bp.get("/fairs/<int:fair_id>", endpoint="fair")
def fair(fair_id: int) -> ResponseReturnValue:
    """One fair and its exhibitors."""
    return _fair(fair_id, ExhibitorForm(formdata=None))


@bp.post("/fairs/<int:fair_id>/exhibitors")
@once
def add_exhibitor(fair_id: int) -> ResponseReturnValue:
    """Another company that exhibits there."""
    form = ExhibitorForm()
    if form.validate_on_submit():
        with form.mending():
            company_id = companies.find(session(), form.company.data)
            if company_id is None:
                raise Invalid(N_("There is no company of this name in the customer file."), field="company")
            fairs.exhibits(session(), fair_id, company_id, stand=form.stand.data)
            flash_undo(_("Noted: they exhibit there."))
            return redirect(url_for("occasions.fair", fair_id=fair_id), 303)
    return _fair(fair_id, form), 422


@bp.post("/fairs/<int:fair_id>/exhibitors/<int:company_id>/removal")
def remove_exhibitor(fair_id: int, company_id: int) -> ResponseReturnValue:
    """They do not exhibit there."""
    fairs.exhibits_not(session(), fair_id, company_id)
    flash_undo(_("Noted: they do not exhibit there."))
    return redirect(url_for("occasions.fair", fair_id=fair_id), 303)


@bp.post("/fairs/<int:fair_id>/removal")
def remove_fair(fair_id: int) -> ResponseReturnValue:
    """Forget a fair."""
    fairs.remove(session(), fair_id)
    flash_undo(_("The fair is gone."))
    return redirect(url_for("occasions.fairs"), 303)


@bp.get("/seasons", endpoint="seasons")
def season_list() -> ResponseReturnValue:
    """The seasons of the year."""
    form = SeasonForm(formdata=None, lead_days="21")
    form.offer()
    return _seasons(form)


@bp.post("/seasons")
@guard.needs(Role.EDITOR)
@once
def add_season() -> ResponseReturnValue:
    """Another season."""
    form = SeasonForm()
    form.offer()
    if form.validate_on_submit():
        with form.mending():
            seasons.add(
                session(), name=form.name.data, month=int(form.month.data), day=_number(form.day.data, "day"),
                tag_id=int(form.tag.data), lead_days=_number(form.lead_days.data, "lead_days"),
            )  # fmt: skip
            flash_undo(_("The season is noted."))
            return redirect(url_for("occasions.seasons"), 303)
    return _seasons(form), 422


@bp.post("/seasons/<int:season_id>/removal")
def remove_season(season_id: int) -> ResponseReturnValue:
    """Forget a season."""
    seasons.remove(session(), season_id)
    flash_undo(_("The season is gone."))
    return redirect(url_for("occasions.seasons"), 303)


def _fairs(form: FairForm) -> str:
    wanted = lists.wanted(sorts=("day",), default="day", filters=("show",))
    is_past = wanted.filter("show") == "past"
    found = fairs.list_page(session(), today=_today(), past=is_past, page=wanted.page, per_page=30)
    return render_template("occasions/fairs.html", form=form, wanted=wanted, found=found, is_past=is_past)


def _fair(fair_id: int, form: ExhibitorForm) -> str:
    found = fairs.get(session(), fair_id)
    return render_template(
        "occasions/fair.html", fair=found, form=form, exhibitors=fairs.exhibitors(session(), fair_id=fair_id)
    )


def _seasons(form: SeasonForm) -> str:
    return render_template(
        "occasions/seasons.html",
        form=form,
        seasons=seasons.list_all(session(), today=_today()),
        has_tags=bool(form.tag.choices),
    )


def _number(text: str, field: str) -> int:
    if not text.strip().isdecimal():
        raise Invalid(N_("Please type a whole number."), field=field)
    return int(text)


def _today() -> date:
    return forms.local_day(clock.now())
