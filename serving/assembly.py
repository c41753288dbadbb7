"""Composition root of a worker process: the real stores behind the routes."""

from __future__ import annotations

from configs.settings import Settings
from crm_core.api_keys import find_key
from crm_core.database import open_database
from crm_core.receipts import last_scores, read_receipt, write_receipts
from features.repository import FeatureRepository
from scoring.registry import Registry
from serving.access import KeyRing
from serving.champion import ChampionHolder
from serving.clock import Clock
from serving.customer_scoring import CustomerScoring
from serving.lead_scoring import LeadScoring
from serving.previous_scores import PreviousScores
from serving.receipts import ReceiptWriter
from serving.runtime import Runtime
from serving.vectors import VectorSource


def assemble(settings: Settings, clock: Clock) -> Runtime:
    """The runtime of this configuration, not started yet.

    Keys expire by the real clock even where the scoring clock is frozen: a replay must not revive a key.
    """
    engine = open_database(settings.database_url)
    serving = settings.serving
    repository = FeatureRepository(settings)
    champions = ChampionHolder(Registry(settings), serving.model_poll_seconds)
    receipts = ReceiptWriter(
        lambda batch: write_receipts(engine, batch), serving.receipt_flush_seconds, serving.receipt_queue_size
    )
    previous = PreviousScores(lambda ids: last_scores(engine, "lead", ids))
    vectors = VectorSource(repository.online_reader())
    return Runtime(
        max_body_bytes=serving.max_body_bytes,
        body_timeout_seconds=serving.body_timeout_seconds,
        max_entities=serving.max_entities,
        key_ring=KeyRing(lambda key: find_key(engine, key, Clock().now()), settings.api_key, serving.key_cache_seconds),
        champions=champions,
        receipts=receipts,
        leads=LeadScoring(champions, vectors, repository, previous, receipts, clock, settings),
        customers=CustomerScoring(champions, vectors, receipts, clock, settings),
        read_receipt=lambda prediction_id: read_receipt(engine, prediction_id),
        check_stores=lambda: read_receipt(engine, "-"),
    )
