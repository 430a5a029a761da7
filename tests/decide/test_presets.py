"""What is filled in for a mail address: providers by domain and by MX, and honest guesses."""

from __future__ import annotations

import tomllib

import pytest

from outreach.mail import presets
from outreach.mail.presets import Place, Preset


def known(address: str, *mx: str) -> Preset:
    found = presets.known(address, mx)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("address", "smtp", "imap"),
    [
        ("anna@gmail.com", ("smtp.gmail.com", 465, "tls"), ("imap.gmail.com", 993, "tls")),
        ("anna@GMX.de ", ("mail.gmx.net", 465, "tls"), ("imap.gmx.net", 993, "tls")),
        ("anna@t-online.de", ("securesmtp.t-online.de", 465, "tls"), ("secureimap.t-online.de", 993, "tls")),
        ("anna@icloud.com", ("smtp.mail.me.com", 587, "starttls"), ("imap.mail.me.com", 993, "tls")),
        ("anna@a1.net", ("securemail.a1.net", 587, "starttls"), ("securemail.a1.net", 993, "tls")),
    ],
)
def test_a_known_domain_names_its_servers(address: str, smtp: object, imap: object) -> None:
    found = known(address)
    assert (found.smtp_host, found.smtp_port, found.smtp_security) == smtp
    assert (found.imap_host, found.imap_port, found.imap_security) == imap
    assert not found.is_guess


@pytest.mark.parametrize(
    ("mx", "name", "imap"),
    [
        ("mx00.kundenserver.de.", "IONOS (1&1)", "imap.ionos.de"),
        ("smtpin.rzone.de", "STRATO", "imap.strato.de"),
        ("ASPMX.L.GOOGLE.COM", "Gmail", "imap.gmail.com"),
        ("sommer-example.mail.protection.outlook.com", "Microsoft 365, Outlook.com", "outlook.office365.com"),
        ("w0123456.kasserver.com", "ALL-INKL.COM", "imap.kasserver.com"),
        ("mxe8a2.netcup.net", "netcup", "mxe8a2.netcup.net"),
        ("mx1.mail.ovh.net", "OVH", "ssl0.ovh.net"),
    ],
)
def test_an_own_domain_is_known_by_who_takes_its_mail_in(mx: str, name: str, imap: str) -> None:
    found = known("post@sommer.example", mx)
    assert (found.name, found.imap_host, found.imap_user) == (name, imap, "post@sommer.example")


def test_the_end_of_a_name_is_not_mistaken_for_another_provider() -> None:
    assert presets.known("anna@notgmail.com") is None
    assert presets.known("anna@sommer.example", ["mx.evil-google.com", "mx.web.de.evil.example"]) is None


def test_the_user_name_has_the_form_the_provider_wants() -> None:
    assert (known("anna@web.de").smtp_user, known("anna@web.de").imap_user) == ("anna", "anna")
    assert (known("anna@icloud.com").smtp_user, known("anna@icloud.com").imap_user) == ("anna@icloud.com", "anna")


def test_what_cannot_work_is_said_and_what_files_itself_is_known() -> None:
    microsoft = known("anna@outlook.de")
    assert not microsoft.works
    assert "OAuth" in microsoft.hint
    assert microsoft.files_sent_itself
    assert known("anna@gmail.com").files_sent_itself
    assert not known("anna@gmx.de").files_sent_itself
    assert not known("anna@tuta.io").works


def test_an_unknown_provider_is_guessed_and_said_to_be() -> None:
    found = presets.guess("post@müller.example")
    assert (found.imap_host, found.imap_port) == ("imap.xn--mller-kva.example", 993)
    assert found.is_guess
    assert "guess" in found.hint
    assert [place.host for place in presets.likely("a@sommer.example")["imap"]] == [
        "imap.sommer.example",
        "mail.sommer.example",
    ]


def test_what_a_domain_tells_itself_is_no_guess() -> None:
    told = {"smtp": Place("mail.sommer.example", 587, "starttls"), "imap": Place("mail.sommer.example", 993, "tls")}
    found = presets.guess("post@sommer.example", told)
    assert (found.smtp_host, found.smtp_security, found.is_guess) == ("mail.sommer.example", "starttls", False)
    assert presets.guess("post@sommer.example", {"imap": told["imap"]}).is_guess


def test_every_entry_of_the_file_can_be_filled_in() -> None:
    entries = tomllib.loads(presets.FILE.read_text())
    seen: dict[str, str] = {}
    for key, entry in entries.items():
        assert set(entry) <= {
            "name",
            "domains",
            "mx",
            "smtp",
            "imap",
            "user",
            "imap_user",
            "smtp_user",
            "files_sent",
            "works",
            "hint",
        }
        for domain in entry["domains"]:
            assert seen.setdefault(domain, key) == key, f"{domain} stands twice"
        found = known("a@" + entry["domains"][0]) if entry["domains"] else known("a@x.example", "mx." + entry["mx"][0])
        assert found.hint % found.values is not None
        for host, port, security in (
            (found.smtp_host, found.smtp_port, found.smtp_security),
            (found.imap_host, found.imap_port, found.imap_security),
        ):
            assert security in ("tls", "starttls")
            assert security == "starttls" or port in (465, 993)
            assert "{" not in host
            assert host or "own_server" in entry.get("hint", "") or not found.works
    assert len(entries) > 30
    assert "Posteo" in presets.names()
