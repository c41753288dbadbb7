from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from configs.settings import Settings, load_settings
from crm_core.access import Scope
from crm_core.exchange import read_changes, receive_events, touched_by
from crm_core.exchange.open_leads import OpenLead
from crm_core.lookup.rep_weeks import RepWeek
from crm_core.receipts import Receipt
from serving.announcing import Announcer
from serving.champion import ChampionHolder
from serving.clock import Clock
from serving.courier import Courier
from serving.customer_scoring import CustomerScoring
from serving.events import EventIntake
from serving.feed import Feed
from serving.key_ring import KeyRing
from serving.layers import guarded
from serving.lead_scoring import LeadScoring
from serving.openapi import openapi_document
from serving.previous_scores import PreviousScores
from serving.priority import PriorityList
from serving.receipts import ReceiptWriter
from serving.refresher import Refresher
from serving.request_note import Caller
from serving.routes import build_api
from serving.runtime import Runtime
from serving.shadow import ChallengerShadow
from serving.vectors import VectorSource
from tests.serving import fakes, real_server

KEYS = {
    "admin-key": Caller("root", "admin"),
    "analyst-key": Caller("chen", "analyst"),
    "crm-key": Caller("odoo", "crm"),
    "manager-key": Caller("boss", "manager", Scope(teams=("north",))),
    "rep-key": Caller("li", "rep", Scope("r1")),
}


@pytest.fixture
def settings() -> Settings:
    return load_settings()


@dataclass
class Service:
    """The application behind its layers, with fakes for every store, and a client that holds a CRM's key."""

    settings: Settings
    registry: fakes.FakeRegistry = field(default_factory=fakes.all_champions)
    reader: fakes.FakeReader = field(default_factory=fakes.reader)
    stored: dict[str, Receipt] = field(default_factory=dict)
    last_scores: dict[str, float] = field(default_factory=dict)
    key_look_ups: list[str] = field(default_factory=list)
    rules: dict[str, Any] = field(default_factory=lambda: {"max_body_bytes": 100_000})
    fall_back: Any = None
    challengers: fakes.FakeRegistry = field(default_factory=lambda: fakes.FakeRegistry({}))
    engine: Any = None  # of a migrated database, where events or changes are asked for
    open_leads: list[OpenLead] = field(default_factory=list)
    left_hours: dict[str, float] = field(default_factory=dict)  # by rep_id
    refreshed: list[tuple[str, list[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.champions = ChampionHolder(self.registry, poll_seconds=60)
        self.receipts = ReceiptWriter(self._store, flush_seconds=0.02, queue_size=5_000)
        vectors, clock = VectorSource(self.reader, self.fall_back), Clock(fakes.NOW)
        previous = PreviousScores(lambda ids: {key: self.last_scores[key] for key in ids if key in self.last_scores})
        challengers = ChampionHolder(self.challengers, 60, ("win",), keeps_last=False)
        shadow = ChallengerShadow(challengers, self.receipts, share=1.0)
        leads = LeadScoring(
            self.champions, vectors, fakes.FakeRowFeatures(), previous, self.receipts, clock, self.settings, shadow
        )
        self.runtime = Runtime(
            rules=self.settings.serving.model_copy(update=self.rules),
            key_ring=KeyRing(self._find_key, "bootstrap-key", cache_seconds=60),
            champions=self.champions,
            receipts=self.receipts,
            leads=leads,
            customers=CustomerScoring(self.champions, vectors, self.receipts, clock, self.settings),
            ownership=fakes.FakeOwnership(self.stored, {lead.lead_id: lead.rep_id for lead in self.open_leads}),
            check_stores=lambda: None,
            exchange=self.settings.exchange,
            events=self._events(vectors, clock),
            refresher=self.refresher,
            courier=Courier(Counter, poll_seconds=60),
            priority=PriorityList(
                self._open_leads, self.champions, vectors, leads, clock, self.settings, self._rep_weeks
            ),
            read_changes=lambda since, limit: read_changes(self.engine, since, limit),
            shadow=shadow,
        )
        api = build_api()
        api.state.runtime = self.runtime
        api.state.document = lambda: openapi_document({}, self.settings.serving.max_entities)
        self.app = guarded(Starlette(routes=[Mount("/", api)]), lambda: self.runtime)

    def _events(self, vectors: VectorSource, clock: Clock) -> EventIntake:
        rules = self.settings.exchange
        feed = Feed(self.engine, rules.min_score_change)
        announce = Announcer(self.champions, vectors, feed, clock, self.settings)
        self.refresher = Refresher(
            Counter,
            self._refresh,
            announce,
            rules.refresh_queue_size,
            rules.refresh_batch,
            rules.refresh_pause_seconds,
        )
        return EventIntake(
            lambda *call: receive_events(self.engine, *call, self.settings, clock.now()),
            lambda table, rows: touched_by(self.engine, table, rows),
            lambda: None,
            self.refresher,
            rules.events_waiting,
        )

    def _refresh(self, entity: str, ids: list[str]) -> None:
        self.refreshed.append((entity, sorted(ids)))

    def _rep_weeks(self, now: datetime, _: Scope) -> dict[str, RepWeek]:
        return {rep_id: RepWeek(now, 30.0, 30.0 - left, left) for rep_id, left in self.left_hours.items()}

    def _open_leads(self, _: datetime, rep_id: str | None, scope: Scope) -> list[OpenLead]:
        of_rep = [lead for lead in self.open_leads if rep_id in (None, lead.rep_id)]
        return [lead for lead in of_rep if scope.is_everybody or lead.rep_id == scope.rep_id]

    def _store(self, batch: list[Receipt]) -> None:
        self.stored.update({receipt.prediction_id: receipt for receipt in batch})

    def _find_key(self, key: str) -> Caller | None:
        self.key_look_ups.append(key)
        return KEYS.get(key)

    def request(self, method: str, path: str, key: str | None = "crm-key", **arguments: Any) -> httpx.Response:
        headers = {**({"authorization": f"Bearer {key}"} if key else {}), **arguments.pop("headers", {})}

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
                return await client.request(method, path, headers=headers, **arguments)

        return asyncio.run(send())

    def post(self, path: str, body: Any, **arguments: Any) -> httpx.Response:
        return self.request("POST", path, json=body, **arguments)


@pytest.fixture
def start(settings: Settings) -> Iterator[Callable[..., Service]]:
    """Starts services with these parts; each is closed after the test."""
    services: list[Service] = []

    def _start(**parts: Any) -> Service:
        service = Service(settings, **parts)
        service.runtime.start()
        services.append(service)
        return service

    yield _start
    for service in services:
        service.runtime.close()


@pytest.fixture
def service(start: Callable[..., Service]) -> Service:
    return start()


@pytest.fixture(scope="package")
def state(tmp_path_factory: pytest.TempPathFactory) -> real_server.State:
    """Made once for all files of the group "service"."""
    return real_server.made_state(tmp_path_factory.mktemp("serving"))


@pytest.fixture(scope="package")
def server(state: real_server.State, tmp_path_factory: pytest.TempPathFactory) -> Iterator[real_server.Server]:
    running = real_server.start(state, tmp_path_factory.mktemp("cwd"))
    yield running
    assert running.stop(signal.SIGINT) == 0  # as by Ctrl-C
