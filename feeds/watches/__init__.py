"""What we look for, for whom: derived from the customer file, corrected by a person, made into subjects of the matching.

customer file ─ derive ─▶ Watch rows ◀─ store (corrections, what "wrong company" teaches)
                              └─ subjects ─▶ feeds.match.Index
"""

from feeds.watches.derive import derive, follow
from feeds.watches.store import WatchLine, add, change, get, of_company, of_contact, remove, teach, weigh
from feeds.watches.subjects import changed_since, every, of_keys

__all__ = [
    "WatchLine",
    "add",
    "change",
    "changed_since",
    "derive",
    "every",
    "follow",
    "get",
    "of_company",
    "of_contact",
    "of_keys",
    "remove",
    "teach",
    "weigh",
]
