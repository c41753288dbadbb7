"""All touch points of a lead or a customer in one stream (mission D3), each with its source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine

from crm_core.database import read_transaction
from crm_core.funnel.versions import rows_of_as_of

_ACTIVITY = (
    "occurred_at", "kind", "lead_id", "customer_id", "rep_id", "direction", "summary", "source", "consent",
)  # fmt: skip


@dataclass(frozen=True)
class TouchPoint:
    """One thing that happened between us and them.

    Attributes
    ----------
    table, key: the row it is.
    kind: of activities as told; stage_event, order or rating.
    source: through what it came. Of activities the export's own word, or where it has none the kind; of other rows the
        table.
    text: summary, stage with reason, category of the order, or score.
    """

    occurred_at: datetime
    table: str
    key: str
    kind: str
    source: str
    consent: str | None = None
    lead_id: str | None = None
    customer_id: str | None = None
    rep_id: str | None = None
    direction: str | None = None
    text: str | None = None
    amount_cents: int | None = None


def touch_points(
    engine: Engine, as_of: datetime, lead_ids: Sequence[str] = (), customer_ids: Sequence[str] = ()
) -> list[TouchPoint]:
    """The stream of these leads, and of these customers with all their leads, as known at as_of, oldest first.

    Of a customer with several ids (merged duplicates) give all of them.

    Raises
    ------
    DatabaseError: the database cannot be read.
    """
    with read_transaction(engine) as connection:
        own = rows_of_as_of(connection, "leads", as_of, [], ("customer_id", customer_ids))["lead_id"]
        leads = sorted({*lead_ids, *own})
        found = {
            (touch.table, touch.key): touch
            for read in (_activities, _stage_events, _orders, _ratings)
            for touch in read(connection, as_of, leads, customer_ids)
        }
    return sorted(found.values(), key=lambda touch: (touch.occurred_at, touch.table, touch.key))


def _activities(
    connection: Connection, as_of: datetime, leads: Sequence[str], customers: Sequence[str]
) -> Iterator[TouchPoint]:
    for of in (("lead_id", leads), ("customer_id", customers)):
        for row in _rows(rows_of_as_of(connection, "activities", as_of, _ACTIVITY, of)):
            yield TouchPoint(
                _aware(row["occurred_at"]), "activities", row["activity_id"], row["kind"], row["source"] or row["kind"],
                row["consent"], row["lead_id"], row["customer_id"], row["rep_id"], row["direction"], row["summary"],
            )  # fmt: skip


def _stage_events(
    connection: Connection, as_of: datetime, leads: Sequence[str], _: Sequence[str]
) -> Iterator[TouchPoint]:
    columns = ["lead_id", "stage", "entered_at", "reason"]
    for row in _rows(rows_of_as_of(connection, "stage_events", as_of, columns, ("lead_id", leads))):
        text = f"{row['stage']}: {row['reason']}" if row["reason"] else row["stage"]
        moment = _aware(row["entered_at"])
        yield TouchPoint(
            moment, "stage_events", row["event_id"], "stage_event", "stage_events", lead_id=row["lead_id"], text=text
        )


def _orders(
    connection: Connection, as_of: datetime, leads: Sequence[str], customers: Sequence[str]
) -> Iterator[TouchPoint]:
    columns = ["ordered_at", "customer_id", "lead_id", "rep_id", "category", "amount_cents"]
    for of in (("lead_id", leads), ("customer_id", customers)):
        for row in _rows(rows_of_as_of(connection, "orders", as_of, columns, of)):
            yield TouchPoint(
                _aware(row["ordered_at"]), "orders", row["order_id"], "order", "orders", lead_id=row["lead_id"],
                customer_id=row["customer_id"], rep_id=row["rep_id"], text=row["category"],
                amount_cents=int(row["amount_cents"]),
            )  # fmt: skip


def _ratings(
    connection: Connection, as_of: datetime, _: Sequence[str], customers: Sequence[str]
) -> Iterator[TouchPoint]:
    columns = ["rated_at", "customer_id", "rep_id", "score"]
    for row in _rows(rows_of_as_of(connection, "ratings", as_of, columns, ("customer_id", customers))):
        yield TouchPoint(
            _aware(row["rated_at"]), "ratings", row["rating_id"], "rating", "ratings",
            customer_id=row["customer_id"], rep_id=row["rep_id"], text=f"{row['score']:g}",
        )  # fmt: skip


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _aware(moment: pd.Timestamp) -> datetime:
    return moment.to_pydatetime().replace(tzinfo=UTC)
