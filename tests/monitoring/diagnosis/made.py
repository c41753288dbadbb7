"""Small worlds of plain rows, in which every figure can be counted by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from benchmarks.bundle_facts import facts_of
from configs.settings import load_settings
from monitoring.diagnosis.cases import Cases, stage_cases
from monitoring.diagnosis.facts import CaseFacts

AS_OF = datetime(2026, 6, 30, 2, tzinfo=UTC)
SETTINGS = load_settings()
RULES = SETTINGS.diagnosis
PLACE = 3  # technical_exchange
Rows = list[dict[str, Any]]


def ago(days: float) -> datetime:
    """A moment so many days before AS_OF, as the tables have it."""
    return (AS_OF - timedelta(days=days)).replace(tzinfo=None)


class Small:
    """Leads that enter technical_exchange on a day and leave it, or not."""

    def __init__(self) -> None:
        self.leads: Rows = []
        self.events: Rows = []
        self.tables: dict[str, Rows] = {}

    def lead(self, entered: float, left: float | None = None, to: str = "solution_demo", **columns: Any) -> str:
        """One lead, created a day before it enters; `left` None: it stands there still."""
        key = f"L{len(self.leads)}"
        created = columns.pop("created_at", ago(entered + 1))
        self.leads.append({"lead_id": key, "created_at": created, "channel_id": "web", **columns})
        self.events.append({"lead_id": key, "stage": "technical_exchange", "entered_at": ago(entered)})
        if left is not None:
            self.events.append({"lead_id": key, "stage": to, "entered_at": ago(left)})
        return key

    def steady(self, per_window: int = 20, stuck: int = 0, windows: int = 4, **columns: Any) -> None:
        """In each window of 30 days as many leads that move on after five days, and some that are lost after twenty."""
        for window in range(windows):
            for n in range(per_window):
                entered = 30 * window + 6 + n * 20 / per_window
                self.lead(entered, entered - 5, **columns)
            for n in range(stuck):
                self.lead(30 * window + 25 - n * 0.1, 30 * window + 5, "lost", **columns)

    def facts(self) -> CaseFacts:
        """The facts at AS_OF."""
        rows = {"leads": self.leads, "stage_events": self.events, **self.tables}
        return facts_of({name: pd.DataFrame(table) for name, table in rows.items()}, SETTINGS, AS_OF)


def cases_of(facts: CaseFacts, is_stock: bool = True) -> Cases:
    """The cases of technical_exchange in windows of 30 days."""
    return stage_cases(facts, PLACE, 30, RULES.before_windows, facts.now, is_stock)
