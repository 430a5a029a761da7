"""Mailboxes read: what came since the last look is taken in, folder by folder, and how far it got is kept with it.

    read_inboxes (every few seconds: whose look is due?) ─▶ read(sender) ─ IMAP ─▶ take_in in small transactions

A lease on the row keeps two workers from reading one mailbox at a time; taking a mail in twice changes nothing anyway.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from outreach import clock, jobs, lines, logs, tasks
from outreach.errors import OutreachError
from outreach.house import House
from outreach.mail import mailbox
from outreach.mail.mailbox import Account, Fetched, Mailbox, MailboxTrouble, Position
from outreach.mail.mailbox_answers import sentence
from outreach.mailboxes.rows import Mailbox as MailboxRow
from outreach.mailboxes.rows import MailboxFolder
from outreach.replies.take_in import take_in
from outreach.senders import Sender

log = logs.get(__name__)
INBOX = "INBOX"
#: between two looks, when the server does not tell of news by itself
EVERY = timedelta(seconds=60)
#: how long a look may take before another worker may try
_LEASE = timedelta(minutes=10)
#: mails of one look; a large mailbox is read in several
_MOST = 2000
#: mails, and bytes of mails, taken in by one transaction
_TOGETHER = 25
_BYTES = 4_000_000
_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))


#: the task that follows; kept as it is written, so in the language of the installation
LEFT_OUT: Mapping[str, str] = {
    "de": "Eine Mail in %(folder)s von %(address)s lässt sich nicht holen (%(answer)s). Sie bleibt außen vor: bitte selbst nachsehen.",
    "en": "A mail in %(folder)s of %(address)s cannot be fetched (%(answer)s). It is left out: please look yourself.",
}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """What one look into a mailbox did."""

    read: int = 0
    taken_in: int = 0
    more: bool = False
    trouble: str = ""


class _Stuck(Exception):  # noqa: N818 - a noun and its fate, as the other errors here
    """Reading stopped at one mail."""

    def __init__(self, trouble: MailboxTrouble, folder: str, role: str, uidvalidity: int) -> None:
        super().__init__(trouble.reason)
        self.trouble, self.folder, self.role, self.uidvalidity = trouble, folder, role, uidvalidity
        #: where that is, as it is kept with the trouble
        self.at = [folder, uidvalidity, trouble.uid]


def due(session: Session, now: datetime) -> Sequence[int]:
    """The mailboxes whose next look is due."""
    query = select(MailboxRow.sender_id).where(MailboxRow.imap_host != "", MailboxRow.look_at <= now)
    return session.scalars(query.order_by(MailboxRow.look_at)).all()


def read(house: House, sender_id: int) -> Look:
    """Take in what came since the last look; somebody else's look under way makes this one do nothing."""
    now = clock.now()
    with house.database.writing() as session:
        mine = update(MailboxRow).where(
            MailboxRow.sender_id == sender_id, MailboxRow.imap_host != "", MailboxRow.look_at <= now
        )
        if session.connection().execute(mine.values(look_at=now + _LEASE)).rowcount == 0:
            return Look()
        row = session.get_one(MailboxRow, sender_id)
        not_before = (now - timedelta(days=row.days_back)).date()
        sent_folder = row.sent_folder
    try:
        account = account_of(house, row)
        with mailbox.open(account) as opened:
            look = _looked(house, sender_id, opened, sent_folder, not_before)
    except _Stuck as stuck:
        if stuck.at == (row.look_trouble or {}).get("at"):
            return _go_on_behind(house, row, stuck)
        words, values = sentence(stuck.trouble, account.values)
        said = {"sentence": words, "values": values, "at": stuck.at}
        return _in_trouble(house, sender_id, row.look_failures, stuck.trouble.reason, said)
    except MailboxTrouble as trouble:
        words, values = sentence(trouble, account.values)
        return _in_trouble(house, sender_id, row.look_failures, trouble.reason, {"sentence": words, "values": values})
    except OutreachError as error:  # a password that cannot be read any more
        values = {name: str(value) for name, value in error.values.items()}
        said = {"sentence": error.sentence, "values": values}
        return _in_trouble(house, sender_id, row.look_failures, "password", said)
    with house.database.writing() as session:
        after = clock.now() if look.more else clock.now() + EVERY
        session.connection().execute(
            update(MailboxRow)
            .where(MailboxRow.sender_id == sender_id)
            .values(looked_at=clock.now(), look_at=after, look_failures=0, look_trouble=None)
        )
        if look.more:
            jobs.ask(session, "read_inbox", sender_id=sender_id)
    return look


def ask_to_look(session: Session, sender_id: int, now: datetime) -> None:
    """Look now: the server told of something new, or a person pressed the button."""
    soon = update(MailboxRow).where(MailboxRow.sender_id == sender_id, MailboxRow.imap_host != "")
    session.connection().execute(soon.values(look_at=now))
    jobs.ask(session, "read_inbox", sender_id=sender_id)


def account_of(house: House, row: MailboxRow) -> Account:
    """The IMAP account of a mailbox; raises Invalid when its password cannot be read any more."""
    return Account(
        host=row.imap_host, port=row.imap_port, security=row.imap_security, user=row.imap_user or row.smtp_user,
        password=house.vault.unlock(row.imap_password or row.smtp_password),
    )  # fmt: skip


def _looked(house: House, sender_id: int, opened: Mailbox, sent_folder: str, not_before: date) -> Look:
    read_, taken, more = 0, 0, False
    for folder, role in ((INBOX, "inbox"), (sent_folder or opened.sent_folder() or "", "sent")):
        if not folder:
            continue
        position = _position(house, sender_id, folder, role)
        batch = opened.new_since(folder, position, not_before=not_before, most=_MOST)
        try:
            for mails in _together(batch.mails):
                read_ += len(mails)
                taken += _take_in(house, sender_id, folder, role, mails, batch.position.uidvalidity)
        except MailboxTrouble as trouble:
            if trouble.uid is None:
                raise
            raise _Stuck(trouble, folder, role, batch.position.uidvalidity) from None
        if batch.skipped:
            log.warning("mails_not_handed_out", sender=sender_id, role=role, uids=batch.skipped[:20])
        with house.database.writing() as session:
            _keep(session, sender_id, folder, role, batch.position)
        more = more or batch.more
    return Look(read_, taken, more)


def _take_in(house: House, sender_id: int, folder: str, role: str, mails: Sequence[Fetched], uidvalidity: int) -> int:
    """These mails in one transaction, each on its own: one that breaks is left out and said, not tried for ever."""
    taken, now = 0, clock.now()
    with house.database.writing() as session:
        for one in mails:
            try:
                with session.begin_nested():
                    found = take_in(session, house, sender_id, one.raw, role=role, at=one.internal_date, now=now)
                    taken += found is not None
            except OperationalError:
                raise  # the database, not the mail: the same mails are read again at the next look
            except Exception as error:  # noqa: BLE001 - an edge: whatever a mail does to us, the next one is read
                log.warning("mail_not_taken_in", uid=one.uid, error=type(error).__name__, exc_info=True)
        _keep(session, sender_id, folder, role, Position(uidvalidity, mails[-1].uid))
    return taken


def _together(mails: Iterator[Fetched]) -> Iterator[list[Fetched]]:
    """A few mails at a time, fewer when they are large."""
    some: list[Fetched] = []
    size = 0
    try:
        for one in mails:
            some.append(one)
            size += len(one.raw)
            if len(some) >= _TOGETHER or size >= _BYTES:
                yield some
                some, size = [], 0
    except MailboxTrouble:
        if some:
            yield some  # what came before the trouble is taken in all the same
        raise
    if some:
        yield some


def _position(house: House, sender_id: int, folder: str, role: str) -> Position | None:
    with house.database.reading() as session:
        query = select(MailboxFolder.uidvalidity, MailboxFolder.last_uid).where(
            MailboxFolder.sender_id == sender_id, MailboxFolder.folder == folder
        )
        row = session.execute(query).first()
    return Position(row.uidvalidity, row.last_uid) if row is not None and row.uidvalidity is not None else None


def _keep(session: Session, sender_id: int, folder: str, role: str, position: Position) -> None:
    found = session.scalars(
        select(MailboxFolder).where(MailboxFolder.sender_id == sender_id, MailboxFolder.folder == folder)
    ).one_or_none()
    if found is None:
        found = MailboxFolder(sender_id=sender_id, folder=folder, role=role)
        session.add(found)
    found.uidvalidity, found.last_uid = position.uidvalidity, position.last_uid
    session.flush()


def _go_on_behind(house: House, row: MailboxRow, stuck: _Stuck) -> Look:
    """The same mail stopped us twice in a row: leave it out, say so where a person sees it, and go on behind it."""
    uid = stuck.trouble.uid or 0
    log.warning("mail_left_out", sender=row.sender_id, role=stuck.role, uid=uid, reason=stuck.trouble.reason)
    text = LEFT_OUT["de" if house.settings.locale == "de" else "en"]
    with house.database.writing() as session:
        _keep(session, row.sender_id, stuck.folder, stuck.role, Position(stuck.uidvalidity, uid))
        address = session.scalar(select(Sender.address).where(Sender.id == row.sender_id)) or ""
        words = text % {"address": address, "folder": stuck.folder, "answer": stuck.trouble.answer}
        tasks.add(session, text=lines.cut(words, 500), user_id=row.user_id)
        session.connection().execute(
            update(MailboxRow)
            .where(MailboxRow.sender_id == row.sender_id)
            .values(look_at=clock.now(), look_failures=0, look_trouble=None)
        )
        jobs.ask(session, "read_inbox", sender_id=row.sender_id)
    return Look(trouble="left_out", more=True)


def _in_trouble(house: House, sender_id: int, failures: int, reason: str, trouble: Mapping[str, object]) -> Look:
    """Said on the mailbox's page, and tried again after a pause that grows."""
    pause = _PAUSES[min(failures, len(_PAUSES) - 1)]
    log.warning("inbox_in_trouble", reason=reason, sender=sender_id)
    with house.database.writing() as session:
        session.connection().execute(
            update(MailboxRow)
            .where(MailboxRow.sender_id == sender_id)
            .values(look_at=clock.now() + pause, look_failures=failures + 1, look_trouble=dict(trouble))
        )
    return Look(trouble=reason)
