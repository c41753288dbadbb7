"""How a golden customer was served, over all its ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy import Connection

from crm_core.funnel.versions import rows_of_as_of
from crm_core.golden_record.transactions import moment_or_none


@dataclass(frozen=True)
class Service:
    """Leads, touch points (its own and those of its leads) by kind, and ratings from 1 to 5."""

    count_leads: int
    count_activities: int
    activities_by_kind: dict[str, int]
    last_contact_at: datetime | None
    count_ratings: int
    mean_rating: float | None


def service_of(connection: Connection, customer_ids: Sequence[str], as_of: datetime) -> Service:
    """What is known at as_of."""
    leads = rows_of_as_of(connection, "leads", as_of, [], ("customer_id", customer_ids))["lead_id"].tolist()
    columns = ["customer_id", "kind", "occurred_at"]
    own = rows_of_as_of(connection, "activities", as_of, columns, ("customer_id", customer_ids))
    by_lead = rows_of_as_of(connection, "activities", as_of, columns, ("lead_id", leads))
    touches = pd.concat([own, by_lead[by_lead["customer_id"].isna()]], ignore_index=True)
    scores = rows_of_as_of(connection, "ratings", as_of, ["score"], ("customer_id", customer_ids))["score"]
    kinds = touches["kind"].value_counts()
    return Service(
        count_leads=len(leads),
        count_activities=len(touches),
        activities_by_kind={str(kind): int(kinds[kind]) for kind in sorted(kinds.index)},
        last_contact_at=moment_or_none(touches["occurred_at"].max()),
        count_ratings=len(scores),
        mean_rating=round(float(scores.mean()), 2) if len(scores) else None,
    )
