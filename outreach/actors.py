"""The jobs of this floor, each a line that names the function it calls. Registered by `worker.equip`."""

from __future__ import annotations

from collections.abc import Callable

from outreach import digest, jobs, journal, once, tracking, valuation
from outreach.clock import now
from outreach.consent import bulk
from outreach.contacts import doubts
from outreach.drafts import improve, sending
from outreach.drafts import store as drafts
from outreach.house import House
from outreach.imports import run as imports
from outreach.imports import store as files
from outreach.imports import undo as import_undo
from outreach.mail import outbox, send
from outreach.occasions import found, suggest
from outreach.replies import answers, filing, inbox

Actor = Callable[..., None]


def register(house: House) -> None:
    """Put this floor's actors on the house's broker."""
    for area in (_mail, _customer_file, _imports, _occasions, _letters, _inbox):
        for actor in area(house):
            jobs.register(house.broker, actor, name=actor.__name__)


def _mail(house: House) -> tuple[Actor, ...]:
    def sweep_deliveries() -> None:
        outbox.recover(house)
        send.deliver_waiting(house)

    def deliver_waiting() -> None:
        send.deliver_waiting(house)

    def settle_hits() -> None:
        with house.database.writing() as session:
            tracking.settle(session)

    return sweep_deliveries, deliver_waiting, settle_hits


def _customer_file(house: House) -> tuple[Actor, ...]:
    def recompute_values() -> None:
        with house.database.writing() as session:
            valuation.recompute(session, now())

    def check_names() -> None:
        doubts.check_waiting(house.database)

    def forget_expired() -> None:
        with house.database.writing() as session:
            once.forget_old(session)
            bulk.forget_unconfirmed(session, now())
            files.forget_abandoned(session, now())
            journal.forget_removed(session, now())

    return recompute_values, check_names, forget_expired


def _imports(house: House) -> tuple[Actor, ...]:
    def run_import(import_id: int) -> None:
        imports.run(house, import_id)

    def undo_import(import_id: int) -> None:
        import_undo.run(house, import_id)

    def find_duplicates(import_id: int | None = None) -> None:
        imports.propose_duplicates(house, import_id)

    def sweep_imports() -> None:
        with house.database.writing() as session:
            for import_id in imports.waiting(session, now()):
                jobs.ask(session, "run_import", import_id=import_id)
            for import_id in import_undo.waiting(session, now()):
                jobs.ask(session, "undo_import", import_id=import_id)

    return run_import, undo_import, find_duplicates, sweep_imports


def _occasions(house: House) -> tuple[Actor, ...]:
    def find_occasions() -> None:
        zone = house.settings.timezone
        with house.database.writing() as session:
            answers.settle(session, now=now(), zone=zone)
            found.settle(session, now=now(), zone=zone)
            found.find(session, now=now(), zone=zone)
        after: int | None = 0
        while after is not None:  # a short transaction for each block
            with house.database.writing() as session:
                after = suggest.refresh(session, now=now(), zone=zone, after=after)

    return (find_occasions,)


def _letters(house: House) -> tuple[Actor, ...]:
    def propose_drafts() -> None:
        with house.database.writing() as session:
            drafts.propose_waiting(
                session, now=now(), zone=house.settings.timezone, improve=bool(house.settings.writer_url)
            )

    def improve_drafts() -> None:
        improve.improve_wanted(house)

    def send_letters() -> None:
        if sending.send_letters(house):
            with house.database.writing() as session:  # the mail a letter answers waits no longer
                answers.settle(session, now=now(), zone=house.settings.timezone)

    def send_digests() -> None:
        with house.database.writing() as session:
            digest.send_due(session, house, now=now())

    return propose_drafts, improve_drafts, send_letters, send_digests


def _inbox(house: House) -> tuple[Actor, ...]:
    def read_inbox(sender_id: int) -> None:
        inbox.read(house, sender_id)

    def read_inboxes() -> None:
        with house.database.writing() as session:
            for sender_id in inbox.due(session, now()):
                jobs.ask(session, "read_inbox", sender_id=sender_id)

    def file_sent() -> None:
        filing.file_sent(house)

    return read_inbox, read_inboxes, file_sent
