"""The commands of this floor; `wsgi.py` puts them together with those of the others."""

from feeds.commands import feeds

COMMANDS = (*feeds.COMMANDS,)

__all__ = ["COMMANDS"]
