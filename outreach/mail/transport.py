"""One conversation with a mail server: opened, kept open, and every answer sorted once (see answers).

The content is written before the final dot, separately: what fails before the dot was surely not sent, what stays
without an answer after it is unsure. The dot's timeout is ten minutes (RFC 5321 4.5.3.2.6); shorter ones make doubles
(RFC 1047). The only module that knows SMTP.
"""

from __future__ import annotations

import re
import select
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from outreach.errors import N_
from outreach.mail.answers import NotSent, Outcome, Refused, Stage, Unsure, Whose, one_line, sort
from outreach.mail.message import ascii_domain
from outreach.mail.server import Server, sentence
from outreach.settings import Settings

_GAVE_UP = (OSError, smtplib.SMTPException)
_WIRE_SAFE = re.compile(r"[^\s<>\x00-\x1f\x7f]+@[^\s<>\x00-\x1f\x7f@]+")


class Trouble(Exception):  # noqa: N818 - a noun and its fate, as the other errors here
    """The server cannot be talked to."""

    def __init__(self, outcome: NotSent) -> None:
        self.outcome = outcome
        super().__init__(outcome.reason)


class Connection:
    """An open, logged-in connection; one mail after the other. Not for several threads at once."""

    def __init__(self, server: Server) -> None:
        """Connect, secure, log in; raises Trouble with what went wrong."""
        self._server = server
        self._smtp = _opened(server)
        self._transaction_open = False
        self.used_at = time.monotonic()

    def deliver(self, *, sender: str, recipient: str, content: bytes) -> Outcome:
        """Hand one mail over. Never raises for what a server or a network can do."""
        self.used_at = time.monotonic()
        early = self._refused_here(sender, recipient, content)
        if early is not None:
            return early
        try:
            outcome = self._envelope(
                sender, recipient, utf8=not (sender + recipient).isascii(), eight=not content.isascii()
            )
            if outcome is None:
                outcome = self._write(content)
        except _GAVE_UP as error:
            self.close()
            return NotSent("connection_lost", _words(error), Whose.SERVER)
        if outcome is None:
            outcome = self._finish()
        if isinstance(outcome, NotSent) and outcome.reason in ("server_closing", "odd_answer"):
            self.close()
        return outcome

    @property
    def is_open(self) -> bool:
        """Whether the server still listens, as far as can be seen without asking it."""
        if self._smtp.sock is None:
            return False
        if self._heard_something():
            self.close()  # it said good-bye, or went without a word
        return self._smtp.sock is not None

    def close(self) -> None:
        """Hang up; safe to call twice."""
        self._smtp.close()

    def quit(self) -> None:
        """Say good-bye and hang up."""
        if self._smtp.sock is not None:
            try:
                self._smtp.sock.settimeout(2)
                self._smtp.docmd("QUIT")
            except _GAVE_UP:
                pass  # we were leaving anyway
        self.close()

    def _refused_here(self, sender: str, recipient: str, content: bytes) -> Outcome | None:
        if not _WIRE_SAFE.fullmatch(recipient):
            return Refused("address_invalid", "the address cannot be written in an SMTP command")
        if not _WIRE_SAFE.fullmatch(sender):
            return NotSent(
                "sender_invalid", "the sender's address cannot be written in an SMTP command", Whose.IDENTITY
            )
        local_utf8 = not recipient.rpartition("@")[0].isascii() or not sender.rpartition("@")[0].isascii()
        if local_utf8 and not self._smtp.has_extn("smtputf8"):
            return Refused(
                "needs_smtputf8", "the mail server does not take addresses with letters beyond ASCII (SMTPUTF8)"
            )
        if not content.isascii() and not self._smtp.has_extn("8bitmime"):
            return Refused("needs_8bitmime", "the mail server does not take 8-bit content (8BITMIME)")
        most = self._smtp.esmtp_features.get("size", "")
        if most.isdigit() and 0 < int(most) < len(content):
            return Refused("too_big", f"the mail server takes at most {most} bytes")
        return None

    def _envelope(self, sender: str, recipient: str, *, utf8: bool, eight: bool) -> Outcome | None:
        """Name sender and recipient and ask to send; None when the server waits for the content."""
        if self._transaction_open:
            code, _ = self._smtp.docmd("RSET")
            if code // 100 != 2:
                raise smtplib.SMTPServerDisconnected(f"RSET was answered with {code}")
        self._transaction_open = True
        options = (" BODY=8BITMIME" if eight else "") + (" SMTPUTF8" if utf8 and not _ascii(sender, recipient) else "")
        commands = [
            (Stage.MAIL, f"MAIL FROM:<{_on_wire(sender)}>{options}\r\n"),
            (Stage.RCPT, f"RCPT TO:<{_on_wire(recipient)}>\r\n"),
            (Stage.DATA, "DATA\r\n"),
        ]
        if self._smtp.has_extn("pipelining"):
            return self._pipelined(commands)
        for stage, command in commands:
            self._sock.sendall(command.encode())
            outcome = self._answer(stage)
            if outcome is not None:
                return outcome
        return None

    def _pipelined(self, commands: list[tuple[Stage, str]]) -> Outcome | None:
        # RFC 2920: one round trip. When an early command failed, the answers to the later ones only follow from it.
        self._sock.sendall("".join(command for _, command in commands).encode())
        bad: Outcome | None = None
        try:
            for stage, _ in commands:
                outcome = self._answer(stage)
                bad = bad or outcome
            if bad is not None and outcome is None:
                # The server waits for content though it took no recipient: RFC 2920 3.1 says to send a single dot.
                self._sock.sendall(b".\r\n")
                self._smtp.getreply()
        except _GAVE_UP:
            self.close()
            if bad is None:
                raise
        return bad

    def _answer(self, stage: Stage) -> Outcome | None:
        """The sorted answer, or None when the conversation goes on."""
        code, text = self._smtp.getreply()
        if code == 354 if stage is Stage.DATA else code // 100 == 2:
            return None
        return sort(stage, code, text.decode("utf-8", "replace"))

    def _write(self, content: bytes) -> Outcome | None:
        """Write everything but the final dot; an outcome when the server spoke up before it was its turn."""
        self._sock.sendall(_stuffed(content))
        if not self._heard_something():
            return None
        code, text = self._smtp.getreply()  # an answer before the dot is none to the mail: nothing was taken
        self.close()
        outcome = sort(Stage.DATA, code, text.decode("utf-8", "replace"))
        return (
            outcome if isinstance(outcome, Refused) else NotSent("connection_lost", one_line(str(text)), Whose.SERVER)
        )

    def _finish(self) -> Outcome:
        """Send the dot and wait for its answer. From here on, no answer means nobody knows."""
        try:
            self._sock.settimeout(self._server.dot_timeout)
            self._sock.sendall(b".\r\n")
            code, text = self._smtp.getreply()
            if self._smtp.sock is not None:
                self._sock.settimeout(self._server.timeout)
        except _GAVE_UP as error:
            self.close()
            return Unsure("no_answer", _words(error))
        self._transaction_open = False
        return sort(Stage.DOT, code, text.decode("utf-8", "replace"))

    @property
    def _sock(self) -> socket.socket:
        if self._smtp.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        return self._smtp.sock

    def _heard_something(self) -> bool:
        pending = getattr(self._smtp.sock, "pending", None)  # what TLS has decrypted already
        return bool((pending and pending()) or select.select([self._sock], [], [], 0)[0])


def _opened(server: Server) -> smtplib.SMTP:
    smtp: smtplib.SMTP | None = None
    try:
        smtp = _connected(server)
        if server.security == "starttls":
            _secure(smtp)
        if server.user:
            _log_in(smtp, server)
    except Trouble:
        if smtp is not None:
            smtp.close()
        raise
    return smtp


def _connected(server: Server) -> smtplib.SMTP:
    # Objects first, connection after: the constructors would connect and forget the code of the greeting.
    smtp: smtplib.SMTP
    if server.security == "tls":
        smtp = smtplib.SMTP_SSL(
            timeout=server.timeout, local_hostname=server.own_name, context=ssl.create_default_context()
        )
    else:
        smtp = smtplib.SMTP(timeout=server.timeout, local_hostname=server.own_name)
    smtp._host = server.host  # type: ignore[attr-defined]  # what the certificate is checked against
    try:
        code, text = smtp.connect(server.host, server.port)
        if code == 220:
            # The dot is a write of its own; without this it would wait for the receiver's delayed ACK (40 ms).
            assert smtp.sock is not None
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            code, text = smtp.ehlo()
            if code // 100 != 2:
                code, text = smtp.helo()
    except ssl.SSLError as error:
        smtp.close()
        raise Trouble(NotSent("tls_failed", _words(error), Whose.SERVER)) from None
    except _GAVE_UP as error:
        smtp.close()
        reason = "host_unknown" if isinstance(error, socket.gaierror) else "connect_failed"
        raise Trouble(NotSent(reason, _words(error), Whose.SERVER)) from None
    if code // 100 != 2:
        smtp.close()
        raise Trouble(_not_sent(Stage.GREETING, code, text))
    return smtp


def _secure(smtp: smtplib.SMTP) -> None:
    try:
        smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo()
    except smtplib.SMTPNotSupportedError:
        raise Trouble(NotSent("no_starttls", "the server does not offer STARTTLS", Whose.IDENTITY)) from None
    except _GAVE_UP as error:
        raise Trouble(NotSent("tls_failed", _words(error), Whose.SERVER)) from None


def _log_in(smtp: smtplib.SMTP, server: Server) -> None:
    try:
        smtp.login(server.user, server.password)
    except smtplib.SMTPNotSupportedError as error:
        raise Trouble(NotSent("no_login", _words(error), Whose.IDENTITY)) from None
    except smtplib.SMTPResponseException as error:
        raise Trouble(_not_sent(Stage.LOGIN, error.smtp_code, error.smtp_error)) from None
    except _GAVE_UP as error:
        raise Trouble(NotSent("connection_lost", _words(error), Whose.SERVER)) from None


def _not_sent(stage: Stage, code: int, text: bytes | str) -> NotSent:
    outcome = sort(stage, code, text if isinstance(text, str) else text.decode("utf-8", "replace"))
    return outcome if isinstance(outcome, NotSent) else NotSent("odd_answer", one_line(str(text)), Whose.SERVER)


def _ascii(sender: str, recipient: str) -> bool:
    return _on_wire(sender).isascii() and _on_wire(recipient).isascii()


def _on_wire(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{ascii_domain(domain)}"


def _stuffed(content: bytes) -> bytes:
    """The content with proper line ends, dots doubled (RFC 5321 4.5.2), and a line end last."""
    if not content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r"):
        content = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    if content.startswith(b"."):
        content = b"." + content
    content = content.replace(b"\r\n.", b"\r\n..")
    return content if content.endswith(b"\r\n") else content + b"\r\n"


def _words(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return one_line(f"the certificate is not trusted: {error.verify_message}")
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):  # smtplib wraps it
        return "no answer in time"
    return one_line(
        error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
    )


@dataclass(frozen=True)
class Step:
    """One step of the connection test: what was tried, whether it worked, and the sentence for the person."""

    step: str
    ok: bool
    sentence: str
    values: dict[str, Any] = field(default_factory=dict)


def check(settings: Settings) -> list[Step]:
    """Try the mail server of these settings step by step; stops at the first step that fails."""
    server = Server.of(settings)
    if server is None:
        return [Step("settings", True, N_("No mail server is set up: mails stay in the built-in outbox."))]
    steps: list[Step] = []
    check_server(server, steps)
    return steps


def check_server(server: Server, steps: list[Step], *, sender: str = "") -> None:
    """Try this server, and whether it lets us send with this address; `steps` grows while it goes on. Sends nothing."""
    try:
        _check_name(server, steps)
        smtp = _checked(steps, "connect", server, lambda: _connected(server), N_("%(host)s answers on port %(port)s."))
        try:
            if server.security == "starttls":
                _checked(steps, "tls", server, lambda: _secure(smtp), N_("The connection is encrypted (%(security)s)."))
            elif server.security == "tls":
                steps.append(_good("tls", server, N_("The connection is encrypted (%(security)s).")))
            if server.user:
                _checked(steps, "login", server, lambda: _log_in(smtp, server), N_("The login as %(user)s works."))
            if sender:
                good = N_("%(host)s takes mails from this address.")
                _checked(steps, "sender", server, lambda: _may_send(smtp, sender), good)
        finally:
            smtp.close()
    except Trouble:
        pass  # the step that failed is on the list


def _may_send(smtp: smtplib.SMTP, sender: str) -> None:
    """Name the address as sender, and as recipient too: most servers say only there whom they let send. Then take it back."""
    wire = _on_wire(sender)
    if not _WIRE_SAFE.fullmatch(wire):
        raise Trouble(NotSent("sender_invalid", sender, Whose.IDENTITY))
    if not wire.isascii():
        return  # would need SMTPUTF8; the first mail will tell
    try:
        for stage, command in ((Stage.MAIL, f"FROM:<{wire}>"), (Stage.RCPT, f"TO:<{wire}>")):
            code, text = smtp.docmd(stage.upper(), command)
            if code // 100 != 2:
                outcome = _not_sent(Stage.MAIL, code, text)  # also at the second it is our identity: we are both
                raise Trouble(outcome)
        smtp.docmd("RSET")
    except _GAVE_UP as error:
        raise Trouble(NotSent("connection_lost", _words(error), Whose.SERVER)) from None


def _check_name(server: Server, steps: list[Step]) -> None:
    try:
        socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    except OSError as error:
        outcome = NotSent("host_unknown", _words(error), Whose.SERVER)
        steps.append(Step("dns", False, *sentence(outcome, server)))
        raise Trouble(outcome) from None
    steps.append(_good("dns", server, N_("The name %(host)s is known.")))


def _checked(steps: list[Step], step: str, server: Server, act: Callable[[], Any], good: str) -> Any:
    try:
        result = act()
    except Trouble as trouble:
        # With smtps:// the handshake is part of connecting; the person should still read that it was the encryption.
        steps.append(
            Step("tls" if trouble.outcome.reason == "tls_failed" else step, False, *sentence(trouble.outcome, server))
        )
        raise
    steps.append(_good(step, server, good))
    return result


def _good(step: str, server: Server, good: str) -> Step:
    return Step(step, True, good, server.values)
