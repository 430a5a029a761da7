"""Alembic's entry: migrates the database it is handed a connection to. See outreach/migrate.py."""

from __future__ import annotations

from alembic import context
from sqlalchemy import JSON

import campaigns.rows  # noqa: F401 - every table has to be known
import feeds.rows  # noqa: F401
import outreach.rows  # noqa: F401
from outreach import migrate
from outreach.db import Base, Moment


def render_item(kind, item, autogen):  # noqa: ANN001, ANN201 - Alembic's hook
    """A migration must not change when our types do: write what the database gets."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON) and "postgresql" in item._variant_mapping:
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    render_item=render_item,
    include_object=migrate.is_of_the_models,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
