"""Starting the service and waiting for it."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any, cast

from configs.settings import PROJECT_FOLDER, Settings
from serving.champion import MODELS
from serving.errors import NoChampionError, NotReadyError, PortTakenError, StartError
from serving.worker_environment import environment_of_workers

START_SECONDS = 120.0
POLL_SECONDS = 0.2


def serve(
    settings: Settings,
    host: str,
    port: int,
    as_of: datetime | None = None,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Run the service until SIGINT or SIGTERM; every receipt is stored before this returns.

    Parameters
    ----------
    as_of: aware moment at which the service's clock stands still; None: the real clock.
    on_ready: called with the service's URL as soon as it answers.

    Raises
    ------
    StartError: the host has no address, the port is taken, no model has been promoted, or no worker comes up.
    """
    address = _address_of(host)
    _check_port(address, port)
    _check_champion(settings)
    with environment_of_workers(settings, as_of):
        _run_bentoml(settings, address, port, on_ready)


def wait_until_ready(url: str, timeout: float = 60.0) -> None:
    """Return as soon as `url`/readyz answers 200.

    Raises
    ------
    NotReadyError: it did not within `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if _answers(f"{url}/readyz"):
            return
        time.sleep(POLL_SECONDS)
    raise NotReadyError(f"The service at {url} must be ready within {timeout:g} s, but is not.")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 (an http address of the caller)
            return bool(answer.status == HTTPStatus.OK)
    except OSError:  # a refused connection, a timeout, and a status that is an error
        return False


def _run_bentoml(settings: Settings, address: str, port: int, on_ready: Callable[[str], None] | None) -> None:
    # BentoML reads its environment when it is imported.
    from serving.service import FunnelcastService  # noqa: PLC0415

    service = cast(Any, FunnelcastService)  # the decorator made a BentoML service of the class
    service.config["workers"] = settings.serving.workers
    # BentoML imports from this folder first: where we were started, a folder named serving would be taken for ours.
    service.working_dir = str(PROJECT_FOLDER)
    watch = _StartWatch(address, port, on_ready)
    watch.start()
    try:
        service.serve_http(host=address, port=port).stop()
    except OSError as error:
        raise PortTakenError(f"The port must be free, but {address}:{port} cannot be used: {error}.") from None
    finally:
        watch.end()
    if watch.has_failed:
        raise NotReadyError(f"A worker must answer within {START_SECONDS:g} s, but none does; its errors are above.")


class _StartWatch(threading.Thread):
    """Says when the first worker answers; stops the server if none does, which BentoML would run on without."""

    def __init__(self, address: str, port: int, on_ready: Callable[[str], None] | None) -> None:
        super().__init__(name="start-watch", daemon=True)
        shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104 (the address is the user's)
        self._url = f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
        self._on_ready = on_ready or (lambda _: None)
        self._ended = threading.Event()
        self.has_failed = False

    def run(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._ended.wait(POLL_SECONDS):
            if _answers(f"{self._url}/livez"):
                print(f"Listening on {self._url}; Ctrl-C stops it.", file=sys.stderr, flush=True)
                self._on_ready(self._url)
                return
            if time.monotonic() > deadline:
                self.has_failed = True
                os.kill(os.getpid(), signal.SIGTERM)  # BentoML's own way to stop
                return

    def end(self) -> None:
        """Stop watching."""
        self._ended.set()
        self.join()


def _address_of(host: str) -> str:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise StartError(f"The host must be a name or address of this machine, but got {host!r}.") from None
    return str(min(found)[4][0])  # IPv4 where there is both


def _check_port(address: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does: a port just left is free
        try:
            probe.bind((address, port))
        except OSError as error:
            raise PortTakenError(
                f"The port must be free, but {address}:{port} cannot be used: {error.strerror}."
            ) from None


def _check_champion(settings: Settings) -> None:
    from scoring.registry import Registry  # noqa: PLC0415 (MLflow is slow to import)

    registry = Registry(settings)
    if all(registry.champion_version(name) is None for name in MODELS):
        raise NoChampionError(
            "A model must have been promoted before the service starts, but there is none: run `funnelcast train win`."
        )
