"""Surveys: made, shown to a person first, sent round by link, read. The page people answer on: survey_answer.py."""

from __future__ import annotations

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import Length

from outreach.care.rules import BAD_UP_TO
from outreach.contacts import tags
from outreach.exports import csv
from outreach.surveys import answers, results, store
from outreach.surveys.store import Asked, Draft, Sheet
from outreach.users import Role
from outreach.web import forms, guard, lists, people
from outreach.web.changes import flash_undo
from outreach.web.form_key import once
from outreach.web.language import LANGUAGES
from outreach.web.transaction import house, session

pages = Blueprint("surveys", __name__, url_prefix="/surveys")
KINDS = {
    "scale": _l("A scale from 0 to 10"),
    "stars": _l("Stars from 1 to 5"),
    "yes_no": _l("Yes or no"),
    "choice": _l("One of several"),
    "words": _l("In their own words"),
}
NUMBERS = range(1, store.QUESTIONS_MOST + 1)
_NEVER = ("", _l("no answer"))


class SurveyForm(forms.Form):
    """One to three questions; the fields of each are added below."""

    title = forms.text(_l("Title"), needed=True)
    intro = TextAreaField(_l("A word before"), [Length(max=2000)], filters=[forms.stripped])
    thanks = TextAreaField(_l("A word of thanks"), [Length(max=2000)], filters=[forms.stripped])
    language = forms.Radio(_l("Language of the page"), choices=list(LANGUAGES.items()), default="de")

    @property
    def draft(self) -> Draft:
        """As the surveys take it."""
        return Draft(
            self.title.data, self.intro.data, self.thanks.data, self.language.data, [self._asked(n) for n in NUMBERS]
        )

    def _asked(self, n: int) -> Asked:
        kind = self[f"kind_{n}"].data
        choices = [" ".join(one.split()) for one in self[f"choices_{n}"].data.splitlines()]
        bad = self[f"bad_{kind}_{n}"].data if kind in ("scale", "stars", "yes_no") else ""
        bad = self[f"bad_{n}"].data if kind == "choice" else bad
        return Asked(kind, self[f"text_{n}"].data, [one for one in choices if one], bad or "")

    def fill(self, sheet: Sheet) -> None:
        """Begin with a survey as it is."""
        self.title.data, self.intro.data, self.thanks.data = sheet.title, sheet.intro, sheet.thanks
        self.language.data = sheet.language
        for n, one in enumerate(sheet.questions, 1):
            self[f"text_{n}"].data, self[f"kind_{n}"].data = one.text, one.kind
            self[f"choices_{n}"].data = "\n".join(one.choices)
            self["bad_{}".format(n if one.kind == "choice" else f"{one.kind}_{n}")].data = one.bad_up_to


for _n in NUMBERS:
    setattr(SurveyForm, f"text_{_n}", forms.text(_l("Question"), longest=500))
    setattr(SurveyForm, f"kind_{_n}", forms.select(_l("How it is answered"), list(KINDS.items()), default="scale"))
    setattr(
        SurveyForm, f"choices_{_n}", TextAreaField(_l("Choices, one a line, the worst first"), filters=[forms.stripped])
    )
    for _kind in ("scale", "stars"):
        _values = [_NEVER, *((one, one) for one in store.VALUES[_kind])]
        setattr(SurveyForm, f"bad_{_kind}_{_n}", forms.select(_l("Bad up to"), _values, default=BAD_UP_TO[_kind]))
    _values = [_NEVER, ("no", _l("no")), ("yes", _l("yes"))]
    setattr(SurveyForm, f"bad_yes_no_{_n}", forms.select(_l("Bad is"), _values, default=BAD_UP_TO["yes_no"]))
    setattr(SurveyForm, f"bad_{_n}", forms.text(_l("Bad up to"), longest=200))
    setattr(SurveyForm, f"bad_words_{_n}", forms.text(_l("Bad up to"), longest=1))


@pages.get("")
def index() -> ResponseReturnValue:
    """All surveys."""
    wanted = lists.wanted(sorts=("new",), default="new", direction="desc")
    found = store.list_page(session(), page=wanted.page, per_page=wanted.per_page)
    return render_template("surveys/index.html", wanted=wanted, found=found)


@pages.get("/new")
@guard.needs(Role.EDITOR)
def new() -> ResponseReturnValue:
    """The form for another one."""
    form = SurveyForm()
    form.language.data = guard.user().language if guard.user().language in LANGUAGES else "de"
    return render_template("surveys/form.html", form=form, sheet=None, numbers=NUMBERS)


@pages.post("")
@once
def add() -> ResponseReturnValue:
    """Keep another one; it is open at once."""
    form = SurveyForm()
    if form.validate_on_submit():
        with form.mending():
            made = store.create(session(), form.draft)
            flash_undo(_("The survey is open. Look at it as others see it, then send its links round."))
            return redirect(url_for("surveys.show", survey_id=made.id), 303)
    return render_template("surveys/form.html", form=form, sheet=None, numbers=NUMBERS), 422


@pages.get("/<int:survey_id>")
def show(survey_id: int) -> ResponseReturnValue:
    """What was answered."""
    found = results.results(session(), survey_id)
    return render_template("surveys/show.html", found=found, sheet=found.sheet, value=_value, kinds=KINDS)


@pages.get("/<int:survey_id>/edit")
@guard.needs(Role.EDITOR)
def edit(survey_id: int) -> ResponseReturnValue:
    """The form for one survey."""
    sheet, form = store.sheet(session(), survey_id), SurveyForm()
    form.fill(sheet)
    return render_template("surveys/form.html", form=form, sheet=sheet, numbers=NUMBERS)


@pages.post("/<int:survey_id>")
def save(survey_id: int) -> ResponseReturnValue:
    """Keep the changes."""
    sheet, form = store.sheet(session(), survey_id), SurveyForm()
    if form.validate_on_submit():
        with form.mending():
            store.change(session(), survey_id, form.draft)
            flash_undo(_("The survey is saved."))
            return redirect(url_for("surveys.show", survey_id=survey_id), 303)
    return render_template("surveys/form.html", form=form, sheet=sheet, numbers=NUMBERS), 422


@pages.post("/<int:survey_id>/closing")
def close(survey_id: int) -> ResponseReturnValue:
    """No more answers."""
    store.close(session(), survey_id)
    flash_undo(_("The survey is closed. Whoever comes now is told so kindly."))
    return redirect(url_for("surveys.show", survey_id=survey_id), 303)


@pages.post("/<int:survey_id>/opening")
def reopen(survey_id: int) -> ResponseReturnValue:
    """Answers are welcome again."""
    store.reopen(session(), survey_id)
    flash_undo(_("The survey is open again."))
    return redirect(url_for("surveys.show", survey_id=survey_id), 303)


@pages.get("/<int:survey_id>/preview")
def preview(survey_id: int) -> ResponseReturnValue:
    """The page as people see it, without a way to answer."""
    sheet = store.sheet(session(), survey_id)
    g.language = sheet.language
    return render_template("public/survey.html", sheet=sheet, token="", given={}, problems={}, problem="")


@pages.get("/<int:survey_id>/links")
@guard.needs(Role.EDITOR)
def links(survey_id: int) -> ResponseReturnValue:
    """The open link, and the link of one person."""
    return _links(survey_id, people.PersonForm(formdata=None))


@pages.post("/<int:survey_id>/links")
def find_link(survey_id: int) -> ResponseReturnValue:
    """The link of one person, found by name."""
    form = people.PersonForm()
    if form.validate_on_submit():
        with form.mending():
            contact_id = form.chosen(needed=True)
            return redirect(url_for("surveys.links", survey_id=survey_id, contact=contact_id), 303)
    return _links(survey_id, form), 422


@pages.get("/<int:survey_id>/links.csv")
@guard.needs(Role.EDITOR)  # whoever has a link answers in the name of its owner
def link_table(survey_id: int) -> ResponseReturnValue:
    """A link for everybody, or for everybody with a tag."""
    store.get(session(), survey_id)
    found = results.people(session(), tag=request.args.get("tag", "").strip()[:100])

    rows = [[_("Name"), _("Mail address"), _("Link")]]
    rows += [[name, email, answers.link(house(), survey_id, contact_id)] for contact_id, name, email in found]
    answer = Response("\ufeff" + "".join(map(csv.line, rows)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="survey-{survey_id}-links.csv"'
    return answer


@pages.get("/<int:survey_id>/questions/<int:number>.csv")
def table(survey_id: int, number: int) -> ResponseReturnValue:
    """The answers to one question, counted."""
    found = results.results(session(), survey_id)
    asked = [one for one in found.questions if one.question.id == number]
    lines = (
        [csv.line([_value(asked[0].question.kind, value), str(count)]) for value, count in asked[0].counts]
        if asked
        else []
    )
    answer = Response("\ufeff" + csv.line([_("Answer"), _("How often")]) + "".join(lines), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="survey-{survey_id}-{number}.csv"'
    return answer


def _links(survey_id: int, form: people.PersonForm) -> str:
    contact_id = request.args.get("contact", type=int)
    return render_template(
        "surveys/links.html",
        sheet=store.sheet(session(), survey_id),
        form=form,
        open_link=answers.link(house(), survey_id),
        name=results.somebody(session(), contact_id) if contact_id else "",
        link=answers.link(house(), survey_id, contact_id) if contact_id else "",
        tags=tags.list_all(session()),
    )


def _value(kind: str, value: str) -> str:
    """An answer in words, for the picture and its table."""
    if kind == "yes_no":
        return str(_("yes") if value == "yes" else _("no"))
    return f"{value} ★" if kind == "stars" else value
