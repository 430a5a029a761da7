"""What is looked for, for a company: its names, people, rivals, topics, its sources; corrected, and taught."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from feeds import press, sources, watches
from feeds.web import words
from outreach import clock, companies
from outreach.web import forms
from outreach.web.form_key import once
from outreach.web.transaction import session

pages = Blueprint("watches", __name__)


class WatchForm(forms.Form):
    """Something more to look for."""

    kind = forms.select(_l("What is it?"), [(key, words.WATCHES[key]) for key in ("competitor", "topic", "person")])
    name = forms.text(_l("Name or words"), longest=200)


class CorrectForm(forms.Form):
    """How a name is looked for."""

    spellings = forms.text(_l("Other spellings, with commas"), longest=1000)
    refused = forms.text(_l("Not these spellings"), longest=1000)
    required = forms.text(_l("One of these words must stand there"), longest=1000)
    excluded = forms.text(_l("None of these words may"), longest=1000)


class TeachForm(forms.Form):
    """What tells this customer from the other company."""

    required = forms.text(_l("Words that belong to your customer"), longest=500)
    excluded = forms.text(_l("Words that belong to the other one"), longest=500)


@pages.get("/companies/<int:company_id>/watches")
def of_company(company_id: int) -> ResponseReturnValue:
    """What is looked for and read for a company."""
    return _page(company_id, WatchForm(formdata=None))


@pages.post("/companies/<int:company_id>/watches")
@once
def add(company_id: int) -> ResponseReturnValue:
    """Look for something more."""
    form = WatchForm()
    if form.validate_on_submit():
        with form.mending():
            watches.add(session(), company_id=company_id, kind=form.kind.data, name=form.name.data, now=clock.now())
            flash(_("It is looked for from now on."), "good")
            return redirect(url_for("watches.of_company", company_id=company_id), 303)
    return _page(company_id, form), 422


@pages.get("/watches/<int:watch_id>")
def edit(watch_id: int) -> ResponseReturnValue:
    """Correct how a name is looked for."""
    found = watches.get(session(), watch_id)
    form = CorrectForm(
        formdata=None, spellings=", ".join(found.forms), refused=", ".join(found.refused_forms),
        required=", ".join(found.required), excluded=", ".join(found.excluded),
    )  # fmt: skip
    return _edit(watch_id, form)


@pages.post("/watches/<int:watch_id>")
def save(watch_id: int) -> ResponseReturnValue:
    """Keep the correction."""
    form = CorrectForm()
    if form.validate_on_submit():
        with form.mending():
            found = watches.change(
                session(), watch_id, forms=_split(form.spellings.data), refused=_split(form.refused.data),
                required=_split(form.required.data), excluded=_split(form.excluded.data),
                is_medium=request.form.get("is_medium") == "yes", now=clock.now(),
            )  # fmt: skip
            flash(_("Saved. It holds for everything that is read from now on."), "good")
            return redirect(_home(found.company_id, found.contact_id), 303)
    return _edit(watch_id, form), 422


@pages.post("/watches/<int:watch_id>/form")
def decide_form(watch_id: int) -> ResponseReturnValue:
    """Take a proposed spelling, or leave it."""
    found, form = watches.get(session(), watch_id), request.form.get("form", "")[:200]
    if request.form.get("take") == "yes":
        watches.change(session(), watch_id, forms=[*found.forms, form], now=clock.now())
        flash(_("“%(form)s” is looked for too.", form=form), "good")
    else:
        watches.change(session(), watch_id, refused=[*found.refused_forms, form], now=clock.now())
        flash(_("“%(form)s” is not looked for.", form=form), "good")
    return redirect(_home(found.company_id, found.contact_id), 303)


@pages.post("/watches/<int:watch_id>/state")
def switch(watch_id: int) -> ResponseReturnValue:
    """Look for it, or no more."""
    found = watches.get(session(), watch_id)
    place = _home(found.company_id, found.contact_id)
    if request.form.get("on") == "yes":
        watches.change(session(), watch_id, is_on=True, now=clock.now())
        flash(_("It is looked for again."), "good")
    else:
        watches.remove(session(), watch_id, now=clock.now())
        flash(_("It is looked for no more."), "good")
    return redirect(place, 303)


@pages.get("/reports/<int:match_id>/wrong")
def teach(match_id: int) -> ResponseReturnValue:
    """It was another company: what tells them apart?"""
    return _teach(match_id, TeachForm(formdata=None))


@pages.post("/reports/<int:match_id>/wrong")
@once
def learn(match_id: int) -> ResponseReturnValue:
    """Keep what tells them apart."""
    form = TeachForm()
    if form.validate_on_submit():
        with form.mending():
            watches.teach(
                session(), match_id, required=_split(form.required.data), excluded=_split(form.excluded.data),
                now=clock.now(),
            )  # fmt: skip
            flash(_("Thank you. From now on these words tell them apart."), "good")
            company_id, _contact_id = press.subject_of(session(), match_id)
            if company_id is not None:
                return redirect(url_for("watches.of_company", company_id=company_id), 303)
            return redirect(url_for("occasions.index"), 303)
    return _teach(match_id, form), 422


def _page(company_id: int, form: WatchForm) -> str:
    company = companies.get(session(), company_id)
    found = watches.of_company(session(), company_id)
    return render_template(
        "feeds/watches.html",
        company=company,
        found=found,
        form=form,
        words=words,
        read=sources.for_company(session(), company_id, now=clock.now()),
        proposals=sources.propose(session(), company_id, words=request.args.get("words", "")[:100]),
        now=clock.now(),
    )


def _edit(watch_id: int, form: CorrectForm) -> str:
    found = watches.get(session(), watch_id)
    have, seen = watches.weigh(session(), watch_id)
    return render_template(
        "feeds/watch.html", watch=found, form=form, words=words, have=have, seen=seen,
        home=_home(found.company_id, found.contact_id),
    )  # fmt: skip


def _teach(match_id: int, form: TeachForm) -> str:
    return render_template("feeds/teach.html", report=press.report(session(), match_id), form=form, words=words)


def _home(company_id: int | None, contact_id: int | None) -> str:
    if company_id is not None:
        return url_for("watches.of_company", company_id=company_id)
    return url_for("contacts.card", contact_id=contact_id)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
