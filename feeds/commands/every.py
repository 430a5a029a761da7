"""The commands of this floor, together."""

from __future__ import annotations

import click

from feeds.commands import feeds
from feeds.commands.match import match

COMMANDS: tuple[click.Command, ...] = (*feeds.COMMANDS, match)
