"""The commands of this floor."""

from __future__ import annotations

import click

from feeds.commands.match import match

COMMANDS: tuple[click.Command, ...] = (match,)
