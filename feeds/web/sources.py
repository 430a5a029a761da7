"""Sources: what is read, how each feed is doing, and how to add another."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from feeds import discovery, sources
from feeds.web import words
from outreach import clock, companies
from outreach.errors import N_, Invalid
from outreach.web import forms, guard, lists
from outreach.web.form_key import once
from outreach.web.limits import limited
from outreach.web.transaction import house, release, session

pages = Blueprint("feeds", __name__, url_prefix="/sources")


class AddressForm(forms.Form):
    """An address of a site or a feed."""

    address = forms.text(_l("Address of a web page or feed"), longest=1000, render_kw={"inputmode": "url"})


class FeedForm(forms.Form):
    """What a person may say about a feed."""

    title = forms.text(_l("Title"), longest=300)
    minutes = forms.select(_l("How often is it looked at?"))

    def offer(self) -> None:
        """The intervals there are."""
        self.minutes.choices = [
            ("", _("As often as something comes")), ("15", _("Every 15 minutes")), ("60", _("Every hour")),
            ("360", _("Every 6 hours")), ("1440", _("Once a day")), ("10080", _("Once a week")),
        ]  # fmt: skip


@pages.get("")
def index() -> ResponseReturnValue:
    """What is read, with its health."""
    wanted = lists.wanted(sorts=("title", "success", "next", "failures"), default="title", filters=("show",))
    found = sources.list_page(session(), now=clock.now(), show=wanted.filter("show"), **wanted.args)
    return render_template(
        "feeds/index.html", wanted=wanted, found=found, counts=sources.counts(session()), words=words, now=clock.now(),
        show=wanted.filter("show"),
    )  # fmt: skip


@pages.get("/new")
def new() -> ResponseReturnValue:
    """Ask for an address; a company may be given."""
    return _new(AddressForm(formdata=None, address=request.args.get("address", "")[:1000]))


@pages.post("/discovery")
@limited("30 per minute")
def discover() -> ResponseReturnValue:
    """Look at an address and show what can be read there. Nothing is kept yet."""
    form = AddressForm()
    if not form.validate_on_submit():
        return _new(form), 422
    company_id, settings = _company_id(), house().settings
    with form.mending():
        address = sources.checked(form.address.data, allow_private=settings.allow_private_addresses)
        release()  # no transaction is held while another server is asked
        found = discovery.look(settings, address)
        return render_template(
            "feeds/found.html", found=found, address=address, company=_company(company_id), words=words,
            relation=request.form.get("relation", "industry"), searches=_searches(company_id),
        )  # fmt: skip
    return _new(form), 422


@pages.post("")
@once
def add() -> ResponseReturnValue:
    """Read these addresses from now on."""
    given = [one for one in request.form.getlist("address") if one.strip()][:50]
    if not given:
        raise Invalid(N_("Choose at least one source."), field="address")
    company_id, new = _company_id(), 0
    for address in given:
        added = sources.add(
            session(), address, kind=_kind(request.form.get(f"kind:{address}", "feed")), user_id=guard.user().id,
            title=request.form.get(f"title:{address}", "")[:300],
            allow_private=house().settings.allow_private_addresses, now=clock.now(),
        )  # fmt: skip
        new += added.is_new
        if company_id is not None:
            relation = request.form.get(f"relation:{address}", request.form.get("relation", "industry"))
            sources.link(session(), added.id, company_id=company_id, relation=relation)
    flash(
        _("It is read from now on. The first look happens in a moment.") if new else _("That is read already."), "good"
    )
    if company_id is not None:
        return redirect(url_for("watches.of_company", company_id=company_id), 303)
    return redirect(url_for("feeds.show", feed_id=added.id) if len(given) == 1 else url_for("feeds.index"), 303)


@pages.get("/<int:feed_id>")
def show(feed_id: int) -> ResponseReturnValue:
    """One feed: its health, its entries, for whom it is read."""
    return _show(feed_id, None)


@pages.post("/<int:feed_id>")
def save(feed_id: int) -> ResponseReturnValue:
    """Keep the title and the interval."""
    form = FeedForm()
    form.offer()
    if form.validate_on_submit():
        with form.mending():
            minutes = int(form.minutes.data) if form.minutes.data else None
            sources.change(session(), feed_id, title=form.title.data, minutes=minutes)
            flash(_("Saved."), "good")
            return redirect(url_for("feeds.show", feed_id=feed_id), 303)
    return _show(feed_id, form), 422


@pages.post("/<int:feed_id>/check")
def check(feed_id: int) -> ResponseReturnValue:
    """Look at it now."""
    sources.check_now(session(), feed_id, now=clock.now())
    flash(_("It is looked at as soon as its server may be asked again."), "good")
    return redirect(url_for("feeds.show", feed_id=feed_id), 303)


@pages.post("/<int:feed_id>/pause")
def pause(feed_id: int) -> ResponseReturnValue:
    """Read it no more for now."""
    sources.pause(session(), feed_id)
    flash(_("Paused. Nothing is read until you go on."), "good")
    return redirect(url_for("feeds.show", feed_id=feed_id), 303)


@pages.post("/<int:feed_id>/resumption")
def resume(feed_id: int) -> ResponseReturnValue:
    """Read it again."""
    sources.resume(session(), feed_id, now=clock.now())
    flash(_("It is read again."), "good")
    return redirect(url_for("feeds.show", feed_id=feed_id), 303)


@pages.post("/<int:feed_id>/removal")
def remove(feed_id: int) -> ResponseReturnValue:
    """Forget it and its entries."""
    if request.form.get("word", "").strip().casefold() != _("forget").casefold():
        flash(_("Nothing was removed: the word was another one."), "warning")
        return redirect(url_for("feeds.show", feed_id=feed_id), 303)
    sources.remove(session(), feed_id)
    flash(_("The source is gone."), "good")
    return redirect(url_for("feeds.index"), 303)


@pages.post("/<int:feed_id>/customers/<int:company_id>/removal")
def unlink(feed_id: int, company_id: int) -> ResponseReturnValue:
    """It is not read for this company."""
    sources.unlink(session(), feed_id, company_id=company_id)
    flash(_("Done."), "good")
    return redirect(guard.safe_next(request.form.get("next")) or url_for("feeds.show", feed_id=feed_id), 303)


def _new(form: AddressForm) -> str:
    company_id = _company_id()
    return render_template(
        "feeds/new.html", form=form, company=_company(company_id), searches=_searches(company_id), words=words
    )


def _show(feed_id: int, form: FeedForm | None) -> str:
    found = sources.health(session(), feed_id, now=clock.now())
    if form is None:
        form = FeedForm(formdata=None, title=found.feed.own_title)
        form.offer()
        form.minutes.data = str(found.feed.fixed_minutes or "")
        if form.minutes.data and form.minutes.data not in [str(value) for value, *_rest in form.minutes.iter_choices()]:
            form.minutes.choices = [*_pairs(form), (form.minutes.data, _("Every %(n)s minutes", n=form.minutes.data))]
    return render_template("feeds/show.html", found=found, feed=found.feed, form=form, words=words, now=clock.now())


def _pairs(form: FeedForm) -> list[tuple[str, str]]:
    return [(str(one[0]), str(one[1])) for one in form.minutes.iter_choices()]


def _company_id() -> int | None:
    asked = request.form.get("company") or request.args.get("company") or ""
    return int(asked) if asked.isdecimal() and len(asked) < 10 else None


def _company(company_id: int | None) -> Any:
    return companies.get(session(), company_id) if company_id is not None else None


def _searches(company_id: int | None) -> list[tuple[str, str]]:
    """Searches for this company, or for what was typed: name and address."""
    if company_id is not None:
        found = sources.propose(session(), company_id, words=request.args.get("words", "")[:100])
        return [(one.title, one.address) for one in found if one.kind == "search"]
    typed = request.args.get("search", "").strip()[:100]
    return [(one.name, one.filled(name=typed)) for one in sources.searches()] if typed else []


def _kind(given: str) -> str:
    return given if given in ("feed", "search", "calendar") else "feed"
