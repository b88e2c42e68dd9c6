"""Alembic's environment: uses the connection it is handed, and begins nothing of its own."""

from __future__ import annotations

from alembic import context

from workbench.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
