"""The journal of the customer file: every change of a card, with who and when, and the way back.

    a tracked row is flushed ──▶ Change(before, after) in the ChangeSet of this transaction
    note() for statements that pass the session by, compare(snapshot()) for whole blocks
    undo(set) ──▶ newest change first, column by column; what somebody changed since stays and is said

A change set is what one click or one block of an import did. Undoing one is a change set as well, so it can be undone.

rows     change sets, changes, what is tracked        write    what happens is written down
read     the history of a card                        back     the way back
forget   what is not kept for ever
"""

from outreach.journal.back import CHANGED_SINCE, GONE_SINCE, IN_THE_WAY, IN_USE, Kept, Undone, undo
from outreach.journal.forget import forget_removed
from outreach.journal.read import ChangeLine, SetLine, history
from outreach.journal.rows import Change, ChangeSet, Tracked
from outreach.journal.write import Noted, author, begin, compare, last_set, note, sets_of, snapshot

__all__ = [
    "CHANGED_SINCE",
    "GONE_SINCE",
    "IN_THE_WAY",
    "IN_USE",
    "Change",
    "ChangeLine",
    "ChangeSet",
    "Kept",
    "Noted",
    "SetLine",
    "Tracked",
    "Undone",
    "author",
    "begin",
    "compare",
    "forget_removed",
    "history",
    "last_set",
    "note",
    "sets_of",
    "snapshot",
    "undo",
]
