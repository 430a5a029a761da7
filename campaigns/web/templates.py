"""Templates: texts with gaps, kept in versions."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from campaigns import content
from campaigns.personalise import NAMES
from campaigns.rows import Campaign
from outreach.errors import OutreachError
from outreach.mail import templates
from outreach.web import forms, guard, lists
from outreach.web.form_key import once
from outreach.web.headers import sandboxed
from outreach.web.language import sentence
from outreach.web.transaction import house, reads, session

pages = Blueprint("templates", __name__, url_prefix="/templates")


class TemplateForm(forms.Form):
    """Name, subject and text of a template."""

    name = forms.text(_l("Name"), needed=True)
    subject = forms.text(_l("Subject"), longest=500, needed=True)
    preheader = forms.text(_l("Preview line"), longest=500)
    format = forms.select(_l("Written in"), [("markdown", "Markdown"), ("html", "HTML"), ("mjml", "MJML")])
    body = TextAreaField(_l("Text"), render_kw={"rows": 22})

    @property
    def fields(self) -> dict[str, str]:
        """The values as the functions of templates take them."""
        return {"name": self.name.data, "subject": self.subject.data, "preheader": self.preheader.data,
                "format": self.format.data, "body": (self.body.data or "").replace("\r\n", "\n")}  # fmt: skip


@pages.get("/")
def index() -> ResponseReturnValue:
    """All templates; with ?archived=1 those put away."""
    wanted = lists.wanted(sorts=("name", "saved"), default="name", filters=("archived",))
    found = templates.list_page(session(), **wanted.args, archived=bool(dict(wanted.filters).get("archived")))
    return render_template("templates/index.html", wanted=wanted, found=found)


@pages.get("/new")
def new() -> ResponseReturnValue:
    """An empty template."""
    return render_template("templates/edit.html", form=TemplateForm(), current=None, versions=[])


@pages.post("/")
@once
def create() -> ResponseReturnValue:
    """The first version; a text that cannot become a mail is refused with its line."""
    form = TemplateForm()
    if form.validate_on_submit():
        with form.mending():
            made = templates.create(session(), **form.fields, names=NAMES, user_id=guard.user().id)
            flash(_("The template is saved."), "good")
            return redirect(url_for("templates.edit", template_id=made), 303)
    return render_template("templates/edit.html", form=form, current=None, versions=[]), 422


@pages.get("/<int:template_id>")
def edit(template_id: int) -> ResponseReturnValue:
    """The newest version, or an older one to look at and take back with ?version=3."""
    current = templates.get(session(), template_id, number=request.args.get("version", type=int))
    return render_template("templates/edit.html", form=TemplateForm(obj=current), current=current,
                           versions=templates.versions(session(), template_id))  # fmt: skip


@pages.post("/<int:template_id>")
@once
def save(template_id: int) -> ResponseReturnValue:
    """The next version; newsletters made from an older one keep their text."""
    form = TemplateForm()
    if form.validate_on_submit():
        with form.mending():
            number = templates.save(session(), template_id, **form.fields, names=NAMES, user_id=guard.user().id)
            flash(_("Saved as version %(number)s.", number=number), "good")
            return redirect(url_for("templates.edit", template_id=template_id), 303)
    current = templates.get(session(), template_id)
    versions = templates.versions(session(), template_id)
    return render_template("templates/edit.html", form=form, current=current, versions=versions), 422


@pages.post("/<int:template_id>/archive")
def archive(template_id: int) -> ResponseReturnValue:
    """Put it away, or take it out again."""
    away = request.form.get("away") == "1"
    templates.archive(session(), template_id, archived=away)
    flash(_("The template is in the archive.") if away else _("The template is back."), "good")
    return redirect(url_for("templates.index"), 303)


@pages.get("/<int:template_id>/preview")
@reads
def preview(template_id: int) -> ResponseReturnValue:
    """The mail this version makes, for a person of whom nothing is known."""
    current = templates.get(session(), template_id, number=request.args.get("version", type=int))
    as_issue = Campaign(id=0, name=current.name, subject=current.subject, preheader=current.preheader, format=current.format,
                        body=current.body, list_id=None, sender_id=None, segment_id=None)  # fmt: skip
    try:
        shown = content.preview(session(), house(), as_issue, request.args.get("who", type=int))
    except OutreachError as error:
        return sandboxed(make_response(render_template("newsletters/broken.html", text=sentence(error))))
    return sandboxed(make_response(shown.html))
