"""What the answers of mail servers mean: real ones, from many kinds of servers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.mail import answers
from outreach.mail.answers import NotSent, Outcome, Refused, Sent, Stage, Unsure, Whose, settle, sort

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (550, "5.1.1 <ghost@example.org>: Recipient address rejected: User unknown in local recipient table"),
        (550, "5.1.1 The email account that you tried to reach does not exist. Please try double-checking"),
        (550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"),
        (550, "Requested action not taken: mailbox unavailable: no such user here"),
        (550, "No such user"),
        (553, "5.1.3 Invalid address format"),
        (550, "5.1.6 recipient no longer on server"),
        (550, "unknown user account"),
        (551, "User not local; no such mailbox"),
        (550, "5.1.2 Domain not found"),
        (550, "<blocker@spamhaus.example>: user unknown"),
        (550, "Der Empfänger ist unbekannt"),
    ],
)
def test_an_unknown_address_is_dead(code: int, text: str) -> None:
    outcome = sort(Stage.RCPT, code, text)
    assert outcome == Refused("address_unknown", f"{code} {text}", address_is_dead=True)


@pytest.mark.parametrize(
    ("code", "text", "reason"),
    [
        (552, "5.2.2 Mailbox full", "mailbox_full"),
        (550, "5.2.2 user over quota", "mailbox_full"),
        (550, "5.2.1 The email account is disabled", "recipient_refused"),
        (550, "5.7.1 Message rejected due to content policy", "policy"),
        (554, "5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", "policy"),
        (550, "5.1.1 blocked by our blacklist", "policy"),
        (550, "5.1.2 destination system cannot be reached", "recipient_refused"),
        (550, "Access denied", "policy"),
        (550, "user unknown, sender blocked by policy", "policy"),
        (550, "5.7.26 unauthenticated mail is prohibited (SPF, DKIM)", "policy"),
        (550, "5.4.1 Recipient address rejected: Access denied", "policy"),
        (556, "nothing to say", "recipient_refused"),
    ],
)
def test_whatever_else_a_recipient_is_refused_for_kills_no_address(code: int, text: str, reason: str) -> None:
    assert sort(Stage.RCPT, code, text) == Refused(reason, f"{code} {text}", address_is_dead=False)


@pytest.mark.parametrize(
    ("stage", "code", "text", "reason", "whose"),
    [
        (Stage.MAIL, 550, "5.7.1 sender rejected", "sender_refused", Whose.IDENTITY),
        (Stage.MAIL, 530, "5.7.0 Must issue a STARTTLS command first", "sender_refused", Whose.IDENTITY),
        (Stage.LOGIN, 535, "5.7.8 authentication failed", "login_refused", Whose.IDENTITY),
        (Stage.LOGIN, 454, "4.7.0 temporary failure", "login_deferred", Whose.SERVER),
        (Stage.RCPT, 554, "5.7.1 <a@b.example>: Relay access denied", "relay_denied", Whose.IDENTITY),
        (Stage.RCPT, 550, "relaying denied", "relay_denied", Whose.IDENTITY),
        (Stage.RCPT, 530, "5.7.0 Authentication required", "relay_denied", Whose.IDENTITY),
        (Stage.RCPT, 550, "5.4.5 Daily user sending quota exceeded", "quota", Whose.SERVER),
        (Stage.DOT, 552, "daily sending limit reached", "quota", Whose.SERVER),
        (Stage.RCPT, 421, "4.7.0 too many connections", "server_closing", Whose.SERVER),
        (Stage.DOT, 421, "4.3.2 shutting down", "server_closing", Whose.SERVER),
        (Stage.RCPT, 450, "4.2.0 greylisted", "deferred", Whose.ADDRESS),
        (Stage.DOT, 451, "4.3.0 try again", "deferred", Whose.ADDRESS),
        (Stage.GREETING, 554, "no", "connect_refused", Whose.SERVER),
        (Stage.RCPT, 250, "fine?", "odd_answer", Whose.SERVER),
        (Stage.RCPT, -1, "", "odd_answer", Whose.SERVER),
    ],
)
def test_what_is_not_sent_names_whose_trouble_it_is(
    stage: Stage, code: int, text: str, reason: str, whose: Whose
) -> None:
    outcome = sort(stage, code, text)
    assert isinstance(outcome, NotSent)
    assert (outcome.reason, outcome.whose) == (reason, whose)


@settings(deadline=None)  # the machines of CI are shared
@given(st.integers(-1, 999), st.text(max_size=200))
def test_after_the_dot_only_a_clear_yes_or_no_settles_it(code: int, text: str) -> None:
    outcome = sort(Stage.DOT, code, text)
    if 200 <= code < 300:
        assert isinstance(outcome, Sent)
    elif 400 <= code < 600:
        assert isinstance(outcome, NotSent | Refused)
        assert not (isinstance(outcome, Refused) and outcome.address_is_dead)
    else:
        assert isinstance(outcome, Unsure)
    assert "\n" not in outcome.answer
    assert "\0" not in outcome.answer


@settings(deadline=None)  # the machines of CI are shared
@given(
    st.sampled_from([Stage.GREETING, Stage.LOGIN, Stage.MAIL, Stage.RCPT, Stage.DATA]), st.integers(-1, 999), st.text()
)
def test_before_the_dot_nothing_is_ever_sent_or_unsure(stage: Stage, code: int, text: str) -> None:
    assert isinstance(sort(stage, code, text), NotSent | Refused)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4.7.1 Greylisted, try again in 5 minutes", timedelta(minutes=5)),
        ("please retry after 300 seconds", timedelta(seconds=300)),
        ("Try again in 1 hour", timedelta(hours=1)),
        ("come back in 30s", timedelta(seconds=30)),
        ("try again in 999999 hours", timedelta(days=1)),
        ("try again later", None),
        ("4.2.0 mailbox busy", None),
    ],
)
def test_the_pause_a_server_asks_for_is_read(text: str, expected: timedelta | None) -> None:
    assert answers.wait(text) == expected


def test_retries_fit_into_a_day_and_then_the_mail_expires() -> None:
    deferred = NotSent("deferred", "450 later")
    pauses = []
    for attempt in range(1, 20):
        settled = settle(deferred, attempts=attempt, now=NOW, jitter=0)
        if settled.state == "expired":
            break
        assert settled.next_try_at is not None
        pauses.append(settled.next_try_at - NOW)
    assert [pause.total_seconds() / 60 for pause in pauses] == [1, 5, 15, 30, 60, 120, 240, 360, 360]
    assert timedelta(hours=18) < sum(pauses, timedelta()) < timedelta(hours=24)


@settings(deadline=None)  # the machines of CI are shared
@given(st.floats(-1, 1), st.integers(1, 9))
def test_a_pause_is_spread_by_a_fifth_and_never_shorter_than_the_server_asked(jitter: float, attempt: int) -> None:
    planned = answers.RETRIES[attempt - 1]
    plain = settle(NotSent("deferred"), attempts=attempt, now=NOW, jitter=jitter).next_try_at
    asked = settle(NotSent("deferred", pause=timedelta(hours=7)), attempts=attempt, now=NOW, jitter=jitter).next_try_at
    assert plain is not None
    assert asked is not None
    assert 0.79 * planned <= plain - NOW <= 1.21 * planned
    assert asked - NOW >= timedelta(hours=7)


@pytest.mark.parametrize(
    ("outcome", "state", "counts"),
    [
        (Sent("250 ok"), "sent", True),
        (Refused("policy"), "refused", True),
        (Unsure("no_answer"), "unsure", True),
        (NotSent("deferred"), "ready", True),
        (NotSent("connect_failed", whose=Whose.SERVER), "ready", False),
        (NotSent("sender_refused", whose=Whose.IDENTITY), "ready", False),
        (NotSent("connection_lost", whose=Whose.SERVER), "ready", True),
    ],
)
def test_each_outcome_leads_to_one_state(outcome: Outcome, state: str, counts: bool) -> None:
    settled = settle(outcome, attempts=1, now=NOW, jitter=0)
    assert (settled.state, settled.counts) == (state, counts)


def test_only_a_dead_address_is_suppressed_and_without_naming_it() -> None:
    text = "5.1.1 <anna@example.org>: user unknown"
    dead = settle(sort(Stage.RCPT, 550, text), attempts=1, now=NOW, jitter=0)
    assert dead.suppress == "550 5.1.1"
    assert settle(Refused("policy", "550 5.7.1 no"), attempts=1, now=NOW, jitter=0).suppress is None
