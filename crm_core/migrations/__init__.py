"""Alembic's versions of the schema; run by `crm_core.database.migrate`."""
