"""What keeps us from a mailbox: every answer of an IMAP server sorted once, in one place. Pure.

Codes: RFC 5530 (response codes), RFC 3501; where a server has none, its words decide.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from outreach.errors import N_
from outreach.mail import encryption
from outreach.mail.answers import one_line

#: trouble that may be over by itself; everything else a person has to mend
PASSING = frozenset({"host_unknown", "connect_failed", "connect_refused", "connection_lost", "limit", "unavailable"})


class MailboxTrouble(Exception):  # noqa: N818 - a noun and its fate, as the other errors here
    """The mailbox cannot be used now. `reason` is a code, `answer` what the server or the network said.

    `uid` is the mail at which a reading stopped, so that a mail no server can hand out does not stop all after it.
    """

    def __init__(self, reason: str, answer: str = "", *, uid: int | None = None) -> None:
        self.reason = reason
        self.answer = one_line(answer)
        self.uid = uid
        super().__init__(f"{reason}: {self.answer}" if answer else reason)

    @property
    def is_passing(self) -> bool:
        """Whether trying again later may do, without anybody mending anything."""
        return self.reason in PASSING


def words(error: BaseException) -> str:
    """What an error of the IMAP library says, without the dressing of Python: b'…' and lists."""
    if isinstance(error, OSError) and error.strerror:
        return one_line(error.strerror)
    given = error.args[0] if error.args else ""
    text = given.decode("utf-8", "replace") if isinstance(given, bytes) else str(given)
    dressed = re.search(r"""\bb(['"])(?:\\.|(?!\1).)*\1""", text, re.DOTALL)
    if dressed:
        with suppress(ValueError, SyntaxError):
            text = ast.literal_eval(dressed[0]).decode("utf-8", "replace")
    return one_line(text) or type(error).__name__


def greeting(text: str) -> str:
    """The reason for a server that says no at once."""
    return "limit" if _LIMIT.search(text) else "connect_refused"


def login(text: str) -> str:
    """The reason for a refused login."""
    if _LIMIT.search(text):
        return "limit"
    return "unavailable" if _LATER.search(text) and "AUTHENTICATIONFAILED" not in text else "login_refused"


def command(text: str, *, otherwise: str) -> str:
    """The reason for a refused command; `otherwise` when the words name no known one."""
    if _QUOTA.search(text):
        return "quota"
    if _LIMIT.search(text):
        return "limit"
    if _LATER.search(text):
        return "unavailable"
    return otherwise


def sentence(trouble: MailboxTrouble, values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """A translatable sentence with its values (of the account) for what keeps us from the mailbox, and what to do."""
    filled = {**values, "answer": trouble.answer}
    if trouble.reason == "tls_failed":
        return encryption.sentence(trouble.answer, reading=True), filled
    return _SENTENCES.get(trouble.reason, _OTHER), filled


_SENTENCES = {
    "host_unknown": N_(
        "The name %(host)s is not known (%(answer)s). Is the server for incoming mail spelled correctly?"
    ),
    "connect_failed": N_(
        "%(host)s does not answer on port %(port)s (%(answer)s). For reading it is usually port 993 with TLS or 143 with "
        "STARTTLS; some networks close one of them."
    ),
    "connect_refused": N_("%(host)s does not want to talk to us now: %(answer)s"),
    "no_starttls": N_("%(host)s does not offer STARTTLS on port %(port)s. Choose TLS with port 993."),
    "not_encrypted": N_(
        "%(host)s lies outside your own network, and a password is never sent there unencrypted. Choose TLS with port 993."
    ),
    "no_login": N_(
        "%(host)s offers no login with user name and password here. Most servers want an encrypted connection first."
    ),
    "login_refused": N_(
        "%(host)s does not accept the login as %(user)s: %(answer)s Is the password right, and is the user name the "
        "whole address? Some providers want an app password, or IMAP switched on first."
    ),
    "limit": N_(
        "%(host)s lets in no more programs for now: %(answer)s Close another mail program of this mailbox, or wait."
    ),
    "quota": N_("The mailbox %(user)s is full, says %(host)s: %(answer)s"),
    "unavailable": N_("%(host)s cannot open the mailbox for now: %(answer)s"),
    "folder_unknown": N_("%(host)s does not open this folder: %(answer)s"),
    "append_refused": N_("%(host)s does not let us file the sent mail: %(answer)s"),
    "connection_lost": N_("The connection to %(host)s broke off: %(answer)s"),
}
_OTHER = N_("%(host)s gave an answer we do not understand: %(answer)s")

_QUOTA = re.compile(r"\[OVERQUOTA\]|quota|mailbox (?:is )?full|storage (?:limit|exceeded)", re.IGNORECASE)
_LIMIT = re.compile(
    r"\[LIMIT\]|too many|maximum number of connections|connection limit|rate.?limit|throttl|exceeded.{0,30}(?:bandwidth|limit)"
    r"|bandwidth limit",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"\[(?:UNAVAILABLE|INUSE|SERVERBUG)\]|temporar|try (?:again|later)|not available now|internal (?:server )?error"
    r"|system error|backend error",
    re.IGNORECASE,
)
