"""A funnel of plain rows over May and June 2026, in which every figure can be counted by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from crm_core.findings import Finding
from monitoring.channel_quality import ChannelQuality
from monitoring.review.facts import ReviewFacts
from monitoring.review.period import Period
from tests.crm_core.funnel.made import AS_OF, SETTINGS, facts_of

ZONE = ZoneInfo("Asia/Shanghai")
GRACE_DAYS = SETTINGS.monitoring.review.grace_days
JUNE = Period.of("2026-06", AS_OF, ZONE, GRACE_DAYS)
MAY = Period.of("2026-05", AS_OF, ZONE, GRACE_DAYS)
FULL = {"channel_id": "web", "company_name": "x", "phone": "1", "contact_name": "y", "rep_id": "r"}


def on(month: int, day: float) -> datetime:
    """A moment in 2026; day 1.5 is noon of the first."""
    return datetime(2026, month, 1, tzinfo=ZONE) + timedelta(days=day - 1)


class Small:
    """Leads that are answered at once and leave `contacted` on a day, forward or lost."""

    def __init__(self) -> None:
        self.leads: list[dict[str, Any]] = []
        self.events: list[tuple[Any, ...]] = []

    def lead(self, left: datetime, is_forward: bool, days: float = 2.0, **columns: Any) -> str:
        """One lead that stood in `contacted` for so many days."""
        key = f"L{len(self.leads)}"
        entered = left - timedelta(days=days)
        self.leads.append({"lead_id": key, "created_at": entered - timedelta(hours=1), **FULL, **columns})
        self.events.append((key, "contacted", entered))
        self.events.append((key, "needs_analysis" if is_forward else "lost", left))
        return key

    def month(self, month: int, forward: int, lost: int, **columns: Any) -> None:
        """So many leads that left within the month, its first days left out."""
        for n in range(forward + lost):
            self.lead(on(month, 8 + 18 * n / (forward + lost)), n < forward, **columns)

    def facts(
        self, findings: Sequence[Finding] = (), channels: Sequence[ChannelQuality] = (), **money: float
    ) -> ReviewFacts:
        """The facts at AS_OF (30 June)."""
        return ReviewFacts(
            facts_of(self.leads, self.events), list(findings), list(channels), pd.Series(money, dtype=float), SETTINGS
        )


def fallen() -> Small:
    """40 of 50 moved on in May, 20 of 50 in June."""
    world = Small()
    world.month(5, 40, 10)
    world.month(6, 20, 30)
    return world


def diagnosed(at: datetime, confidence: float = 0.9, cause: str = "channel_mix_shift") -> Finding:
    """A cause at the stage `contacted`, as `diagnose` records it."""
    figures = {
        "stage": "contacted", "cause": cause, "confidence": confidence, "evidence": {}, "segment": {},
        "actions": [{"en": "Pre-screen.", "zh": "预筛选。"}],
    }  # fmt: skip
    return Finding(f"diagnosis.{cause}", "contacted", figures, at, "Cause: the mix.", "原因：渠道。")
