"""Machines that ask for a proof, that speak for somebody who left, and mails that nobody can read: by their cause."""

from __future__ import annotations

from datetime import date

import pytest

from outreach.mail import classify
from outreach.mail.classify import Classified, Kind

TODAY = date(2026, 8, 3)


def said(subject: str, text: str, *headers: str, sender: str = "a.kern@kern-bau.example") -> Classified:
    head = (f"From: {sender}", "To: max@x.example", f"Subject: {subject}", "In-Reply-To: <1@x.example>", *headers)
    return classify.classify(("\n".join(head) + "\n\n" + text).encode(), today=TODAY)


REPLIED = "Auto-Submitted: auto-replied"
PLAIN = "Content-Type: text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (
            "Bitte bestätigen Sie Ihre Nachricht",
            "Gegen unerwünschte Mails setze ich einen Filter ein. Ihre Mail an mich wird zurückgehalten, bis Sie"
            " bestätigen, dass Sie kein Automat sind: https://filter.example/1",
        ),
        (
            "Noch ein Schritt, dann ist Ihre Mail da",
            "Unverlangte Werbung möchte ich nicht mehr erhalten. Klicken Sie einmal auf diesen Link, damit ich sehe,"
            " dass eine Person schreibt: https://filter.example/2",
        ),
        (
            "Your mail needs one more step",
            "Your mail was waitlisted. Add yourself to the guest list and it will be delivered: https://g.example/3",
        ),
        (
            "Re: Neuer Standort",
            "I get too much spam and do not want unsolicited emails. Please confirm that you are a person by following"
            " this link: https://g.example/4",
        ),
    ],
)
def test_a_request_for_a_proof_comes_before_what_it_says_of_unwanted_mail(subject: str, text: str) -> None:
    assert said(subject, text, REPLIED, PLAIN).kind is Kind.CHALLENGE


@pytest.mark.parametrize(
    "text",
    [
        "Bitte bestätigen Sie mir den Termin. Als Mensch freue ich mich auf Sie.",
        "I put you on the guest list for Friday.",
        "Wir haben Sie auf die Gästeliste gesetzt, bitte bestätigen Sie, dass Sie zu zweit kommen.",
    ],
)
def test_a_person_who_asks_for_a_confirmation_is_a_person(text: str) -> None:
    assert said("AW: Einladung", text, PLAIN).kind is Kind.REPLY


def test_a_program_that_answers_never_opts_out_unless_it_unsubscribes_for_somebody() -> None:
    words = "Wir nehmen keine unverlangten Mails an. Bitte senden Sie keine Werbung."
    assert said("Ihre Mail", words, REPLIED, PLAIN).kind is Kind.AUTO_REPLY
    assert said("AW: Ihre Mail", words, PLAIN).kind is Kind.OPT_OUT
    assert said("unsubscribe", "Sent for its user.", REPLIED, PLAIN).kind is Kind.OPT_OUT


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (
            "Frau Kern ist zum 31.03. in Rente gegangen. Dieses Postfach wird nicht mehr gelesen. Schreiben Sie bitte"
            " künftig an kontakt@kern-bau.example.",
            "kontakt@kern-bau.example",
        ),
        (
            "Herr Abel hat unser Haus am 30. Juni verlassen. Nachrichten bitte an post@kern-bau.example.",
            "post@kern-bau.example",
        ),
        (
            "Ms Kern retired on 30 June. This mailbox is no longer read; please write to office@kern-bau.example.",
            "office@kern-bau.example",
        ),
    ],
)
def test_somebody_who_left_without_a_successor_leaves_the_address_of_the_firm(text: str, address: str) -> None:
    got = said("Ihre Nachricht", text, REPLIED, PLAIN)
    assert (got.kind, got.sub, got.successor) == (Kind.AUTO_REPLY, "left", address)


PGP = "-----BEGIN PGP MESSAGE-----\n\nhQEMA5mX\n-----END PGP MESSAGE-----\n"


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        (
            'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="e"',
            f"--e\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n--e\nContent-Type: text/plain\n\n{PGP}--e--\n",
        ),
        ("Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "MIIB"),
        ("Content-Type: application/x-pkcs7-mime; name=smime.p7m", "MIIB"),
        ("Content-Type: application/pkcs7-mime; name=smime.p7m\nContent-Disposition: attachment", "MIIB"),
        (PLAIN, PGP),
    ],
)
def test_a_mail_that_cannot_be_read_is_unknown(headers: str, text: str) -> None:
    assert said("AW: Termin", text, headers).kind is Kind.UNKNOWN


def test_words_beside_something_encrypted_are_read_and_a_signed_mail_is_no_riddle() -> None:
    assert said("AW: Termin", f"Passt mir gut.\n\n{PGP}", PLAIN).kind is Kind.REPLY
    assert said("AW: Termin", f"Bitte abmelden.\n\n{PGP}", PLAIN).kind is Kind.OPT_OUT
    assert said("abmelden", PGP, PLAIN).kind is Kind.OPT_OUT
    signed = 'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary="e"'
    assert said("AW: x", "--e\nContent-Type: text/plain\n\nPasst.\n--e--\n", signed).sub == "positive"
