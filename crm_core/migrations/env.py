"""Alembic's entry: works on the connection that `crm_core.database.migrate` hands over."""

from __future__ import annotations

from alembic import context

from crm_core.tables import Base

if hasattr(context, "config"):  # not when a tool merely imports the file, as a collector of doctests does
    context.configure(
        connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
    )
    context.run_migrations()
