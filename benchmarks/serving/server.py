"""A server process: started, measured by its own accounts, stopped."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.serving.state import AS_OF, State, environment
from funnelcast.free_port import free_port

START_SECONDS = 180


@dataclass
class Server:
    """A running server and its processes."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def family(self) -> list[psutil.Process]:
        """The process and all it started."""
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]

    def cpu_seconds(self) -> float:
        """CPU time used so far, user and system, of all its processes."""
        return sum(sum(one.cpu_times()[:2]) for one in self.family() if one.is_running())

    def memory_mb(self) -> float:
        """Resident memory of all its processes."""
        return sum(one.memory_info().rss for one in self.family()) / 2**20


@contextmanager
def ours(state: State, folder: Path, **settings: str) -> Iterator[Server]:
    """`funnelcast serve`; settings as environment variables without their prefix, `SERVING__RATE_BURST="5"`."""
    port = free_port()
    line = [sys.executable, "-m", "funnelcast", "serve", "--port", str(port), "--as-of", AS_OF]
    more = {f"FUNNELCAST_{name}": value for name, value in settings.items()}
    with running("funnelcast", line, port, "/readyz", environment(state.home, **more), folder) as server:
        yield server


@contextmanager
def running(
    name: str, line: list[str], port: int, probe: str, variables: Mapping[str, str], folder: Path
) -> Iterator[Server]:
    """A server from its command line, once it answers its probe; killed with all its processes at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{name}.log"
    with log.open("ab") as sink:
        process = subprocess.Popen(line, env={**os.environ, **variables}, cwd=folder, stdout=sink, stderr=sink)
    server = Server(name, port, process, log)
    try:
        _wait(server, f"http://127.0.0.1:{port}{probe}")
        yield server
    finally:
        family = server.family() if process.poll() is None else []
        process.terminate()
        _, left = psutil.wait_procs(family, timeout=20)
        for one in left:
            one.kill()
        process.wait()


def _wait(server: Server, url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 (loopback)
                return
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"{server.name} must answer {url}, but does not: {server.log.read_text()[-2000:]}")
