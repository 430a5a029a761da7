"""What IMAP servers answer and how folders are called: sorted once, in words for the person."""

from __future__ import annotations

import pytest

from outreach.mail import encryption, mailbox_answers, mailbox_folders
from outreach.mail.mailbox_answers import MailboxTrouble
from outreach.mail.mailbox_folders import Folder, folder, sent

VALUES = {"host": "imap.example.de", "port": 993, "user": "ada"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[AUTHENTICATIONFAILED] Authentication failed.", "login_refused"),
        ("[AUTHENTICATIONFAILED] (MSG) Temporary ban after too few letters", "login_refused"),
        ("[ALERT] Application-specific password required", "login_refused"),
        ("LOGIN failed.", "login_refused"),
        ("[LIMIT] Rate limit hit.", "limit"),
        ("Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)", "limit"),
        ("[UNAVAILABLE] Temporary authentication failure. [mx:2026]", "unavailable"),
        ("[INUSE] Mailbox is locked", "unavailable"),
    ],
)
def test_a_refused_login_is_not_taken_for_a_crowd_or_a_pause(text: str, reason: str) -> None:
    assert mailbox_answers.login(text) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("select failed: Mailbox doesn't exist: Foo", "folder_unknown"),
        ("APPEND failed: [OVERQUOTA] Quota exceeded (mailbox for user is full)", "quota"),
        ("[LIMIT] Account exceeded command or bandwidth limits.", "limit"),
        ("System Error (Failure)", "unavailable"),
        ("[SERVERBUG] Internal error occurred. Refer to server log for more information.", "unavailable"),
    ],
)
def test_a_refused_command_keeps_its_reason(text: str, reason: str) -> None:
    assert mailbox_answers.command(text, otherwise="folder_unknown") == reason


def test_words_of_a_server_come_without_the_dressing_of_python() -> None:
    assert mailbox_answers.words(Exception(b"[ALERT] Gr\xc3\xbc\xc3\x9fe")) == "[ALERT] Grüße"
    dressed = r"""LOGIN command error: BAD [b"[CLIENTBUG] what's that"]"""
    assert mailbox_answers.words(Exception(dressed)) == "[CLIENTBUG] what's that"
    assert (
        mailbox_answers.words(Exception(str(b"Anmeldung f\xc3\xbcr 'ada' fehlgeschlagen")))
        == "Anmeldung für 'ada' fehlgeschlagen"
    )
    assert mailbox_answers.words(OSError(104, "Connection reset by peer")) == "Connection reset by peer"
    assert mailbox_answers.words(ValueError()) == "ValueError"
    assert "\n" not in MailboxTrouble("odd_answer", "one\r\ntwo").answer


@pytest.mark.parametrize("reason", [
    "host_unknown", "connect_failed", "connect_refused", "tls_failed", "no_starttls", "not_encrypted", "no_login",
    "login_refused", "limit", "quota", "unavailable", "folder_unknown", "append_refused", "connection_lost",
    "odd_answer", "something new",
])  # fmt: skip
def test_every_trouble_has_a_sentence_that_can_be_filled_in(reason: str) -> None:
    sentence, values = mailbox_answers.sentence(MailboxTrouble(reason, "100 % wrong"), VALUES)
    assert "imap.example.de" in sentence % values
    assert MailboxTrouble(reason).is_passing == (reason in mailbox_answers.PASSING)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("the certificate is not trusted: certificate has expired", "has expired"),
        ("the certificate is not trusted: self-signed certificate", "signed itself"),
        ("the certificate is not trusted: self signed certificate in certificate chain", "signed itself"),
        ("the certificate is not trusted: unable to get local issuer certificate", "Nobody this machine trusts"),
        ("the certificate is not trusted: Hostname mismatch, certificate is not valid for 'x'.", "another name"),
        ("the certificate is not trusted: certificate is not yet valid", "not valid yet"),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)", "TLS goes with port 993"),
        ("WRONG_VERSION_NUMBER", "TLS goes with port 993"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "failed: SSLV3"),
    ],
)
def test_what_is_wrong_with_the_encryption_is_said(answer: str, words: str) -> None:
    said = encryption.sentence(answer, reading=True) % {**VALUES, "answer": answer}
    assert words in said
    assert "port 993" not in encryption.sentence("wrong version number", reading=False)


@pytest.mark.parametrize(
    ("name", "delimiter", "use"),
    [
        ("Gesendet", "/", "sent"), ("Gesendete Objekte", "/", "sent"), ("Gesendete Elemente", "/", "sent"),
        ("INBOX.Sent", ".", "sent"), ("INBOX/Gesendet", "/", "sent"), ("Sent Items", "/", "sent"),
        ("[Gmail]/Gesendet", "/", "sent"), ("Éléments envoyés", "/", "sent"), ("Entwürfe", "/", "drafts"),
        ("Spamverdacht", "/", "junk"), ("Papierkorb", "/", "trash"), ("inbox", "/", "inbox"),
        ("Kunden/Gesendetes Material", "/", ""), ("Presented", "/", ""),
    ],
)  # fmt: skip
def test_the_usual_names_tell_what_a_folder_is_for(name: str, delimiter: str, use: str) -> None:
    assert folder((), delimiter, name).use == use


def test_the_folder_for_sent_mails_is_the_one_the_server_names() -> None:
    said = folder((rb"\HasNoChildren", rb"\Sent"), "/", "[Google Mail]/Alles Raus")
    assert said == Folder("[Google Mail]/Alles Raus", "sent", True)
    assert sent([folder((), "/", "Sent"), said]) == said.name
    assert sent([folder((), ".", "INBOX.Archiv.Sent"), folder((), ".", "INBOX.Sent")]) == "INBOX.Sent"
    assert sent([folder((rb"\Noselect", rb"\Sent"), "/", "Sent")]) is None
    assert sent([folder((), "/", "INBOX")]) is None
    assert mailbox_folders.folder((b"\\Junk",), "/", "Sent").use == "junk"
