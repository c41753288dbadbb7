"""The names of customers as entered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine

from crm_core.database import read_transaction
from crm_core.funnel.versions import rows_of_as_of


def entered_names(engine: Engine, customer_ids: Sequence[str], as_of: datetime) -> dict[str, str]:
    """Customer -> name, of those known at as_of."""
    with read_transaction(engine) as connection:
        rows = rows_of_as_of(connection, "customers", as_of, ["name"], ("customer_id", customer_ids))
    return dict(zip(rows["customer_id"], rows["name"], strict=True))
