"""What strangers, mail programs and robots may do: sign up, confirm, leave, be counted; and nothing else."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.rows import Campaign
from outreach import clock, senders
from outreach.consent.rows import Consent, Subscription
from outreach.contacts import Contact
from outreach.house import House
from outreach.mail.rows import Delivery
from outreach.tracking.rows import Hit
from tests.web.conftest import Browser
from tests.web.lint import problems
from tests.world import World

FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
SIGN_UP = "/sign-up/neuigkeiten"


@pytest.fixture
def sender(house: House, people: World) -> None:
    """Somebody the confirmation mail comes from."""
    with house.database.writing() as session:
        senders.create(session, name="Katharina Weiß", address="katharina@weiss-beratung.example")


@pytest.fixture
def delivery(house: House, people: World) -> int:
    """A mail Anna got two hours ago."""
    with house.database.writing() as session:
        consent = session.scalars(
            select(Consent.id).where(Consent.contact_id == people.people["anna"], Consent.withdrawn_at.is_(None))
        ).one()
        row = Delivery(
            kind="newsletter", contact_id=people.people["anna"], consent_id=consent, address="anna@mueller.example",
            address_hash=b"x" * 32, state="sent", sent_at=clock.now() - timedelta(hours=2), measured=True, campaign_id=1,
        )  # fmt: skip
        session.add(Campaign(id=1, name="n", subject="s", format="html", body="b", state="sent", audience=1))
        session.flush()
        session.add(row)
        session.flush()
        return row.id


def _state(house: House, people: World, name: str = "anna") -> str | None:
    with house.database.reading() as session:
        return session.scalar(
            select(Subscription.state).where(
                Subscription.contact_id == people.people[name], Subscription.list_id == people.lists["news"]
            )
        )


def _contacts(session: Session) -> int:
    return session.scalar(select(func.count(Contact.id))) or 0


@pytest.mark.parametrize("path", ["/confirm/{}", "/u/{}", "/p/{}", "/c/{}", "/v/{}"])
@pytest.mark.parametrize("token", ["nonsense", "A" * 40, "%00", "x" * 3000, "../../etc/passwd"])
def test_a_wrong_token_is_answered_with_a_sentence(client: Browser, people: World, path: str, token: str) -> None:
    answer = client.get(path.format(token))
    assert answer.status_code == 404
    assert "<h1" in answer.text
    assert not problems(answer.text)


def test_a_token_of_one_kind_opens_nothing_else(client: Browser, house: House, people: World) -> None:
    token = house.sealer.seal("preferences", people.people["anna"])
    assert client.get(f"/p/{token}").status_code == 200
    for path in ("/u", "/confirm", "/c", "/v"):
        assert client.get(f"{path}/{token}").status_code == 404
    assert client.post(f"/u/{token}").status_code == 404
    assert _state(house, people) == "confirmed"


def test_a_pixel_with_a_wrong_token_is_still_a_picture_and_counts_nothing(client: Browser, house: House) -> None:
    answer = client.get("/o/nonsense")
    assert (answer.status_code, answer.content_type) == (404, "image/gif")
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Hit)) == 0


@pytest.mark.parametrize("kind", ["unsubscribe", "unsubscribe-all"])
def test_looking_at_the_unsubscribe_link_changes_nothing(
    client: Browser, house: House, people: World, delivery: int, kind: str
) -> None:
    token = house.sealer.seal(kind, delivery)
    for _ in range(3):
        assert client.get(f"/u/{token}", headers=FIREFOX).status_code == 200
        assert client.head(f"/u/{token}").status_code == 200
        assert client.options(f"/u/{token}").status_code == 200
    assert _state(house, people) == "confirmed"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        (b"", ""),
        (b"", "text/plain"),
        (b'{"hello": 1}', "application/json"),
        (b"\x00\xff\xfe broken", "application/octet-stream"),
        (b"--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--", "multipart/form-data; boundary=x"),
        (b"not what it says", "multipart/form-data; boundary=x"),
        (b"not what it says", "multipart/form-data"),
        (b"%%%=&&&=%zz", "application/x-www-form-urlencoded"),
    ],
)  # fmt: skip
def test_one_click_unsubscribes_whatever_the_body_is_without_cookie_or_token(
    client: Browser, house: House, people: World, delivery: int, body: bytes, kind: str
) -> None:
    headers = {"Content-Type": kind} if kind else {}
    answer = client.post(f"/u/{house.sealer.seal('unsubscribe', delivery)}", data=body, headers=headers)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert _state(house, people) == "unsubscribed"
    with house.database.reading() as session:
        ended = session.scalars(select(Consent.withdrawn_how).where(Consent.contact_id == people.people["anna"],
                                                                     Consent.withdrawn_at.is_not(None))).all()  # fmt: skip
        assert "one_click" in ended


def test_unsubscribing_twice_means_it_once(client: Browser, house: House, people: World, delivery: int) -> None:
    token = house.sealer.seal("unsubscribe", delivery)
    assert [client.post(f"/u/{token}").status_code for _ in range(3)] == [200] * 3
    assert _state(house, people) == "unsubscribed"


def test_a_robot_that_fills_in_the_hidden_field_is_thanked_and_forgotten(
    client: Browser, house: House, people: World
) -> None:
    with house.database.reading() as session:
        before = _contacts(session)
    answer = client.post(SIGN_UP, data={"email": "robot@spam.example", "homepage": "https://spam.example"})
    assert answer.status_code == 303
    assert "thanks" in answer.location
    with house.database.reading() as session:
        assert _contacts(session) == before


def test_signing_up_again_and_again_has_to_wait(client: Browser, sender: None) -> None:
    codes = [client.post(SIGN_UP, data={"email": f"a{n}@b.example"}).status_code for n in range(22)]
    assert codes == [303] * 20 + [429] * 2
    refused = client.post(SIGN_UP, data={"email": "a@b.example"})
    assert refused.status_code == 429
    assert "<h1" in refused.text


@pytest.mark.parametrize("has_sender", [True, False])
def test_a_sign_up_answers_the_same_for_a_known_and_an_unknown_address(
    request: pytest.FixtureRequest, client: Browser, people: World, has_sender: bool
) -> None:
    if has_sender:
        request.getfixturevalue("sender")
    known = client.post(SIGN_UP, data={"email": "anna@mueller.example"})
    unknown = client.post(SIGN_UP, data={"email": "neu@mueller.example"})
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    assert known.status_code == (303 if has_sender else 422)


@pytest.mark.parametrize("framed", ["", "?framed=1"])
@pytest.mark.parametrize(
    "fields",
    [
        {"email": "kein postfach"},
        {"email": ""},
        {"email": "a@b.example\r\nBcc: c@d.example"},
        {"email": "a@b.example", "first_name": "Anna\r\nBcc: c@d.example"},
        {"email": "a@b.example", "last_name": "x" * 500},
    ],
)
def test_a_wrong_sign_up_gets_its_sentence_and_keeps_what_was_typed(
    client: Browser, house: House, sender: None, framed: str, fields: dict[str, str]
) -> None:
    answer = client.post(SIGN_UP + framed, data={"first_name": "Ännchen", **fields})
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert "Ännchen" in answer.text or "first_name" in fields
    assert not problems(answer.text)
    with house.database.reading() as session:
        assert session.scalar(select(func.count(Contact.id)).where(Contact.email_key.like("%b.example%"))) == 0


def test_only_the_form_for_other_sites_may_be_framed(client: Browser, people: World) -> None:
    framed = [f"{SIGN_UP}/embed", f"{SIGN_UP}/thanks?framed=1"]
    alone = [SIGN_UP, f"{SIGN_UP}/thanks", "/sign-in", "/u/nonsense", "/nowhere"]
    for path in framed:
        assert "frame-ancestors *" in client.get(path).headers["Content-Security-Policy"], path
    for path in alone:
        assert "frame-ancestors 'none'" in client.get(path).headers["Content-Security-Policy"], path


def test_a_list_that_is_not_public_has_no_page(client: Browser, house: House, people: World) -> None:
    assert client.get("/sign-up/nowhere").status_code == 404
    assert client.post("/sign-up/nowhere", data={"email": "a@b.example"}).status_code == 404


def test_a_pixel_asked_a_thousand_times_is_one_row_and_cheap(client: Browser, house: House, delivery: int) -> None:
    path, asked = f"/o/{house.sealer.seal('open', delivery)}", 1000
    begun = time.process_time()
    assert {client.get(path, headers=FIREFOX).status_code for _ in range(asked)} == {200}
    each = (time.process_time() - begun) / asked
    with house.database.reading() as session:
        assert session.execute(select(Hit.count)).scalars().all() == [asked]
    assert each < 0.01, f"{each * 1000:.1f} ms each"  # generous: this machine may be busy; it is a tenth of that


def test_a_link_leads_only_where_the_newsletter_says(
    client: Browser, house: House, people: World, delivery: int
) -> None:
    for path in (
        "/c/nonsense?url=https://evil.example",
        f"/c/{house.sealer.seal('click', delivery, 99)}?next=//evil.example",
    ):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "Location" not in answer.headers
