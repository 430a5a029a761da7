"""The test of a mailbox: what works, what does not, and what to do about it, each in a sentence. Sends and changes nothing.

    name known → answers → encrypted → login → may send as this address        (smtp)
    name known → answers → encrypted → login → folder for sent mails → IDLE    (imap)
    SPF, DMARC                                                                 (dns, hints only)

The three go on at once, each in a thread of its own, because every step may wait for a server that never answers.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from outreach import logs
from outreach.errors import N_
from outreach.mail import mailbox, mailbox_answers, presets, records, transport
from outreach.mail.mailbox import Account, MailboxTrouble
from outreach.mail.presets import Preset
from outreach.mail.server import Server

#: the whole test takes no longer
MOST_SECONDS = 25.0
#: one step of it
_STEP_SECONDS = 8.0

Part = Literal["smtp", "imap", "dns"]


@dataclass(frozen=True)
class Finding:
    """One line of the test: a translatable sentence with its values. A hint is no failure; it may be left as it is."""

    part: Part
    ok: bool
    sentence: str
    values: dict[str, Any] = field(default_factory=dict)
    is_hint: bool = False


def try_mailbox(
    server: Server | None, account: Account | None, *, address: str,
    resolver: records.Resolver | None = None, seconds: float = MOST_SECONDS,
) -> list[Finding]:  # fmt: skip
    """Try sending by `server`, reading by `account` and the DNS of the address, at most so long. Never raises."""
    parts: list[tuple[Part, Callable[[list[Finding]], None]]] = []
    if server is not None:
        parts.append(("smtp", lambda found: _try_smtp(server, address, found)))
    if account is not None:
        parts.append(("imap", lambda found: _try_imap(account, found)))
    parts.append(("dns", lambda found: _try_dns(address, resolver, found)))
    end = time.monotonic() + seconds
    running = [_begun(part, act) for part, act in parts]
    return [finding for trying in running for finding in trying.gathered(until=end)]


def discover(address: str, resolver: records.Resolver | None = None) -> Preset:
    """What to fill in for this address: a known provider by domain, by MX, what the domain names itself, else a guess."""
    found = presets.known(address)
    if found is not None:
        return found
    domain = address.rpartition("@")[2].strip()
    try:
        found = presets.known(address, records.mx(domain, resolver))
        told = records.told(domain, resolver)
        if found is None and not told:
            likely = presets.likely(address)
            there = {
                part: [place for place in places if records.exists(place.host, resolver)]
                for part, places in likely.items()
            }
            return presets.guess(address, {part: places[0] for part, places in there.items() if places}, is_told=False)
        return found or presets.guess(address, told)
    except records.Silent:
        return presets.guess(address)


@dataclass(frozen=True)
class _Trying:
    part: Part
    found: list[Finding]
    thread: threading.Thread

    def gathered(self, *, until: float) -> list[Finding]:
        self.thread.join(timeout=max(0.0, until - time.monotonic()))
        findings = list(self.found)
        if self.thread.is_alive():
            findings.append(Finding(self.part, False, _LATE, is_hint=self.part == "dns"))
        return findings


def _begun(part: Part, act: Callable[[list[Finding]], None]) -> _Trying:
    found: list[Finding] = []

    def run() -> None:
        try:
            act(found)
        except Exception as error:  # noqa: BLE001 - an error of ours must not hide what the other parts found
            logs.get(__name__).exception("mailbox_trial_failed", part=part)
            failed = N_("This part of the test failed: %(answer)s")
            found.append(Finding(part, False, failed, {"answer": type(error).__name__}))

    trying = _Trying(part, found, threading.Thread(target=run, name=f"trial-{part}", daemon=True))
    trying.thread.start()
    return trying


def _try_smtp(server: Server, address: str, found: list[Finding]) -> None:
    if server.user and not server.security and not _is_near(server.host):
        found.append(Finding("smtp", False, _NOT_ENCRYPTED, server.values))
        return
    steps = _Passed(lambda step: found.append(Finding("smtp", step.ok, *_smtp_words(step, server))))
    transport.check_server(
        replace(server, timeout=min(server.timeout, _STEP_SECONDS), of_mailbox=True), steps, sender=address
    )


def _is_near(host: str) -> bool:
    """Whether the host lies in our own network, where a password may go over an open line; unknown ones fail later."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return True
    addresses = [ipaddress.ip_address(str(where[0]).partition("%")[0]) for *_, where in found]
    return all(address.is_loopback or address.is_private for address in addresses)


class _Passed(list[transport.Step]):
    """A list that tells of each step as it is added, so that a step which hangs does not hide those before it."""

    def __init__(self, tell: Callable[[transport.Step], None]) -> None:
        super().__init__()
        self._tell = tell

    def append(self, step: transport.Step) -> None:
        super().append(step)
        self._tell(step)


def _smtp_words(step: transport.Step, server: Server) -> tuple[str, dict[str, Any]]:
    if not step.ok and step.step == "connect" and (server.security, server.port) == ("starttls", 465):
        return N_(
            "%(host)s does not answer with STARTTLS on port 465. This port is for TLS; STARTTLS goes with 587."
        ), step.values
    if not step.ok and step.step == "connect" and (server.security, server.port) == ("", 465):
        return N_("%(host)s does not answer without encryption on port 465. Choose TLS."), step.values
    return step.sentence, step.values


def _try_imap(account: Account, found: list[Finding]) -> None:
    values = account.values
    try:
        with mailbox.open(replace(account, timeout=min(account.timeout, _STEP_SECONDS))) as box:
            found.append(Finding("imap", True, N_("%(host)s answers on port %(port)s."), values))
            if account.security:
                found.append(
                    Finding("imap", True, N_("The connection is encrypted (%(security)s)."), _security(account))
                )
            found.append(Finding("imap", True, N_("The login as %(user)s works."), values))
            found.append(_sent_folder(box))
            found.append(_waiting(box))
    except MailboxTrouble as trouble:
        found.append(Finding("imap", False, *_imap_words(trouble, account)))


def _security(account: Account) -> dict[str, Any]:
    return {**account.values, "security": {"tls": "TLS", "starttls": "STARTTLS"}[account.security]}


def _sent_folder(box: mailbox.Mailbox) -> Finding:
    name = box.sent_folder()
    if name is None:
        missing = N_(
            "There is no folder for sent mails we recognise. Name it in the settings of the mailbox, or make one called Sent."
        )
        return Finding("imap", False, missing, is_hint=True)
    return Finding("imap", True, N_("Sent mails are kept in the folder “%(folder)s”."), {"folder": name})


def _waiting(box: mailbox.Mailbox) -> Finding:
    if box.offers_idle:
        return Finding("imap", True, N_("The server tells of new mails at once (IDLE)."))
    return Finding("imap", True, N_("The server does not tell of new mails; we look every few minutes."), is_hint=True)


def _imap_words(trouble: MailboxTrouble, account: Account) -> tuple[str, dict[str, Any]]:
    silent = trouble.reason in ("connect_failed", "connection_lost")
    if silent and account.port == 993 and account.security != "tls":
        return N_(
            "%(host)s expects TLS from the start on port 993. Choose TLS; STARTTLS goes with port 143."
        ), account.values
    return mailbox_answers.sentence(trouble, account.values)


def _try_dns(address: str, resolver: records.Resolver | None, found: list[Finding]) -> None:
    domain = address.rpartition("@")[2].strip().lower()
    values = {"domain": domain}
    try:
        policy = records.policy(domain, resolver)
    except records.Silent:
        silent = N_("The DNS does not answer for %(domain)s, so SPF and DMARC could not be looked at.")
        found.append(Finding("dns", True, silent, values, is_hint=True))
        return
    for record, good, bad in (
        (policy.spf, _SPF, _NO_SPF),
        (policy.dmarc, _DMARC, _NO_DMARC),
    ):
        found.append(
            Finding("dns", bool(record), good if record else bad, {**values, "record": record}, is_hint=not record)
        )


_NOT_ENCRYPTED = N_(
    "%(host)s lies outside your own network, and a password is never sent there unencrypted. Choose TLS with port 465."
)
_LATE = N_("No answer in time: the test was ended. Is the server name right, and does nothing block the port?")
_SPF = N_("%(domain)s says who may send for it (SPF): %(record)s")
_NO_SPF = N_(
    "%(domain)s has no SPF record, so its mails land in spam more easily. Your provider's help page has the record to add."
)
_DMARC = N_("%(domain)s says what to do with forged mails (DMARC): %(record)s")
_NO_DMARC = N_(
    "%(domain)s has no DMARC record. Large providers want one; “v=DMARC1; p=none” at _dmarc.%(domain)s is a start."
)
