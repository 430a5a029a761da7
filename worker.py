"""The composition root of the workers: `dramatiq worker:setup`. Importing it does nothing."""

from __future__ import annotations

from datetime import timedelta

import dramatiq

import campaigns.actors
import feeds.actors
import feeds.rows  # noqa: F401
import outreach.actors
import outreach.rows  # noqa: F401 - every table has to be known, for foreign keys to find theirs
from feeds import watch
from outreach import jobs, settings
from outreach.house import House, open_house
from outreach.mail import send
from outreach.replies import listen
from outreach.timetable import Clockwork, Entry

TIMETABLE = (
    Entry("sweep_deliveries", every=timedelta(seconds=5)),
    Entry("sweep_campaigns", every=timedelta(seconds=3)),
    Entry("sweep_imports", every=timedelta(seconds=10)),
    Entry("settle_hits", every=timedelta(seconds=10)),
    Entry("recompute_values", every=timedelta(hours=1)),
    Entry("find_occasions", every=timedelta(minutes=10)),
    Entry("propose_drafts", every=timedelta(seconds=20)),
    Entry("improve_drafts", every=timedelta(seconds=30)),
    Entry("send_letters", every=timedelta(seconds=5)),
    Entry("read_inboxes", every=timedelta(seconds=10)),
    Entry("send_digests", every=timedelta(minutes=1)),
    Entry("file_sent", every=timedelta(seconds=30)),
    Entry("follow_watches", every=timedelta(seconds=20)),
    Entry("fit_topics", every=timedelta(seconds=20)),
    Entry("read_articles", every=timedelta(seconds=20)),
    Entry("sweep_source_imports", every=timedelta(seconds=15)),
    Entry("check_names", every=timedelta(seconds=15)),
    Entry("load_example_news", every=timedelta(seconds=30)),
    Entry("forget_old_news", every=timedelta(hours=6)),
    Entry("forget_expired", every=timedelta(hours=1)),
)


def setup() -> None:
    """Open the installation the environment describes and make its broker, with every actor, Dramatiq's own.

    Dramatiq ignores what this returns and asks for the global broker, so it ends with `set_broker`.
    """
    house = open_house(settings.load())
    equip(house)
    dramatiq.set_broker(house.broker)


def equip(house: House) -> None:
    """Put every actor on the house's broker, and the timetable into each worker process that boots with it."""
    outreach.actors.register(house)
    campaigns.actors.register(house)
    feeds.actors.register(house)
    clockwork = Clockwork(house.database, TIMETABLE)

    def start() -> None:
        send.start(house)
        watch.start(house)
        listen.start(house)
        clockwork.start()

    def stop() -> None:
        watch.stop(house)
        listen.stop(house)
        send.stop(house)  # every slice ends after the mail under way: nothing unsure, nothing left claimed
        clockwork.stop()

    house.broker.add_middleware(jobs.WithWorker(start=start, stop=stop))
