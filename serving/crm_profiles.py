"""The CRM's tables as the fall-back reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from configs.settings import Settings
from crm_core.stored_profiles import KnownFeatures, last_known_features, open_lead_profiles
from serving.vectors import Entity


class CrmProfiles:
    """Reads one database."""

    def __init__(self, engine: Any, settings: Settings) -> None:
        self._engine = engine
        self._closing = [*settings.funnel.names("won"), *settings.funnel.names("lost")]

    def last_features(self, entity: Entity, ids: Sequence[str]) -> Mapping[str, KnownFeatures]:
        """The features that each was last scored from, if ever."""
        if entity == "leads":
            return last_known_features(self._engine, "lead", "win", ids)
        return last_known_features(self._engine, "customer", "churn,rfm", ids)

    def open_leads(self, ids: Sequence[str], now: datetime) -> Mapping[str, Mapping[str, Any]]:
        """The records of those that are open."""
        return open_lead_profiles(self._engine, self._closing, now, ids)
