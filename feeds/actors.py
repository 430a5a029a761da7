"""The jobs of this floor, each a line that names the function it calls. Registered by `worker.equip`."""

from __future__ import annotations

from feeds import example, forget, suggest, watch, watches
from feeds.sources import lists
from feeds.watch import articles, by_meaning
from outreach import jobs
from outreach.clock import now
from outreach.house import House


def register(house: House) -> None:
    """Put this floor's actors on the house's broker."""

    def check_due() -> None:
        watch.wake(house)  # the reading itself goes on all the time, see worker.py; this only saves the wait

    def follow_watches() -> None:
        more, begun = True, now()
        while more:  # a short transaction for each block
            with house.database.writing() as session:
                more = watches.follow(session, now=now())
        with house.database.writing() as session:
            if keys := watches.changed_since(session, begun):
                suggest.look_back(session, keys, now=now(), zone=house.settings.timezone)

    def fit_topics() -> None:
        by_meaning.fit(house, now=now())

    def read_articles() -> None:
        articles.read(house)

    def import_sources(import_id: int) -> None:
        lists.run(house, import_id, now=now())

    def sweep_source_imports() -> None:
        with house.database.writing() as session:
            for import_id in lists.waiting(session, now()):
                jobs.ask(session, "import_sources", import_id=import_id)

    def forget_old_news() -> None:
        after: int | None = 0
        while after is not None:  # a short transaction for each block
            with house.database.writing() as session:
                after = forget.forget(session, now=now(), after=after)

    def load_example_news() -> None:
        with house.database.writing() as session:
            example.fill_fresh(session, house, now=now())

    actors = (
        check_due, follow_watches, fit_topics, read_articles, import_sources, sweep_source_imports, forget_old_news, load_example_news,
    )  # fmt: skip
    for actor in actors:
        jobs.register(house.broker, actor, name=actor.__name__)
