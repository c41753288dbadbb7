"""Every row that refers to a customer, whichever of its ids it names."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from crm_core.funnel.versions import rows_of_as_of
from crm_core.golden_record.aliases import members_of
from crm_core.schema import BUNDLE

# Derived from the tables, so that a new reference is never forgotten: table -> its column with a customer's id.
REFERENCES = {name: "customer_id" for name, spec in BUNDLE.items() if "customer_id" in spec.columns[1:]}


def references_of(connection: Connection, any_id: str, as_of: datetime) -> dict[str, list[str]]:
    """Table -> keys of the rows that refer to the golden customer at as_of."""
    ids = members_of(connection, any_id, as_of)
    found = {}
    for table, column in REFERENCES.items():
        rows = rows_of_as_of(connection, table, as_of, [], (column, ids))
        found[table] = sorted(rows[BUNDLE[table].key])
    return found
