"""Write the next migration from the difference between the models and the migrations: `make migration NAME=…`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command

from outreach import migrate
from outreach.db import Database


def main(message: str) -> None:
    """Compare on an empty SQLite database brought to the newest revision."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'compare.db'}")
        config = migrate.config()
        with database.engine.execution_options(sqlite_begin="IMMEDIATE").connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
            number = len(list((Path(__file__).parent / "versions").glob("[0-9]*.py"))) + 1
            command.revision(config, message=message, autogenerate=True, rev_id=f"{number:04d}")
        database.close()


if __name__ == "__main__":
    main(sys.argv[1])
