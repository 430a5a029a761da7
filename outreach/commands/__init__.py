"""The commands of this floor; `wsgi.py` puts them together with those of the upper floors.

Exit codes everywhere: 0 done, 1 it could not be done (the sentence says why), 2 the command or a setting is wrong,
3 an import took in no row at all, or the doctor found something wrong.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import click

    from outreach.commands.base import as_json, opened, say, with_house

    COMMANDS: tuple[click.Command, ...]

__all__ = ["COMMANDS", "as_json", "opened", "say", "with_house"]

#: the modules whose COMMANDS are this floor's
_MODULES = ("house", "care", "people", "inbox", "mailbox")


def __getattr__(name: str) -> Any:
    # Loaded when somebody asks: `outreach inbox classify` needs neither web nor database, and starts without them.
    if name == "COMMANDS":
        return tuple(one for module in _MODULES for one in import_module(f"{__name__}.{module}").COMMANDS)
    if name in __all__:
        return getattr(import_module(f"{__name__}.base"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
