"""The BentoML service: life cycle, workers, health, metrics and documentation; our routes are mounted into it.

The routes are a mounted Starlette application and not BentoML api methods: those take POST only, answer errors in
another form, log a caller's input in the traceback of a validation error, and cost half as much CPU again (0.60
against 0.42 ms per request, measured with BentoML 1.4.39). They are mounted so that BentoML knows and documents them;
requests take a shorter way (`ShortWay`).
"""

from __future__ import annotations

import asyncio
import gc
import sys
from typing import Any, cast

import bentoml
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from configs.settings import load_settings
from serving.clock import Clock
from serving.layers import guarded
from serving.openapi import openapi_document
from serving.request_log import configure_logging
from serving.routes import build_api
from serving.runtime import Runtime
from serving.settings_watch import SettingsWatch
from serving.succession import Succession

api = build_api()
API_PREFIX = "/v1/"
# How long a scoring thread may keep the interpreter from the event loop, which needs it anew for each connection that
# has something to say. Python's 5 ms made refusals late on a machine with a core to spare; under load nothing was seen.
SWITCH_SECONDS = 0.0005


class ShortWay:
    """Calls of the API go straight to its router; BentoML's application gets everything else, and the life cycle.

    What BentoML would do for them (its metrics by path, OpenTelemetry, a request context) costs more CPU than a score
    without reasons; see docs/adr/0004-the-api-is-called-past-bentoml.md. Our own layers measure and trace them, and
    form every error, which Starlette's two layers around the router would do once more.
    """

    def __init__(self, api: Starlette, bentoml_app: ASGIApp) -> None:
        self.api, self.bentoml_app = api, bentoml_app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == "http" and scope["path"].startswith(API_PREFIX):
            await self.api.router({**scope, "app": self.api}, receive, send)
        else:
            await self.bentoml_app(scope, receive, send)


class GuardedService(bentoml.Service[Any]):  # type: ignore[misc]  # (BentoML ships no types)
    """A BentoML service whose whole application, and not only our routes, stands behind our layers.

    `add_asgi_middleware` would put them inside BentoML's own, which label a metric with each path a stranger tries.
    """

    def to_asgi(self, is_main: bool = True) -> ASGIApp:
        """BentoML's application behind our layers, and the API beside it."""
        return guarded(ShortWay(api, super().to_asgi(is_main=is_main)), lambda: api.state.runtime)


@bentoml.asgi_app(api, path="/")
@bentoml.service(
    name="funnelcast",
    service_class=GuardedService,
    workers=1,  # serving.run sets the configured number
    logging={"access": {"enabled": False}},  # ours is one JSON line per request
)
class FunnelcastService:
    """Scores of leads and customers."""

    runtime: Runtime
    runtimes: Succession
    watch: SettingsWatch

    @bentoml.on_startup  # type: ignore[untyped-decorator]
    def open(self) -> None:
        """Load models and open stores, once per worker."""
        from serving.assembly import assemble  # noqa: PLC0415 (the stores' libraries are slow; only a worker needs them)

        configure_logging()
        sys.setswitchinterval(SWITCH_SECONDS)
        settings, clock = load_settings(), Clock.from_environment()
        self.runtimes = Succession(self._place)
        self.watch = SettingsWatch(
            settings.paths.overrides, lambda: self.runtimes.take_over(assemble(load_settings(), clock))
        )
        api.state.document = lambda: openapi_document(service_document(), settings.serving.max_entities)
        self.runtimes.take_over(assemble(settings, clock))
        self.watch.start()
        gc.collect()
        gc.freeze()  # the million objects of the libraries need not be looked through while requests wait

    def _place(self, runtime: Any) -> None:
        self.runtime = api.state.runtime = runtime

    @bentoml.on_shutdown  # type: ignore[untyped-decorator]
    def close(self) -> None:
        """Store every receipt."""
        self.watch.stop()
        self.runtimes.close()

    async def __is_ready__(self) -> bool:
        """Whether `/readyz` answers 200."""
        return await asyncio.to_thread(self.runtime.is_ready)


def service_document() -> dict[str, Any]:
    """What BentoML documents itself."""
    document: dict[str, Any] = cast(Any, FunnelcastService).openapi_spec.asdict()
    return document
