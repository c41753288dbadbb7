"""The change feed as the service publishes to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm_core.exchange import publish_credit_holds, publish_scores


class Feed:
    """Publishes what moved, on one database."""

    def __init__(self, engine: Any, min_score_change: float) -> None:
        self._engine = engine
        self._min_score_change = min_score_change

    def scores(self, entity: str, scores: Mapping[str, Mapping[str, Any]], at: datetime) -> int:
        """Tell of scores that moved; returns how many."""
        return publish_scores(self._engine, entity, scores, at, self._min_score_change)

    def credit_holds(self, holds: Mapping[str, bool], at: datetime) -> int:
        """Tell of credit holds that began or ended; returns how many."""
        return publish_credit_holds(self._engine, holds, at)
