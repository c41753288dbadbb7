"""Composition root of a worker process: the real stores behind the routes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from configs.settings import Settings
from crm_core.access import Ownership, Scope, find_key
from crm_core.commission.statement import commission_statement
from crm_core.database import open_database
from crm_core.exchange import read_changes, receive_events, touched_by
from crm_core.exchange.courier import deliver_round
from crm_core.exchange.open_leads import OpenLead, open_leads
from crm_core.exchange.receive import forget_old_answers
from crm_core.findings import record_findings
from crm_core.lookup.rep_weeks import rep_weeks
from crm_core.receipts import last_scores, write_receipts
from features.repository import FeatureRepository
from scoring.challenger import Challengers
from scoring.registry import Registry
from serving.announcing import Announcer
from serving.champion import ChampionHolder
from serving.clock import Clock
from serving.commission import CommissionStatements
from serving.courier import Courier
from serving.customer_scoring import CustomerScoring
from serving.events import EventIntake
from serving.feed import Feed
from serving.key_ring import KeyRing
from serving.lead_scoring import LeadScoring
from serving.pages.desk import Desk
from serving.pages.warm_up import warm_up
from serving.previous_scores import PreviousScores
from serving.priority import PriorityList
from serving.receipts import ReceiptWriter
from serving.refresher import Refresher
from serving.refusals import finding_of
from serving.runtime import Runtime
from serving.shadow import ChallengerShadow
from serving.stores import Stores
from serving.tracing import OtlpJson, Traces
from serving.vectors import VectorSource


def assemble(settings: Settings, clock: Clock) -> Runtime:
    """The runtime of this configuration, not started yet.

    Keys expire by the real clock even where the scoring clock is frozen: a replay must not revive a key.
    """
    engine = open_database(settings.database_url)
    serving = settings.serving
    repository = FeatureRepository(settings)
    champions = _champions(engine, repository, settings)
    receipts = ReceiptWriter(
        lambda batch: write_receipts(engine, batch), serving.receipt_flush_seconds, serving.receipt_queue_size
    )
    stores = Stores(settings, engine, repository)
    previous = PreviousScores(lambda ids: stores.crm(last_scores, engine, "lead", ids))
    vectors, forgiving = VectorSource(stores.online), VectorSource(stores.online, stores.last_known)
    shadow = _shadow(receipts, settings)
    leads = LeadScoring(champions, forgiving, repository, previous, receipts, clock, settings, shadow)
    refresher = _refresher(engine, repository, champions, vectors, clock, settings)
    runtime = Runtime(
        rules=serving,
        key_ring=_key_ring(engine, settings),
        champions=champions,
        receipts=receipts,
        leads=leads,
        customers=CustomerScoring(champions, forgiving, receipts, clock, settings),
        ownership=Ownership(engine),
        check_stores=lambda: stores.check(clock.now()),
        shadow=shadow,
        traces=Traces(OtlpJson(serving.trace_endpoint)) if serving.trace_endpoint else None,
        exchange=settings.exchange,
        events=_events(engine, refresher, clock, settings),
        refresher=refresher,
        courier=_courier(engine, settings),
        priority=_priority(engine, champions, vectors, leads, clock, settings),
        read_changes=lambda since, limit: read_changes(engine, since, limit),
    )
    runtime.commission = _commission(engine, clock, settings)
    runtime.pages = Desk(engine, settings, clock, champions, vectors, leads, Registry(settings), warm_up)
    return runtime


def _priority(
    engine: Any, champions: ChampionHolder, vectors: VectorSource, leads: LeadScoring, clock: Clock, settings: Settings
) -> PriorityList:
    def weeks(now: datetime, scope: Scope) -> Any:
        return rep_weeks(engine, settings, now, scope)

    return PriorityList(_open_leads(engine, settings), champions, vectors, leads, clock, settings, weeks)


def _commission(engine: Any, clock: Clock, settings: Settings) -> CommissionStatements:
    return CommissionStatements(
        lambda rep_id, period, as_of: commission_statement(engine, settings, rep_id, period, as_of),
        Ownership(engine),
        clock,
        settings.intake.timezone,
    )


def _key_ring(engine: Any, settings: Settings) -> KeyRing:
    rules = settings.serving
    return KeyRing(
        lambda key: find_key(engine, key, Clock().now()),
        settings.api_key,
        rules.key_cache_seconds,
        rules.store_timeout_seconds,
        rules.key_grace_seconds,
        rules.key_first_timeout_seconds,
    )


def _champions(engine: Any, repository: FeatureRepository, settings: Settings) -> ChampionHolder:
    def columns(name: str) -> set[str]:
        return {feature.name for feature in repository.catalogue(name)}

    return ChampionHolder(
        Registry(settings),
        settings.serving.model_poll_seconds,
        columns=columns,
        tell=lambda refusal: record_findings(engine, [finding_of(refusal, Clock().now(), settings.paths.home)]),
    )


def _shadow(receipts: ReceiptWriter, settings: Settings) -> ChallengerShadow:
    rules = settings.serving
    challengers = ChampionHolder(Challengers(settings), rules.model_poll_seconds, ("win",), keeps_last=False)
    return ChallengerShadow(challengers, receipts, rules.shadow_share)


def _events(engine: Any, refresher: Refresher, clock: Clock, settings: Settings) -> EventIntake:
    exchange = settings.exchange
    return EventIntake(
        lambda table, rows, scope, key: receive_events(engine, table, rows, scope, key, settings, clock.now()),
        lambda table, rows: touched_by(engine, table, rows),
        lambda: forget_old_answers(engine, clock.now(), exchange.idempotency_days),
        refresher,
        exchange.events_waiting,
    )


def _refresher(
    engine: Any,
    repository: FeatureRepository,
    champions: ChampionHolder,
    vectors: VectorSource,
    clock: Clock,
    settings: Settings,
) -> Refresher:
    exchange = settings.exchange
    return Refresher(
        lambda: repository.prepare_refresh(clock.now()),
        lambda entity, ids: repository.refresh(entity, ids, clock.now()),
        Announcer(champions, vectors, Feed(engine, exchange.min_score_change), clock, settings),
        exchange.refresh_queue_size,
        exchange.refresh_batch,
        exchange.refresh_pause_seconds,
    )


def _courier(engine: Any, settings: Settings) -> Courier:
    """Attempts and signatures go by the real clock even where the scoring clock is frozen."""
    rules = settings.exchange.webhooks
    return Courier(lambda: deliver_round(engine, rules, Clock().now), rules.poll_seconds)


def _open_leads(engine: Any, settings: Settings) -> Callable[[datetime, str | None, Scope], list[OpenLead]]:
    closing = [*settings.funnel.names("won"), *settings.funnel.names("lost")]
    return lambda as_of, rep_id, scope: open_leads(engine, closing, as_of, rep_id, scope)
