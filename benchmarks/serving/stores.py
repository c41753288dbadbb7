"""Each store stopped and delayed behind a proxy of ours, while the service answers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg

from benchmarks.serving.measure import measure, plan_of
from benchmarks.serving.scenarios import PATIENT, Row
from benchmarks.serving.server import Server, ours, running
from benchmarks.serving.state import State, command, environment
from funnelcast.free_port import free_port

RATE = 20.0
POSTGRES = os.environ.get("FUNNELCAST_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres").replace(
    "+psycopg", ""
)
DATABASE = "funnelcast_bench_serving"


@dataclass
class Proxy:
    """Passes bytes on to a port; `is_stopped`: takes no connection; `delay_seconds`: before each piece."""

    target: int
    port: int = 0
    is_stopped: bool = False
    delay_seconds: float = 0.0
    open: list[socket.socket] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        """Until the listener is closed."""
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            if self.is_stopped:
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self.target))
            self.open += [client, server]
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while piece := source.recv(65536):
                time.sleep(self.delay_seconds)
                sink.sendall(piece)
        except OSError:
            pass
        for one in (source, sink):
            one.close()

    def stop(self) -> None:
        """Cut every connection and take no new one."""
        self.is_stopped = True
        for one in self.open:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self.open.clear()


Behind = tuple[str, State, Proxy, dict[str, str]]  # a store's name, what to ask with, its proxy, the server's settings


def stopped_and_delayed(state: State, folder: Path, seconds: float) -> list[Row]:
    """Each store cut off, and then slowed down to a second per answer."""
    rows = []
    for store in (_online_store, _crm_database, _registry):
        with (
            store(state, folder) as (name, asked, proxy, variables),
            ours(asked, folder, **PATIENT, **variables) as server,
        ):
            measure(server, plan_of(server, asked, RATE, 30))  # every lead of the load has a receipt then
            for fault in ("stopped", "delayed"):
                rows += _one(server, asked, proxy, f"{name} {fault}", seconds)
    return rows


def _one(server: Server, state: State, proxy: Proxy, what: str, seconds: float) -> list[Row]:
    if what.endswith("stopped"):
        proxy.stop()
    else:
        proxy.delay_seconds = 1.0
    got = measure(server, plan_of(server, state, RATE, seconds))
    proxy.is_stopped, proxy.delay_seconds = False, 0.0
    time.sleep(10)
    after = measure(server, plan_of(server, state, RATE, 5))
    share = got.ok() / max(sum(got.result.statuses.values()), 1)
    return [
        Row(f"{what} for {seconds:.0f} s at {RATE:.0f} requests/s", f"{share:.2%} answered, p99 "
            f"{got.at(0.99):.0f} ms, {got.result.statuses}", "99.9 %, p99 at most 300 ms",
            share >= 0.999 and got.at(0.99) <= 300),
        Row("ten seconds after it is back", f"{after.ok()} of {sum(after.result.statuses.values())} answered", "all",
            set(after.result.statuses) == {200}),
    ]  # fmt: skip


@contextmanager
def _online_store(state: State, folder: Path) -> Iterator[Behind]:
    """In Redis."""
    with _redis(folder) as redis_port, _proxy(redis_port) as proxy:
        _copy_vectors(state, redis_port)
        url = f"redis://127.0.0.1:{proxy.port}/0"
        yield "online store", state, proxy, {"STORES__ONLINE_STORE": "redis", "STORES__REDIS_URL": url}


@contextmanager
def _crm_database(state: State, folder: Path) -> Iterator[Behind]:
    """In PostgreSQL: a database of its own, which holds a key and the receipts and no lead."""
    assert folder.exists()
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {DATABASE}")
        port = server.info.port
        try:
            with _proxy(port) as proxy:
                direct, behind = (
                    {"STORES__DATABASE_URL": f"postgresql+psycopg://{server.info.user}@127.0.0.1:{one}/{DATABASE}"}
                    for one in (port, proxy.port)
                )
                command(Path(state.home), "init", **direct)
                key = command(Path(state.home), "key", "bench", "--role", "crm", **direct)["key"]
                yield "CRM database", replace(state, key=key), proxy, behind
        finally:
            server.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


@contextmanager
def _registry(state: State, folder: Path) -> Iterator[Behind]:
    """MLflow's own server over the same registry."""
    port = free_port()
    database = f"sqlite:///{state.home}/mlruns/mlflow.db"
    line = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", database, "--port", str(port),
            "--workers", "1"]  # fmt: skip
    with running("mlflow-server", line, port, "/health", environment(state.home), folder), _proxy(port) as proxy:
        yield "registry", state, proxy, {"STORES__MLFLOW_TRACKING_URI": f"http://127.0.0.1:{proxy.port}"}


@contextmanager
def _redis(folder: Path) -> Iterator[int]:
    port = free_port()
    line = ["redis-server", "--port", str(port), "--save", "", "--dir", str(folder), "--bind", "127.0.0.1"]
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL)
    time.sleep(1)
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _proxy(target: int) -> Iterator[Proxy]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = Proxy(target, listener.getsockname()[1])
        threading.Thread(target=proxy.serve, args=(listener,), daemon=True).start()
        yield proxy
        proxy.stop()


def _copy_vectors(state: State, redis_port: int) -> None:
    from configs.settings import load_settings  # noqa: PLC0415 (the home must be known first)
    from features.definitions import LEAD_VIEW  # noqa: PLC0415
    from features.store import online_store, repo_config  # noqa: PLC0415

    settings = load_settings()
    stores = settings.stores.model_copy(
        update={"online_store": "redis", "redis_url": f"redis://127.0.0.1:{redis_port}/0"}
    )
    other = settings.model_copy(update={"stores": stores})
    found = online_store(settings).read_vectors(repo_config(settings), LEAD_VIEW, state.lead_ids)
    rows = [(key, one[0], list(one[1].values())) for key, one in zip(state.lead_ids, found, strict=True) if one]
    names = next(list(one[1]) for one in found if one)
    online_store(other).write_vectors(repo_config(other), LEAD_VIEW, names, rows)
