"""One load on one server: what came back, and what it cost the server."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.serving.load import Plan, Result, percentile
from benchmarks.serving.server import Server
from benchmarks.serving.state import ROOT, State, environment

SCORE = "/v1/leads/score"


@dataclass(frozen=True)
class Measured:
    """An answered load. cpu_ms: server CPU per answer, all its processes, idle work included."""

    result: Result
    cpu_ms: float
    cpu_share: float  # of one core, while it lasted

    def ok(self) -> int:
        """Answers with status 200."""
        return self.result.statuses.get(200, 0)

    def at(self, share: float, *statuses: int) -> float:
        """Latency in milliseconds below which this share of the answers lies; default of those with 200."""
        values = [value for status in statuses or (200,) for value in self.result.latencies.get(status, [])]
        return percentile(values, share)


def plan_of(
    server: Server, state: State, rate: float, seconds: float, *, path: str = SCORE, bodies: Sequence[Any] = (),
    reasons: bool = True, slice_seconds: float = 5.0,
) -> Plan:  # fmt: skip
    """A load of single leads by id, or of other bodies."""
    headers = {"authorization": f"Bearer {state.key}", "content-type": "application/json"}
    ids = state.lead_ids[:500]
    singles = bodies or [{"lead_ids": [key]} if reasons else {"lead_ids": [key], "reasons": False} for key in ids]
    texts = [json.dumps(body) for body in singles]
    return Plan("127.0.0.1", server.port, path, headers, texts, rate, seconds, slice_seconds)


def measure(server: Server, plan: Plan, during: Callable[[], None] | None = None) -> Measured:
    """Run the plan in a process of its own; `during` runs beside it in a thread."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plan.json"
        file.write_text(json.dumps(asdict(plan)), encoding="utf-8")
        beside = threading.Thread(target=during) if during else None
        before, started = server.cpu_seconds(), time.perf_counter()
        if beside:
            beside.start()
        line = [sys.executable, "-m", "benchmarks.serving.load", str(file)]
        told = subprocess.run(line, env=environment(""), cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
        used, lasted = server.cpu_seconds() - before, time.perf_counter() - started
        if beside:
            beside.join()
    content = json.loads(told)
    for name in ("statuses", "latencies"):
        content[name] = {int(status): value for status, value in content[name].items()}
    result = Result(**content)
    return Measured(result, 1000 * used / max(sum(result.statuses.values()), 1), used / lasted)
