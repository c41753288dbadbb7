from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from configs.settings import Settings, load_settings
from crm_core.receipts import Receipt
from serving.access import KeyRing
from serving.champion import ChampionHolder
from serving.clock import Clock
from serving.customer_scoring import CustomerScoring
from serving.layers import guarded
from serving.lead_scoring import LeadScoring
from serving.openapi import openapi_document
from serving.previous_scores import PreviousScores
from serving.receipts import ReceiptWriter
from serving.request_note import Caller
from serving.routes import build_api
from serving.runtime import Runtime
from serving.vectors import VectorSource
from tests.serving import fakes

KEYS = {"crm-key": Caller("odoo", "crm"), "manager-key": Caller("boss", "manager"), "rep-key": Caller("li", "rep")}


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
    max_body_bytes: int = 100_000
    body_timeout_seconds: float = 10.0

    def __post_init__(self) -> None:
        self.champions = ChampionHolder(self.registry, poll_seconds=60)
        self.receipts = ReceiptWriter(self._store, flush_seconds=0.02, queue_size=5_000)
        vectors, clock = VectorSource(self.reader), Clock(fakes.NOW)
        previous = PreviousScores(lambda ids: {key: self.last_scores[key] for key in ids if key in self.last_scores})
        self.runtime = Runtime(
            max_body_bytes=self.max_body_bytes,
            body_timeout_seconds=self.body_timeout_seconds,
            max_entities=self.settings.serving.max_entities,
            key_ring=KeyRing(self._find_key, "bootstrap-key", cache_seconds=60),
            champions=self.champions,
            receipts=self.receipts,
            leads=LeadScoring(
                self.champions, vectors, fakes.FakeRowFeatures(), previous, self.receipts, clock, self.settings
            ),
            customers=CustomerScoring(self.champions, vectors, self.receipts, clock, self.settings),
            read_receipt=self.stored.get,
            check_stores=lambda: None,
        )
        api = build_api()
        api.state.runtime = self.runtime
        api.state.document = lambda: openapi_document({}, self.settings.serving.max_entities)
        self.app = guarded(Starlette(routes=[Mount("/", api)]), lambda: self.runtime)

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
