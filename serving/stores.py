"""The stores that a request asks, each behind its time limit and its circuit breaker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from configs.settings import Settings
from crm_core.receipts import read_receipt
from features.repository import FeatureRepository
from serving.bounded_calls import BoundedCalls
from serving.breaker import Breaker
from serving.crm_profiles import CrmProfiles
from serving.guarded_reader import GuardedReader
from serving.last_known import LastKnown

P = ParamSpec("P")
T = TypeVar("T")


class Stores:
    """The online store and the CRM database of a worker."""

    def __init__(self, settings: Settings, engine: Any, repository: FeatureRepository) -> None:
        rules = settings.serving
        self._engine = engine
        self._crm_calls = BoundedCalls("crm", rules.store_timeout_seconds)
        self._crm_breaker = Breaker("crm", rules.breaker_failures, rules.breaker_pause_seconds)
        is_embedded = settings.stores.online_store == "sqlite"
        self.online = GuardedReader(
            repository.online_reader,
            None if is_embedded else BoundedCalls("online", rules.store_timeout_seconds),
            Breaker("online", rules.breaker_failures, rules.breaker_pause_seconds),
        )
        self.last_known = LastKnown(CrmProfiles(engine, settings), self._crm_calls, self._crm_breaker)

    def crm(self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """What a function reads of the CRM database.

        Raises
        ------
        StoreSilentError: the database does not answer in time, or did not of late.
        """
        return self._crm_breaker.call(lambda: self._crm_calls.call(function, *arguments, **named))

    def check(self, now: datetime) -> None:
        """Raise where a store does not answer."""
        self.crm(read_receipt, self._engine, "-")
        self.online.read("leads", ["-"], now)
