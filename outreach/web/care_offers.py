"""Special offers: made, changed, closed, and who used them."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import Length

from outreach.care import special_offers
from outreach.contacts import tags
from outreach.errors import N_, Invalid
from outreach.users import Role
from outreach.web import forms, guard, lists, people, words
from outreach.web.care import group, pages, today
from outreach.web.changes import flash_undo
from outreach.web.form_key import once
from outreach.web.transaction import session


class OfferForm(forms.Form):
    """A special offer."""

    name = forms.text(_l("Name"), needed=True)
    description = TextAreaField(_l("What people get"), [Length(max=5000)], filters=[forms.stripped])
    code = forms.text(_l("Code"), longest=40, render_kw={"autocapitalize": "characters", "spellcheck": "false"})
    for_whom = forms.select(_l("For whom"))
    limit_count = forms.text(_l("How often at most"), longest=7, render_kw={"inputmode": "numeric"})
    ends_on = forms.text(_l("Last day"), longest=20, render_kw={"type": "date"})

    @property
    def given(self) -> dict[str, Any]:
        """As the offers take it; raises Invalid."""
        limit = (self.limit_count.data or "").replace(".", "")
        if limit and not limit.isdecimal():
            raise Invalid(N_("The limit is a number from 1 up, or empty."), field="limit_count")
        return {
            "name": self.name.data,
            "description": self.description.data,
            "code": self.code.data,
            "for_whom": self.for_whom.data,
            "limit_count": int(limit) if limit else None,
            "ends_on": forms.day(self.ends_on.data, "ends_on"),
        }


@pages.get("/care/offers/new")
@guard.needs(Role.EDITOR)
def new_offer() -> ResponseReturnValue:
    """The form for another one."""
    return render_template("care/offer_form.html", form=_form(), offer=None)


@pages.post("/care/offers")
@once
def add_offer() -> ResponseReturnValue:
    """Keep another one."""
    form = _form()
    if form.validate_on_submit():
        with form.mending():
            made = special_offers.create(session(), **form.given)
            flash_undo(_("The offer is there. Its code is %(code)s.", code=made.code))
            return redirect(url_for("care.offer", offer_id=made.id), 303)
    return render_template("care/offer_form.html", form=form, offer=None), 422


@pages.get("/care/offers/<int:offer_id>")
def offer(offer_id: int) -> ResponseReturnValue:
    """One offer, and who used it."""
    return _shown(offer_id, people.PersonForm(formdata=None))


@pages.get("/care/offers/<int:offer_id>/edit")
@guard.needs(Role.EDITOR)
def edit_offer(offer_id: int) -> ResponseReturnValue:
    """The form for one offer."""
    found = special_offers.get(session(), offer_id)
    given = {name: getattr(found, name) for name in ("name", "description", "code", "for_whom")}
    limit, end = str(found.limit_count or ""), forms.iso(found.ends_on)
    form = _form(found.for_whom, **given, limit_count=limit, ends_on=end)
    return render_template("care/offer_form.html", form=form, offer=found)


@pages.post("/care/offers/<int:offer_id>")
def save_offer(offer_id: int) -> ResponseReturnValue:
    """Keep the changes."""
    found = special_offers.get(session(), offer_id)
    form = _form(found.for_whom)
    if form.validate_on_submit():
        with form.mending():
            special_offers.change(session(), offer_id, **form.given)
            flash_undo(_("The offer is saved."))
            return redirect(url_for("care.offer", offer_id=offer_id), 303)
    return render_template("care/offer_form.html", form=form, offer=found), 422


@pages.post("/care/offers/<int:offer_id>/closing")
def close_offer(offer_id: int) -> ResponseReturnValue:
    """Nobody can use it any more."""
    special_offers.close(session(), offer_id)
    flash_undo(_("The offer is closed."))
    return redirect(url_for("care.offer", offer_id=offer_id), 303)


@pages.post("/care/offers/<int:offer_id>/opening")
def reopen_offer(offer_id: int) -> ResponseReturnValue:
    """It can be used again."""
    special_offers.reopen(session(), offer_id)
    flash_undo(_("The offer is open again."))
    return redirect(url_for("care.offer", offer_id=offer_id), 303)


@pages.post("/care/offers/<int:offer_id>/redemptions")
@once
def redeem_offer(offer_id: int) -> ResponseReturnValue:
    """Somebody uses it."""
    form = people.PersonForm()
    if form.validate_on_submit():
        with form.mending():
            contact_id = form.chosen(needed=True) or 0
            special_offers.redeem(session(), offer_id, contact_id, today=today(), user_id=guard.user().id)
            flash_undo(_("The offer is used."))
            return redirect(url_for("care.offer", offer_id=offer_id), 303)
    return _shown(offer_id, form), 422


def _shown(offer_id: int, form: people.PersonForm) -> str:
    wanted = lists.wanted(sorts=("at",), default="at", direction="desc")
    return render_template(
        "care/offer.html",
        offer=special_offers.line(session(), offer_id),
        wanted=wanted,
        found=special_offers.uses(session(), offer_id, page=wanted.page, per_page=wanted.per_page),
        form=form,
        group=group,
        today=today(),
    )


def _form(chosen: str = "", **more: Any) -> OfferForm:
    form = OfferForm(**more)
    values = ["", *(f"class:{name}" for name in special_offers.CLASSES), *(f"stage:{name}" for name in words.STAGES)]
    values += [f"tag:{tag.name}" for tag in tags.list_all(session())]
    if chosen and chosen not in values:
        values.append(chosen)
    form.for_whom.choices = [(value, group(value)) for value in values]
    return form
