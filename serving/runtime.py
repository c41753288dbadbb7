"""What a worker process holds while it serves: models, stores, writer; made at the start, closed at the stop."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from configs.sections import Exchange, Serving
from crm_core.exchange.feed import Page
from serving.champion import ChampionHolder
from serving.commission import CommissionStatements
from serving.courier import Courier
from serving.customer_scoring import CustomerScoring
from serving.events import EventIntake
from serving.key_ring import KeyRing
from serving.lead_scoring import LeadScoring
from serving.ownership import Ownership
from serving.pages.desk import Desk
from serving.priority import PriorityList
from serving.rate_limit import RateLimit
from serving.receipts import ReceiptWriter
from serving.refresher import Refresher
from serving.shadow import ChallengerShadow
from serving.tracing import Traces
from serving.turns import Lane
from serving.working_threads import WorkingThreads

logger = logging.getLogger("funnelcast.serving")


@dataclass
class Runtime:
    """The parts that the routes use.

    scoring_thread: one thread. XGBoost scores single rows best with one, and the event loop stays free to answer probes
        and to refuse what is too much.
    bulk_thread: the same for calls of many entities, which would keep the others waiting.
    row_thread: one thread for leads given in full: their features take DuckDB a second, and scores by id do not wait.
    ownership: receipts, leads and reps as far as a caller's scope goes.
    check_stores: raises where a store does not answer.
    commission: statements of a rep's month; set by `assemble`.
    pages: what the pages for people work with; None: there are none.
    read_changes: a page of the change feed after a cursor, with at most so many entries.
    """

    rules: Serving
    key_ring: KeyRing
    champions: ChampionHolder
    receipts: ReceiptWriter
    leads: LeadScoring
    customers: CustomerScoring
    ownership: Ownership
    check_stores: Callable[[], Any]
    exchange: Exchange
    events: EventIntake
    refresher: Refresher
    courier: Courier
    priority: PriorityList
    read_changes: Callable[[int, int], Page]
    shadow: ChallengerShadow
    commission: CommissionStatements = field(init=False)
    pages: Desk | None = None
    traces: Traces | None = None
    scoring_thread: WorkingThreads = field(default_factory=lambda: WorkingThreads("scoring"))
    bulk_thread: WorkingThreads = field(default_factory=lambda: WorkingThreads("bulk"))
    row_thread: WorkingThreads = field(default_factory=lambda: WorkingThreads("rows"))

    def __post_init__(self) -> None:
        """The limits of the rules."""
        self.rate_limit = RateLimit(self.rules.rate_per_second, self.rules.rate_burst)
        self.rows = Lane(self.row_thread, self.rules.max_bulk_wait_seconds)
        self._few = Lane(self.scoring_thread, self.rules.max_wait_seconds)
        self._many = Lane(self.bulk_thread, self.rules.max_bulk_wait_seconds)

    def lane(self, count: int) -> Lane:
        """Where a call for so many entities takes its turn."""
        return self._few if count <= self.rules.bulk_entities else self._many

    @property
    def is_crowded(self) -> bool:
        """Whether a call for a score would come too late."""
        return self._few.is_crowded

    def start(self) -> None:
        """Load the models and start the threads."""
        self.champions.start()
        self.receipts.start()
        self.refresher.start()
        self.shadow.start()
        self.courier.start()
        if self.pages is not None:
            self.pages.start(self.refresher.prepared)

    def close(self) -> None:
        """End what is under way, then store every receipt."""
        for thread in (self.scoring_thread, self.bulk_thread, self.row_thread):
            thread.close()
        if self.pages is not None:
            self.pages.close()
        self.events.close()
        left = self.refresher.close()
        self.courier.close()
        self.champions.stop()
        self.shadow.close()
        lost = self.receipts.close()
        if self.pages is not None:
            self.pages.behind.close()
        if self.traces is not None:
            self.traces.close()
        logger.info("stopped", extra={"fields": {"receipts_lost": lost, "refreshes_left": left}})

    def prepare(self) -> None:
        """Wait until events are taken up as fast as ever."""
        self.refresher.prepared.wait()

    def is_ready(self) -> bool:
        """Whether a model is loaded, events are taken up as fast as ever, and the stores answer."""
        if not (self.champions.has_any and self.refresher.prepared.is_set()):
            return False
        try:
            self.check_stores()
        except Exception:
            return False
        return True
