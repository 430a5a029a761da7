"""Companies: where contacts work."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from outreach import companies as file
from outreach import contacts
from outreach.users import Role
from outreach.web import forms, guard, lists, words
from outreach.web.contacts import forget_word
from outreach.web.form_key import once
from outreach.web.transaction import session

pages = Blueprint("companies", __name__, url_prefix="/companies")


class CompanyForm(forms.Form):
    """A company."""

    name = forms.text(_l("Name"), longest=300, needed=True)
    city = forms.text(_l("City"), longest=100)
    website = forms.text(_l("Website"), longest=300)
    industry = forms.text(_l("Industry"), longest=100)


@pages.get("")
def index() -> ResponseReturnValue:
    """All of them."""
    wanted = lists.wanted(sorts=("name", "city", "contacts", "created"), default="name")
    return render_template("companies/list.html", wanted=wanted, found=file.list_page(session(), **wanted.args))


@pages.get("/<int:company_id>")
def card(company_id: int) -> ResponseReturnValue:
    """One company and its people."""
    company = file.get(session(), company_id)
    wanted = lists.wanted(sorts=("name", "stage", "created"), default="name")
    people = contacts.list_page(session(), **wanted.args, company_id=company_id)
    return render_template("companies/card.html", company=company, wanted=wanted, found=people, stages=words.STAGES)


@pages.get("/new")
@guard.needs(Role.EDITOR)
def new() -> ResponseReturnValue:
    """The form for another one."""
    return render_template("companies/form.html", form=CompanyForm(), company=None)


@pages.post("")
@once
def add() -> ResponseReturnValue:
    """Keep another one."""
    form = CompanyForm()
    if form.validate_on_submit():
        with form.mending():
            made = file.create(session(), **form.values)
            flash(_("The company is added."), "good")
            return redirect(url_for("companies.card", company_id=made.id), 303)
    return render_template("companies/form.html", form=form, company=None), 422


@pages.get("/<int:company_id>/edit")
@guard.needs(Role.EDITOR)
def edit(company_id: int) -> ResponseReturnValue:
    """The form for one."""
    company = file.get(session(), company_id)
    return render_template("companies/form.html", form=CompanyForm(obj=company), company=company)


@pages.post("/<int:company_id>")
def save(company_id: int) -> ResponseReturnValue:
    """Keep the changes."""
    form = CompanyForm()
    if form.validate_on_submit():
        with form.mending():
            file.update(session(), company_id, **form.values)
            flash(_("The company is saved."), "good")
            return redirect(url_for("companies.card", company_id=company_id), 303)
    return render_template("companies/form.html", form=form, company=file.get(session(), company_id)), 422


@pages.post("/<int:company_id>/removal")
def remove(company_id: int) -> ResponseReturnValue:
    """Forget a company; its people stay. Only after the word was typed."""
    company = file.get(session(), company_id)
    if request.form.get("word", "").strip() != forget_word():
        form = CompanyForm(formdata=None, obj=company)
        return render_template(
            "companies/form.html", form=form, company=company, wrong=_("That was not the word.")
        ), 422
    file.delete(session(), company_id)
    flash(_("The company is gone; its people are still here."), "good")
    return redirect(url_for("companies.index"), 303)
