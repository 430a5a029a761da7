"""Tags: words contacts are marked with."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from outreach.contacts import tags as file
from outreach.contacts.tags import TagLine
from outreach.errors import N_, NotFound
from outreach.users import Role
from outreach.web import forms, guard
from outreach.web.contacts import forget_word
from outreach.web.transaction import session

pages = Blueprint("tags", __name__, url_prefix="/tags")


class TagForm(forms.Form):
    """A word."""

    name = forms.text(_l("Name"), longest=100, needed=True)


class MergeForm(forms.Form):
    """Two words that mean the same."""

    into = forms.Select(_l("Merge into"), coerce=int)


@pages.get("")
def index() -> ResponseReturnValue:
    """All of them."""
    return render_template("tags/list.html", rows=file.list_all(session()))


@pages.get("/<int:tag_id>")
@guard.needs(Role.EDITOR)
def edit(tag_id: int) -> ResponseReturnValue:
    """Rename, merge or forget one."""
    tag = _tag(tag_id)
    return _edit(tag, TagForm(name=tag.name))


@pages.post("/<int:tag_id>")
def save(tag_id: int) -> ResponseReturnValue:
    """Another name."""
    form = TagForm()
    if form.validate_on_submit():
        with form.mending():
            file.rename(session(), tag_id, form.name.data)
            flash(_("The tag is renamed."), "good")
            return redirect(url_for("tags.index"), 303)
    return _edit(_tag(tag_id), form), 422


@pages.post("/<int:tag_id>/merger")
def merge(tag_id: int) -> ResponseReturnValue:
    """Two words become one."""
    file.merge(session(), tag_id, into=request.form.get("into", 0, type=int))
    flash(_("The two tags are one now."), "good")
    return redirect(url_for("tags.index"), 303)


@pages.post("/<int:tag_id>/removal")
def remove(tag_id: int) -> ResponseReturnValue:
    """Forget a word; the people stay. Only after the word was typed."""
    if request.form.get("word", "").strip() != forget_word():
        tag = _tag(tag_id)
        return _edit(tag, TagForm(formdata=None, name=tag.name), wrong=_("That was not the word.")), 422
    file.remove(session(), tag_id)
    flash(_("The tag is gone; the people are still here."), "good")
    return redirect(url_for("tags.index"), 303)


def _edit(tag: TagLine, form: TagForm, *, wrong: str = "") -> str:
    merger = MergeForm(formdata=None)
    merger.into.choices = [(other.id, other.name) for other in file.list_all(session()) if other.id != tag.id]
    return render_template("tags/edit.html", tag=tag, form=form, merger=merger, wrong=wrong)


def _tag(tag_id: int) -> TagLine:
    for tag in file.list_all(session()):
        if tag.id == tag_id:
            return tag
    raise NotFound(N_("There is no such tag, or not any more."))
