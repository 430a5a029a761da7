"""Every kind of answer a mail server can give, over a real connection."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from outreach.mail import transport
from outreach.mail.answers import NotSent, Outcome, Refused, Sent, Unsure, Whose
from outreach.mail.lanes import Lane, Lanes
from outreach.mail.server import Server
from outreach.settings import Settings
from tests import sink
from tests.servers import free_port
from tests.sink import DROP, Rule, Sink

CONTENT = b"Subject: hello\r\n\r\nfirst line\r\n.starts with a dot\r\n..two\r\n"
ANNA = "anna@example.org"
#: of "localhost", signed by itself, for a hundred years; only for these tests
CERTIFICATE = Path(__file__).parent.parent / "certificate" / "localhost.pem"


def settings(url: str, **more: object) -> Settings:
    return Settings(_env_file=None, smtp_url=url, base_url="https://news.example.de", **more)  # type: ignore[call-arg]


def deliver(lane: Lane | None, recipient: str = ANNA, content: bytes = CONTENT) -> Outcome:
    assert lane is not None
    return lane.deliver(sender="kanzlei@example.de", recipient=recipient, content=content)


@contextmanager
def opened(given: Settings) -> Iterator[Lane | None]:
    with closing(Lanes(given)) as lanes, lanes.open() as lane:
        yield lane


def one(server: Sink, *rules: Rule, **more: object) -> Outcome:
    server.rules += rules
    with opened(settings(server.url, **more)) as lane:
        return deliver(lane)


def test_a_mail_arrives_as_it_was_written(server: Sink) -> None:
    outcome = one(server)
    assert outcome == Sent("250 2.0.0 taken")
    assert [(m.sender, m.recipient, m.content) for m in server.mails] == [("kanzlei@example.de", ANNA, CONTENT)]


@pytest.mark.parametrize("capabilities", [["PIPELINING"], []])
def test_many_mails_share_one_connection(server: Sink, capabilities: list[str]) -> None:
    server.capabilities = capabilities
    server.rules.append(Rule("rcpt", "550 5.1.1 no such user", address="ghost@example.org"))
    with closing(Lanes(settings(server.url))) as lanes:
        for _ in range(2):
            with lanes.open() as lane:
                assert isinstance(deliver(lane), Sent)
                assert isinstance(deliver(lane, "ghost@example.org"), Refused)
                assert isinstance(deliver(lane), Sent)
        assert server.connections == 1
        assert server.recipients == [ANNA] * 4


@pytest.mark.parametrize("capabilities", [["PIPELINING"], []])
@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Rule("greeting", "554 5.3.2 go away"), NotSent("connect_refused", "554 5.3.2 go away", Whose.SERVER)),
        (Rule("greeting", DROP), NotSent("connect_failed", "Connection unexpectedly closed", Whose.SERVER)),
        (Rule("mail", "550 5.7.1 not you"), NotSent("sender_refused", "550 5.7.1 not you", Whose.IDENTITY)),
        (Rule("mail", "451 4.3.0 later"), NotSent("sender_deferred", "451 4.3.0 later", Whose.SERVER)),
        (Rule("mail", DROP), NotSent("connection_lost", "Connection unexpectedly closed", Whose.SERVER)),
        (Rule("rcpt", "550 5.1.1 no such user"), Refused("address_unknown", "550 5.1.1 no such user", True)),
        (Rule("rcpt", "550 5.7.1 blocked by policy"), Refused("policy", "550 5.7.1 blocked by policy")),
        (Rule("rcpt", "552 5.2.2 mailbox full"), Refused("mailbox_full", "552 5.2.2 mailbox full")),
        (Rule("rcpt", "450 4.2.0 greylisted"), NotSent("deferred", "450 4.2.0 greylisted")),
        (Rule("rcpt", "554 5.7.1 Relay access denied"),
         NotSent("relay_denied", "554 5.7.1 Relay access denied", Whose.IDENTITY)),
        (Rule("rcpt", DROP), NotSent("connection_lost", "Connection unexpectedly closed", Whose.SERVER)),
        (Rule("rcpt", "421 4.3.2 closing"), NotSent("server_closing", "421 4.3.2 closing", Whose.SERVER)),
        (Rule("data", "554 5.5.1 no"), Refused("content_refused", "554 5.5.1 no")),
        (Rule("data", "451 4.3.0 later"), NotSent("deferred", "451 4.3.0 later")),
        (Rule("dot", "554 5.7.1 looks like spam"), Refused("content_refused", "554 5.7.1 looks like spam")),
        (Rule("dot", "550 5.1.1 no such user"), Refused("content_refused", "550 5.1.1 no such user")),
        (Rule("dot", "452 4.3.1 disk full"), NotSent("deferred", "452 4.3.1 disk full")),
        (Rule("dot", "421 4.3.2 closing"), NotSent("server_closing", "421 4.3.2 closing", Whose.SERVER)),
        (Rule("dot", DROP), Unsure("no_answer", "Connection unexpectedly closed")),
        (Rule("dot", DROP, keeps=True), Unsure("no_answer", "Connection unexpectedly closed")),
        (Rule("dot", "hello there"), Unsure("odd_answer", "-1 o there")),
    ],
)  # fmt: skip
def test_each_answer_means_one_thing(server: Sink, rule: Rule, expected: Outcome, capabilities: list[str]) -> None:
    server.capabilities = capabilities
    rule.times = -1
    assert one(server, rule) == expected


def test_a_server_that_goes_silent_after_the_dot_leaves_it_unsure(server: Sink) -> None:
    server.rules.append(Rule("dot", seconds=3))
    patient = Server("127.0.0.1", server.port, "", "", "", timeout=5, dot_timeout=0.3)
    with closing(transport.Connection(patient)) as connection:
        outcome = connection.deliver(sender="a@example.de", recipient=ANNA, content=CONTENT)
    assert outcome == Unsure("no_answer", "no answer in time")
    assert not connection.is_open


def test_a_server_that_hangs_up_in_the_middle_of_the_mail_has_not_got_it(server: Sink) -> None:
    long = b"Subject: long\r\n\r\n" + b"x" * 70 + b"\r\n"
    outcome = one_with(server, Rule("content", DROP), long * 200_000)
    assert isinstance(outcome, NotSent)
    assert outcome.reason == "connection_lost"
    assert not server.mails


def test_an_answer_in_the_middle_of_the_mail_is_heard(server: Sink) -> None:
    outcome = one_with(server, Rule("content", "421 4.3.0 too busy"), CONTENT * 500_000)
    assert isinstance(outcome, NotSent)
    assert not server.mails


def one_with(server: Sink, rule: Rule, content: bytes) -> Outcome:
    server.rules.append(rule)
    with opened(settings(server.url)) as lane:
        return deliver(lane, content=content)


def test_a_server_that_hung_up_between_two_mails_costs_nothing(server: Sink) -> None:
    with closing(Lanes(settings(server.url))) as lanes:
        with lanes.open() as lane:
            assert isinstance(deliver(lane), Sent)
            server.rules.append(Rule("mail", "421 4.7.0 too many mails on this connection", times=1))
            assert isinstance(deliver(lane), Sent)
            server.rules.append(Rule("mail", DROP, times=1))
            assert isinstance(deliver(lane), Sent)
        assert server.connections == 3
        assert len(server.mails) == 3


def test_no_more_lanes_are_open_than_the_setting_says(server: Sink) -> None:
    with closing(Lanes(settings(server.url, smtp_connections=2))) as lanes:
        with lanes.open() as first, lanes.open() as second, lanes.open() as third:
            assert isinstance(deliver(first), Sent)
            assert isinstance(deliver(second), Sent)
            assert third is None
        with lanes.open() as lane:
            assert isinstance(deliver(lane), Sent)
        assert server.most_open == 2


def test_an_address_that_could_break_the_command_never_reaches_the_server(server: Sink) -> None:
    with opened(settings(server.url)) as lane:
        outcome = deliver(lane, "x@example.org>\r\nRCPT TO:<y@example.org")
    assert isinstance(outcome, Refused)
    assert not outcome.address_is_dead
    assert not server.mails


def test_an_international_domain_goes_out_in_its_ascii_form(server: Sink) -> None:
    server.capabilities = []
    with opened(settings(server.url)) as lane:
        assert isinstance(deliver(lane, "jörg@bücher.example"), Refused)
        assert isinstance(deliver(lane, "joerg@bücher.example"), Sent)
    assert server.recipients == ["joerg@xn--bcher-kva.example"]


def test_an_international_address_needs_a_server_that_can(server: Sink) -> None:
    content = "To: jörg@bücher.example\r\n\r\nhallo\r\n".encode()
    with opened(settings(server.url)) as lane:
        assert isinstance(deliver(lane, "jörg@bücher.example", content), Sent)
    assert server.mails[0].recipient == "jörg@xn--bcher-kva.example"
    assert server.mails[0].options == "BODY=8BITMIME SMTPUTF8"
    server.capabilities = ["PIPELINING"]
    with opened(settings(server.url)) as lane:
        refused = deliver(lane, "jörg@bücher.example", content)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.address_is_dead) == ("needs_smtputf8", False)


def test_a_mail_too_big_for_the_server_is_not_even_offered(server: Sink) -> None:
    server.capabilities = ["SIZE 10"]
    outcome = one(server)
    assert isinstance(outcome, Refused)
    assert outcome.reason == "too_big"


def test_nobody_listening_is_said_clearly() -> None:
    with opened(settings(f"smtp://127.0.0.1:{free_port()}")) as lane:
        outcome = deliver(lane)
    assert isinstance(outcome, NotSent)
    assert (outcome.reason, outcome.whose) == ("connect_failed", Whose.SERVER)


def test_a_login_is_used_and_a_wrong_one_is_our_trouble(server: Sink) -> None:
    server.users["anna"] = "p@ss:word"
    with opened(settings(f"smtp://anna:p%40ss%3Aword@127.0.0.1:{server.port}")) as lane:
        assert isinstance(deliver(lane), Sent)
    with opened(settings(f"smtp://anna:wrong@127.0.0.1:{server.port}")) as lane:
        outcome = deliver(lane)
    assert outcome == NotSent("login_refused", "535 5.7.8 wrong user or password", Whose.IDENTITY)


def test_without_a_server_mails_are_kept() -> None:
    with opened(settings("")) as lane:
        assert deliver(lane) == Sent("", keep=CONTENT)


def test_the_test_of_the_connection_says_which_step_failed(server: Sink) -> None:
    def steps(url: str) -> list[tuple[str, bool]]:
        checked = transport.check(settings(url, smtp_timeout=2))
        for step in checked:
            assert step.sentence % step.values
        return [(step.step, step.ok) for step in checked]

    server.users["anna"] = "secret"
    address = f"127.0.0.1:{server.port}"
    assert steps("") == [("settings", True)]
    assert steps(f"smtp://{address}") == [("dns", True), ("connect", True)]
    assert steps(f"smtp://anna:secret@{address}") == [("dns", True), ("connect", True), ("login", True)]
    assert steps(f"smtp://anna:wrong@{address}") == [("dns", True), ("connect", True), ("login", False)]
    assert steps(f"smtp+starttls://anna:secret@{address}") == [("dns", True), ("connect", True), ("tls", False)]
    assert steps(f"smtps://{address}") == [("dns", True), ("tls", False)]
    assert steps(f"smtp://127.0.0.1:{free_port()}") == [("dns", True), ("connect", False)]
    assert steps("smtp://no-such-host.invalid") == [("dns", False)]


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
def test_an_encrypted_connection_checks_the_certificate(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with sink.running(tls=_tls(), implicit_tls=scheme == "smtps") as server:
        given = settings(f"{scheme}://localhost:{server.port}")
        with opened(given) as lane:
            outcome = deliver(lane)
        assert isinstance(outcome, NotSent)
        assert outcome.reason == "tls_failed"
        assert "not trusted" in outcome.answer
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        with opened(given) as lane:
            assert isinstance(deliver(lane), Sent)
            assert isinstance(deliver(lane), Sent)
        assert [step.ok for step in transport.check(given)] == [True, True, True]


def test_a_slow_server_is_given_up_before_the_mail_and_nothing_is_lost(server: Sink) -> None:
    began = time.monotonic()
    outcome = one(server, Rule("rcpt", seconds=5), smtp_timeout=1)
    assert outcome == NotSent("connection_lost", "no answer in time", Whose.SERVER)
    assert time.monotonic() - began < 4


def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, CERTIFICATE.with_name("key.pem"))
    return context
