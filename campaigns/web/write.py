"""Writing a newsletter: text left, the mail as a contact gets it right, a list of things to look at that empties."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired

from campaigns import checks, content, drafts, newsletters
from campaigns.rows import Campaign
from campaigns.web import choices
from outreach import clock
from outreach.errors import OutreachError
from outreach.mail import templates
from outreach.web import forms, guard, lists
from outreach.web.form_key import once
from outreach.web.headers import sandboxed
from outreach.web.language import said, sentence
from outreach.web.transaction import house, reads, session, undo

pages = Blueprint("newsletters", __name__, url_prefix="/newsletters")


@pages.app_context_processor
def _words() -> dict[str, Any]:
    return {"said": said}


FORMATS = (("markdown", "Markdown"), ("html", "HTML"), ("mjml", "MJML"))


class BeginForm(forms.Form):
    """A new newsletter: a name and what it starts from."""

    name = forms.text(_l("Name"), needed=True)
    template = forms.Radio(_l("Begin with"), validators=[InputRequired(_l("This is needed."))])


class WriteForm(forms.Form):
    """Everything about a newsletter that can be changed until it is sent."""

    version = HiddenField()
    name = forms.text(_l("Name"), needed=True)
    subject = forms.text(_l("Subject"), longest=500)
    preheader = forms.text(_l("Preview line"), longest=500)
    body = TextAreaField(_l("Text"), render_kw={"rows": 22, "spellcheck": "true"})
    format = forms.select(_l("Written in"), list(FORMATS))
    list_id = forms.select(_l("List"))
    segment_id = forms.select(_l("Only this segment"))
    sender_id = forms.select(_l("From"))

    def offer(self) -> None:
        """What can be chosen now."""
        self.list_id.choices = choices.lists(session())
        self.segment_id.choices = choices.segments(session())
        self.sender_id.choices = choices.senders(session())

    @property
    def fields(self) -> dict[str, Any]:
        """The values as newsletters.update takes them."""
        numbers = {name: int(getattr(self, name).data or 0) or None for name in ("list_id", "segment_id", "sender_id")}
        return {
            "name": self.name.data,
            "subject": self.subject.data,
            "preheader": self.preheader.data,
            "format": self.format.data,
            "body": (self.body.data or "").replace("\r\n", "\n"),
            **numbers,
        }


@pages.get("/")
def index() -> ResponseReturnValue:
    """All newsletters, newest first."""
    wanted = lists.wanted(
        sorts=("name", "state", "created", "started", "audience"),
        default="created",
        direction="desc",
        filters=("state",),
    )
    found = newsletters.list_page(session(), **wanted.args, state=dict(wanted.filters).get("state", ""))
    return render_template("newsletters/index.html", wanted=wanted, found=found)


@pages.get("/new")
def new() -> ResponseReturnValue:
    """What it is called and which template it begins with."""
    return _begin_page(BeginForm(template=request.args.get("template")))


@pages.post("/")
@once
def create() -> ResponseReturnValue:
    """A draft with the template's text, sender and list already chosen where there is only one."""
    form = BeginForm()
    form.template.choices = choices.templates(session())
    if form.validate_on_submit():
        with form.mending():
            made = drafts.begin(
                session(), name=form.name.data, template_id=int(form.template.data) or None, user_id=guard.user().id
            )
            return redirect(url_for("newsletters.show", campaign_id=made.id), 303)
    return _begin_page(form), 422


@pages.get("/<int:campaign_id>")
def show(campaign_id: int) -> ResponseReturnValue:
    """The editor for what is not sent yet, else how the sending goes."""
    campaign = newsletters.get(session(), campaign_id)
    if campaign.state not in ("draft", "scheduled"):
        return redirect(url_for("newsletters.progress", campaign_id=campaign_id), 303)
    return _editor(campaign, WriteForm(obj=campaign))


@pages.post("/<int:campaign_id>")
def save(campaign_id: int) -> ResponseReturnValue:
    """Keep the text. With scripts this happens while writing; the answer then is the right-hand side, renewed."""
    form = WriteForm()
    form.offer()
    if form.validate_on_submit():
        with form.mending():
            campaign = newsletters.update(session(), campaign_id, _version(form), **form.fields)
            if request.headers.get("HX-Request"):
                return _side(campaign)
            flash(_("Saved."), "good")
            return redirect(
                url_for("newsletters.show", campaign_id=campaign_id, who=request.form.get("who") or None), 303
            )
    campaign = newsletters.get(session(), campaign_id)
    if request.headers.get("HX-Request"):
        return _side(campaign, refused=[word for words in form.errors.values() for word in words])
    return _editor(campaign, form), 422


@pages.get("/<int:campaign_id>/preview")
def preview(campaign_id: int) -> ResponseReturnValue:
    """The mail itself, for the frame: HTML, or its text part with ?part=text."""
    campaign = newsletters.get(session(), campaign_id)
    try:
        shown = content.preview(session(), house(), campaign, request.args.get("who", type=int))
    except OutreachError as error:
        return sandboxed(make_response(render_template("newsletters/broken.html", text=sentence(error))))
    if request.args.get("part") == "text":
        answer = make_response(shown.text)
        answer.headers["Content-Type"] = "text/plain; charset=utf-8"
        return sandboxed(answer)
    return sandboxed(make_response(shown.html))


@pages.get("/<int:campaign_id>/readers")
def readers(campaign_id: int) -> ResponseReturnValue:
    """Contacts to look at the mail as: those whose name or address holds the words, people of the audience first."""
    campaign = newsletters.get(session(), campaign_id)
    found = drafts.readers(session(), campaign, request.args.get("q", "").strip()[:100])
    return render_template(
        "newsletters/readers.html", campaign=campaign, readers=found, searched=request.args.get("q", "")
    )


@pages.post("/<int:campaign_id>/test")
@once
def test(campaign_id: int) -> ResponseReturnValue:
    """One copy to one address, marked as a test."""
    address = forms.stripped(request.form.get("address"))
    try:
        drafts.send_test(
            session(),
            house(),
            newsletters.get(session(), campaign_id),
            address=address,
            contact_id=request.form.get("who", type=int),
        )
    except OutreachError as error:
        undo()
        flash(sentence(error), "warning")
    else:
        flash(_("A test is on its way to %(address)s.", address=address), "good")
    return redirect(url_for("newsletters.show", campaign_id=campaign_id, who=request.form.get("who") or None), 303)


@pages.get("/<int:campaign_id>/send")
def ready(campaign_id: int) -> ResponseReturnValue:
    """The last look: to how many people, when, from whom; what is still missing."""
    campaign = newsletters.get(session(), campaign_id)
    if campaign.state not in ("draft", "scheduled"):
        return redirect(url_for("newsletters.progress", campaign_id=campaign_id), 303)
    return _last_look(campaign)


@pages.post("/<int:campaign_id>/send")
@once
def send(campaign_id: int) -> ResponseReturnValue:
    """Now, or at the planned local time."""
    version = request.form.get("version", type=int)
    campaign = newsletters.get(session(), campaign_id)
    try:
        if campaign.state in ("draft", "scheduled"):  # else the sentence about its state is the better one
            checks.require(session(), house(), campaign)
        if request.form.get("when") == "later":
            wall = _wall(request.form.get("day", ""), request.form.get("time", ""))
            newsletters.schedule(session(), campaign_id, wall=wall, zone=request.form.get("zone", ""), version=version)
            flash(_("Planned. Until then you can still change it."), "good")
            return redirect(url_for("newsletters.show", campaign_id=campaign_id), 303)
        newsletters.send_now(session(), campaign_id, version=version)
    except OutreachError as error:
        undo()
        return _last_look(newsletters.get(session(), campaign_id), refused=sentence(error)), error.status
    return redirect(url_for("newsletters.progress", campaign_id=campaign_id), 303)


@pages.post("/<int:campaign_id>/unschedule")
def unschedule(campaign_id: int) -> ResponseReturnValue:
    """Back to being a draft."""
    newsletters.unschedule(session(), campaign_id)
    flash(_("It is a draft again."), "good")
    return redirect(url_for("newsletters.show", campaign_id=campaign_id), 303)


@pages.post("/<int:campaign_id>/copy")
@once
def copy(campaign_id: int) -> ResponseReturnValue:
    """A new draft with the same text."""
    made = drafts.copy(
        session(), newsletters.get(session(), campaign_id), name=_("Copy of %(name)s"), user_id=guard.user().id
    )
    return redirect(url_for("newsletters.show", campaign_id=made.id), 303)


@pages.post("/<int:campaign_id>/delete")
def delete(campaign_id: int) -> ResponseReturnValue:
    """Throw a draft away; nothing that was sent can be."""
    drafts.discard(session(), campaign_id)
    flash(_("The draft is deleted."), "good")
    return redirect(url_for("newsletters.index"), 303)


@pages.post("/<int:campaign_id>/check")
@reads
def check(campaign_id: int) -> ResponseReturnValue:
    """The right-hand side alone, looked at again."""
    return _side(newsletters.get(session(), campaign_id))


def _version(form: WriteForm) -> int:
    """The version this person saw; 0, which no newsletter has, for what is no number."""
    given = str(form.version.data or "")
    return int(given) if given.isdecimal() else 0


def _editor(campaign: Campaign, form: WriteForm) -> str:
    form.offer()
    form.version.data = str(campaign.version)
    return render_template("newsletters/write.html", campaign=campaign, form=form, **_aside(campaign))


def _side(campaign: Campaign, refused: list[str] | None = None) -> str:
    # Refused: the version stays the one this person saw, else the next key pressed would write over somebody else's text.
    return render_template(
        "newsletters/side.html", campaign=campaign, refused=refused or [], renewed=not refused, **_aside(campaign)
    )


def _aside(campaign: Campaign) -> dict[str, Any]:
    who = request.values.get("who", type=int)
    return {
        "problems": checks.look(session(), house(), campaign),
        "who": who,
        "reader": drafts.reader(session(), who),
        "audience": drafts.audience_size(session(), campaign),
        "part": request.values.get("part", "html"),
    }


def _begin_page(form: BeginForm) -> str:
    offered = choices.templates(session())
    form.template.choices, form.template.data = offered, form.template.data or offered[0][0]
    shown = {str(one.id): one.subject for one in templates.list_page(session(), per_page=100).rows}
    return render_template("newsletters/new.html", form=form, subjects=shown)


def _last_look(campaign: Campaign, refused: str = "") -> str:
    return render_template(
        "newsletters/send.html", campaign=campaign, problems=checks.look(session(), house(), campaign), refused=refused,
        audience=drafts.audience_size(session(), campaign), sender=drafts.sender_line(session(), campaign),
        topic=drafts.audience_line(session(), campaign), now=clock.on_wall(clock.now(), guard.user().time_zone),
        zones=choices.zones(), form=request.form, zone=campaign.scheduled_zone or guard.user().time_zone,
    )  # fmt: skip


def _wall(day: str, time: str) -> datetime:
    try:
        return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=None)
    except ValueError:
        raise drafts.no_time() from None
