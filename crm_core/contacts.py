"""Touch points of customers, their own and those of their leads."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
from sqlalchemy import Connection

from crm_core.funnel.versions import values_as_of
from crm_core.standing import Resolve, merges_or, resolved


def customer_contacts(connection: Connection, as_of: datetime, resolve: Resolve | None = None) -> pd.DataFrame:
    """customer_id, occurred_at, kind, direction, is_effective, consent of the touch points known at as_of.

    A touch point that names no customer is that of its lead's customer; one that has neither is left out.
    """
    columns = ["customer_id", "lead_id", "occurred_at", "kind", "direction", "is_effective", "consent"]
    touches = values_as_of(connection, "activities", as_of, columns)
    leads = values_as_of(connection, "leads", as_of, ["customer_id"]).set_index("lead_id")["customer_id"]
    owner = touches["customer_id"].where(touches["customer_id"].notna(), touches["lead_id"].map(leads))
    owned = touches.assign(customer_id=resolved(owner, merges_or(resolve, connection, as_of)))
    return owned[owned["customer_id"].notna()].drop(columns="lead_id").reset_index(drop=True)
