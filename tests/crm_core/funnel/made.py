"""Facts made of plain rows, for tests of the rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from configs.sections import Funnel
from configs.settings import load_settings
from crm_core.funnel.facts import _COLUMNS, FunnelFacts, make_facts

AS_OF = datetime(2026, 6, 30, 2, tzinfo=UTC)
SETTINGS = load_settings()
_KEYS = {
    "leads": "lead_id", "customers": "customer_id", "reps": "rep_id", "stage_events": "event_id",
    "activities": "activity_id", "attribute_changes": "change_id", "sync_log": "entry_id",
}  # fmt: skip
_MOMENTS = {"created_at", "entered_at", "occurred_at", "changed_at"}


def day(number: float) -> datetime:
    """A moment so many days before AS_OF."""
    return AS_OF - timedelta(days=number)


def facts_of(
    leads: Iterable[dict[str, Any]] = (),
    events: Iterable[tuple[Any, ...]] = (),
    funnel: Funnel | None = None,
    slugs: dict[tuple[str, str], str] | None = None,
    **tables: Sequence[dict[str, Any]],
) -> FunnelFacts:
    """`events`: (lead_id, stage, entered_at[, reason]); other tables as rows."""
    names = ("lead_id", "stage", "entered_at", "reason")
    rows = {"leads": list(leads), "stage_events": [dict(zip(names, event, strict=False)) for event in events], **tables}
    frames = {table: _frame(table, rows.get(table, [])) for table in _COLUMNS}
    return make_facts(frames, slugs or {}, funnel or SETTINGS.funnel, AS_OF)


def _frame(table: str, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    key = _KEYS[table]
    columns: dict[str, Any] = {}
    for name in (key, *_COLUMNS[table]):
        values = [row.get(name, str(place) if name == key else None) for place, row in enumerate(rows)]
        columns[name] = _column(name, values)
    recorded = [row.get("recorded_at", AS_OF - timedelta(days=1000)) for row in rows]
    columns |= {"recorded_at": _column("created_at", recorded), "change_seq": np.arange(len(rows))}
    columns["is_backfilled"] = pd.Series([row.get("is_backfilled", False) for row in rows], dtype=object)
    return pd.DataFrame(columns)


def _column(name: str, values: list[Any]) -> Any:
    if name in _MOMENTS:
        naive = [value.astimezone(UTC).replace(tzinfo=None) if value else None for value in values]
        return pd.Series(np.array(naive, dtype="datetime64[us]"))
    if name in {"employee_count", "budget_cents", "expected_amount_cents"}:
        return pd.Series(values, dtype="float64")
    return pd.Series(values, dtype=object)


def funnel_with(**changes: Any) -> Funnel:
    """The shipped funnel with other values, for instance moves={...}."""
    content = SETTINGS.funnel.model_dump()
    for name, value in changes.items():
        content[name] = {**content[name], **value} if isinstance(value, dict) else value
    return Funnel(**content)


def random_world(seed: int, leads: int = 60, events: int = 300) -> tuple[list[dict[str, Any]], list[tuple[Any, ...]]]:
    """Leads with a channel and events in any stage at any moment, in any order."""
    rng = np.random.default_rng(seed)
    names = [stage.name for stage in SETTINGS.funnel.stages]
    created = {f"L{n}": day(float(rng.uniform(1, 60))) for n in range(leads)}
    rows = [
        {"lead_id": key, "created_at": at, "channel_id": str(rng.choice(["web", "fair", ""])) or None}
        for key, at in created.items()
    ]
    found = []
    for _ in range(events):
        key = f"L{rng.integers(leads)}"
        found.append((key, str(rng.choice(names)), created[key] + timedelta(days=float(rng.uniform(-2, 40))), None))
    return rows, [event for event in found if event[2] <= AS_OF]
