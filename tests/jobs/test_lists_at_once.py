"""Two people import lists of the same feeds at the same moment."""

from __future__ import annotations

import threading

from sqlalchemy import func, select

from feeds.rows import Feed, SourceImport
from feeds.sources import lists
from outreach import clock
from outreach.house import House

_FEEDS = 300


def _opml(numbers: range) -> bytes:
    outlines = "".join(f'<outline text="{n}" xmlUrl="https://a{n}.example/feed"/>' for n in numbers)
    return f"<opml><body>{outlines}</body></opml>".encode()


def test_two_lists_of_the_same_feeds_in_another_order_are_both_read_in(any_house: House) -> None:
    with any_house.database.writing() as session:
        numbers = range(_FEEDS)
        wanted = [
            lists.begin(session, _opml(order), name="a.opml", user_id=None, now=clock.now()).id
            for order in (numbers, numbers[::-1])
        ]
    errors: list[Exception] = []

    def run(import_id: int) -> None:
        try:
            lists.run(any_house, import_id, now=clock.now())
        except Exception as error:  # noqa: BLE001 - the thread's end is what the test looks at
            errors.append(error)

    threads = [threading.Thread(target=run, args=(one,)) for one in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with any_house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Feed)) == _FEEDS
        assert set(session.scalars(select(SourceImport.state))) == {"done"}
        reports = [lists.report(lists.get(session, one)) for one in wanted]
    assert [line.title for line in reports[0]] == [str(n) for n in numbers]
    assert sum(line.outcome == "added" for report in reports for line in report) == _FEEDS
