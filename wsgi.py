"""The composition root of the web: `gunicorn 'wsgi:create_app()'`, and the `outreach` command. Importing it does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flask import Flask

    from outreach.house import House

# What a command needs is imported when it is called: `outreach match` and `outreach inbox` need neither web nor database,
# and start in a quarter of the time without them.


def create_app(house: House | None = None) -> Flask:
    """The web application of the installation the environment describes, or of one that is open already."""
    import campaigns.web
    import feeds.web
    import outreach.web
    from outreach import settings
    from outreach.house import open_house
    from outreach.web import app

    return app.build(
        house or open_house(settings.load()),
        [*outreach.web.blueprints(), *campaigns.web.blueprints(), *feeds.web.blueprints()],
        [
            outreach.web.week_letters.of_letters,
            outreach.web.week_occasions.lines,
            outreach.web.week.own_lines,
            outreach.web.week_care.lines,
            campaigns.web.week_lines,
        ],
    )


class _Commands(click.Group):
    """The commands of all floors, loaded when somebody asks for them; `match` and `inbox` come without the rest."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == "match":
            from feeds.commands.match import match

            return match
        if cmd_name == "inbox":
            from outreach.commands.inbox import inbox_group

            return inbox_group
        self._load()
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._load()
        return super().list_commands(ctx)

    def _load(self) -> None:
        import campaigns.commands
        import feeds.commands.every
        import outreach.commands

        for command in (*outreach.commands.COMMANDS, *campaigns.commands.COMMANDS, *feeds.commands.every.COMMANDS):
            self.add_command(command)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="outreach")
def cli() -> None:
    """Outreach: newsletters and personal mails for people who know their customers.

    Settings come from the environment and from .env, all beginning with OUTREACH_ (see the README).
    """


@cli.command()
@click.option("--web-only", is_flag=True, help="No workers here: they run elsewhere, as `dramatiq worker:setup`.")
def serve(web_only: bool) -> None:
    """Web, workers and timetable in one process, on OUTREACH_HOST and OUTREACH_PORT."""
    import worker
    from campaigns import starters
    from outreach import migrate, settings
    from outreach.house import open_house
    from outreach.web import serve as serving

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
