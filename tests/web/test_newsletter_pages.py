"""The pages of newsletters, templates and segments with what people get wrong: sentences, and nothing lost."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from campaigns import example
from campaigns.rows import Campaign, Segment
from outreach.house import House
from outreach.mail.rows import Delivery, Template
from outreach.users import Role
from tests import snapshots
from tests.web.conftest import Browser, SignIn, hidden_fields
from tests.web.lint import problems
from tests.web.samples import DRAFT, SENT
from tests.world import World

PAGE, SEND = f"/newsletters/{DRAFT}", f"/newsletters/{DRAFT}/send"
#: texts nobody can send, and how long each may take to be refused
BROKEN = {
    "a gap left open": "{{ greeting },\n\nMein Text",
    "an unknown tag": "{% blame %}\n\nMein Text",
    "an if without end": "{% if contact.city %}\n\nMein Text",
    "an endless loop": "{% for a in range(99999999) %}{% for b in range(99999999) %}x{% endfor %}{% endfor %}Mein Text",
    "an attribute escape": "{{ ''.__class__.__mro__[1].__subclasses__() }} Mein Text",
    "another attribute escape": "{{ greeting|attr('__init__') }} Mein Text",
    "an import": "{% import 'os' as os %}Mein Text",
    "a huge product": "{{ 'x' * 999999999 }} Mein Text",
    "a huge power": "{{ 9 ** 9 ** 9 }} Mein Text",
    "a macro calling itself": "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }} Mein Text",
}


@pytest.fixture(autouse=True)
def _examples(house: House, people: World) -> None:
    snapshots.filled(house, example.load, on="people")


def _campaign(house: House, campaign_id: int = DRAFT) -> Campaign:
    with house.database.reading() as session:
        found = session.get_one(Campaign, campaign_id)
        session.expunge(found)
        return found


def _fields(client: Browser, **changed: str) -> dict[str, str]:
    """The editor as a browser would post it, with some fields changed."""
    campaign = _page_values(client.get(PAGE).text)
    return {**hidden_fields(client.get(PAGE).text, PAGE), **campaign, **changed}


def _page_values(html: str) -> dict[str, str]:
    chosen = {
        name: re.search(rf'<select[^>]*name="{name}".*?</select>', html, re.DOTALL) for name in
        ("list_id", "segment_id", "sender_id", "format")
    }  # fmt: skip
    values = {
        name: re.search(r'<option selected[^>]*value="([^"]*)"', found[0]) for name, found in chosen.items() if found
    }
    return {"name": "Werkstattpost", "subject": "Betreff", "preheader": "", "body": "Text",
            **{name: found[1] if found else "0" for name, found in values.items()}}  # fmt: skip


def _sentence(html: str) -> str:
    found = re.search(r'class="(?:error|notice warning|bad)".*?</(?:p|div|li)>', html, re.DOTALL)
    assert found, "no sentence on the page"
    return re.sub(r"<[^>]+>|\s+", " ", found[0])


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_newsletter_is_kept_with_a_sentence_and_cannot_be_sent(
    signed_in: SignIn, house: House, body: str
) -> None:
    client = signed_in()
    assert client.post(PAGE, data=_fields(client, body=body)).status_code == 303
    page = client.get(PAGE).text
    assert "Mein Text" in page
    assert _campaign(house).body == body
    assert "Traceback" not in page
    assert not problems(page)
    shown = client.get(f"{PAGE}/preview")
    assert shown.status_code == 200
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert 'class="bad"' in page, "the editor does not say what is wrong"
    refused = client.post(SEND, data={**hidden_fields(page, PAGE), "when": "now"})
    assert refused.status_code in (409, 422), "it was sent"
    assert _campaign(house).state == "draft"


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_template_is_refused_beside_its_field_and_the_text_is_kept(
    signed_in: SignIn, house: House, body: str
) -> None:
    client = signed_in()
    fields = {"name": "Neu", "subject": "Betreff", "preheader": "", "format": "html", "body": body}
    answer = client.submit("/templates/new", to="/templates/", **fields)
    assert answer.status_code == 422
    assert 'id="body-error"' in answer.text
    assert "Mein Text" in answer.text
    assert not problems(answer.text)
    with house.database.reading() as session:
        assert session.scalar(select(func.count(Template.id)).where(Template.name == "Neu")) == 0


@pytest.mark.parametrize("field", ["subject", "preheader", "name"])
@pytest.mark.parametrize("evil", ["Hallo\r\nBcc: alle@firma.example", "Hallo\nX: y", "Hallo\x00", "x" * 3000])
def test_nothing_gets_into_a_header_and_the_text_is_kept(
    signed_in: SignIn, house: House, field: str, evil: str
) -> None:
    client = signed_in()
    before = _campaign(house)
    answer = client.post(PAGE, data=_fields(client, **{"body": "Mein Text", field: evil}))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "Mein Text" in answer.text
    assert getattr(_campaign(house), field) == getattr(before, field)


@pytest.mark.parametrize("field", ["name", "address", "reply_to"])
def test_nothing_gets_into_the_sender_line(signed_in: SignIn, field: str) -> None:
    fields = {
        "name": "Büro",
        "address": "a@b.example",
        "reply_to": "c@d.example",
        field: "a@b.example\r\nBcc: x@y.example",
    }
    answer = signed_in().submit("/settings/senders/new", to="/settings/senders", **fields)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_autosave_answers_with_the_other_side_and_refuses_in_place(signed_in: SignIn, house: House) -> None:
    client = signed_in()
    good = client.post(PAGE, data=_fields(client, body="Neuer Text"), headers={"HX-Request": "true"})
    assert good.status_code == 200
    assert good.text.lstrip().startswith('<div class="stack" id="side"')
    assert 'hx-swap-oob="true"' in good.text
    stale = _fields(client, body="Noch einer", version="1")
    refused = client.post(PAGE, data=stale, headers={"HX-Request": "true"})
    assert "data-not-kept" in refused.text
    assert 'hx-swap-oob="true"' not in refused.text  # the next key must not write over somebody else's text
    assert _campaign(house).body == "Neuer Text"


def test_of_two_who_send_at_once_one_is_told(signed_in: SignIn, house: House) -> None:
    first, second = signed_in(Role.OWNER), signed_in(Role.EDITOR)
    ready = {who: hidden_fields(who.get(SEND).text, SEND) for who in (first, second)}
    assert first.post(SEND, data={**ready[first], "when": "now"}).status_code == 303
    late = second.post(SEND, data={**ready[second], "when": "now"})
    assert late.status_code == 409
    assert _sentence(late.text)
    assert not problems(late.text)
    assert _campaign(house).state == "sending"


def test_the_same_send_form_posted_twice_sends_once_and_answers_the_same(signed_in: SignIn, house: House) -> None:
    client = signed_in()
    fields = {**hidden_fields(client.get(SEND).text, SEND), "when": "now"}
    answers = [client.post(SEND, data=fields) for _ in range(2)]
    assert [(one.status_code, one.location) for one in answers] == [(303, f"{PAGE}/progress")] * 2


def test_the_same_new_newsletter_posted_twice_is_one(signed_in: SignIn, house: House) -> None:
    client = signed_in()
    fields = {**hidden_fields(client.get("/newsletters/new").text, "/newsletters/"), "name": "Doppelt", "template": "0"}
    first, again = (client.post("/newsletters/", data=fields) for _ in range(2))
    assert first.location == again.location
    with house.database.reading() as session:
        assert session.scalar(select(func.count(Campaign.id)).where(Campaign.name == "Doppelt")) == 1


def test_a_text_changed_after_the_last_look_is_not_sent(signed_in: SignIn, house: House) -> None:
    client = signed_in()
    ready = hidden_fields(client.get(SEND).text, SEND)
    client.post(PAGE, data=_fields(client, body="Schnell noch geändert"))
    answer = client.post(SEND, data={**ready, "when": "now"})
    assert answer.status_code == 409
    assert _campaign(house).state == "draft"


@pytest.mark.parametrize(
    "fields",
    [
        {"day": "", "time": ""}, {"day": "2026-02-31", "time": "07:30"}, {"day": "2020-01-01", "time": "07:30"},
        {"day": "2099-01-01", "time": "25:00"}, {"day": "2099-01-01", "time": "07:30", "zone": "Mond/Rückseite"},
        {"day": "2099-01-01", "time": "07:30", "zone": "../../etc/passwd"}, {"day": "99999-01-01", "time": "07:30"},
    ],
)  # fmt: skip
def test_a_time_that_does_not_work_is_said_and_nothing_is_planned(
    signed_in: SignIn, house: House, fields: dict[str, str]
) -> None:
    client = signed_in()
    answer = client.submit(SEND, **{"when": "later", "zone": "Europe/Berlin", **fields})
    assert answer.status_code == 422
    assert _sentence(answer.text)
    assert _campaign(house).state == "draft"


@pytest.mark.parametrize("address", ["", "kaputt@", "a@b.example\r\nBcc: c@d.example", "a b@c.example"])
def test_a_test_mail_to_a_wrong_address_is_refused_with_a_sentence(
    signed_in: SignIn, house: House, address: str
) -> None:
    client = signed_in()
    answer = client.submit(PAGE, to=f"{PAGE}/test", address=address)
    assert answer.status_code == 303
    assert "notice warning" in client.get(answer.location).text
    with house.database.reading() as session:
        assert session.scalar(select(func.count(Delivery.id)).where(Delivery.kind == "test")) == 0


def test_a_reader_looks_and_changes_nothing(app: Flask, signed_in: SignIn, house: House) -> None:
    app.config["WTF_CSRF_ENABLED"] = False  # so that the role alone has to hold
    client = signed_in(Role.READER)
    for path in (
        "/newsletters/",
        PAGE,
        f"/newsletters/{SENT}/progress",
        "/templates/1",
        "/segments/1",
        f"/reports/{SENT}",
    ):
        assert client.get(path).status_code == 200, path
    paths = [
        f"{PAGE}{what}"
        for what in ("", "/send", "/test", "/pause", "/resume", "/stop", "/copy", "/delete", "/unschedule")
    ]
    paths += [
        f"/newsletters/{SENT}/missed",
        f"/newsletters/{SENT}/unsure/1",
        "/newsletters/",
        "/templates/",
        "/templates/1",
    ]
    paths += ["/templates/1/archive", "/segments/", "/segments/1", "/segments/1/delete", "/example"]
    for path in paths:
        assert client.post(path, data={"name": "x", "when": "now"}).status_code == 403, path
    assert (_campaign(house).state, _campaign(house).version) == ("draft", 1)


@pytest.mark.parametrize("path", [PAGE, SEND, "/templates/", "/segments/", f"/newsletters/{SENT}/missed"])
def test_a_form_without_its_token_is_refused_with_a_sentence(signed_in: SignIn, path: str) -> None:
    answer = signed_in().post(path, data={"name": "x"})
    assert answer.status_code == 400
    assert "<h1" in answer.text
    assert not problems(answer.text)


@pytest.mark.parametrize("path", [PAGE, "/templates/", "/segments/", "/sign-up/neuigkeiten", "/sign-in"])
def test_a_huge_body_is_refused_with_a_sentence(signed_in: SignIn, house: House, path: str) -> None:
    answer = signed_in().post(path, data={"body": "x" * (5 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "<h1" in answer.text
    assert not problems(answer.text)


@pytest.mark.parametrize(
    "fields",
    [
        {"0-join": "all", "0.0-field": "city", "0.0-op": "is", "0.0-value": "Kiel", "name": ""},
        {"0-join": "all", "0.0-field": "city", "0.0-op": "is", "0.0-value": "", "name": "Leer"},
        {"0-join": "all", "0.0-field": "created_at", "0.0-op": "before", "0.0-value": "gestern", "name": "Tag"},
        {"0-join": "all", "0.0-field": "stage", "0.0-op": "is", "0.0-value": "König", "name": "Stufe"},
        {"0-join": "any", "name": "Nichts"},
    ],
)  # fmt: skip
def test_a_segment_that_means_nothing_is_refused_with_a_sentence(
    signed_in: SignIn, house: House, fields: dict[str, str]
) -> None:
    client = signed_in()
    answer = client.submit("/segments/new", to="/segments/", do="save", **fields)
    assert answer.status_code == 422
    assert _sentence(answer.text)
    assert not problems(answer.text)
    with house.database.reading() as session:
        assert session.scalar(select(func.count(Segment.id))) == 1


def test_a_name_taken_is_said_beside_the_name(signed_in: SignIn) -> None:
    taken = {"0-join": "all", "0.0-field": "city", "0.0-op": "is", "0.0-value": "Kiel", "name": "Stammkunden und mehr"}
    answer = signed_in().submit("/segments/new", to="/segments/", do="save", **taken)
    assert answer.status_code in (409, 422)
    assert 'id="name-error"' in answer.text


@pytest.mark.parametrize(
    "path", ["/newsletters/999", "/newsletters/999/preview", "/newsletters/999/progress", "/newsletters/999/missed", "/templates/999",
             "/templates/1?version=99", "/segments/999", "/segments/999/why", "/segments/1/why?contact=999", "/reports/999",
             f"/reports/{SENT}/people/nonsense", f"/reports/{SENT}/nonsense.csv"]
)  # fmt: skip
def test_what_is_not_there_is_said(signed_in: SignIn, path: str) -> None:
    answer = signed_in().get(path)
    assert answer.status_code == 404, path


def test_the_people_of_a_segment_go_out_as_a_file(signed_in: SignIn) -> None:
    shown = signed_in(Role.EDITOR).get("/segments/1/people").text
    assert "/segments/1/people/file" in shown
    table = signed_in(Role.EDITOR).get("/segments/1/people/file")
    assert table.mimetype == "text/csv"
    assert "maren.brandt@tischlerei-brandt-gmbh.example" in table.text
    assert "silke.thiessen" not in table.text  # a prospect; the segment means regulars and better
    assert signed_in(Role.EDITOR).get("/segments/1/people/file?format=vcard").text.startswith("BEGIN:VCARD")
    assert signed_in(Role.EDITOR).get("/segments/1/people/file?format=exe").status_code == 422
    assert signed_in(Role.READER).get("/segments/1/people/file").status_code == 403
