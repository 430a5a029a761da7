"""What somebody tried to break on the card in the browser."""

from __future__ import annotations

from sqlalchemy import select

from outreach import merge
from outreach.house import House
from outreach.journal import ChangeSet
from outreach.users import Role
from outreach.web import change_words
from tests.web.conftest import SignIn
from tests.world import World


def test_every_change_made_in_the_browser_knows_who_made_it(signed_in: SignIn, house: House, people: World) -> None:
    editor, anna = signed_in(Role.EDITOR), f"/contacts/{people.people['anna']}"
    editor.submit(f"{anna}/tags", to=f"{anna}/tags", tags="Presse")
    with house.database.reading() as session:
        last = select(ChangeSet.user_id).order_by(ChangeSet.id.desc()).limit(1)
        assert session.scalar(last) == people.assistant
    shown = editor.get(f"{anna}/changes").text.partition("<main")[2]
    assert "Jonas Öztürk" in shown


def test_the_comparison_of_two_cards_names_mails_in_words() -> None:
    moved = {row.__tablename__ for row, _ in merge.OWNED} | {"referrals", "deliveries"}
    assert moved - change_words.TABLES.keys() == set()
