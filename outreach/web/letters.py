"""Settings: the letters Outreach brings along, as they are used; each wording can be changed and comes back by a click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from outreach.drafts import letters, texts
from outreach.drafts.letters import Letter
from outreach.drafts.rows import LetterVersion
from outreach.errors import N_, NotFound
from outreach.mail import sandbox
from outreach.occasions import kinds
from outreach.web import forms, guard, queue_words
from outreach.web.form_key import once
from outreach.web.transaction import session

bp = Blueprint("letters", __name__, url_prefix="/settings/letters")
FORMS = {"de_sie": _l("German, Sie"), "de_du": _l("German, du"), "en": _l("English")}
#: letters that are written to no occasion of the news or the card
_NAMES = {"free": _l("A letter of one's own"), "answer": _l("An answer"), "follow_up": _l("Asked once more")}
VERSIONS_SHOWN = 20


class LetterForm(forms.Form):
    """One wording."""

    subject = forms.text(_l("Subject"), longest=texts.SUBJECT_MOST)
    body = TextAreaField(_l("Text"))


@bp.get("")
def index() -> ResponseReturnValue:
    """Every kind with its wordings."""
    found = letters.everything(session())
    named = sorted(((kind, name(kind), list(wordings)) for kind, wordings in found.items()), key=lambda one: one[1])
    return render_template("letters/index.html", kinds=named, forms_of=FORMS, purposes=queue_words.PURPOSES)


@bp.get("/<kind>/<form>/<int:variant>")
def edit(kind: str, form: str, variant: int) -> ResponseReturnValue:
    """One wording, how it reads with the examples, and what may stand in its gaps."""
    found = letters.get(session(), kind, form, variant)
    return _page(found, LetterForm(subject=found.text.subject, body=found.text.body))


@bp.post("/<kind>/<form>/<int:variant>")
def save(kind: str, form: str, variant: int) -> ResponseReturnValue:
    """The next version, with advice where it could be better."""
    found, typed = letters.get(session(), kind, form, variant), LetterForm()
    if typed.validate_on_submit():
        with typed.mending():
            advice = letters.save(
                session(), kind, form, variant, subject=typed.subject.data or "", body=typed.body.data or "",
                user_id=guard.user().id,
            )  # fmt: skip
            flash(_("Saved. Letters proposed from now on are written like this."), "good")
            for one in advice:
                flash(_(one), "message")
            return redirect(url_for("letters.edit", kind=kind, form=form, variant=variant), 303)
    return _page(found, typed), 422


@bp.post("/<kind>/<form>/<int:variant>/shipped")
@once
def reset(kind: str, form: str, variant: int) -> ResponseReturnValue:
    """The text as it came with Outreach; what stood here is kept as a version."""
    letters.reset(session(), kind, form, variant, user_id=guard.user().id)
    flash(_("The text that came with Outreach is used again."), "good")
    return redirect(url_for("letters.edit", kind=kind, form=form, variant=variant), 303)


@bp.post("/<kind>/<form>/<int:variant>/versions/<int:number>")
@once
def restore(kind: str, form: str, variant: int, number: int) -> ResponseReturnValue:
    """An earlier version again, as the newest one."""
    found = next((one for one in letters.versions(session(), kind, form, variant) if one.number == number), None)
    if found is None or not found.body:
        raise NotFound(N_("There is nothing at this address."))
    given: dict[str, Any] = {"subject": found.subject, "body": found.body, "user_id": guard.user().id}
    letters.save(session(), kind, form, variant, **given)
    flash(_("The earlier version is used again."), "good")
    return redirect(url_for("letters.edit", kind=kind, form=form, variant=variant), 303)


def name(kind: str) -> str:
    """What a kind of letter is called."""
    if kind in _NAMES:
        return str(_NAMES[kind])
    found = kinds.load().get(kind)
    return found.label(str(get_locale())) if found is not None else kind


def _page(found: Letter, form: LetterForm) -> str:
    one = found.text
    versions: Sequence[LetterVersion] = letters.versions(session(), one.kind, one.form, one.variant)
    return render_template(
        "letters/edit.html",
        one=one,
        found=found,
        form=form,
        title=name(one.kind),
        form_word=FORMS[one.form],
        purposes=queue_words.PURPOSES,
        preview=_filled(form.subject.data or "", form.body.data or ""),
        gaps=texts.GAPS,
        used=_used(form.subject.data or "", form.body.data or ""),
        versions=versions[:VERSIONS_SHOWN],
    )


def _filled(subject: str, body: str) -> Mapping[str, str]:
    """The letter with the examples of the gaps; empty where it cannot be filled in."""
    values = {key: gap.example for key, gap in texts.GAPS.items()}
    try:
        return {
            part: sandbox.compile(text, html=False, names=texts.GAPS).render(values).strip()
            for part, text in (("subject", subject), ("body", body))
        }
    except sandbox.Broken:
        return {}


def _used(subject: str, body: str) -> frozenset[str]:
    """The gaps this wording has."""
    try:
        return frozenset(sandbox.variables(sandbox.parse(f"{subject}\n{body}")))
    except sandbox.Broken:
        return frozenset()
