"""What providers call, through the door: proven, counted once, and shown in the settings."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from outreach import clock
from outreach.consent import suppression
from outreach.consent.light import light
from outreach.consent.rows import Permission
from outreach.house import House
from outreach.lights import known
from outreach.mail.hooks import Certificates
from outreach.mail.rows import Delivery
from outreach.replies import hooks
from outreach.replies.hooks import HookLine
from outreach.replies.rows import Bounce, Hook
from outreach.users import Role
from tests.decide.test_hooks import SIGNING_KEY, TOPIC, basic, bounce, certificate, mailgun, public, sendgrid, sns
from tests.replying import ANNA, Desk
from tests.web.conftest import Browser, SignIn

SINCE = timedelta(days=30)


@pytest.fixture
def desk(house: House) -> Desk:
    """Anna was written to lately."""
    made = Desk(house)
    made.sent()
    return made


def on(house: House, provider: str, key: str = "") -> HookLine:
    """A provider that may call."""
    with house.database.writing() as session:
        hooks.turn_on(session, house, provider)
        if key:
            hooks.set_key(session, house, provider, key)
        return hooks.one(session, house, provider, since=clock.now() - SINCE)


def path(line: HookLine) -> str:
    return urlsplit(line.address).path


def suppressed(house: House, address: str = ANNA) -> bool:
    with house.database.reading() as session:
        return suppression.contains(session, address)


def row(house: House, provider: str) -> Hook:
    with house.database.reading() as session:
        found = session.get_one(Hook, provider)
        session.expunge(found)
        return found


def brevo(event: str = "hard_bounce", address: str = ANNA, **more: Any) -> dict[str, Any]:
    return {"event": event, "email": address, "ts_epoch": clock.now().timestamp() * 1000, **more}


def test_a_bounce_told_by_a_provider_counts_at_its_mail_and_makes_the_address_dead(
    house: House, desk: Desk, client: Browser
) -> None:
    line = on(house, "brevo")
    with house.database.reading() as session:
        sent = session.scalars(select(Delivery.id).where(Delivery.kind == "personal")).one()
    told = brevo(**{"message-id": f"<{house.sealer.seal('mail', sent)}@weiss-beratung.example>"})
    assert client.post(path(line), json=told).status_code == 200
    with house.database.reading() as session:
        (kept,) = session.scalars(select(Bounce)).all()
        assert (kept.kind, kept.source, kept.delivery_id, kept.contact_id) == ("hard", "brevo", sent, desk.anna)
        assert session.get_one(Delivery, sent).bounced_at is not None
    assert suppressed(house)
    assert len(desk.tasks()) == 1
    assert row(house, "brevo").heard_at is not None


def test_the_same_call_twice_changes_nothing(house: House, desk: Desk, client: Browser) -> None:
    line, told = on(house, "brevo"), brevo("soft_bounce")
    for _ in range(3):
        assert client.post(path(line), json=told).status_code == 200
    assert desk.count(Bounce) == 1


def test_a_spam_report_suppresses_and_an_unsubscribe_turns_the_light_red_once(
    house: House, desk: Desk, client: Browser
) -> None:
    line, told = on(house, "brevo"), brevo("unsubscribed")
    for _ in range(2):
        assert client.post(path(line), json=told).status_code == 200
    with house.database.reading() as session:
        assert light("mail", known(session, [desk.anna])[desk.anna]).colour == "red"
        objections = session.scalars(select(Permission).where(Permission.what == "objected")).all()
        assert [one.source[:5] for one in objections] == ["Brevo"]
    assert suppressed(house)


def test_an_address_we_never_wrote_to_is_not_believed(house: House, desk: Desk, client: Browser) -> None:
    line = on(house, "brevo")
    for event in ("hard_bounce", "spam", "unsubscribed"):
        assert client.post(path(line), json=brevo(event, "wer@fremd.example")).status_code == 200
        assert client.post(path(line), json=brevo(event, "keine Adresse")).status_code == 200
    assert desk.count(Bounce) == 0
    assert not suppressed(house, "wer@fremd.example")


def test_what_nobody_needs_is_taken_and_changes_nothing(house: House, desk: Desk, client: Browser) -> None:
    line = on(house, "brevo")
    assert client.post(path(line), json=brevo("opened")).status_code == 200
    assert (desk.count(Bounce), suppressed(house)) == (0, False)


def test_amazon_is_proven_by_its_certificate_and_its_link_waits_in_the_settings(
    house: House, signed_in: SignIn, client: Browser
) -> None:
    desk = Desk(house)
    desk.sent()
    house.kept(Certificates, lambda: Certificates(lambda url: certificate(until=clock.now() + timedelta(days=9))))
    line = on(house, "ses", TOPIC)
    assert client.post(path(line), data=sns("x", kind="SubscriptionConfirmation")).status_code == 200
    page = signed_in(Role.OWNER).get("/settings/hooks/ses").text
    assert "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription" in page
    assert client.post(path(line), data=sns(bounce()), content_type="text/plain").status_code == 200
    assert row(house, "ses").trouble is None
    assert suppressed(house)


def test_a_wrong_signature_is_refused_and_said(house: House, desk: Desk, client: Browser) -> None:
    line = on(house, "sendgrid", public())
    call = sendgrid([{"event": "spamreport", "email": ANNA, "sg_event_id": "1"}])
    headers = dict(call.headers)
    assert client.post(path(line), data=call.body + b" ", headers=headers).status_code == 403
    trouble = row(house, "sendgrid").trouble
    assert trouble is not None
    assert "signature" in trouble["sentence"]
    assert not suppressed(house)
    assert client.post(path(line), data=call.body, headers=headers).status_code == 200
    assert row(house, "sendgrid").trouble is None
    assert suppressed(house)


def test_postmark_calls_with_the_password_of_its_address(house: House, desk: Desk, client: Browser) -> None:
    line = on(house, "postmark")
    parts = urlsplit(line.address)
    told = {"RecordType": "SpamComplaint", "Email": ANNA, "ID": 1}
    refused = client.post(path(line), json=told, headers=basic("outreach:wrong"))
    assert (refused.status_code, "WWW-Authenticate" in refused.headers) == (401, True)
    assert not suppressed(house)
    good = basic(f"{parts.username}:{parts.password}")
    assert client.post(path(line), json=told, headers=good).status_code == 200
    assert suppressed(house)


def test_a_call_of_mailgun_counts_once_and_only_while_it_is_fresh(house: House, desk: Desk, client: Browser) -> None:
    line, now = on(house, "mailgun", SIGNING_KEY), clock.now()
    event = {"event": "failed", "severity": "temporary", "timestamp": now.timestamp()}
    old = mailgun(event, at=now - timedelta(minutes=20))
    assert client.post(path(line), data=old).status_code == 403
    fresh = mailgun(event, at=now)
    assert client.post(path(line), data=fresh).status_code == 200
    # The same token under other words: the signature does not cover the event.
    replay = mailgun({"event": "complained", "timestamp": now.timestamp()}, at=now)
    assert client.post(path(line), data=replay).status_code == 200
    assert (desk.count(Bounce), suppressed(house)) == (1, False)
    other = mailgun({"event": "complained", "timestamp": now.timestamp()}, at=now, token="u" * 50)
    assert client.post(path(line), data=other).status_code == 200
    assert suppressed(house)


def test_junk_and_what_is_too_large_is_refused(house: House, client: Browser) -> None:
    line = on(house, "brevo")
    assert client.post(path(line), data=b"{").status_code == 400
    assert client.post(path(line), data=b'"' + b"x" * 2_200_000 + b'"').status_code == 413
    for method in ("get", "put", "delete"):
        assert getattr(client, method)(path(line)).status_code in (404, 405)


def test_only_the_address_of_today_is_heard(house: House, desk: Desk, client: Browser) -> None:
    line = on(house, "brevo")
    assert client.post("/hooks/brevo/wrong", json=brevo()).status_code == 404
    assert client.post(path(line).replace("brevo", "ses"), json=brevo()).status_code == 404
    assert client.post("/hooks/nobody/x", json=brevo()).status_code == 404
    with house.database.writing() as session:
        hooks.renew(session, house, "brevo")
    assert client.post(path(line), json=brevo()).status_code == 404
    new = on(house, "brevo")
    assert client.post(path(new), json=brevo()).status_code == 200
    with house.database.writing() as session:
        hooks.turn_off(session, "brevo")
    assert client.post(path(new), json=brevo()).status_code == 404
    again = on(house, "brevo")
    assert again.address not in (line.address, new.address)


def test_calls_come_in_numbers_but_not_without_end(app: Flask, house: House, client: Browser) -> None:
    assert getattr(app.view_functions["webhooks.take"], "without_csrf", False)
    line = on(house, "brevo")
    answers = [client.post(path(line), data=b"{").status_code for _ in range(605)]
    assert set(answers[:600]) == {400}
    assert answers[-1] == 429


# ---- the settings


def test_an_owner_sets_a_provider_up(house: House, signed_in: SignIn) -> None:
    owner = signed_in(Role.OWNER)
    assert owner.submit("/settings/hooks/mailgun").location == "/settings/hooks/mailgun"
    page = owner.get("/settings/hooks/mailgun").text
    assert path(on(house, "mailgun")) in page
    assert owner.submit("/settings/hooks/mailgun", to="/settings/hooks/mailgun/key", key="").status_code == 422
    assert owner.submit("/settings/hooks/mailgun", to="/settings/hooks/mailgun/key", key=SIGNING_KEY).status_code == 303
    assert SIGNING_KEY not in owner.get("/settings/hooks/mailgun").text, "a key is never shown again"
    assert SIGNING_KEY not in row(house, "mailgun").key, "and locked"
    before = on(house, "mailgun").address
    owner.submit("/settings/hooks/mailgun", to="/settings/hooks/mailgun/address")
    assert on(house, "mailgun").address != before
    owner.submit("/settings/hooks/mailgun", to="/settings/hooks/mailgun/removal")
    assert rows_of_hooks(house) == 0


def test_what_is_no_key_is_said(house: House, signed_in: SignIn) -> None:
    owner = signed_in(Role.OWNER)
    for provider, key in (("sendgrid", "abc"), ("ses", "bounces"), ("mailgun", "a" * 3000)):
        on(house, provider)
        page = f"/settings/hooks/{provider}"
        answer = owner.submit(page, to=f"{page}/key", key=key)
        assert answer.status_code == 422, provider
        assert 'aria-invalid="true"' in answer.text


def test_a_provider_that_does_not_exist_is_not_found(signed_in: SignIn) -> None:
    assert signed_in(Role.OWNER).get("/settings/hooks/nobody").status_code == 404


def test_an_editor_sees_the_state_and_not_the_address(house: House, signed_in: SignIn) -> None:
    line = on(house, "postmark")
    editor = signed_in(Role.EDITOR)
    assert line.address not in editor.get("/settings/hooks").text
    assert editor.get("/settings/hooks/postmark").status_code == 403


def test_a_changed_key_of_the_installation_is_said_and_a_new_address_mends_it(house: House, client: Browser) -> None:
    line = on(house, "postmark")
    with house.database.writing() as session:
        session.get_one(Hook, "postmark").key = "locked with another key"
    told = json.dumps({"RecordType": "SpamComplaint", "Email": ANNA})
    assert client.post(path(line), data=told).status_code == 403
    assert row(house, "postmark").trouble is not None
    with house.database.writing() as session:
        hooks.renew(session, house, "postmark")
    assert urlsplit(on(house, "postmark").address).password


def rows_of_hooks(house: House) -> int:
    with house.database.reading() as session:
        return len(session.scalars(select(Hook)).all())
