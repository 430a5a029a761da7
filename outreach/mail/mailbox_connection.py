"""The connection beneath a mailbox: secured, logged in, and every answer with an end in time and in size.

The library waits for each line with a timeout, but a server could send lines for ever, or one byte a minute. This and
mailbox.py are the only modules that know IMAP.
"""

from __future__ import annotations

import imaplib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from imapclient import IMAPClient  # type: ignore[import-untyped]
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError  # type: ignore[import-untyped]
from imapclient.imap4 import IMAP4WithTimeout  # type: ignore[import-untyped]
from imapclient.tls import IMAP4_TLS  # type: ignore[import-untyped]

from outreach.mail import mailbox_answers as answers
from outreach.mail.mailbox_answers import MailboxTrouble

#: the most one command may bring; a mail is at most 25 MB, a list of 50,000 numbers half a MB
MOST = 64 * 2**20

#: what the library trips over when a server answers what no server should
_GARBAGE = (ValueError, TypeError, LookupError, AttributeError, AssertionError, MemoryError)


@dataclass(frozen=True)
class Account:
    """Where a mailbox is and how to log in."""

    host: str
    port: int
    security: str  # "tls", "starttls", "" (only inside the own network)
    user: str
    password: str = field(repr=False)
    timeout: float = 30.0
    #: certificates to trust instead of the system's
    ca_file: str = ""

    @property
    def values(self) -> dict[str, Any]:
        """What a sentence about it may name; never the password."""
        return {"host": self.host, "port": self.port, "user": self.user}


def logged_in(account: Account) -> Client:
    """Connect, secure, log in; raises MailboxTrouble."""
    context = _context(account)
    client = _connected(account, context)
    try:
        if account.security == "starttls":
            _secure(client, account, context)
        elif not account.security:
            _must_be_near(client)
        _log_in(client, account)
    except BaseException:
        with suppress(OSError):
            client.shutdown()
        raise
    return client


def leave(client: Client) -> None:
    """Log out and hang up; never raises."""
    try:
        with client.bounds.within(5):
            client.socket().settimeout(5)
            client.logout()
    except (IMAPClientError, OSError, *_GARBAGE):
        with suppress(OSError):
            client.shutdown()


@contextmanager
def asked(client: Client, seconds: float, *, otherwise: str) -> Iterator[None]:
    """Everything that can go wrong while a server is asked something, as one kind of trouble."""
    try:
        with client.bounds.within(seconds):
            yield
    except MailboxTrouble:
        raise
    except (IMAPClientAbortError, OSError) as error:
        text = "no answer in time" if client.bounds.ran_out or isinstance(error, TimeoutError) else answers.words(error)
        odd = client.bounds.reason or ("odd_answer" if "unexpected" in str(error) else "")
        raise MailboxTrouble(odd or "connection_lost", text) from None
    except IMAPClientError as error:
        text = answers.words(error)
        raise MailboxTrouble(answers.command(text, otherwise=otherwise), text) from None
    except _GARBAGE as error:
        raise MailboxTrouble("odd_answer", answers.words(error)) from None


class Client(IMAPClient):  # type: ignore[misc]  # the library comes without types
    """The library's client on connections that end in time and in size."""

    def __init__(self, account: Account, context: ssl.SSLContext) -> None:
        self.bounds = Bounds()
        super().__init__(
            account.host, account.port, ssl=account.security == "tls", ssl_context=context, timeout=account.timeout
        )
        self._imap.debug = 0  # the library would log every line, with addresses and subjects
        self.normalise_times = False

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802 - the library's name
        with self.bounds.within(2 * self._timeout.connect):
            if self.ssl:
                return _Tls(self.bounds, self.host, self.port, self.ssl_context, self._timeout.connect)
            return _Plain(self.bounds, self.host, self.port, self._timeout.connect)

    def heard(self, code: str) -> bool:
        """Whether such an answer came unasked since this was last asked."""
        return bool(self._imap.response(code)[1] != [None])

    @property
    def has_unread(self) -> bool:
        """Whether something the server said already lies in our buffer, where idle_check does not look."""
        sock = self.socket()
        before = sock.gettimeout()
        sock.settimeout(0)
        try:
            return bool(self._imap.file.peek(1))
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        finally:
            sock.settimeout(before)


def _context(account: Account) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=account.ca_file or None)
    except OSError as error:
        raise MailboxTrouble("tls_failed", f"the file of certificates cannot be read: {error.strerror}") from None


def _connected(account: Account, context: ssl.SSLContext) -> Client:
    try:
        return Client(account, context)
    except ssl.SSLError as error:
        raise MailboxTrouble("tls_failed", _tls_words(error)) from None
    except (socket.gaierror, UnicodeError) as error:
        raise MailboxTrouble("host_unknown", getattr(error, "strerror", None) or str(error)) from None
    except OSError as error:
        text = "no answer in time" if isinstance(error, TimeoutError) else error.strerror or str(error)
        raise MailboxTrouble("connect_failed", text) from None
    except IMAPClientError as error:
        text = answers.words(error)
        if isinstance(error, IMAPClientAbortError):
            raise MailboxTrouble("connect_failed" if "EOF" in text else "odd_answer", text) from None
        raise MailboxTrouble(answers.greeting(text), text) from None
    except _GARBAGE as error:
        raise MailboxTrouble("odd_answer", answers.words(error)) from None


def _secure(client: Client, account: Account, context: ssl.SSLContext) -> None:
    try:
        with asked(client, account.timeout, otherwise="no_starttls"):
            if not client.has_capability("STARTTLS"):
                raise MailboxTrouble("no_starttls", "the server does not offer STARTTLS")
            try:
                client.starttls(context)
                client.bounds.sock = client.socket()
            except ssl.SSLError as error:
                raise MailboxTrouble("tls_failed", _tls_words(error)) from None
    except MailboxTrouble as trouble:
        if trouble.reason == "connection_lost":
            raise MailboxTrouble("tls_failed", trouble.answer) from None
        raise


def _must_be_near(client: Client) -> None:
    """A password goes over an open line only inside the own network."""
    address = ipaddress.ip_address(str(client.socket().getpeername()[0]).partition("%")[0])
    if not (address.is_loopback or address.is_private):
        raise MailboxTrouble("not_encrypted", "a password is not sent unencrypted over the internet")


def _log_in(client: Client, account: Account) -> None:
    user, password = account.user, account.password
    if any(ord(letter) < 32 for letter in user + password):
        raise MailboxTrouble("login_refused", "user name or password hold a line break or another control character")
    try:
        with client.bounds.within(account.timeout):
            if client.has_capability("AUTH=PLAIN"):  # takes UTF-8 (RFC 4616), LOGIN only ASCII
                client.sasl_login("PLAIN", lambda _: f"\0{user}\0{password}".encode())
            elif client.has_capability("LOGINDISABLED"):
                raise MailboxTrouble("no_login", "the server offers no login with user name and password here")
            elif not (user + password).isascii():
                raise MailboxTrouble("login_refused", "this server takes only plain letters (ASCII) as a password")
            else:
                client.login('"' + user.replace("\\", r"\\").replace('"', r"\"") + '"', password)
    except IMAPClientError as error:
        text = answers.words(error)
        if any(isinstance(each, IMAPClientAbortError) for each in (error, error.__context__)):  # the library hides it
            raise MailboxTrouble("connection_lost", "no answer in time" if client.bounds.ran_out else text) from None
        raise MailboxTrouble(answers.login(text), text) from None
    except OSError as error:
        text = "no answer in time" if isinstance(error, TimeoutError) else answers.words(error)
        raise MailboxTrouble("connection_lost", text) from None
    except _GARBAGE as error:
        raise MailboxTrouble("odd_answer", answers.words(error)) from None


def _tls_words(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted: {error.verify_message}"
    return error.reason or error.strerror or str(error)


class Bounds:
    """What one command may take. Ends it by closing the connection: there is no way back into an open answer."""

    def __init__(self) -> None:
        self.sock: socket.socket | None = None
        self.ran_out = False
        #: why the connection was ended by us, or nothing
        self.reason = ""
        self._left = MOST

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Everything read inside may take so long and bring MOST bytes."""
        self._left = MOST
        timer = threading.Timer(seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def take(self, size: int) -> None:
        """Count bytes that are about to be read, or were; raises when there are too many."""
        self._left -= size
        if self._left < 0:
            self.reason = "odd_answer"
            self._close()
            raise IMAPClientAbortError("the answer does not end")

    def _end(self) -> None:
        self.ran_out = True
        self._close()

    def _close(self) -> None:
        if self.sock is not None:
            with suppress(OSError):
                # the plain method: that of a TLS socket would drop the encryption under the thread that reads
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


class _Bounded(imaplib.IMAP4):
    """What is read is counted; the socket is known to the bounds before the first line is read."""

    bounds: Bounds

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        sock: socket.socket = super()._create_socket(timeout)  # type: ignore[misc]  # not in the type stubs
        self.bounds.sock = sock
        return sock

    def read(self, size: int) -> bytes:
        self.bounds.take(size)
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self.bounds.take(len(line))
        return line


class _Plain(_Bounded, IMAP4WithTimeout):  # type: ignore[misc]  # the library comes without types
    def __init__(self, bounds: Bounds, *where: Any) -> None:
        self.bounds = bounds
        super().__init__(*where)


class _Tls(_Bounded, IMAP4_TLS):  # type: ignore[misc]  # the library comes without types
    def __init__(self, bounds: Bounds, *where: Any) -> None:
        self.bounds = bounds
        super().__init__(*where)
