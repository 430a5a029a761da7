"""A mailbox read over IMAP: opened, looked at, waited on; nothing in it is ever marked, moved or deleted.

Folders are opened with EXAMINE and mails fetched with BODY.PEEK only. The one thing ever written is the copy of a mail
we sent (append_sent), on a connection of its own. Every command has an end in time and in size, whatever the server
answers (see mailbox_connection).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.parser import BytesHeaderParser
from typing import Any

from imapclient.imap_utf7 import decode as from_utf7  # type: ignore[import-untyped]
from imapclient.imap_utf7 import encode as to_utf7

from outreach import clock
from outreach.mail import mailbox_folders as folders
from outreach.mail.mailbox_answers import MailboxTrouble
from outreach.mail.mailbox_connection import Account, Client, asked, leave, logged_in
from outreach.mail.mailbox_folders import Folder

__all__ = ["Account", "Batch", "Fetched", "Folder", "Mailbox", "MailboxTrouble", "Position", "append_sent", "open"]

#: a mail beyond this is fetched only in part, and so much of it
BIG = 25 * 2**20
PART = 256 * 2**10
#: mails whose sizes are asked for at once
_BLOCK = 200
#: sequence numbers searched at once: the answer is one line, and the library takes lines of a million bytes
_SEARCHED = 50_000
_MOST_MAILS = 20_000_000
#: IDLE must be renewed under 29 minutes (RFC 2177); routers at home forget quiet connections sooner
_IDLE = 9 * 60


@dataclass(frozen=True)
class Position:
    """How far a folder was read; means nothing any more when the folder's UIDVALIDITY is another one."""

    uidvalidity: int
    last_uid: int


@dataclass(frozen=True)
class Fetched:
    """One mail as it lies in the mailbox; `raw` is only its beginning when `is_cut`."""

    uid: int
    internal_date: datetime
    size: int
    raw: bytes = field(repr=False)
    is_cut: bool = False


@dataclass
class Batch:
    """Mails to be read one by one, oldest first.

    `position` moves on with them: it covers every mail the reader has finished with (asked for the next one), and after
    the last one everything in the folder up to here. So it may be kept at any time, also after the connection broke off.
    """

    position: Position
    mails: Iterator[Fetched] = field(default_factory=lambda: iter(()))
    #: whether there are more than were asked for
    more: bool = False
    #: whether `position` starts anew: the first look, or the server has numbered the folder afresh
    is_fresh: bool = False
    #: mails the server did not hand out
    skipped: list[int] = field(default_factory=list)


@contextmanager
def open(account: Account) -> Iterator[Mailbox]:
    """A logged-in mailbox, for reading only; raises MailboxTrouble."""
    client = logged_in(account)
    try:
        yield Mailbox(client, account)
    finally:
        leave(client)


def append_sent(account: Account, folder: str, raw: bytes, at: datetime) -> bool:
    """File a mail we sent as read in this folder, once: False when a mail with its Message-ID lies there already.

    Safe to repeat after a crash or a lost answer. Raises MailboxTrouble, and ValueError for a mail without Message-ID.
    """
    message_id = str(BytesHeaderParser().parsebytes(raw).get("Message-ID") or "").strip()
    if not message_id:
        raise ValueError("a mail without a Message-ID cannot be filed only once")
    with open(account) as mailbox:
        if mailbox.holds(folder, message_id, since=(at - timedelta(days=2)).date()):
            return False
        with asked(mailbox.client, 2 * account.timeout, otherwise="append_refused"):
            mailbox.client.append(folder, raw, flags=[rb"\Seen"], msg_time=at)
    return True


class Mailbox:
    """An open mailbox. Not for several threads at once."""

    def __init__(self, client: Client, account: Account) -> None:
        self.client = client
        self._timeout = account.timeout
        self._looked_at = (
            0  # how many times a folder was opened: mails of an earlier batch are not fetched from another
        )
        self._folder = ""
        with self._asked():
            self.offers_idle = bool(client.has_capability("IDLE"))

    def folders(self) -> list[Folder]:
        """All folders with what each is for; names that cannot be spelled back to the server are left out."""
        with self._asked():
            self.client.folder_encode = False
            try:
                listed = self.client.list_folders()
            finally:
                self.client.folder_encode = True
            return [folder for line in listed if (folder := _folder(*line)) is not None]

    def sent_folder(self) -> str | None:
        """The folder for sent mails, or None when there is none we know."""
        return folders.sent(self.folders())

    def new_since(self, folder: str, position: Position | None, *, not_before: date, most: int) -> Batch:
        """What came into the folder after `position`, at most so many mails.

        Without a position, or when the server has numbered the folder afresh, everything since `not_before`.
        Raises MailboxTrouble, here and while the mails are read.
        """
        validity, exists, next_uid = self._examine(folder)
        known = position is not None and position.uidvalidity == validity
        if known and position is not None and next_uid and position.last_uid >= next_uid:
            known = False  # restored from a backup: the numbers start again below where we were
        last = position.last_uid if known and position is not None else 0
        uids = self._uids(exists, ["SINCE", not_before] if not known else ["UID", f"{last + 1}:*"], after=last)
        chosen = uids[:most]
        whole = max([last, next_uid - 1, *chosen[-1:]])
        begin = last if known else (chosen[0] - 1 if chosen else whole)
        batch = Batch(Position(validity, begin), more=len(uids) > len(chosen), is_fresh=not known)
        end = chosen[-1] if batch.more else whole
        batch.mails = self._mails(batch, chosen, Position(validity, end), self._looked_at)
        return batch

    def holds(self, folder: str, message_id: str, *, since: date) -> bool:
        """Whether a mail with this Message-ID came into the folder since that day."""
        self._examine(folder)
        with self._asked():
            return bool(self.client.search(["SINCE", since, "HEADER", "Message-ID", message_id]))

    def wait(self, seconds: float) -> bool:
        """Wait for something new in the folder last looked at (else the inbox): True as soon as there is, else False.

        Returns False at once where the server offers no IDLE, so that the caller polls. Raises MailboxTrouble.
        """
        if not self.offers_idle:
            return False
        if not self._folder:
            self._examine("INBOX")
        end = time.monotonic() + seconds
        if self._heard_of_more():
            return True
        empty = 0
        while (left := end - time.monotonic()) > 0:
            began = time.monotonic()
            if self._idled(min(left, _IDLE)):
                return True
            empty = empty + 1 if time.monotonic() - began < 0.2 else 0
            if empty > 20:
                raise MailboxTrouble("odd_answer", "the server ends waiting again and again")
        return False

    def _examine(self, folder: str) -> tuple[int, int, int]:
        """Open for reading only; gives UIDVALIDITY, the number of mails and the next UID (0 when the server is silent)."""
        with self._asked(otherwise="folder_unknown"):
            said: dict[bytes, Any] = self.client.select_folder(folder, readonly=True)
            self._looked_at += 1
            self._folder = folder
            self.client.heard("EXISTS")
            if not said.get(b"UIDVALIDITY"):
                raise MailboxTrouble("odd_answer", "the server numbers this folder anew each time (no UIDVALIDITY)")
            return int(said[b"UIDVALIDITY"]), int(said.get(b"EXISTS") or 0), int(said.get(b"UIDNEXT") or 0)

    def _uids(self, exists: int, criteria: list[str | date], *, after: int) -> list[int]:
        """The UIDs that match, ascending. Searched from the newest block down: when others delete mails meanwhile, the
        rest moves to lower numbers, and so into the blocks still to come."""
        if exists > _MOST_MAILS:
            raise MailboxTrouble("odd_answer", f"the server says the folder holds {exists} mails")
        found: set[int] = set()
        for top in range(exists, 0, -_SEARCHED):
            bottom = max(1, top - _SEARCHED + 1)
            block = [f"{bottom}:{top}"] if exists > _SEARCHED else []  # some servers take these for UIDs
            with self._asked(2 * self._timeout):
                hits = {int(uid) for uid in self.client.search([*block, *criteria])}
            found |= {uid for uid in hits if uid > after}  # "5:*" also gives the last mail when its UID is below 5
            if after and len(hits) < top - bottom:
                break  # below lies what is known
        return sorted(found)

    def _mails(self, batch: Batch, uids: list[int], end: Position, look: int) -> Iterator[Fetched]:
        begin = batch.position
        for start in range(0, len(uids), _BLOCK):
            block = uids[start : start + _BLOCK]
            self._must_still_look(look)
            with self._asked(2 * self._timeout):
                heads: dict[int, Any] = self.client.fetch(block, ["RFC822.SIZE", "INTERNALDATE"])
            for uid in block:
                self._must_still_look(look)
                if uid in heads:  # else somebody deleted it meanwhile
                    mail = self._mail(uid, heads[uid])
                    if mail is None:
                        batch.skipped.append(uid)
                    else:
                        yield mail
                batch.position = Position(end.uidvalidity, uid)
        if len(batch.skipped) == len(uids) > 4:
            batch.position = begin
            raise MailboxTrouble("odd_answer", f"the server hands out none of {len(uids)} mails")
        batch.position = end

    def _must_still_look(self, look: int) -> None:
        if look != self._looked_at:
            raise RuntimeError("another folder was opened before this batch was read")

    def _mail(self, uid: int, head: dict[bytes, Any]) -> Fetched | None:
        """One mail, or None when the server has it on its list but does not hand it out."""
        size = head.get(b"RFC822.SIZE")
        size = size if isinstance(size, int) else 0
        is_cut = size > BIG
        wanted = f"BODY.PEEK[]<0.{PART}>" if is_cut else "BODY.PEEK[]"
        try:
            with self._asked(self._timeout + (PART if is_cut else size) / 2**15, otherwise="mail_refused"):
                answer: dict[int, Any] = self.client.fetch([uid], [wanted])
        except MailboxTrouble as trouble:
            if trouble.reason == "mail_refused":
                return None
            trouble.uid = uid
            raise
        body = next((value for key, value in answer.get(uid, {}).items() if key.startswith(b"BODY[")), None)
        if not isinstance(body, bytes):
            return None
        if is_cut:
            body = body[:PART]  # some servers ignore the part asked for
        return Fetched(uid, _moment(head.get(b"INTERNALDATE")), size or len(body), body, is_cut)

    def _idled(self, seconds: float) -> bool:
        """One IDLE; whether the server told of more mails."""
        with self._asked(seconds + 2 * self._timeout):
            self.client.idle()
            heard = [] if self.client.has_unread else self.client.idle_check(timeout=seconds)
            _, more = self.client.idle_done()
            self.client.heard("EXISTS")  # told now; the next wait begins anew
            return any(b"EXISTS" in line or b"RECENT" in line for line in [*heard, *more] if isinstance(line, tuple))

    def _heard_of_more(self) -> bool:
        """Whether the server mentioned new mails beside another answer since the folder was opened."""
        with self._asked():
            self.client.noop()
            return self.client.heard("EXISTS")

    @contextmanager
    def _asked(self, seconds: float | None = None, *, otherwise: str = "odd_answer") -> Iterator[None]:
        with asked(self.client, seconds or self._timeout, otherwise=otherwise):
            yield


def _folder(flags: tuple[bytes, ...], delimiter: bytes | None, name: bytes | int) -> Folder | None:
    raw = str(name).encode() if isinstance(name, int) else name
    try:
        readable = str(from_utf7(raw))
    except UnicodeError:
        return None
    if to_utf7(readable) != raw:
        return None
    return folders.folder(flags, delimiter.decode("ascii", "replace") if delimiter else "", readable)


def _moment(said: object) -> datetime:
    """When the mail came in; now, when the server does not say so properly."""
    if isinstance(said, datetime) and said.tzinfo is not None:
        with suppress(OverflowError):
            return said.astimezone(UTC)
    return clock.now()
