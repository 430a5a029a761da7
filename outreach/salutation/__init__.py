"""The greeting line of a letter, from what the customer file knows. Pure; refuses with a reason when it is not sure.

Named → wording.check (each part looks like a name) → titles.read, nobility.read → contradictions → greet

"Sehr geehrte(r)" is never produced: without a known Anrede the whole name is greeted, without a name nobody is.
The rules and where they come from: docs/decisions/0011-greeting-refuses.md.
"""

from outreach.salutation.greet import Greeting, Named, greeting, punctuation
from outreach.salutation.several import greeting_for
from outreach.salutation.wording import Refused

__all__ = ["Greeting", "Named", "Refused", "greeting", "greeting_for", "punctuation"]
