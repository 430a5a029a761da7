"""A real IMAP server on loopback: Dovecot where it is installed, else pymap with its mailbox in memory.

    with imap.running() as server:
        server.deliver(raw)
        with mailbox.open(server.account()) as box: …

Dovecot has its own configuration, folder and ports, and mails as files (Maildir), so that a test can see everything that
may have changed: snapshot() before and after.
"""

from __future__ import annotations

import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from imapclient import IMAPClient

from outreach.mail.mailbox import Account
from tests.servers import free_port, missing, wait_for_port

CERTIFICATE = Path(__file__).parent / "certificate" / "localhost.pem"
KEY = Path(__file__).parent / "certificate" / "key.pem"


@dataclass
class ImapServer:
    """The running server. `tls_port` is 0 where there is only the plain one (pymap)."""

    host: str
    port: int
    tls_port: int
    user: str
    password: str
    #: dovecot or pymap
    kind: str
    #: the Maildir, or None
    folder: Path | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def account(self, security: str = "", **more: Any) -> Account:
        """How to log in; plain by default, as loopback allows."""
        given: dict[str, Any] = {
            "host": "localhost", "port": self.tls_port if security == "tls" else self.port, "security": security,
            "user": self.user, "password": self.password, "timeout": 10.0,
            "ca_file": str(CERTIFICATE) if security else "",
        }  # fmt: skip
        return Account(**{**given, **more})

    def deliver(self, raw: bytes, folder: str = "INBOX", *, at: datetime | None = None) -> None:
        """Put a mail into a folder as if it had just come in: unseen."""
        with self.client() as client:
            client.append(folder, raw, msg_time=at)

    def create(self, *folders: str) -> None:
        """Make folders."""
        with self.client() as client:
            for name in folders:
                client.create_folder(name)

    def renew(self, folder: str) -> None:
        """Delete a folder and make it again: a new UIDVALIDITY."""
        with self.client() as client:
            before = client.folder_status(folder, ["UIDVALIDITY"])[b"UIDVALIDITY"]
            client.delete_folder(folder)
            time.sleep(1.1)  # Dovecot numbers folders by the second
            client.create_folder(folder)
            assert client.folder_status(folder, ["UIDVALIDITY"])[b"UIDVALIDITY"] != before

    def empty(self) -> None:
        """As new: no mail in the inbox, no other folder than the first ones."""
        with self.client() as client:
            client.select_folder("INBOX")
            client.delete_messages(client.search("ALL"))
            client.expunge()
            client.unselect_folder() if client.has_capability("UNSELECT") else client.close_folder()
            for _, _, name in client.list_folders():
                if name != "INBOX":
                    with suppress(imaplib.IMAP4.error):
                        client.delete_folder(name)
            with suppress(imaplib.IMAP4.error):
                client.create_folder("Sent")

    def snapshot(self) -> dict[str, Any]:
        """All that a reader could have changed: per folder the UIDs with flags and sizes, and the names of the files."""
        found: dict[str, Any] = {}
        with self.client() as client:
            for _, _, name in client.list_folders():
                said = client.select_folder(name, readonly=True)
                mails = client.fetch(client.search("ALL"), ["FLAGS", "RFC822.SIZE"])
                found[name] = {
                    "validity": said[b"UIDVALIDITY"],
                    "mails": {
                        uid: (sorted(set(mail[b"FLAGS"]) - {rb"\Recent"}), mail[b"RFC822.SIZE"])
                        for uid, mail in mails.items()
                    },
                }
        if self.folder is not None:
            found["files"] = sorted(
                str(path.relative_to(self.folder))
                for path in self.folder.rglob("*")
                if path.is_file() and path.parent.name in ("cur", "new", "tmp")
            )
        return found

    def stop(self) -> None:
        """End the server; its connections break off."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=10)
        self.process.kill()
        self.process.wait()

    @contextmanager
    def client(self) -> Iterator[IMAPClient]:
        """A client that may write, to prepare and to look."""
        with IMAPClient(self.host, self.port, ssl=False, timeout=30) as client:
            client.sasl_login("PLAIN", lambda _: f"\0{self.user}\0{self.password}".encode())
            yield client


@contextmanager
def running() -> Iterator[ImapServer]:
    """Dovecot, or pymap where Dovecot is missing and it is not CI."""
    if shutil.which("dovecot") or Path("/usr/sbin/dovecot").exists():
        with dovecot() as server:
            yield server
    elif os.environ.get("CI"):
        missing("Dovecot (Debian's dovecot-imapd)")
    else:
        with pymap() as server:
            yield server


@contextmanager
def dovecot(
    *, user: str = "ada@sommer.example", password: str = "pässwort zum Testen", **settings: str
) -> Iterator[ImapServer]:
    """A Dovecot of our own in the foreground, ended afterwards."""
    program = shutil.which("dovecot") or "/usr/sbin/dovecot"
    if not Path(program).exists():
        missing("Dovecot (Debian's dovecot-imapd)")
    port, tls_port = free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="dove") as name:
        folder = Path(name)
        _configure(folder, port, tls_port, user, password, settings)
        with (folder / "output").open("wb") as output:
            process = subprocess.Popen(
                [program, "-F", "-c", str(folder / "dovecot.conf")], stdout=output, stderr=output
            )
        maildir = folder / "mail" / "Maildir"
        server = ImapServer("127.0.0.1", port, tls_port, user, password, "dovecot", maildir, process)
        try:
            _wait(process, folder, port)
            yield server
        finally:
            server.stop()


def _wait(process: subprocess.Popen[bytes], folder: Path, port: int) -> None:
    try:
        wait_for_port(port)
    except TimeoutError:
        log = (folder / "log").read_text() if (folder / "log").exists() else ""
        raise AssertionError(f"Dovecot: {process.poll()}\n{(folder / 'output').read_text()}\n{log}") from None


def _configure(folder: Path, port: int, tls_port: int, user: str, password: str, settings: dict[str, str]) -> None:
    # Dovecot refuses root as the owner of mails; as root the mails belong to somebody else.
    as_root = os.getuid() == 0
    owner = pwd.getpwnam("mail") if as_root else pwd.getpwuid(os.getuid())
    group = _group(owner.pw_gid)
    us = pwd.getpwuid(os.getuid()).pw_name
    internal = "dovecot" if as_root else us
    login = "dovenull" if as_root else us
    for part in ("mail", "run", "state"):
        (folder / part).mkdir()
    shutil.copy(CERTIFICATE, folder / "certificate.pem")
    shutil.copy(KEY, folder / "key.pem")
    folder.chmod(0o755)
    if as_root:
        os.chown(folder / "mail", owner.pw_uid, owner.pw_gid)
    (folder / "users").write_text(f"{user}:{{PLAIN}}{password}:{owner.pw_uid}:{owner.pw_gid}::{folder}/mail\n")
    (folder / "users").chmod(0o644)
    more = "\n".join(f"{key} = {value}" for key, value in settings.items())
    chroot = "" if as_root else "\n  chroot ="
    (folder / "dovecot.conf").write_text(f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {_group(pwd.getpwnam(internal).pw_gid)}
default_login_user = {login}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/Maildir
mail_uid = {owner.pw_name}
mail_gid = {group}
mail_privileged_group =
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_max_userip_connections = 20
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
ssl_dh =
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {folder}/users
}}
service imap-login {{{chroot}
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{{chroot}
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
auth_failure_delay = 0
service stats {{
  client_limit = 100
}}
{more}
""")


def _group(gid: int) -> str:
    import grp

    return grp.getgrgid(gid).gr_name


@contextmanager
def pymap() -> Iterator[ImapServer]:
    """pymap's demonstration mailbox; it forgets everything when it ends."""
    program = Path(sys.executable).parent / "pymap"
    if not program.exists():
        missing("an IMAP server (Debian's dovecot-imapd or the package pymap)")
    port = free_port()
    process = subprocess.Popen(
        [str(program), "--host", "127.0.0.1", "--port", str(port), "--no-service", "managesieve", "dict", "--demo-data"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    server = ImapServer("127.0.0.1", port, 0, "demouser", "demopass", "pymap", process=process)
    try:
        wait_for_port(port)
        server.empty()
        yield server
    finally:
        server.stop()


@contextmanager
def scripted(*exchanges: tuple[bytes, bytes], greeting: bytes = b"* OK ready\r\n") -> Iterator[int]:
    """A server that says what a test wants; gives its port.

    For a line of the client that holds the first words of a pair it answers with the second ones, where TAG stands for
    the client's tag, and which may end with THEN HANG UP, THEN DRIP (byte by byte) or THEN FLOOD, both without end.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve() -> None:
        listener.settimeout(0.1)
        while not ended.is_set():
            try:
                peer, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            threading.Thread(target=_play, args=(peer, greeting, exchanges, ended), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        ended.set()
        listener.close()
        thread.join(timeout=5)


def _play(peer: socket.socket, greeting: bytes, exchanges: tuple[tuple[bytes, bytes], ...], ended: Any) -> None:
    usual = (
        (b"CAPABILITY", b"* CAPABILITY IMAP4rev1 IDLE\r\nTAG OK done\r\n"),
        (b"LOGOUT", b"* BYE bye\r\nTAG OK done\r\n"),
        (b"LOGIN", b"TAG OK done\r\n"),
        (b"", b"TAG OK done\r\n"),
    )
    with peer, suppress(OSError):
        peer.sendall(greeting)
        for line in peer.makefile("rb"):
            tag, _, rest = line.partition(b" ")
            answer = next(answer for words, answer in (*exchanges, *usual) if words in rest)
            said, _, then = answer.partition(b"THEN ")
            peer.sendall(said.replace(b"TAG", tag))
            if then == b"HANG UP":
                return
            while then and not ended.is_set():  # for ever, as fast as it goes, or byte by byte
                peer.sendall(b"x" if then == b"DRIP" else b"* OK still here, and here, and here\r\n" * 1000)
                if then == b"DRIP":
                    ended.wait(0.05)


@contextmanager
def cutting(port: int, *, after: int) -> Iterator[int]:
    """A way to the server at this port that breaks off after so many bytes from there; gives its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    ended = threading.Event()
    sockets: list[socket.socket] = []

    def serve() -> None:
        while not ended.is_set():
            with suppress(TimeoutError, OSError):
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", port))
                sockets.extend((near, far))
                threading.Thread(target=_pass_on, args=(near, far, -1), daemon=True).start()
                threading.Thread(target=_pass_on, args=(far, near, after), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        ended.set()
        thread.join(timeout=5)
        for sock in (listener, *sockets):
            sock.close()


def _pass_on(source: socket.socket, target: socket.socket, left: int) -> None:
    with suppress(OSError):
        while left and (data := source.recv(min(4096, left) if left > 0 else 4096)):
            target.sendall(data)
            left -= len(data) if left > 0 else 0
    for sock in (source, target):
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
