"""Sets of labelled mails, each written by somebody who had seen neither rules nor earlier samples.

everyday     130 mails as a freelancer gets them, of people and machines
misleading   120 mails that look like something else: customers who write about lawyers, deletions and unsubscribing;
             rare machines; bounces of many systems
ordinary     110 plain mails of customers, opt-outs and demands; written after the first two had been mended by
mixed        120 mails of everything; written after the first three had been mended by
freelancers  110 mails to seven trades; written after the first four had been mended by
objections   100 mails, nearly half of them opt-outs, each with another idea of how to say it; written after the first five

First runs, before anything was mended by them:

                kinds            subs       opt-outs   threats   data requests   day of return
    everyday    124/130 95.4 %   75/88      17/20      8/8       8/8             13/15
    misleading  107/120 89.2 %   75/85      10/12      4/5       5/5             11/14
    ordinary    103/110 93.6 %   57/67      27/30      9/10      8/10            5/6
    mixed       114/120 95.0 %   65/83      20/25      7/7       7/8             9/9
    freelancers 103/110 93.6 %   61/73      20/25      8/8       7/8             7/8
    objections   83/100 83.0 %   35/44      32/45      8/8       11/12

No answer of a person was taken for a machine's (0 of 275), but an opt-out a mail program sent for its user once was. Eight
answers were taken for opt-outs, two for threats, two for data requests, most of them in the misleading set. The general
causes were mended; a mail found wrong here is mended by its cause, never by its words. Another measure needs another set.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from outreach.mail import classify
from outreach.mail.classify import Classified

SAMPLES = Path(__file__).parents[1] / "samples"
SETS = ("everyday", "misleading", "ordinary", "mixed", "freelancers", "objections")
OWN = ("katharina@weiss-beratung.example",)
#: read as the first of the month, which the label leaves open
OPEN_DAYS = {"misleading/044"}


def _labels() -> dict[str, dict[str, Any]]:
    return {
        f"{name}/{number}": label
        for name in SETS
        for number, label in json.loads((SAMPLES / name / "labels.json").read_text("utf-8")).items()
    }


LABELS = _labels()


def _said(name: str) -> Classified:
    raw = (SAMPLES / f"{name}.eml").read_bytes()
    return classify.classify(raw, today=date(2026, 11, 22), own=OWN)


def _those(*kinds: str, having: str = "") -> list[str]:
    return [name for name, one in LABELS.items() if one["class"] in kinds and (not having or having in one)]


def test_every_mail_of_the_sets_has_its_label() -> None:
    assert {f"{path.parent.name}/{path.stem}" for one in SETS for path in (SAMPLES / one).glob("*.eml")} == set(LABELS)
    assert len(LABELS) >= 690


@pytest.mark.parametrize("name", LABELS)
def test_a_mail_is_what_its_label_says(name: str) -> None:
    label, said = LABELS[name], _said(name)
    assert said.kind.value in (label["class"], *label.get("also_ok", ()))
    if said.kind.value == label["class"] and label.get("sub"):
        assert said.sub in (label["sub"], *label.get("also_sub", ()))


@pytest.mark.parametrize("name", [one for one in _those("auto_reply", having="returns_on") if one not in OPEN_DAYS])
def test_the_day_somebody_returns_is_read(name: str) -> None:
    wanted = LABELS[name]["returns_on"]
    back = _said(name).returns_on
    assert (back.isoformat() if back else "") in (wanted if isinstance(wanted, list) else [wanted])


@pytest.mark.parametrize("name", _those("auto_reply", having="successor"))
def test_who_comes_after_somebody_who_left_is_read(name: str) -> None:
    assert _said(name).successor == LABELS[name]["successor"]


@pytest.mark.parametrize("name", _those("bounce"))
def test_a_bounce_names_recipient_and_status(name: str) -> None:
    said = _said(name)
    assert said.recipient == LABELS[name]["recipient"]
    assert said.status == LABELS[name].get("status", said.status)
