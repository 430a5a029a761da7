"""The mail server we hand mails to, as the settings describe it, and the sentences for what can go wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from outreach.errors import N_
from outreach.mail import encryption
from outreach.mail.answers import NotSent
from outreach.settings import Settings

#: RFC 5321 4.5.3.2.6; shorter ones make doubles (RFC 1047)
DOT_TIMEOUT = 600.0


@dataclass(frozen=True)
class Server:
    """Where mail is handed over, as the settings say."""

    host: str
    port: int
    security: str  # "", "starttls", "tls"
    user: str
    password: str = field(repr=False)
    #: the name we give ourselves in EHLO
    own_name: str = "localhost.localdomain"
    timeout: float = 60.0
    dot_timeout: float = DOT_TIMEOUT
    #: it is the server of a mailbox, not the one of OUTREACH_SMTP_URL
    of_mailbox: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Server | None:
        """The server of these settings, or None when mails stay in the built-in outbox."""
        url = settings.smtp_url.get_secret_value()
        if not url:
            return None
        parts = urlsplit(url)
        security = {"smtp": "", "smtp+starttls": "starttls", "smtps": "tls"}[parts.scheme]
        return cls(
            host=parts.hostname or "",
            port=parts.port or {"": 25, "starttls": 587, "tls": 465}[security],
            security=security,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            own_name=settings.mail_domain,
            timeout=settings.smtp_timeout,
        )

    @property
    def values(self) -> dict[str, Any]:
        """What a sentence about it may name; never the password."""
        security = {"": "", "starttls": "STARTTLS", "tls": "TLS"}[self.security]
        return {"host": self.host, "port": self.port, "user": self.user, "security": security}


def sentence(outcome: NotSent, server: Server) -> tuple[str, dict[str, Any]]:
    """A translatable sentence with its values for what keeps us from sending."""
    values = {**server.values, "answer": outcome.answer}
    if server.of_mailbox and outcome.reason in _OF_MAILBOX:
        if outcome.reason == "tls_failed":
            return encryption.sentence(outcome.answer, reading=False), values
        return _OF_MAILBOX[outcome.reason], values
    return _SENTENCES.get(outcome.reason, _OTHER), values


_SENTENCES = {
    "host_unknown": N_("The name %(host)s is not known (%(answer)s). Is it spelled correctly in OUTREACH_SMTP_URL?"),
    "connect_failed": N_("%(host)s does not answer on port %(port)s (%(answer)s). Is the port right, and is it open?"),
    "connect_refused": N_("%(host)s does not want to talk to us now: %(answer)s"),
    "tls_failed": N_(
        "The encryption with %(host)s failed (%(answer)s). smtps:// is for port 465, smtp+starttls:// for 587."
    ),
    "no_starttls": N_(
        "%(host)s does not offer STARTTLS. Use smtps:// for port 465, or smtp:// inside your own network."
    ),
    "no_login": N_("%(host)s offers no way to log in here. Most servers want an encrypted connection first."),
    "login_refused": N_("%(host)s does not accept the login as %(user)s: %(answer)s"),
    "login_deferred": N_("%(host)s cannot check the login as %(user)s now: %(answer)s"),
    "sender_refused": N_("%(host)s does not accept mails from this sender: %(answer)s"),
    "sender_deferred": N_("%(host)s does not take mails from this sender now: %(answer)s"),
    "sender_invalid": N_("The sender's address cannot be used: %(answer)s"),
    "relay_denied": N_("%(host)s does not forward mails for us: %(answer)s Is a login needed?"),
    "quota": N_("%(host)s takes no more mails for now: %(answer)s"),
    "server_closing": N_("%(host)s closed the connection: %(answer)s"),
    "connection_lost": N_("The connection to %(host)s broke off: %(answer)s"),
}
_OTHER = N_("%(host)s gave an answer we do not understand: %(answer)s")

#: the same where the server was filled in for a mailbox, not in the settings
_OF_MAILBOX = {
    "host_unknown": N_("The name %(host)s is not known (%(answer)s). Is the mail server spelled correctly?"),
    "connect_failed": N_(
        "%(host)s does not answer on port %(port)s (%(answer)s). For sending it is usually port 465 with TLS or 587 with "
        "STARTTLS; some networks close one of them."
    ),
    "tls_failed": "",  # see encryption
    "no_starttls": N_("%(host)s does not offer STARTTLS on port %(port)s. Choose TLS with port 465."),
    "login_refused": N_(
        "%(host)s does not accept the login as %(user)s: %(answer)s Is the password right, and is the user name the "
        "whole address? Many providers want an app password."
    ),
    "sender_refused": N_(
        "%(host)s does not let %(user)s send with this address: %(answer)s Most servers take only the mailbox's own address."
    ),
}
