"""The mailbox of a sender: recognised, filled in, tested as it is typed, saved; paused and looked into; the red button.

form ── find servers ─▶ form with servers        ── test ─▶ form with what works and what does not
  └── save ─▶ senders                            passwords: typed, kept locked, never sent back
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from outreach import clock, users
from outreach import senders as sender_file
from outreach.errors import N_, Invalid, NotFound
from outreach.mail import presets, trial
from outreach.mail.mailbox import Account
from outreach.mail.presets import Preset
from outreach.mail.server import Server
from outreach.mail.trial import Finding
from outreach.mailboxes import holding, login, pace, store
from outreach.mailboxes.rows import Mailbox
from outreach.replies import inbox
from outreach.users import Role
from outreach.web import guard
from outreach.web.language import said
from outreach.web.limits import limited
from outreach.web.mailbox_form import MailboxForm, values_of
from outreach.web.settings import pages
from outreach.web.transaction import house, reads, release, session

#: what folders for sent mails are usually called
SENT_FOLDERS = ("Sent", "Gesendet", "Gesendete Objekte", "Gesendete Elemente", "INBOX.Sent", "Sent Items")


@pages.get("/senders/<int:sender_id>/mailbox")
@guard.needs(Role.OWNER)
def mailbox(sender_id: int) -> ResponseReturnValue:
    """The form; a provider we know is filled in already."""
    found = _known(sender_id)
    form = _form(found, data=found.values)
    preset = presets.known(found.address)
    if preset is not None and found.is_new:
        form.take(preset)
    return _page(found, form, preset=preset)


@pages.post("/senders/<int:sender_id>/mailbox")
@guard.needs(Role.OWNER)
def save_mailbox(sender_id: int) -> ResponseReturnValue:
    """Keep it; what was typed stays when something is wrong."""
    found = _known(sender_id)
    form = _form(found)
    if form.validate_on_submit():
        with form.mending():
            passwords = _passwords(found, form)
            store.save(
                session(),
                house().vault,
                sender_id,
                user_id=form.user_id.data,
                imprint=form.imprint,
                **passwords,
                **form.given,
            )
            flash(_("The mailbox is saved."), "good")
            return redirect(url_for("settings.senders"), 303)
    return _page(found, form, preset=presets.known(found.address)), 422


@pages.post("/senders/<int:sender_id>/mailbox/servers")
@reads
@guard.needs(Role.OWNER)
@limited("30 per minute")
def find_servers(sender_id: int) -> ResponseReturnValue:
    """Look up the servers of this address: a known provider, what the domain itself says, else a guess. Saves nothing."""
    found = _known(sender_id)
    release()
    preset = trial.discover(found.address)
    form = _form(found)
    form.take(preset)
    return _page(found, form, preset=preset, looked=True)


@pages.post("/senders/<int:sender_id>/mailbox/test")
@reads
@guard.needs(Role.OWNER)
@limited("30 per minute")
def test_mailbox(sender_id: int) -> ResponseReturnValue:
    """Try what is typed, without saving or sending anything: what works, what does not, and what to do."""
    found = _known(sender_id)
    form = _form(found)
    findings: Sequence[Finding] | None = None
    if form.validate_on_submit():
        with form.mending():
            server, account = _ways(found, form)
            release()
            findings = trial.try_mailbox(server, account, address=found.address)
    return _page(found, form, preset=presets.known(found.address), findings=findings), 200 if findings else 422


@pages.post("/senders/<int:sender_id>/mailbox/pause")
def pause_mailbox(sender_id: int) -> ResponseReturnValue:
    """Hold the letters of this mailbox, or let them go on."""
    paused = request.form.get("paused") == "yes"
    store.pause(session(), sender_id, paused=paused, now=clock.now())
    flash(_("Letters of this mailbox wait.") if paused else _("Letters of this mailbox go on."), "good")
    return redirect(url_for("settings.senders"), 303)


@pages.post("/senders/<int:sender_id>/mailbox/look")
def look_now(sender_id: int) -> ResponseReturnValue:
    """Look for answers now."""
    store.get(session(), sender_id)
    inbox.ask_to_look(session(), sender_id, clock.now())
    flash(_("Looking into the mailbox. What came stands in the inbox in a moment."), "good")
    return redirect(url_for("settings.senders"), 303)


@pages.post("/senders/<int:sender_id>/mailbox/trouble")
def mend_mailbox(sender_id: int) -> ResponseReturnValue:
    """The person says what troubled it is mended: the next letter is tried at once."""
    store.get(session(), sender_id)
    holding.mend(session(), sender_id)
    inbox.ask_to_look(session(), sender_id, clock.now())
    flash(_("Sending and reading are tried again at once."), "good")
    return redirect(url_for("settings.senders"), 303)


@pages.post("/sending")
def hold_everything() -> ResponseReturnValue:
    """The red button: nothing leaves for customers until it is released."""
    paused = request.form.get("paused") == "yes"
    if paused != (store.everything_paused(session()) is not None):
        store.pause_everything(session(), paused=paused, now=clock.now())
    if paused:
        flash(_("Everything is paused: no newsletter and no letter leaves until you let it go on."), "warning")
    else:
        flash(_("It goes on: newsletters and letters leave again."), "good")
    asked = request.form.get("next", "")
    return redirect(guard.safe_next(asked) if asked else url_for("settings.senders"), 303)


@dataclass(frozen=True)
class _Known:
    """A sender and its mailbox as plain values, so that nothing is held while another server is asked."""

    sender_id: int
    name: str
    address: str
    is_new: bool
    values: dict[str, Any]
    #: as they are kept, locked
    smtp_password: str
    imap_password: str
    reads_with_its_own: bool
    people: list[tuple[int, str]]


def _known(sender_id: int) -> _Known:
    sender = sender_file.get(session(), sender_id)
    everybody = users.everybody(session())
    me = next((one.id for one in everybody if one.email == sender.address), guard.user().id)
    try:
        box, is_new = store.get(session(), sender_id), False
    except NotFound:
        box, is_new = _as_new(sender_id, me), True
    own = login.reads_with_its_own(house().vault, box)
    values = {**values_of(box, reads_with_its_own=own), "user_id": box.user_id or me}
    return _Known(
        sender_id, sender.name, sender.address, is_new, values, box.smtp_password or "", box.imap_password or "", own,
        [(one.id, one.name) for one in everybody if one.disabled_at is None or one.id == box.user_id],
    )  # fmt: skip


def _as_new(sender_id: int, user_id: int) -> Mailbox:
    """A mailbox as it would be made, with the values its columns begin with."""
    begins = {
        column.key: column.default.arg
        for column in Mailbox.__table__.columns
        if column.default is not None and column.default.is_scalar
    }
    return Mailbox(**{**begins, "sender_id": sender_id, "user_id": user_id, "zone": guard.user().time_zone})


def _form(found: _Known, data: dict[str, Any] | None = None) -> MailboxForm:
    form = MailboxForm(data=data)
    form.offer(found.people)
    return form


def _passwords(found: _Known, form: MailboxForm) -> dict[str, str | None]:
    """What was typed, now or before a test; None leaves a password as it is, empty takes it away. Raises Invalid."""
    smtp = "" if form.forget.data else _typed(found, form.password.data, form.typed.data)
    imap = "" if form.forget_imap.data else _typed(found, form.imap_password.data, form.typed_imap.data)
    own = found.reads_with_its_own
    for part, field, typed, kept in (
        ("smtp", "password", smtp, found.smtp_password),
        ("imap", "imap_password", imap, found.imap_password if own else ""),
        ("imap", "password", smtp if imap is None else imap, "" if own else found.smtp_password),
    ):
        host, before = form.given[f"{part}_host"], found.values[f"{part}_host"]
        if kept and typed is None and host and before and host != before:
            # A kept password goes to the server it was typed for, and to no other.
            raise Invalid(N_("The server is another one now. Please type the password once more."), field=field)
    return {"smtp_password": smtp, "imap_password": imap}


def _typed(found: _Known, typed: str | None, locked: str | None) -> str | None:
    if typed:
        return typed
    if not locked:
        return None
    whose, _colon, password = house().vault.unlock(locked).partition(":")
    return password if whose == str(found.sender_id) else None


def _ways(found: _Known, form: MailboxForm) -> tuple[Server | None, Account | None]:
    """Both ways as they are typed, with kept passwords where none is; raises Invalid."""
    given, passwords, vault = form.given, _passwords(found, form), house().vault
    smtp = passwords["smtp_password"]
    smtp = vault.unlock(found.smtp_password) if smtp is None else smtp
    imap = passwords["imap_password"]
    if imap is None and found.reads_with_its_own:
        imap = vault.unlock(found.imap_password)
    server = Server(
        host=given["smtp_host"], port=given["smtp_port"], security=given["smtp_security"], user=given["smtp_user"],
        password=smtp, own_name=house().settings.mail_domain, of_mailbox=True,
    )  # fmt: skip
    account = Account(
        host=given["imap_host"], port=given["imap_port"], security=given["imap_security"],
        user=given["imap_user"] or given["smtp_user"], password=imap or smtp,
    )  # fmt: skip
    return server if server.host else None, account if account.host else None


def _page(
    found: _Known, form: MailboxForm, *, preset: Preset | None, looked: bool = False,
    findings: Sequence[Finding] | None = None,
) -> str:  # fmt: skip
    for field, hidden in ((form.password, form.typed), (form.imap_password, form.typed_imap)):
        if field.data:
            hidden.data = house().vault.lock(f"{found.sender_id}:{field.data}")
    region = form.region.data or ""
    today = clock.on_wall(clock.now(), guard.user().time_zone).date()
    return render_template(
        "settings/mailbox.html",
        form=form,
        found=found,
        preset=preset,
        hint=said(preset.hint, preset.values) if preset is not None and preset.hint else "",
        looked=looked,
        findings=[(one, said(one.sentence, one.values)) for one in findings or ()],
        tested=findings is not None,
        works=bool(findings) and all(one.ok or one.is_hint for one in findings or ()),
        holiday=pace.next_holiday(region, today) if region else None,
        zones=sorted(available_timezones()),
        sent_folders=SENT_FOLDERS,
    )
