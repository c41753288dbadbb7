"""What a worker process holds while it serves: models, stores, writer; made at the start, closed at the stop."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from configs.sections import Exchange
from crm_core.exchange.feed import Page
from serving.access import KeyRing
from serving.champion import ChampionHolder
from serving.courier import Courier
from serving.customer_scoring import CustomerScoring
from serving.events import EventIntake
from serving.lead_scoring import LeadScoring
from serving.ownership import Ownership
from serving.priority import PriorityList
from serving.receipts import ReceiptWriter
from serving.refresher import Refresher

logger = logging.getLogger("funnelcast.serving")


@dataclass
class Runtime:
    """The parts that the routes use.

    scoring_thread: one thread. XGBoost scores single rows best with one, and the event loop stays free to answer probes
        and to refuse what is too much.
    row_thread: one thread for leads given in full: their features take DuckDB a second, and scores by id do not wait.
    ownership: receipts, leads and reps as far as a caller's scope goes.
    check_stores: raises where a store does not answer.
    read_changes: a page of the change feed after a cursor, with at most so many entries.
    """

    max_body_bytes: int
    body_timeout_seconds: float
    max_entities: int
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
    scoring_thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="scoring")
    )

    row_thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="rows"))

    def start(self) -> None:
        """Load the models and start the threads."""
        self.champions.start()
        self.receipts.start()
        self.refresher.start()
        self.courier.start()

    def close(self) -> None:
        """End what is under way, then store every receipt."""
        for thread in (self.scoring_thread, self.row_thread):
            thread.shutdown(wait=True)
        self.events.close()
        left = self.refresher.close()
        self.courier.close()
        self.champions.stop()
        lost = self.receipts.close()
        logger.info("stopped", extra={"fields": {"receipts_lost": lost, "refreshes_left": left}})

    def is_ready(self) -> bool:
        """Whether a model is loaded and the stores answer."""
        if not self.champions.has_any:
            return False
        try:
            self.check_stores()
        except Exception:
            return False
        return True
