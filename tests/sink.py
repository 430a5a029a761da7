"""A mail server on loopback that takes what it is given, or does what a test tells it to.

    with sink.running() as server:
        server.rules.append(sink.Rule("rcpt", "550 5.1.1 no such user", address="ghost@example.org"))
        … deliver to server.url …
        server.mails[0].recipient

It speaks the protocol itself, so that it can also do what no proper server does: hang up before or after the final dot,
stay silent, answer nonsense. Content is kept as it was sent, without the dots that SMTP adds.
"""

from __future__ import annotations

import base64
import email
import email.policy
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage

DROP = "DROP"


@dataclass
class Rule:
    """What to answer at a stage (greeting, ehlo, auth, mail, rcpt, data, content, dot) instead of "go on".

    `answer` is a line, DROP (hang up without a word), or "" (only wait). At "content" the server speaks or hangs up in the
    middle of the mail; with "dot" and DROP it takes the mail first when `keeps`.
    """

    stage: str
    answer: str = ""
    address: str = ""  # only for this recipient (or sender, at "mail")
    times: int = -1  # how often it applies; -1 = always
    seconds: float = 0.0  # wait before answering
    keeps: bool = False


@dataclass(frozen=True)
class Taken:
    """A mail the server took."""

    sender: str
    recipient: str
    content: bytes
    options: str = ""
    at: float = 0.0

    @property
    def message(self) -> EmailMessage:
        """The parsed mail."""
        parsed = email.message_from_bytes(self.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def message_id(self) -> str:
        """Its Message-ID, quickly."""
        found = re.search(rb"^Message-ID: *(\S+)", self.content, re.MULTILINE | re.IGNORECASE)
        return found[1].decode() if found else ""


@dataclass
class Sink:
    """The running server: change `rules` and `capabilities` at any time, read `mails`."""

    port: int
    mails: list[Taken] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    capabilities: list[str] = field(default_factory=lambda: ["PIPELINING", "8BITMIME", "SMTPUTF8"])
    #: connections so far, and open now
    connections: int = 0
    open: int = 0
    most_open: int = 0
    users: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """For the setting smtp_url."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def recipients(self) -> list[str]:
        """Everybody who got a mail, in order."""
        return [mail.recipient for mail in self.mails]

    def rule(self, stage: str, address: str = "") -> Rule | None:
        """The rule that applies now; uses it up."""
        with self.lock:
            for rule in self.rules:
                if rule.stage == stage and rule.times != 0 and rule.address in ("", address):
                    rule.times -= 1 if rule.times > 0 else 0
                    return rule
        return None


@contextmanager
def running(**settings: object) -> Iterator[Sink]:
    """A server on a free port of the loopback address."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        server = Sink(listener.getsockname()[1], **settings)  # type: ignore[arg-type]
        stop = threading.Event()
        threading.Thread(target=_listen, args=(server, listener, stop), daemon=True, name="sink").start()
        try:
            yield server
        finally:
            stop.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def _listen(server: Sink, listener: socket.socket, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_talk, args=(server, client), daemon=True, name="sink client").start()


def _talk(server: Sink, client: socket.socket) -> None:
    with server.lock:
        server.connections += 1
        server.open += 1
        server.most_open = max(server.most_open, server.open)
    try:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if server.implicit_tls:
            assert server.tls is not None
            client = server.tls.wrap_socket(client, server_side=True)
        talk = _Talk(server, client)
        try:
            talk.run()
        finally:
            client = talk.client  # STARTTLS makes a new socket of it
            talk.file.close()
    except (OSError, _HungUp):
        pass
    finally:
        with server.lock:
            server.open -= 1
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
        client.close()


class _HungUp(Exception):
    """The rule says to hang up, or the client did."""


class _Talk:
    def __init__(self, server: Sink, client: socket.socket) -> None:
        self.server, self.client = server, client
        self.file = client.makefile("rb")
        self.sender: str | None = None
        self.recipient: str | None = None
        self.options = ""

    def run(self) -> None:
        if not self.follow("greeting"):
            self.say("220 sink ESMTP")
        while True:
            line = self.file.readline()
            if not line:
                return
            command = line.decode("utf-8", "replace").strip()
            verb = command.split(" ", 1)[0].upper()
            handler = getattr(self, f"do_{verb.lower()}", None)
            if handler is None:
                self.say("502 5.5.2 not known")
            elif handler(command):
                return

    def say(self, line: str) -> None:
        self.client.sendall(line.encode() + b"\r\n")

    def follow(self, stage: str, address: str = "") -> bool:
        """Do what a rule says; True when it answered in our place."""
        rule = self.server.rule(stage, address)
        if rule is None:
            return False
        time.sleep(rule.seconds)
        if rule.answer == DROP:
            raise _HungUp
        if not rule.answer:
            return False
        self.say(rule.answer)
        if rule.answer.startswith("421"):
            raise _HungUp
        return True

    def do_ehlo(self, command: str) -> None:
        if self.follow("ehlo"):
            return
        known = list(self.server.capabilities)
        if self.server.tls and not isinstance(self.client, ssl.SSLSocket):
            known.append("STARTTLS")
        if self.server.users:
            known.append("AUTH PLAIN")
        for word in ("sink greets you", *known):
            self.client.sendall(f"250-{word}\r\n".encode())
        self.say("250 ENHANCEDSTATUSCODES")

    def do_helo(self, command: str) -> None:
        self.say("250 OK")

    def do_starttls(self, command: str) -> None:
        assert self.server.tls is not None
        self.say("220 go ahead")
        self.client = self.server.tls.wrap_socket(self.client, server_side=True)
        self.file = self.client.makefile("rb")

    def do_auth(self, command: str) -> None:
        if self.follow("auth"):
            return
        words = command.split()
        if words[1].upper() != "PLAIN":
            self.say("504 5.5.4 only PLAIN here")
            return
        if len(words) < 3:
            self.say("334 ")
            words.append(self.file.readline().decode().strip())
        _, user, password = base64.b64decode(words[2]).decode().split("\0")
        self.say("235 2.7.0 welcome" if self.server.users.get(user) == password else "535 5.7.8 wrong user or password")

    def do_mail(self, command: str) -> None:
        if self.sender is not None:
            self.say("503 5.5.1 nested MAIL")
            return
        address, options = _path(command)
        if not self.follow("mail", address):
            self.sender, self.options = address, options
            self.say("250 2.1.0 OK")

    def do_rcpt(self, command: str) -> None:
        address, _ = _path(command)
        if self.sender is None:
            self.say("503 5.5.1 MAIL first")
        elif not self.follow("rcpt", address):
            self.recipient = address
            self.say("250 2.1.5 OK")

    def do_data(self, command: str) -> None:
        if self.recipient is None:
            self.say("503 5.5.1 RCPT first")
            return
        if self.follow("data", self.recipient):
            return
        self.say("354 go on")
        if self.follow("content", self.recipient):
            raise _HungUp
        content = self._content()
        taken = Taken(self.sender or "", self.recipient, content, self.options, time.monotonic())
        rule = self.server.rule("dot", self.recipient)
        if rule is None or rule.keeps or not rule.answer:
            with self.server.lock:
                self.server.mails.append(taken)
        self.sender = self.recipient = None
        if rule is not None:
            time.sleep(rule.seconds)
            if rule.answer == DROP:
                raise _HungUp
            if rule.answer:
                self.say(rule.answer)
                if rule.answer.startswith("421"):
                    raise _HungUp
                return
        self.say("250 2.0.0 taken")

    def _content(self) -> bytes:
        lines = []
        while True:
            line = self.file.readline()
            if not line:
                raise _HungUp
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)

    def do_rset(self, command: str) -> None:
        self.sender = self.recipient = None
        self.say("250 2.0.0 OK")

    def do_noop(self, command: str) -> None:
        self.say("250 2.0.0 OK")

    def do_quit(self, command: str) -> bool:
        self.say("221 2.0.0 bye")
        return True


def _path(command: str) -> tuple[str, str]:
    found = re.search(r"<([^>]*)>\s*(.*)$", command)
    return (found[1], found[2]) if found else ("", "")
