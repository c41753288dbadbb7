"""What a worker process holds while it serves: models, stores, writer; made at the start, closed at the stop."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from crm_core.receipts import Receipt
from serving.access import KeyRing
from serving.champion import ChampionHolder
from serving.customer_scoring import CustomerScoring
from serving.lead_scoring import LeadScoring
from serving.receipts import ReceiptWriter

logger = logging.getLogger("funnelcast.serving")


@dataclass
class Runtime:
    """The parts that the routes use.

    scoring_thread: one thread. XGBoost scores single rows best with one, and the event loop stays free to answer probes
        and to refuse what is too much.
    row_thread: one thread for leads given in full: their features take DuckDB a second, and scores by id do not wait.
    read_receipt: a stored receipt by its id, or None.
    check_stores: raises where a store does not answer.
    """

    max_body_bytes: int
    body_timeout_seconds: float
    max_entities: int
    key_ring: KeyRing
    champions: ChampionHolder
    receipts: ReceiptWriter
    leads: LeadScoring
    customers: CustomerScoring
    read_receipt: Callable[[str], Receipt | None]
    check_stores: Callable[[], Any]
    scoring_thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="scoring")
    )

    row_thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="rows"))

    def start(self) -> None:
        """Load the models and start the threads."""
        self.champions.start()
        self.receipts.start()

    def close(self) -> None:
        """End what is under way, then store every receipt."""
        for thread in (self.scoring_thread, self.row_thread):
            thread.shutdown(wait=True)
        self.champions.stop()
        lost = self.receipts.close()
        logger.info("stopped", extra={"fields": {"receipts_lost": lost}})

    def is_ready(self) -> bool:
        """Whether a model is loaded and the stores answer."""
        if not self.champions.has_any:
            return False
        try:
            self.check_stores()
        except Exception:
            return False
        return True
