"""The test of a mailbox says exactly what is wrong and what to do, and comes to an end whatever the servers do."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dns.resolver
import pytest

from outreach.mail import trial
from outreach.mail.mailbox import Account
from outreach.mail.server import Server
from outreach.mail.trial import Finding
from tests import imap, nameserver, sink
from tests.imap import ImapServer
from tests.servers import free_port
from tests.sink import DROP, Rule

ADDRESS = "ada@sommer.example"
RECORDS = {
    ("sommer.example", "TXT"): ['"v=spf1 include:_spf.example " "-all"', '"other=1"'],
    ("_dmarc.sommer.example", "TXT"): ['"v=DMARC1; p=quarantine"'],
}


@pytest.fixture(scope="module")
def resolver() -> Iterator[dns.resolver.Resolver]:
    with nameserver.running(RECORDS) as running:
        yield running


def smtp(port: int, security: str = "", **more: Any) -> Server:
    """Where mail is handed over."""
    given: dict[str, Any] = {"host": "localhost", "port": port, "security": security, "user": "", "password": ""}
    return Server(**{**given, "timeout": 10.0, **more})


def read(findings: list[Finding], part: str) -> list[str]:
    """The sentences of one part, those of failures with a dash before."""
    return [("" if one.ok else "- ") + one.sentence % one.values for one in findings if one.part == part]


def of_imap(account: Account, resolver: dns.resolver.Resolver) -> list[str]:
    return read(trial.try_mailbox(None, account, address=ADDRESS, resolver=resolver), "imap")


def of_smtp(server: Server, resolver: dns.resolver.Resolver) -> list[str]:
    return read(trial.try_mailbox(server, None, address=ADDRESS, resolver=resolver), "smtp")


def test_a_mailbox_that_works_is_said_to_work(imap_server: ImapServer, resolver: dns.resolver.Resolver) -> None:
    before = imap_server.snapshot()
    with sink.running() as server:
        server.users["ada"] = "secret"
        account = imap_server.account("tls" if imap_server.tls_port else "")
        findings = trial.try_mailbox(
            smtp(server.port, user="ada", password="secret"), account, address=ADDRESS, resolver=resolver
        )
        assert server.mails == [], "the test sends nothing"
    assert [one for one in findings if not one.ok] == []
    assert [one.part for one in findings] == ["smtp"] * 4 + ["imap"] * (5 if account.security else 4) + ["dns"] * 2
    assert "Sent mails are kept in the folder “Sent”." in read(findings, "imap")
    assert "v=spf1 include:_spf.example -all" in read(findings, "dns")[0]
    assert imap_server.snapshot() == before


def test_a_wrong_password_is_said_with_what_the_server_says(
    imap_server: ImapServer, resolver: dns.resolver.Resolver
) -> None:
    (said,) = of_imap(imap_server.account(password="falsch"), resolver)
    assert said.startswith(f"- localhost does not accept the login as {imap_server.user}: ")
    assert "app password" in said
    assert "b'" not in said
    with sink.running() as server:
        server.users["ada"] = "secret"
        *_, last = of_smtp(smtp(server.port, user="ada", password="falsch"), resolver)
        assert last.startswith("- localhost does not accept the login as ada: 535")


def test_an_unknown_name_a_closed_port_and_silence_are_told_apart(resolver: dns.resolver.Resolver) -> None:
    unknown = Account("no-such-host.invalid", 993, "tls", "a", "b", timeout=2)
    assert "is not known" in of_imap(unknown, resolver)[0]
    assert (
        "does not answer on port" in of_imap(Account("localhost", free_port(), "tls", "a", "b", timeout=2), resolver)[0]
    )
    assert "OUTREACH_SMTP_URL" not in of_smtp(smtp(25, host="no-such-host.invalid"), resolver)[0]
    assert "port 465 with TLS" in of_smtp(smtp(free_port()), resolver)[-1]


def test_the_wrong_kind_of_encryption_is_named(imap_server: ImapServer, resolver: dns.resolver.Resolver) -> None:
    (said,) = of_imap(imap_server.account("tls", port=imap_server.port), resolver)
    assert "TLS goes with port 993, STARTTLS with 143" in said
    with sink.running() as server:
        assert "TLS goes with port 465, STARTTLS with 587" in of_smtp(smtp(server.port, "tls"), resolver)[-1]
        assert "does not offer STARTTLS" in of_smtp(smtp(server.port, "starttls"), resolver)[-1]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_nobody_signed_is_refused(
    imap_server: ImapServer, resolver: dns.resolver.Resolver, security: str
) -> None:
    if not imap_server.tls_port:
        pytest.skip("pymap runs without encryption here")
    (said,) = of_imap(imap_server.account(security, ca_file=""), resolver)
    assert "has signed itself" in said
    (said,) = of_imap(imap_server.account(security, host="127.0.0.1"), resolver)
    assert "belongs to another name than 127.0.0.1" in said


def test_an_expired_certificate_is_said_to_be_expired(tmp_path: Path, resolver: dns.resolver.Resolver) -> None:
    old = tmp_path / "old.pem"
    ended = datetime.now(UTC) - timedelta(days=3)
    _self_signed(old, ended)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(old)
    with sink.running(tls=context, implicit_tls=True) as server:
        # any server with this certificate will do: the handshake comes before the first word
        account = Account("localhost", server.port, "tls", "a", "b", timeout=5, ca_file=str(old))
        assert "has expired" in of_imap(account, resolver)[0]


def _self_signed(path: Path, ended: datetime) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(ended - timedelta(days=30)).not_valid_after(ended)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + made.public_bytes(pem))


def test_a_sender_the_server_does_not_let_us_use_is_named(resolver: dns.resolver.Resolver) -> None:
    with sink.running() as server:
        server.rules.append(Rule("rcpt", "553 5.7.1 Sender address rejected: not owned by user", address=ADDRESS))
        assert "does not let" in of_smtp(smtp(server.port), resolver)[-1]
        assert "not owned by user" in of_smtp(smtp(server.port), resolver)[-1]
        server.rules[:] = [Rule("mail", "452 4.4.5 Daily sending quota exceeded")]
        assert "takes no more mails for now" in of_smtp(smtp(server.port), resolver)[-1]


def test_no_password_goes_to_a_foreign_server_unencrypted(resolver: dns.resolver.Resolver) -> None:
    server = smtp(25, host="93.184.216.34", user="ada", password="secret", timeout=1)
    (said,) = of_smtp(server, resolver)
    assert "never sent there unencrypted" in said


def test_a_full_or_crowded_mailbox_is_no_wrong_password(resolver: dns.resolver.Resolver) -> None:
    for answer, words in (
        (b"TAG NO [LIMIT] Too many simultaneous connections\r\n", "lets in no more programs"),
        (b"TAG NO [UNAVAILABLE] Temporary authentication failure\r\n", "cannot open the mailbox for now"),
        (b"TAG NO [AUTHENTICATIONFAILED] Application-specific password required\r\n", "Application-specific password"),
    ):
        with imap.scripted((b"LOGIN", answer)) as port:
            assert words in of_imap(Account("localhost", port, "", "a", "b", timeout=5), resolver)[0]


def test_a_mailbox_without_idle_and_sent_folder_gets_hints(resolver: dns.resolver.Resolver) -> None:
    plain = (
        (b"CAPABILITY", b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n"),
        (b"LIST", b'* LIST () "/" INBOX\r\nTAG OK done\r\n'),
    )
    with imap.scripted(*plain) as port:
        account = Account("localhost", port, "", "a", "b", timeout=5)
        findings = trial.try_mailbox(None, account, address=ADDRESS, resolver=resolver)
    hints = [one.sentence for one in findings if one.is_hint]
    assert len(hints) == 2
    assert "folder for sent mails" in hints[0]
    assert "every few minutes" in hints[1]


def test_missing_dns_records_are_hints_and_a_silent_dns_is_none() -> None:
    with nameserver.running({("winter.example", "A"): ["192.0.2.1"]}) as resolver:
        findings = trial.try_mailbox(None, None, address="a@winter.example", resolver=resolver)
        assert [(one.ok, one.is_hint) for one in findings] == [(False, True), (False, True)]
    with nameserver.running(None) as resolver:
        (silent,) = trial.try_mailbox(None, None, address="a@winter.example", resolver=resolver)
        assert (silent.ok, silent.is_hint) == (True, True)


def test_the_test_ends_in_time_with_servers_that_never_answer(resolver: dns.resolver.Resolver) -> None:
    with sink.running(rules=[Rule("greeting", seconds=60)]) as mute, imap.scripted(greeting=b"") as port:
        began = time.monotonic()
        findings = trial.try_mailbox(
            smtp(mute.port, timeout=60), Account("localhost", port, "tls", "a", "b", timeout=60),
            address=ADDRESS, resolver=resolver, seconds=2,
        )  # fmt: skip
        assert time.monotonic() - began < 4
    assert [one.part for one in findings if not one.ok] == ["smtp", "imap"]
    assert "name localhost is known" in read(findings, "smtp")[0], "what was found before is kept"


def test_rubbish_is_called_so(resolver: dns.resolver.Resolver) -> None:
    with imap.scripted(greeting=b"HTTP/1.1 400 Bad Request\r\n") as port:
        assert of_imap(Account("localhost", port, "", "a", "b", timeout=2), resolver)[0].startswith("- ")
    with sink.running(rules=[Rule("greeting", DROP)]) as server:
        assert of_smtp(smtp(server.port), resolver)[-1].startswith("- ")


def test_an_address_finds_its_servers_by_domain_by_mx_by_srv_and_by_name() -> None:
    records = {
        ("kunde.example", "MX"): ["20 b.example.", "10 mx00.kundenserver.de."],
        ("selbst.example", "MX"): ["10 mail.selbst.example."],
        ("_imaps._tcp.selbst.example", "SRV"): ["0 1 993 post.selbst.example."],
        ("_submission._tcp.selbst.example", "SRV"): ["0 1 587 post.selbst.example."],
        ("_submissions._tcp.selbst.example", "SRV"): ["0 0 0 ."],
        ("klein.example", "MX"): ["10 mail.klein.example."],
        ("mail.klein.example", "A"): ["192.0.2.7"],
    }
    with nameserver.running(records) as resolver:
        assert trial.discover("a@gmx.de", resolver).name == "GMX"
        assert trial.discover("a@kunde.example", resolver).name == "IONOS (1&1)"
        told = trial.discover("a@selbst.example", resolver)
        assert (told.imap_host, told.smtp_host, told.smtp_security) == ("post.selbst.example",) * 2 + ("starttls",)
        assert not told.is_guess
        small = trial.discover("a@klein.example", resolver)
        assert (small.imap_host, small.smtp_host, small.is_guess) == ("mail.klein.example", "mail.klein.example", True)
        assert trial.discover("a@nirgends.example", resolver).imap_host == "imap.nirgends.example"
    with nameserver.running(None) as resolver:
        assert trial.discover("a@kunde.example", resolver).is_guess


def test_a_password_never_stands_in_a_log() -> None:
    assert "geheim" not in repr(Account("localhost", 993, "tls", "a", "geheim"))
