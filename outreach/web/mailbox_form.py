"""The form of a mailbox: what a person fills in, and the plain values behind it. Passwords never go back to a browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, PasswordField, SelectChoice, TextAreaField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from outreach import organisation
from outreach.errors import OutreachError
from outreach.mail.presets import Preset
from outreach.mailboxes import regions
from outreach.mailboxes.rows import Mailbox
from outreach.mailboxes.store import NUMBERS, TEXTS, YES_NO
from outreach.web import forms
from outreach.web.settings_house import FORMS

SECURITIES = [
    ("tls", "TLS"),
    ("starttls", "STARTTLS"),
    ("", _l("none")),
]
WEEKDAYS = [
    ("1", _l("Monday")), ("2", _l("Tuesday")), ("3", _l("Wednesday")), ("4", _l("Thursday")), ("5", _l("Friday")),
    ("6", _l("Saturday")), ("7", _l("Sunday")),
]  # fmt: skip
_NO_BROWSER_FILLS = {"autocomplete": "new-password"}
#: fields of a preset that are fields of the form
_OF_PRESET = ("smtp_host", "smtp_port", "smtp_security", "imap_host", "imap_port", "imap_security")


class _Ticks(forms.SelectMany):
    """Several of a few, all in sight."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def _number(label: str, least: int, most: int) -> IntegerField:
    return IntegerField(
        label,
        [InputRequired(_l("Please give a number."))],
        render_kw={"min": least, "max": most, "inputmode": "numeric"},
    )


class MailboxForm(forms.Form):
    """The mailbox of one sender."""

    smtp_user = forms.text(_l("User name"), longest=320, render_kw={"autocomplete": "off", "autocapitalize": "none"})
    password = PasswordField(_l("Password"), [Optional()], render_kw=_NO_BROWSER_FILLS)
    forget = BooleanField(_l("Remove the password that is kept"))
    smtp_host = forms.text(_l("Server for sending (SMTP)"), longest=253, render_kw={"autocapitalize": "none"})
    smtp_port = _number(_l("Port"), 1, 65535)
    smtp_security = forms.select(_l("Encryption"), SECURITIES)
    imap_host = forms.text(_l("Server for reading (IMAP)"), longest=253, render_kw={"autocapitalize": "none"})
    imap_port = _number(_l("Port"), 1, 65535)
    imap_security = forms.select(_l("Encryption"), SECURITIES)
    imap_user = forms.text(_l("Other user name for reading"), longest=320, render_kw={"autocomplete": "off"})
    imap_password = PasswordField(_l("Other password for reading"), [Optional()], render_kw=_NO_BROWSER_FILLS)
    forget_imap = BooleanField(_l("Use the same password for both again"))
    #: what was typed and is not saved yet, locked; so that a test or a mistake does not ask for it again
    typed = HiddenField()
    typed_imap = HiddenField()
    signature = TextAreaField(_l("Signature"), [Optional()], render_kw={"rows": 5})
    user_id = forms.select(_l("Whose mailbox it is"), coerce=int)
    carries_newsletters = BooleanField(_l("Newsletters of this sender leave by it too"))
    files_sent = BooleanField(_l("Put a copy of each letter into the Sent folder"))
    writes_html = BooleanField(_l("Send letters as simple HTML too"))
    sent_folder = forms.text(_l("Folder for sent mails"), render_kw={"list": "sent-folders"})
    days_back = _number(_l("Days to look back at the first look"), 1, 365)
    per_day = _number(_l("Letters a day at most"), 1, 500)
    gap_seconds = _number(_l("Seconds between two letters"), 0, 3600)
    opens_at = forms.text(_l("Not before"), longest=5, needed=True, render_kw={"type": "time"})
    closes_at = forms.text(_l("Not after"), longest=5, needed=True, render_kw={"type": "time"})
    weekdays = _Ticks(_l("On these days"), choices=WEEKDAYS)
    zone = forms.text(_l("Time zone"), longest=64, needed=True, render_kw={"list": "zones"})
    region = forms.select(_l("Public holidays of"))
    shows_imprint = BooleanField(_l("Show these data below every letter"))
    own_legal_form = forms.select(_l("Legal form"), [("", _l("as the organisation")), *FORMS], default="")
    own_name = forms.text(_l("Name as it stands in the imprint"))
    own_representative = forms.text(_l("Represented by"))
    own_street = forms.text(_l("Street and number"))
    own_postcode = forms.text(_l("Postcode"), longest=20)
    own_city = forms.text(_l("City"), longest=100)
    own_country = forms.text(_l("Country"), longest=100)
    own_phone = forms.text(_l("Phone"), longest=50)
    own_email = forms.mail(_l("Mail address"))
    own_website = forms.text(_l("Website"), longest=290)
    own_vat_id = forms.text(_l("VAT number"), longest=50)
    own_register_court = forms.text(_l("Register court"), longest=100)
    own_register_number = forms.text(_l("Register number"), longest=50)

    def offer(self, people: list[tuple[int, str]]) -> None:
        """What can be chosen: whose mailbox, and whose holidays."""
        self.user_id.choices = [SelectChoice(number, name) for number, name in people]
        self.region.choices = _regions()

    def take(self, preset: Preset) -> None:
        """Fill in the servers of a provider; the user name only where none is typed."""
        for name in _OF_PRESET:
            self[name].data = getattr(preset, name)
        self.smtp_user.data = self.smtp_user.data or preset.smtp_user
        self.imap_user.data = preset.imap_user if preset.imap_user != preset.smtp_user else ""
        self.files_sent.data = not preset.files_sent_itself

    def refuse(self, error: OutreachError) -> None:
        """Show an error beside its field; those of the imprint are fields of this sender's own here."""
        name = f"own_{error.field}"
        if name in self._fields:
            self[name].errors = [
                *self[name].errors,
                _(error.sentence) % error.values if error.values else _(error.sentence),
            ]
        else:
            super().refuse(error)

    @property
    def given(self) -> dict[str, Any]:
        """What mailboxes.store keeps, without passwords, user and imprint."""
        found = {name: self[name].data for name in (*TEXTS, *NUMBERS, *YES_NO)}
        return found | {"weekdays": "".join(sorted(self.weekdays.data or []))}

    @property
    def imprint(self) -> dict[str, str]:
        """Data of this sender's own."""
        return {name: self[f"own_{name}"].data or "" for name in organisation.MOST if name != "anonymous_measuring"}


def values_of(box: Mailbox, *, reads_with_its_own: bool) -> Mapping[str, Any]:
    """What the form shows of a mailbox."""
    found = {name: getattr(box, name) for name in (*TEXTS, *NUMBERS, *YES_NO, "user_id")}
    same = box.imap_user == box.smtp_user and not reads_with_its_own
    own = {f"own_{name}": value for name, value in (box.imprint or {}).items()}
    return found | own | {"weekdays": list(box.weekdays), "imap_user": "" if same else box.imap_user}


def _regions() -> list[SelectChoice]:
    none = SelectChoice("", _("no holidays are kept"))
    found = [
        none,
        *(SelectChoice(code, _("all of %(country)s", country=_(name))) for code, name in regions.COUNTRIES.items()),
    ]
    for country, states in regions.by_country().items():
        found += [SelectChoice(code, name, optgroup=str(_(regions.COUNTRIES[country]))) for code, name in states]
    return found
