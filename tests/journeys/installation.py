"""An installation as an operator runs it: processes, a mail server, a browser's requests. Nothing inside is touched."""

from __future__ import annotations

import email
import email.policy
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import requests
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests import servers

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PASSWORD = "a long enough password"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Mailbox:
    """What a real SMTP server (aiosmtpd) took; each mail as it came over the wire."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.envelopes.append(envelope)
        return "250 2.0.0 taken"

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to one address, parsed."""
        return [_parsed(one) for one in self.envelopes if address in one.rcpt_tos]

    def raw(self, address: str) -> bytes:
        """The last mail to an address, byte for byte."""
        return next(bytes(one.original_content or b"") for one in reversed(self.envelopes) if address in one.rcpt_tos)


@dataclass
class Installation:
    """A running installation: `command` runs `outreach …`, `get` and `post` are a browser's requests."""

    environment: dict[str, str]
    base: str
    mailbox: Mailbox
    folder: Path
    browser: requests.Session = field(default_factory=requests.Session)

    def command(self, *words: str, code: int = 0) -> str:
        """What `outreach WORDS` prints; checks its exit code."""
        done = subprocess.run([BIN / "outreach", *words], env=self.environment, cwd=self.folder, capture_output=True, text=True,
                              timeout=120, check=False)  # fmt: skip
        assert done.returncode == code, f"outreach {' '.join(words)} → {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def asked(self, *words: str, code: int = 0) -> Any:
        """The JSON answer of a command."""
        return json.loads(self.command(*words, "--json", code=code))

    def get(self, path: str, **more: Any) -> requests.Response:
        """GET a page, as Firefox does; redirects are followed unless asked otherwise."""
        return self.browser.get(self._at(path), headers={"User-Agent": FIREFOX}, timeout=30, **more)

    def post(self, path: str, data: Any = None, **more: Any) -> requests.Response:
        """POST to a page, with the CSRF token of the page at `path` when there is a form with one."""
        return self.browser.post(self._at(path), data=data, headers={"User-Agent": FIREFOX}, timeout=30, **more)

    def submit(self, page: str, action: str, **fields: Any) -> requests.Response:
        """Fill in a form of a page: takes its hidden token along."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(page).text)
        assert found, f"no form on {page}"
        return self.post(action, {"csrf_token": found[1], **fields})

    def _at(self, path: str) -> str:
        return path if path.startswith("http") else self.base + path


@contextmanager
def embedded(folder: Path, **settings: str) -> Iterator[Installation]:
    """SQLite, in-process broker, everything in one `outreach serve`."""
    with _mail_server() as (mailbox, smtp), ExitStack() as stack:
        installation = _installation(folder, mailbox, smtp, **settings)
        stack.enter_context(_process([BIN / "outreach", "serve"], installation))
        _wait_for_page(installation)
        yield installation


@contextmanager
def distributed(folder: Path, **settings: str) -> Iterator[Installation]:
    """PostgreSQL, Redis, the pages in one process and `dramatiq worker:setup` in others."""
    with ExitStack() as stack:
        mailbox, smtp = stack.enter_context(_mail_server())
        postgres = stack.enter_context(servers.postgres(folder / "pg"))
        redis = stack.enter_context(servers.redis())
        installation = _installation(
            folder, mailbox, smtp, OUTREACH_DATABASE_URL=postgres, OUTREACH_BROKER_URL=redis, **settings
        )
        installation.command("database", "upgrade")
        stack.enter_context(_process([BIN / "outreach", "serve", "--web-only"], installation))
        worker = [BIN / "dramatiq", "worker:setup", "--processes", "2", "--threads", "4", "--path", str(ROOT)]
        stack.enter_context(_process(worker, installation))
        _wait_for_page(installation)
        yield installation


def eventually(condition: Callable[[], Any], *, seconds: float = 60) -> Any:
    """The first true value of `condition`; fails when none comes in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.1)
    raise AssertionError("it never happened")


def _installation(folder: Path, mailbox: Mailbox, smtp: str, **settings: str) -> Installation:
    port = servers.free_port()
    own = {
        "OUTREACH_PORT": str(port), "OUTREACH_DATA": str(folder / "data"), "OUTREACH_SMTP_URL": smtp, "OUTREACH_LOCALE": "en",
        "OUTREACH_SECRET_KEY": "one key for all processes of this installation", **settings,
    }  # fmt: skip
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OUTREACH_")}
    return Installation({**kept, **own}, f"http://127.0.0.1:{port}", mailbox, folder)


@contextmanager
def _mail_server() -> Iterator[tuple[Mailbox, str]]:
    mailbox = Mailbox()
    port = servers.free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


@contextmanager
def _process(command: list[Any], installation: Installation) -> Iterator[subprocess.Popen[bytes]]:
    log = (installation.folder / f"{Path(command[0]).name}-{len(list(installation.folder.glob('*.log')))}.log").open(
        "wb"
    )
    process = subprocess.Popen(command, env=installation.environment, cwd=installation.folder, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=40)
        finally:
            if process.poll() is None:
                process.kill()
            log.close()


def _wait_for_page(installation: Installation) -> None:
    def answers() -> bool:
        try:
            return requests.get(installation.base + "/health", timeout=2).ok
        except requests.ConnectionError:
            return False

    try:
        eventually(answers, seconds=30)
    except AssertionError:
        logs = "\n".join(path.read_text() for path in installation.folder.glob("*.log"))
        raise AssertionError(f"the pages never came up:\n{logs}") from None


def _parsed(envelope: Envelope) -> EmailMessage:
    message = email.message_from_bytes(bytes(envelope.original_content or b""), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message
