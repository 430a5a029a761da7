"""The name check: what looks wrong in a name, as proposals. Pure; changes nothing, a person's click does.

NameSeen → fields (Anrede, title, company, both names in one field) | letters (capitals, encoding) | swapped | address
(umlaut, typo) | Anrede against the first name → proposals, the surest first
"""

from __future__ import annotations

from collections.abc import Sequence

from outreach.names import address, fields, letters
from outreach.names.first_names import guess_salutation
from outreach.names.proposals import NameSeen, Proposal

__all__ = ["NameSeen", "Proposal", "check", "guess_salutation"]


def check(name: NameSeen) -> Sequence[Proposal]:
    """What to look at, the surest first; empty for a name nothing is wrong with.

    Every proposal starts from the name as it is: after one is taken, check again.
    """
    seen = name.tidied()
    misplaced = [*fields.misplaced(seen)]
    found = misplaced or [*letters.misspelt(seen), *fields.swapped(seen), *address.against_address(seen)]
    found += fields.salutation(seen) if not misplaced else []
    return tuple(sorted(found, key=lambda proposal: -proposal.weight))
