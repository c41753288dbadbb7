from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from configs.settings import Settings
from serving import run
from serving.errors import NoChampionError, NotReadyError, PortTakenError, StartError


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_told(settings: Settings, taken_port: int) -> None:
    with pytest.raises(PortTakenError, match=f"127.0.0.1:{taken_port} cannot be used"):
        run.serve(settings, "127.0.0.1", taken_port)


def test_a_host_that_is_none_is_told(settings: Settings) -> None:
    with pytest.raises(StartError, match="no such host"):
        run.serve(settings, "no such host", 3000)


def test_without_any_model_it_does_not_start(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scoring.registry.Registry.champion_version", lambda *_: None)
    with pytest.raises(NoChampionError, match="funnelcast train win"):
        run.serve(settings, "127.0.0.1", 0)


def test_a_service_that_does_not_come_is_told() -> None:
    with pytest.raises(NotReadyError, match=r"ready within 0\.1 s"):
        run.wait_until_ready("http://127.0.0.1:1", timeout=0.1)
