"""Free pages: where a database keeps what was deleted until it writes over it."""

from __future__ import annotations

from sqlalchemy import Engine

from crm_core.database import translated_errors
from crm_core.errors import ErasureError
from crm_core.tables import Base


def compact_database(engine: Engine) -> None:
    """Write the database anew, so that nothing deleted is left in its files; needs as much free space as it has data.

    On PostgreSQL dead rows are vacuumed; archived WAL and base backups are the operator's to expire.

    Raises
    ------
    ErasureError: a reader held SQLite's log for too long; run the erasure again.
    DatabaseError: the database cannot be locked.
    """
    with translated_errors():
        if engine.dialect.name == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql(f"VACUUM {', '.join(sorted(Base.metadata.tables))}")
            return
        opened = engine.raw_connection()
        try:
            cursor = opened.cursor()
            cursor.execute("VACUUM")
            is_busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            cursor.close()
        finally:
            opened.close()
    if is_busy:
        raise ErasureError("SQLite's log must be free to be emptied, but a reader holds it: run the erasure again.")
