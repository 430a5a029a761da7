"""However broken, deep or large a mail is: an answer comes, and soon."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach.mail import classify
from outreach.mail.classify import Classified, Kind

MAILS = Path(__file__).parent.parent / "samples" / "mails"
SAMPLES = [path.read_bytes() for path in sorted(MAILS.rglob("*.eml"))]
TODAY = date(2026, 5, 4)


def said(raw: bytes) -> Classified:
    classify.envelope(raw)
    return classify.classify(raw, today=TODAY)


@given(st.binary(max_size=3_000))
@settings(max_examples=150, deadline=2_000)
def test_any_bytes_are_answered(raw: bytes) -> None:
    assert said(raw).kind in Kind


@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=20), st.integers(0, 40)), max_size=8),
)
@settings(max_examples=250, deadline=2_000, suppress_health_check=[HealthCheck.too_slow])
def test_a_mail_with_bytes_lost_and_changed_is_answered(raw: bytes, changes: list[tuple[float, bytes, int]]) -> None:
    for where, put, lost in changes:
        at = int(where * len(raw))
        raw = raw[:at] + put + raw[at + lost :]
    got = said(raw)
    assert got.kind in Kind
    assert "\x00" not in got.text
    got.text.encode()


def nested(depth: int) -> bytes:
    boundaries = [f"b{number}" for number in range(depth)]
    opened = "".join(f'Content-Type: multipart/mixed; boundary="{one}"\n\n--{one}\n' for one in boundaries)
    return f"From: a@x.example\nSubject: Re: x\n{opened}\nHallo".encode()


WORDS = "bitte nicht mehr keine mails loeschen sie meine daten aus dem verteiler "
HEAD = b"From: a@x.example\nTo: b@y.example\nSubject: AW: x\nIn-Reply-To: <1@y.example>\n"
HARD = {
    "empty": b"",
    "only a line": b"\n",
    "no headers": b"Bitte nehmen Sie mich aus dem Verteiler",
    "NULs": HEAD + b"\n" + b"\x00" * 100_000,
    "depth 1000": nested(1000),
    "200 parts": HEAD + b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\nContent-Type: text/plain\n\nja\n" * 2_000,
    "25 MB of text": HEAD + b"\n" + b"Am 1.1.2026 schrieb jemand: \n" * 900_000,
    "25 MB in one line": HEAD + b"\n" + b"x" * 25_000_000,
    "a long sentence": HEAD + b"\n" + (WORDS * 20_000).encode(),
    "many blanks": HEAD + b"\n" + b" " * 200_000 + b":",
    "many dots": HEAD + b"\n" + b". " * 200_000,
    "many quotes": HEAD + b"\n" + b">" * 200_000,
    "many dates": HEAD.replace(b"AW: x", b"Abwesenheit") + b"\n" + b"bis 1.1. ab 2.2.2026 " * 20_000,
    "many weeks and months": HEAD.replace(b"AW: x", b"Abwesenheit") + b"\n" + b"ab kw 36, im mai und bis ende juni " * 20_000,
    "many sealed blocks": HEAD + b"\n" + b"-----BEGIN PGP MESSAGE-----\n" * 50_000,
    "many proofs": HEAD + b"Auto-Submitted: auto-replied\n\n" + b"klick bitte, dass ein kein eine " * 20_000,
    "many addresses": HEAD.replace(b"AW: x", b"Autoreply") + b"\nNachfolger " + b"a.b@c.example, " * 20_000,
    "many at signs": HEAD.replace(b"a@x", b"mailer-daemon@x") + b"\n" + b"@" * 200_000,
    "a long header": b"Subject: " + b"=?utf-8?q?a?= " * 100_000 + b"\n\nx",
    "a long From": b"From: " + b"<" * 200_000 + b"\n\nx",
    "many headers": b"X: y\n" * 200_000 + b"\nx",
    "many references": b"References: " + b"<a@b> " * 200_000 + b"\n\nx",
    "punycode": HEAD + b"Content-Type: text/plain; charset=punycode\n\n" + b"a-b" * 300_000,
    "UTF-7 halves": HEAD + b"Content-Type: text/plain; charset=utf-7\n\n+2AA- ja\n",
    "odd charset": HEAD + b'Content-Type: text/plain; charset="?x\x80"\n\nja\n',
    "deep HTML": HEAD + b"Content-Type: text/html\n\n" + b"<b>" * 300_000 + b"</i>" * 200_000,
    "open tags": HEAD + b"Content-Type: text/html\n\n" + b"<" * 900_000,
    "broken base64": HEAD + b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n" + b"=A=" * 10_000,
    "uuencode": HEAD + b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n\xff\nend\n",
    "delivery status of nothing": HEAD + b'Content-Type: multipart/report; boundary="b"\n\n--b\nContent-Type: message/delivery-status\n\n\n\n--b--\n',
}  # fmt: skip


@pytest.mark.parametrize("what", HARD)
def test_a_hard_mail_takes_no_longer_than_a_few_seconds(what: str) -> None:
    started = time.process_time()
    assert said(HARD[what]).kind in Kind
    assert time.process_time() - started < 4


def test_an_empty_mail_is_unknown_and_a_text_without_headers_is_read() -> None:
    assert said(b"").kind is Kind.UNKNOWN
    assert said(HEAD + b"Content-Type: text/plain; charset=utf-7\n\n+2AA- ja\n").kind is Kind.REPLY


def test_words_behind_an_endless_sentence_are_still_heard() -> None:
    words = "wir haben das gelesen und " * 60 + "nun nehmen sie uns bitte aus dem verteiler"
    assert said(HEAD + b"\n" + words.encode()).kind is Kind.OPT_OUT
