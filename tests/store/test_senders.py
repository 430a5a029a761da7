"""Senders: what may be a From line, how fast each may write, and when its breaker is open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach import senders
from outreach.errors import Conflict, Invalid, NotFound
from outreach.senders import Sender

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def made(session: Session, **more: int) -> int:
    return senders.create(session, name="Büro Sommer", address="post@sommer.example", **more).id


def test_a_sender_is_a_name_and_an_address_nobody_else_has(session: Session) -> None:
    number = made(session)
    assert senders.get(session, number).address == "post@sommer.example"
    with pytest.raises(Conflict):
        made(session)
    senders.change(session, number, name="Büro Winter", address="post@winter.example", reply_to="chef@winter.example")
    assert [sender.name for sender in senders.everybody(session)] == ["Büro Winter"]


@pytest.mark.parametrize(
    ("field", "bad"),
    [("name", ""), ("name", "a\r\nBcc: x@example.org"), ("address", "post"), ("address", "a\n@example.org"),
     ("reply_to", "nobody@"), ("per_hour", 0)],
)  # fmt: skip
def test_what_could_not_stand_in_a_header_is_refused(session: Session, field: str, bad: object) -> None:
    fields = {"name": "Büro", "address": "post@sommer.example", "reply_to": "", "per_hour": None, field: bad}
    with pytest.raises(Invalid) as error:
        senders.create(session, **fields)  # type: ignore[arg-type]
    assert error.value.field == field


def test_without_a_name_the_first_sender_is_chosen(session: Session) -> None:
    with pytest.raises(NotFound):
        senders.choose(session, None)
    number = made(session)
    assert senders.choose(session, None) == senders.choose(session, "post@sommer.example") == number
    with pytest.raises(NotFound):
        senders.choose(session, "else@sommer.example")


def test_a_pace_is_kept_and_a_burst_is_small(session: Session) -> None:
    number = made(session, per_hour=3600)  # one a second, two seconds' worth at once
    assert senders.allow(session, number, wanted=50, now=NOW).mails == 2
    senders.spend(session, number, used=2, now=NOW)
    assert senders.allow(session, number, wanted=50, now=NOW).mails == 0
    assert senders.ready_at(session, number) == NOW + timedelta(seconds=1)
    assert senders.allow(session, number, wanted=50, now=NOW + timedelta(seconds=1)).mails == 1
    assert senders.allow(session, number, wanted=50, now=NOW + timedelta(days=1)).mails == 2


def test_a_sender_without_a_pace_is_never_held_back(session: Session) -> None:
    number = made(session)
    senders.spend(session, number, used=50, now=NOW)
    assert senders.allow(session, number, wanted=50, now=NOW).mails == 50
    assert senders.ready_at(session, number) is None


def test_the_breaker_opens_longer_with_each_failure_and_lets_one_mail_try(session: Session) -> None:
    number, now = made(session), NOW
    for failure, pause in enumerate([*senders.PAUSES, senders.PAUSES[-1]]):
        assert senders.trip(session, number, seen=failure, trouble={"sentence": "no", "values": {}}, now=now)
        assert senders.allow(session, number, wanted=50, now=now + pause * 0.9).mails == 0
        now += pause
        probe = senders.allow(session, number, wanted=50, now=now)
        assert (probe.mails, probe.failures) == (1, failure + 1)
    senders.spend(session, number, used=1, now=now)
    assert senders.allow(session, number, wanted=50, now=now).mails == 0, "one probe at a time"
    senders.mend(session, number)
    assert senders.allow(session, number, wanted=50, now=now).mails == 50
    assert session.execute(select(Sender.failures, Sender.trouble, Sender.broken_until)).one() == (0, None, None)


@settings(deadline=None)
@given(st.integers(1, 100_000), st.lists(st.tuples(st.floats(0, 5), st.integers(1, 50)), max_size=60))
def test_no_stretch_of_time_sees_more_than_its_share(per_hour: int, asks: list[tuple[float, int]]) -> None:
    paced_until, now, sent = None, NOW, 0
    step = timedelta(hours=1) / per_hour
    for wait, wanted in asks:
        now += timedelta(seconds=wait)
        mails = min(wanted, senders.room(per_hour=per_hour, paced_until=paced_until, now=now))
        if mails:
            paced_until = max(paced_until or now, now) + mails * step
        sent += mails
        burst = max(1, 2 * per_hour / 3600 + 1)
        assert sent <= (now - NOW) / step + burst + 1
