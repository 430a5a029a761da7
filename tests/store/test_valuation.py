"""Value, stage and cadence of everybody: the one statement says what the pure functions say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from outreach import clock, contacts, valuation, value
from outreach.care.rows import Referral
from outreach.contacts import Contact
from outreach.db import Database
from outreach.history.rows import Touchpoint
from outreach.value import Cadence

NOW = datetime(2026, 9, 15, 8, 0, tzinfo=UTC)

_orders = st.lists(st.tuples(st.integers(0, 1500), st.one_of(st.none(), st.integers(-5_000_00, 90_000_00))), max_size=5)
_contact = st.fixed_dictionaries(
    {
        "orders": _orders,
        "real": st.lists(
            st.tuples(st.sampled_from(["call", "mail_in", "mail_out", "note"]), st.integers(0, 900)), max_size=3
        ),
        "referrals": st.integers(0, 4),
        "by_hand": st.sampled_from(["", "", "", "fan"]),
        "paused": st.sampled_from([None, None, -30, 400]),
        "muted": st.booleans(),
        "own": st.sampled_from([None, None, 14]),
    }
)


def _add(session: Session, wanted: list[dict[str, Any]]) -> list[int]:
    ids = []
    for number, one in enumerate(wanted):
        made = contacts.create(
            session, last_name=f"Nr. {number}", stage=one["by_hand"] or "prospect", cadence=(one["own"], 30) if one["own"] else None,
            paused_until=NOW.date() + timedelta(days=one["paused"]) if one["paused"] else None,
        )  # fmt: skip
        made.muted_at = NOW if one["muted"] else None
        made.created_at = NOW - timedelta(days=100)
        ids.append(made.id)
    session.flush()
    rows = [
        {"contact_id": id_, "kind": kind, "text": "", "amount": amount, "state": "", "source": "", "created_at": NOW,
         "at": NOW - timedelta(days=days)}
        for id_, one in zip(ids, wanted, strict=True)
        for kind, days, amount in [("order", d, a) for d, a in one["orders"]] + [(k, d, None) for k, d in one["real"]]
    ]  # fmt: skip
    if rows:
        session.execute(insert(Touchpoint), rows)
    for id_, one in zip(ids, wanted, strict=True):
        for number in range(one["referrals"]):
            session.add(Referral(referrer_id=id_, name=f"Wer {number}", referred_on=NOW.date()))
    session.flush()
    return ids


def _expected(ids: list[int], wanted: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    def total(one: dict[str, Any], years: int, until: int = 0) -> int:
        first, last = clock.years_before(NOW, years), clock.years_before(NOW, until)
        days = [(NOW - timedelta(days=d), a or 0) for d, a in one["orders"]]
        return sum(a for at, a in days if first <= at and (at < last or not until))

    ranked = {one.id: one for one in value.ranked((i, total(w, 1)) for i, w in zip(ids, wanted, strict=True))}
    found = {}
    for id_, one in zip(ids, wanted, strict=True):
        real = [NOW - timedelta(days=d) for k, d in one["real"] if k in value.REAL_CONTACTS]
        days = [(NOW - timedelta(days=d)).date() for d, a in one["orders"] if (a or 0) >= 0]
        rank = ranked[id_]
        stage = value.stage(
            orders=len(days), first_order_on=min(days, default=None), last_order_on=max(days, default=None),
            referrals=one["referrals"], today=NOW.date(), by_hand=one["by_hand"],
        )  # fmt: skip
        due = value.due(
            last_contact_on=max(real).date() if real else None, created_on=(NOW - timedelta(days=100)).date(), today=NOW.date(),
            cadence=value.cadence(rank.value_class, own=Cadence(one["own"], 30) if one["own"] else None), muted=one["muted"],
            paused_until=NOW.date() + timedelta(days=one["paused"]) if one["paused"] else None,
        )  # fmt: skip
        known = bool(real) or total(one, 3) > 0 or one["own"]
        found[id_] = {
            "turnover_12": total(one, 1), "turnover_36": total(one, 3), "turnover_before": total(one, 2, 1),
            "value_class": rank.value_class, "value_rank": rank.rank, "stage": stage.value,
            "last_contact_at": max(real, default=None), "due_on": due.due_on if known and not one["muted"] else None,
        }  # fmt: skip
    return found


def _stored(session: Session, ids: list[int], names: list[str]) -> dict[int, dict[str, Any]]:
    columns = [getattr(Contact, name) for name in names]
    rows = session.execute(select(Contact.id, *columns).where(Contact.id.in_(ids)))
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=st.lists(_contact, max_size=8))
def test_the_statement_says_what_the_rules_say(sqlite: Database, wanted: list[dict[str, Any]]) -> None:
    with sqlite.session(writing=True) as session:
        _agree(session, wanted)
        session.rollback()


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=st.lists(_contact, min_size=1, max_size=8))
def test_on_either_database(session: Session, wanted: list[dict[str, Any]]) -> None:
    with session.begin_nested() as point:
        _agree(session, wanted)
        point.rollback()


def _agree(session: Session, wanted: list[dict[str, Any]]) -> None:
    ids = _add(session, wanted)
    valuation.recompute(session, NOW)
    expected = _expected(ids, wanted)
    names = list(next(iter(expected.values()))) if expected else ["stage"]
    assert _stored(session, ids, names) == expected
    assert valuation.recompute(session, NOW) == 0  # a second time there is nothing to do
    alone = [name for name in names if name not in ("value_class", "value_rank")]
    valuation.refresh(session, ids, NOW)
    assert _stored(session, ids, names) == expected, alone


def test_the_card_explains_the_class_with_figures(session: Session) -> None:
    wanted = [{"orders": [(10, cents)], "real": [], "referrals": 0, "by_hand": "", "paused": None, "muted": False, "own": None}
              for cents in (600_000, 300_000, 60_000, 40_000)]  # fmt: skip
    ids = _add(session, wanted)
    valuation.recompute(session, NOW)
    totals = valuation.totals(session)
    assert (totals.customers, totals.turnover_12) == (4, 1_000_000)
    said = valuation.explained(contacts.person(session, ids[1]), totals)
    assert said.values == {
        "value_class": "A",
        "turnover_cents": 300_000,
        "rank": 2,
        "customers": 4,
        "share_percent": 90,
    }
    assert [(line.value_class, line.rank, line.share) for line in valuation.largest(session)] == [
        ("A", 1, 6000), ("A", 2, 9000), ("B", 3, 9600), ("C", 4, 10_000),
    ]  # fmt: skip
    assert valuation.curve(session) == [(1, 6000), (2, 9000), (3, 9600), (4, 10_000)]
    assert valuation.per_class(session) == [("A", 2, 900_000), ("B", 1, 60_000), ("C", 1, 40_000)]


def test_the_pace_of_a_class_can_be_set_and_counts_at_once(session: Session) -> None:
    wanted = [
        {
            "orders": [(10, 100)],
            "real": [("call", 5)],
            "referrals": 0,
            "by_hand": "",
            "paused": None,
            "muted": False,
            "own": None,
        }
    ]
    (anna,) = _add(session, wanted)
    valuation.set_cadence(session, "A", ideal_days=7, latest_days=14)
    valuation.recompute(session, NOW)
    assert _stored(session, [anna], ["due_on"]) == {anna: {"due_on": date(2026, 9, 10) + timedelta(days=7)}}
    assert valuation.cadences(session)["A"] == Cadence(7, 14)
    with pytest.raises(Exception, match="good pace"):
        valuation.set_cadence(session, "A", ideal_days=14, latest_days=7)


def test_who_only_reads_the_newsletter_is_never_due(session: Session) -> None:
    made = contacts.create(session, email="leser@x.example")
    valuation.recompute(session, NOW)
    assert contacts.get(session, made.id).due_on is None
