"""Mails written without sight of the rules, as people and systems write them: the folder is the label.

A mail found wrong here is mended by its general cause, never by its words; its words stay as they are.

First run: kind right 109 of 116 (94.0 %), kind and sub right 75 of 85; return day 8 of 12, successor 4 of 5,
recipient of a bounce 16 of 16. 2 of 15 opt-outs missed; no legal threat (5) and no data request (7) missed;
none of 40 answers of people taken for a machine, 2 of them taken for an opt-out.

The causes of these misses were mended afterwards, so the set is no longer held out: its figures tell nothing about mails
the rules have not met, it guards what was mended. Another measure needs another set.
"""

from datetime import date
from pathlib import Path

import pytest

from outreach.mail import classify

HELD_OUT = Path(__file__).parents[1] / "samples" / "held_out"
MAILS = sorted(HELD_OUT.glob("*/*.eml"))
OWN = ("katharina@weiss-beratung.example",)
MACHINES = {"auto_reply", "bounce", "list"}

# Where a note gives the last day away, the next day and the next working day are both right.
RETURNS = {
    "001": {date(2026, 11, 28), date(2026, 11, 30)},
    "002": {date(2026, 12, 1)},
    "003": {date(2026, 11, 23)},
    "004": {date(2026, 11, 30)},
    "005": {date(2026, 12, 5), date(2026, 12, 7)},
    "006": {date(2026, 12, 7)},
    "007": {date(2027, 5, 1)},
    "008": {date(2027, 1, 7)},
    "009": {date(2026, 12, 7)},
    "010": {date(2026, 11, 23)},
    "011": {date(2026, 12, 2)},
    "012": {date(2026, 11, 23)},
}
SUCCESSORS = {
    "001": "reto.caduff@alpwerk.example",
    "002": "yilmaz@horizont.example",
    "003": "priya.nair@lumen.example",
    "004": "info@petri-glas.example",
    "005": "olli@adlerundsohn.example",
}


def test_at_least_97_of_100_mails_are_understood() -> None:
    answers = {_name(path): (_label(path)[0], _said(path).kind.value) for path in MAILS}
    wrong = {name: said for name, (expected, said) in answers.items() if said != expected}
    assert len(MAILS) >= 110
    assert 1 - len(wrong) / len(MAILS) >= 0.97, wrong


@pytest.mark.parametrize("path", [p for p in MAILS if p.parent.name == "opt_out"], ids=lambda p: _name(p))
def test_no_opt_out_is_missed(path: Path) -> None:
    assert _said(path).kind.value == "opt_out"


@pytest.mark.parametrize("path", [p for p in MAILS if p.parent.name == "legal_threat"], ids=lambda p: _name(p))
def test_no_legal_threat_is_missed(path: Path) -> None:
    assert _said(path).kind.value == "legal_threat"


@pytest.mark.parametrize("path", [p for p in MAILS if p.parent.name.startswith("data_")], ids=lambda p: _name(p))
def test_no_data_request_is_missed(path: Path) -> None:
    assert _said(path).kind.value == "data_request"


@pytest.mark.parametrize("path", [p for p in MAILS if p.parent.name.startswith("reply")], ids=lambda p: _name(p))
def test_no_answer_of_a_person_is_taken_for_a_machine(path: Path) -> None:
    assert _said(path).kind.value not in MACHINES


@pytest.mark.parametrize("number", sorted(RETURNS))
def test_the_day_somebody_returns_is_read(number: str) -> None:
    assert _said(HELD_OUT / "auto_reply-out_of_office" / f"{number}.eml").returns_on in RETURNS[number]


@pytest.mark.parametrize("number", sorted(SUCCESSORS))
def test_the_successor_of_somebody_who_left_is_read(number: str) -> None:
    assert _said(HELD_OUT / "auto_reply-left" / f"{number}.eml").successor == SUCCESSORS[number]


@pytest.mark.parametrize("path", [p for p in MAILS if p.parent.name.startswith("bounce")], ids=lambda p: _name(p))
def test_a_bounce_names_its_recipient(path: Path) -> None:
    recipient = _said(path).recipient
    assert recipient
    assert recipient in path.read_text("utf-8")
    assert recipient not in OWN


def _said(path: Path) -> classify.Classified:
    return classify.classify(path.read_bytes(), today=date(2026, 11, 22), own=OWN)


def _label(path: Path) -> tuple[str, str]:
    """Kind and sub of the folder; a neutral reply has no sub."""
    kind, _, sub = path.parent.name.partition("-")
    return kind, "" if sub == "neutral" else sub


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"
