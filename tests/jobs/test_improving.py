"""Drafts improved by an endpoint: a job of its own, whose answer never overwrites what a person wrote meanwhile."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from outreach import clock
from outreach.db import Database
from outreach.drafts import improve, situation, store
from outreach.drafts.approve import MayNotGo
from outreach.house import House
from tests import letters
from tests import sending as closing
from tests.conftest import make_house

BETTER = (
    "in der Südwest Presse habe ich gelesen, dass Sie ausgezeichnet wurden, und mich sehr darüber gefreut. Herzlichen "
    "Glückwunsch Ihnen und allen, die daran mitgearbeitet haben.\n\nEs steckt viel Arbeit in so einem Preis, und es ist "
    "schön, dass sie gesehen wird. Ich wünsche Ihnen, dass zwischen den Terminen etwas Zeit zum Feiern bleibt."
)
INVENTED = BETTER.replace("Es steckt", "Auch Herr Krampitz von der Handelskammer hat Sie gelobt. Es steckt")


class Endpoint(BaseHTTPRequestHandler):
    """Speaks the protocol of chat completions; what it says stands in `words`."""

    words = BETTER
    asked: list[bytes] = []
    meanwhile: Callable[[], None] = staticmethod(lambda: None)

    def do_POST(self) -> None:
        type(self).meanwhile()
        self.asked.append(self.rfile.read(int(self.headers["Content-Length"])))
        content = json.dumps({"subject": "Glückwunsch zur Auszeichnung", "body": self.words})
        body = json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    Endpoint.words, Endpoint.asked, Endpoint.meanwhile = BETTER, [], staticmethod(lambda: None)
    made = make_house(database, tmp_path, writer_url=f"http://127.0.0.1:{server.server_port}/v1", writer_model="any")
    yield made
    closing.close(made)
    server.shutdown()
    server.server_close()
    thread.join()


def wanted(house: House) -> int:
    with house.database.writing() as session:
        letters.mailbox(session, house)
        draft = letters.proposed(session, letters.person(session))
        draft.improving = "wanted"
        return draft.id


def test_a_better_text_becomes_the_proposal(house: House) -> None:
    draft_id = wanted(house)
    assert improve.improve_wanted(house) == 1
    with house.database.reading() as session:
        draft = store.get(session, draft_id)
        assert "zwischen den Terminen etwas Zeit" in draft.text
        assert draft.text.startswith("Sehr geehrte Frau Köhler,")
        assert (draft.improving, draft.first_text) == ("done", draft.text)
    assert b"moebel-weber.example" not in Endpoint.asked[0]


def test_what_it_invents_blocks_until_a_person_touches_it(house: House) -> None:
    Endpoint.words = INVENTED
    draft_id = wanted(house)
    improve.improve_wanted(house)
    with house.database.writing() as session:
        draft = store.get(session, draft_id)
        assert situation.unsourced(draft, draft.text) >= 1
        with pytest.raises(MayNotGo) as refused:
            letters.agree(session, house, draft)
        assert [one.code for one in refused.value.refusals] == ["unsourced"]


def test_a_letter_a_person_changed_meanwhile_stays_theirs(house: House) -> None:
    draft_id = wanted(house)

    def somebody_writes() -> None:
        with house.database.writing() as session:
            store.save(session, draft_id, version=1, subject="Meins", text="Mein Text.", user_id=None, now=clock.now())

    Endpoint.meanwhile = staticmethod(somebody_writes)
    assert improve.improve_wanted(house) == 0
    with house.database.reading() as session:
        assert store.get(session, draft_id).text == "Mein Text."
