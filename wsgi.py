"""The composition root of the web: `gunicorn 'wsgi:create_app()'`, and the `outreach` command. Importing it does nothing."""

from __future__ import annotations

import click
from flask import Flask

import campaigns.commands
import campaigns.web
import feeds.commands
import feeds.web
import outreach.commands
import outreach.web
import worker
from campaigns import starters
from outreach import migrate, settings
from outreach.house import House, open_house
from outreach.web import app
from outreach.web import serve as serving


def create_app(house: House | None = None) -> Flask:
    """The web application of the installation the environment describes, or of one that is open already."""
    return app.build(
        house or open_house(settings.load()),
        [*outreach.web.blueprints(), *campaigns.web.blueprints(), *feeds.web.blueprints()],
        [
            outreach.web.week_occasions.lines,
            outreach.web.week.own_lines,
            outreach.web.week_care.lines,
            campaigns.web.week_lines,
        ],
    )


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="outreach")
def cli() -> None:
    """Outreach: newsletters and personal mails for people who know their customers.

    Settings come from the environment and from .env, all beginning with OUTREACH_ (see the README).
    """


@cli.command()
@click.option("--web-only", is_flag=True, help="No workers here: they run elsewhere, as `dramatiq worker:setup`.")
def serve(web_only: bool) -> None:
    """Web, workers and timetable in one process, on OUTREACH_HOST and OUTREACH_PORT."""
    try:
        house = open_house(settings.load())
    except settings.SettingsError as error:
        raise click.UsageError(f"Some settings cannot be used:\n{error}") from None
    migrate.upgrade(house.database)
    with house.database.writing() as session:
        starters.ensure(session)
    if not web_only:
        worker.equip(house)
    serving.serve(house, create_app, with_workers=not web_only)


for _command in (*outreach.commands.COMMANDS, *campaigns.commands.COMMANDS, *feeds.commands.COMMANDS):
    cli.add_command(_command)
