"""What is done on the care page of one contact: steps ticked, gifts given, thanks said. Every change can be taken back."""

from __future__ import annotations

from datetime import datetime

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_timezone
from flask_babel import gettext as _

from outreach import clock, contacts, facts
from outreach.care import complaints, gifts, programme, referrals, special_offers
from outreach.history import store as history
from outreach.web import forms, guard, money, people
from outreach.web.care import ComplaintForm, GiftForm, IdeaForm, RedeemForm, ReferralForm, pages, shown, today
from outreach.web.changes import flash_undo
from outreach.web.filters import told
from outreach.web.form_key import once
from outreach.web.transaction import session, undo

# ── complaints ─────────────────────────────────────────────────────────────────


@pages.post("/contacts/<int:contact_id>/complaints")
@once
def complain(contact_id: int) -> ResponseReturnValue:
    """Take a complaint."""
    form = ComplaintForm(prefix="complaint")
    if form.validate_on_submit():
        with form.mending():
            at = _moment(form.on.data, "on")
            complaints.open(session(), contact_id, form.text.data, at, guard.user().id, zone=str(get_timezone()))
            flash_undo(_("The complaint is noted. Listen first, and apologise today."))
            return _to(contact_id, "complaints")
    return shown(contact_id, complaint=form), 422


@pages.post("/complaints/<int:complaint_id>/steps/<step>")
def step(complaint_id: int, step: str) -> ResponseReturnValue:
    """A step is done, with what was said."""
    found = complaints.get(session(), complaint_id)
    done = complaints.done(
        session(), complaint_id, step, clock.now(), request.form.get("note", ""), user_id=guard.user().id,
        zone=str(get_timezone()),
    )  # fmt: skip
    if done:
        closed = complaints.get(session(), complaint_id).closed_at is not None
        flash_undo(_("The complaint is closed. Well done.") if closed else _("The step is ticked."))
    return _to(found.contact_id, "complaints")


@pages.post("/complaints/<int:complaint_id>/steps/<step>/back")
def step_back(complaint_id: int, step: str) -> ResponseReturnValue:
    """A step was not done after all."""
    complaints.not_done(session(), complaint_id, step)
    flash_undo(_("The step is open again."))
    return _to(complaints.get(session(), complaint_id).contact_id, "complaints")


@pages.post("/complaints/<int:complaint_id>/closing")
def close_complaint(complaint_id: int) -> ResponseReturnValue:
    """It is settled otherwise, or was none."""
    if complaints.close(session(), complaint_id, note=request.form.get("note", "")):
        flash_undo(_("The complaint is closed."))
    return _to(complaints.get(session(), complaint_id).contact_id, "complaints")


@pages.post("/complaints/<int:complaint_id>/opening")
def reopen_complaint(complaint_id: int) -> ResponseReturnValue:
    """It was not well after all."""
    found = complaints.reopen(session(), complaint_id, user_id=guard.user().id, zone=str(get_timezone()))
    flash_undo(_("The complaint is open again."))
    return _to(found.contact_id, "complaints")


# ── gifts ──────────────────────────────────────────────────────────────────────


@pages.post("/contacts/<int:contact_id>/gifts/ideas")
@once
def idea(contact_id: int) -> ResponseReturnValue:
    """Note an idea, one's own or one a fact gave."""
    form = IdeaForm(prefix="idea")
    if form.validate_on_submit():
        with form.mending():
            fact_id = request.form.get("fact", type=int)
            what = facts.get(session(), fact_id).text[:300] if fact_id is not None else form.what.data
            gifts.add_idea(session(), contact_id, what=" ".join(what.split()), fact_id=fact_id)
            flash_undo(_("The idea is noted."))
            return _to(contact_id, "gifts")
    return shown(contact_id, idea=form), 422


@pages.post("/contacts/<int:contact_id>/gifts")
@once
def give(contact_id: int) -> ResponseReturnValue:
    """Note a gift; above the tax line it has to be said twice."""
    form = GiftForm(prefix="gift")
    if form.validate_on_submit():
        with form.mending():
            try:
                gifts.give(
                    session(), contact_id, what=form.what.data, amount=money.typed(form.amount.data),
                    on=forms.day(form.on.data, "on") or today(), user_id=guard.user().id,
                    gift_id=request.form.get("gift", type=int), despite_line=bool(form.despite_line.data),
                )  # fmt: skip
                flash_undo(_("The gift is noted."))
                return _to(contact_id, "gifts")
            except gifts.GiftTooDear as error:
                undo()
                form.despite_line.errors = [told(error)]  # in euros
    return shown(contact_id, gift=form), 422


@pages.post("/gifts/<int:gift_id>/liked")
def liked(gift_id: int) -> ResponseReturnValue:
    """Whether it was liked."""
    said = {"yes": True, "no": False}.get(request.form.get("liked", ""))
    found = gifts.liked(session(), gift_id, said)
    flash_undo(_("That is noted."))
    return _to(found.contact_id, "gifts")


@pages.post("/gifts/<int:gift_id>/dropped")
def drop(gift_id: int) -> ResponseReturnValue:
    """The idea was none."""
    found = gifts.drop(session(), gift_id)
    flash_undo(_("The idea is gone."))
    return _to(found.contact_id, "gifts")


# ── recommendations ────────────────────────────────────────────────────────────


@pages.post("/contacts/<int:contact_id>/referrals")
@once
def refer(contact_id: int) -> ResponseReturnValue:
    """Note whom this person brought."""
    form = ReferralForm(prefix="referral")
    if form.validate_on_submit():
        with form.mending():
            on = forms.day(form.on.data, "on") or today()
            referrals.add(
                session(), contact_id, contact_id=form.chosen(), name=form.name.data, on=on, user_id=guard.user().id
            )
            flash_undo(_("The recommendation is noted. Say thank you within a week."))
            return _to(contact_id, "referrals")
    return shown(contact_id, referral=form), 422


@pages.post("/referrals/<int:referral_id>/thanks")
def thank(referral_id: int) -> ResponseReturnValue:
    """The thanks were said."""
    found = referrals.get(session(), referral_id)
    referrals.thanked(session(), referral_id, user_id=guard.user().id)
    flash_undo(_("Thanked. People like to recommend whoever thanks them."))
    return _to(found.referrer_id, "referrals")


@pages.post("/referrals/<int:referral_id>/link")
def link(referral_id: int) -> ResponseReturnValue:
    """The name became a contact."""
    form, found = people.PersonForm(prefix="link"), referrals.get(session(), referral_id)
    referrer_id = found.referrer_id
    if form.validate_on_submit():
        with form.mending():
            referrals.link(session(), referral_id, form.chosen(needed=True) or 0)
            flash_undo(_("The recommendation belongs to a contact now."))
            return _to(referrer_id, "referrals")
    return shown(referrer_id, link=form, unlinked=referral_id), 422


@pages.post("/referrals/<int:referral_id>/removal")
def remove_referral(referral_id: int) -> ResponseReturnValue:
    """It was no recommendation."""
    referrer_id = referrals.get(session(), referral_id).referrer_id
    referrals.remove(session(), referral_id)
    flash_undo(_("The recommendation is gone."))
    return _to(referrer_id, "referrals")


# ── offers and the programme ───────────────────────────────────────────────────


@pages.post("/contacts/<int:contact_id>/redemptions")
@once
def redeem(contact_id: int) -> ResponseReturnValue:
    """This person uses an offer."""
    form = RedeemForm(prefix="redeem")
    offer_id = int(form.offer.data) if (form.offer.data or "").isdecimal() else 0
    form.offer.choices = [(form.offer.data, form.offer.data)]
    if form.validate_on_submit():
        with form.mending():
            special_offers.redeem(session(), offer_id, contact_id, today=today(), user_id=guard.user().id)
            flash_undo(_("The offer is used."))
            return _to(contact_id, "offers")
    return shown(contact_id, redeem=form), 422


@pages.post("/redemptions/<int:redemption_id>/removal")
def take_back(redemption_id: int) -> ResponseReturnValue:
    """The offer was not used after all."""
    contact_id = special_offers.take_back(session(), redemption_id)
    flash_undo(_("The offer was not used."))
    return _to(contact_id, "offers")


@pages.post("/contacts/<int:contact_id>/programme/<step>")
def reach(contact_id: int, step: str) -> ResponseReturnValue:
    """A step of the programme is reached."""
    programme.tick(session(), contact_id, step, note=" ".join(request.form.get("note", "").split())[:500])
    flash_undo(_("The step is ticked."))
    return _to(contact_id, "programme")


@pages.post("/contacts/<int:contact_id>/programme/<step>/back")
def reach_back(contact_id: int, step: str) -> ResponseReturnValue:
    """A step is not reached after all."""
    programme.untick(session(), contact_id, step)
    flash_undo(_("The step is open again."))
    return _to(contact_id, "programme")


def _moment(text: str, field: str) -> datetime:
    on = forms.day(text, field) or today()
    return clock.now() if on == today() else history.noon(on, str(get_timezone()))


def _to(contact_id: int, block: str) -> ResponseReturnValue:
    contacts.get(session(), contact_id)
    asked = request.form.get("next", "")
    where = guard.safe_next(asked) if asked else url_for("care.of_contact", contact_id=contact_id, _anchor=block)
    return redirect(where, 303)
