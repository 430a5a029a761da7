"""The commands of this floor, together."""

from __future__ import annotations

import click

from feeds.commands import sources
from feeds.commands.match import match

COMMANDS: tuple[click.Command, ...] = (*sources.COMMANDS, match)
