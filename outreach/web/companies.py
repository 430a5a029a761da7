"""Companies: where contacts work. The card is in card_pages.py."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from outreach import companies as file
from outreach.companies import Company, CompanyFields
from outreach.users import Role
from outreach.web import forms, guard, lists
from outreach.web.changes import flash_undo
from outreach.web.contacts import forget_word
from outreach.web.form_key import once
from outreach.web.transaction import session

pages = Blueprint("companies", __name__, url_prefix="/companies")


#: one entry a line
LISTS = ("aliases", "former_names", "domains", "competitors")


class CompanyForm(forms.Form):
    """A company."""

    name = forms.text(_l("Name"), longest=300, needed=True)
    city = forms.text(_l("City"), longest=100)
    website = forms.text(_l("Website"), longest=300)
    industry = forms.text(_l("Industry"), longest=100)
    legal_form = forms.text(_l("Legal form"), longest=50)
    register_number = forms.text(_l("Register number"), longest=100)
    phone = forms.text(_l("Phone"), longest=50)
    customer_since = forms.text(_l("Customer since"))
    aliases = TextAreaField(_l("Other names"), filters=[forms.stripped])
    former_names = TextAreaField(_l("Former names"), filters=[forms.stripped])
    domains = TextAreaField(_l("Domains"), filters=[forms.stripped])
    competitors = TextAreaField(_l("Competitors"), filters=[forms.stripped])

    @property
    def given(self) -> CompanyFields:
        """As `companies.create` and `companies.update` take it; raises Invalid."""
        several: dict[str, Any] = {name: self[name].data.splitlines() for name in LISTS}
        since = forms.day(self.customer_since.data, "customer_since")
        return cast(CompanyFields, {**self.values, **several, "customer_since": since})


@pages.get("")
def index() -> ResponseReturnValue:
    """All of them."""
    wanted = lists.wanted(sorts=("name", "city", "contacts", "created"), default="name")
    return render_template("companies/list.html", wanted=wanted, found=file.list_page(session(), **wanted.args))


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
            made = file.create(session(), **form.given)
            flash_undo(_("The company is added."))
            return redirect(url_for("companies.card", company_id=made.id), 303)
    return render_template("companies/form.html", form=form, company=None), 422


@pages.get("/<int:company_id>/edit")
@guard.needs(Role.EDITOR)
def edit(company_id: int) -> ResponseReturnValue:
    """The form for one."""
    company = file.get(session(), company_id)
    return render_template("companies/form.html", form=_form_for(company), company=company)


@pages.post("/<int:company_id>")
def save(company_id: int) -> ResponseReturnValue:
    """Keep the changes."""
    form = CompanyForm()
    if form.validate_on_submit():
        with form.mending():
            file.update(session(), company_id, **form.given)
            flash_undo(_("The company is saved."))
            return redirect(url_for("companies.card", company_id=company_id), 303)
    return render_template("companies/form.html", form=form, company=file.get(session(), company_id)), 422


@pages.post("/<int:company_id>/removal")
def remove(company_id: int) -> ResponseReturnValue:
    """Forget a company; its people stay. Only after the word was typed."""
    company = file.get(session(), company_id)
    if request.form.get("word", "").strip() != forget_word():
        form = _form_for(company)
        return render_template(
            "companies/form.html", form=form, company=company, wrong=_("That was not the word.")
        ), 422
    file.delete(session(), company_id)
    flash(_("The company is gone; its people are still here."), "good")
    return redirect(url_for("companies.index"), 303)


def _form_for(company: Company) -> CompanyForm:
    values = {name: getattr(company, name) for name in CompanyForm.__dict__ if hasattr(company, name)}
    values |= {name: "\n".join(getattr(company, name)) for name in LISTS}
    return CompanyForm(formdata=None, data={**values, "customer_since": forms.iso(company.customer_since)})
