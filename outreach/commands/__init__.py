"""The commands of this floor; `wsgi.py` puts them together with those of the upper floors.

Exit codes everywhere: 0 done, 1 it could not be done (the sentence says why), 2 the command or a setting is wrong,
3 an import took in no row at all, or the doctor found something wrong.
"""

from outreach.commands import care, house, people
from outreach.commands.base import as_json, opened, say, with_house

COMMANDS = (*house.COMMANDS, *care.COMMANDS, *people.COMMANDS)

__all__ = ["COMMANDS", "as_json", "opened", "say", "with_house"]
