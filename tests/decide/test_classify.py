"""Mails as real systems write them, each with its label (tests/samples/mails/labels.toml), and what may never go wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from outreach.mail import classify
from outreach.mail.classify import SUBS, Classified, Kind

MAILS = Path(__file__).parent.parent / "samples" / "mails"
LABELS: Mapping[str, Mapping[str, Any]] = tomllib.loads((MAILS / "labels.toml").read_text("utf-8"))
TODAY = date(2026, 5, 4)
#: what must never be missed, though a false alarm may be
DEMANDS = (Kind.OPT_OUT, Kind.DATA_REQUEST, Kind.LEGAL_THREAT)
MACHINES = (Kind.AUTO_REPLY, Kind.BOUNCE, Kind.SPAM_REPORT, Kind.CHALLENGE, Kind.MDN, Kind.LIST)


def said(name: str) -> Classified:
    return classify.classify((MAILS / name).read_bytes(), today=TODAY)


def kind_of(name: str) -> Kind:
    return Kind(name.partition("/")[0])


def _of(*kinds: Kind) -> list[str]:
    return [name for name in LABELS if kind_of(name) in kinds]


@pytest.mark.parametrize("name", LABELS)
def test_a_mail_is_what_its_label_says(name: str) -> None:
    got = said(name)
    assert got.kind == kind_of(name)
    for key, wanted in LABELS[name].items():
        value = getattr(got, key)
        assert (value.isoformat() if isinstance(value, date) else value or "") == (wanted or ""), key


def test_every_sample_has_a_label_and_every_label_a_sample() -> None:
    assert {path.relative_to(MAILS).as_posix() for path in MAILS.rglob("*.eml")} == set(LABELS)
    assert len(LABELS) >= 170


def test_at_least_97_of_100_mails_are_understood() -> None:
    right = sum(
        said(name).kind == kind_of(name) and said(name).sub == LABELS[name].get("sub", said(name).sub)
        for name in LABELS
    )
    assert right / len(LABELS) >= 0.97


def test_no_opt_out_no_threat_and_no_data_request_is_missed() -> None:
    assert [name for name in _of(*DEMANDS) if said(name).kind not in DEMANDS] == []


def test_no_answer_of_a_person_is_taken_for_a_machines() -> None:
    people = _of(Kind.REPLY, *DEMANDS)
    assert [name for name in people if said(name).kind in MACHINES and "arf" not in name] == []


def test_every_answer_uses_the_words_of_the_table() -> None:
    for name in LABELS:
        got = said(name)
        assert got.sub in SUBS.get(got.kind, ("",)), name
        assert (got.hard is None) == (got.kind is not Kind.BOUNCE), name


def test_a_bounce_leads_back_to_the_mail_it_is_about() -> None:
    for name in _of(Kind.BOUNCE):
        raw = (MAILS / name).read_text("utf-8")
        if "Message-ID: <o7.3kfa9@" in raw:
            assert "o7.3kfa9@brandt-grafik.example" in said(name).about, name


def test_only_addresses_that_surely_do_not_exist_are_hard() -> None:
    reasons = {said(name).reason for name in _of(Kind.BOUNCE) if said(name).hard}
    assert reasons <= {"unknown_user", "no_domain", "disabled"}


def test_the_envelope_tells_who_wrote_to_whom_in_answer_to_what() -> None:
    envelope = classify.envelope((MAILS / "reply/outlook-danke-termin.eml").read_bytes())
    assert (envelope.from_address, envelope.from_name) == ("anna.berg@hansen-bau.example", "Anna Berg")
    assert envelope.to == ("max@brandt-grafik.example",)
    assert envelope.in_reply_to == "o7.3kfa9@brandt-grafik.example"
    assert envelope.references == ("o7.3kfa9@brandt-grafik.example",)
    assert envelope.date is not None
    assert envelope.date.isoformat() == "2026-05-04T10:11:12+02:00"
    assert not envelope.is_automatic
    assert classify.envelope((MAILS / "auto_reply/exchange-en.eml").read_bytes()).is_automatic


def test_an_answer_to_us_that_came_through_a_list_is_an_answer() -> None:
    raw = (
        b"From: anna@x.example\nTo: info@x.example\nSubject: Re: Angebot\nList-Id: <info.x.example>\n"
        b"In-Reply-To: <1@brandt-grafik.example>\n\nBitte aus dem Verteiler nehmen.\n"
    )
    assert classify.classify(raw, today=TODAY).kind is Kind.LIST
    assert classify.classify(raw, today=TODAY, own=["max@brandt-grafik.example"]).kind is Kind.OPT_OUT
