"""What is shown of the service under load; each returns figures and, where the issue names one, its target."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving import changes
from benchmarks.serving.measure import Measured, measure, plan_of
from benchmarks.serving.server import Server, ours, running
from benchmarks.serving.state import MOMENT, State, environment
from funnelcast.free_port import free_port

PATIENT = {"SERVING__MAX_WAIT_SECONDS": "60", "SERVING__QUEUE_SIZE": "5000", "SERVING__RATE_PER_SECOND": "100000",
           "SERVING__RATE_BURST": "100000"}  # fmt: skip
PEER_RATE = 10.0  # requests/s
SETTLING_SECONDS = 20  # after a start the pages are made ready beside the scores
UNLIMITED = {"SERVING__RATE_PER_SECOND": "100000", "SERVING__RATE_BURST": "100000"}


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    figure: str
    target: str = ""
    holds: bool | None = None  # None: there is no target


def by_id(state: State, folder: Path, seconds: float, rate: float = 20.0, rounds: int = 3) -> list[Row]:
    """CPU per single lead by id; ours and the bare route take turns, so that the machine's moods hit both alike.

    The other two are offered no more than they can serve (`PEER_RATE`): of a queue one would measure the queue.
    """
    port, plain_port, mlflow_port = free_port(), free_port(), free_port()
    bare_line = [sys.executable, "-m", "uvicorn", "benchmarks.serving.bare:app", "--port", str(port),
                 "--no-access-log", "--log-level", "warning"]  # fmt: skip
    variables = environment(state.home)
    rows: list[Row] = []
    with (
        ours(state, folder, **PATIENT) as own,
        running("bare", bare_line, port, "/docs", variables, folder) as bare,
        _plain(plain_port, variables, folder) as plain,
        _mlflow(mlflow_port, variables, folder) as mlflow,
    ):
        for reasons in (False, True):
            rows += _compared({"funnelcast": own, "bare FastAPI": bare}, state, seconds, rate, rounds, reasons)
        rows += _compared({"plain BentoML + Feast SDK": plain}, state, seconds, PEER_RATE, 1, reasons=False)
        rows += _mlflow_row(mlflow, state, folder, seconds, PEER_RATE)
    return rows


def _compared(
    servers: dict[str, Server], state: State, seconds: float, rate: float, rounds: int, reasons: bool
) -> list[Row]:
    found: dict[str, list[Measured]] = {name: [] for name in servers}
    for server in servers.values():
        measure(server, plan_of(server, state, rate, 2, reasons=reasons))
    for _ in range(rounds):
        for name, server in servers.items():
            found[name].append(measure(server, plan_of(server, state, rate, seconds, reasons=reasons)))
    kind = "with reasons" if reasons else "without reasons"
    cpu = {name: statistics.median(one.cpu_ms for one in many) for name, many in found.items()}
    rows = [
        Row(f"{name}, by id {kind}: CPU per request", f"{cpu[name]:.2f} ms; p50 {many[-1].at(0.5):.1f} ms, p99 "
            f"{many[-1].at(0.99):.0f} ms; {sum(one.ok() for one in many)} of "
            f"{sum(sum(one.result.statuses.values()) for one in many)} answered 200")
        for name, many in found.items()
    ]  # fmt: skip
    if "funnelcast" not in cpu:
        return rows
    ratio = cpu["funnelcast"] / cpu["bare FastAPI"]
    target = ("at most 4 ms", cpu["funnelcast"] <= 4) if reasons else ("at most 1.5 times", ratio <= 1.5)
    return [*rows, Row(f"funnelcast to bare FastAPI, {kind}", f"{ratio:.2f} times", *target)]


@contextmanager
def _plain(port: int, variables: dict[str, str], folder: Path) -> Iterator[Server]:
    line = [sys.executable, "-m", "bentoml", "serve", "benchmarks.serving.plain_bentoml:Plain", "--port", str(port),
            "--working-dir", str(Path(__file__).parents[2])]  # fmt: skip
    home = {"BENTOML_HOME": str(folder / "plain-bentoml"), "BENTOML_DO_NOT_TRACK": "true"}
    with running("plain-bentoml", line, port, "/readyz", {**variables, **home}, folder) as server:
        yield server


@contextmanager
def _mlflow(port: int, variables: dict[str, str], folder: Path) -> Iterator[Server]:
    model = folder / "mlflow-model"
    if not model.exists():
        code = Path(__file__).with_name("mlflow_model.py")
        script = (
            f"import mlflow; mlflow.pyfunc.save_model({str(model)!r}, python_model={str(code)!r}, pip_requirements=[])"
        )
        subprocess.run([sys.executable, "-c", script], env=variables, check=True, capture_output=True)
    line = [
        sys.executable,
        "-m",
        "mlflow",
        "models",
        "serve",
        "-m",
        str(model),
        "--env-manager",
        "local",
        "-p",
        str(port),
    ]
    with running("mlflow", line, port, "/ping", variables, folder) as server:
        yield server


def _mlflow_row(server: Server, state: State, folder: Path, seconds: float, rate: float) -> list[Row]:
    """Its rows come with the request: it has no store of features, and gives no reasons."""
    script = (
        "import json;from configs.settings import load_settings;from features.repository import FeatureRepository;"
        "from benchmarks.serving.state import MOMENT;"
        f"found=FeatureRepository(load_settings()).online_reader().read('leads',{state.lead_ids[:50]!r},MOMENT);"
        "print(json.dumps([one.values for one in found]))"
    )
    done = subprocess.run([sys.executable, "-c", script], env=environment(state.home), check=True, capture_output=True)
    bodies = [{"dataframe_records": [values]} for values in json.loads(done.stdout.splitlines()[-1])]
    assert folder.exists()
    assert MOMENT
    measure(server, plan_of(server, state, rate, 2, path="/invocations", bodies=bodies))
    got = measure(server, plan_of(server, state, rate, seconds, path="/invocations", bodies=bodies))
    told = (
        f"{got.cpu_ms:.2f} ms; p50 {got.at(0.5):.1f} ms; {got.ok()} of {sum(got.result.statuses.values())} answered 200"
    )
    return [Row("mlflow models serve, features sent along, no reasons: CPU per request", told)]


def hundred(state: State, folder: Path, seconds: float, rate: float = 100.0) -> list[Row]:
    """Single leads by id at 100 requests/s, then as many as it can serve of more than it can do."""
    rows = []
    with ours(state, folder, **{**PATIENT, **UNLIMITED}) as server:
        for reasons in (False, True):
            measure(server, plan_of(server, state, rate, min(seconds, 5), reasons=reasons))
            got = measure(server, plan_of(server, state, rate, seconds, reasons=reasons))
            kind, p50, p99 = "with reasons" if reasons else "without reasons", got.at(0.5), got.at(0.99)
            rows.append(
                Row(f"{rate:.0f} requests/s for {seconds:.0f} s, one lead each, {kind}",
                    f"p50 {p50:.1f} ms, p99 {p99:.0f} ms; {got.result.statuses}", "p50 5 ms, p99 25 ms, all 200",
                    p50 <= 5 and p99 <= 25 and set(got.result.statuses) == {200})
            )  # fmt: skip
        full = measure(server, plan_of(server, state, 400.0, min(seconds, 15), reasons=False))
    per_core = full.ok() / full.result.seconds / full.cpu_share
    told = f"{per_core:.0f} requests/s ({full.ok() / full.result.seconds:.0f}/s served with {full.cpu_share:.2f} cores)"
    return [*rows, Row("per core of the server's, without reasons", told, "at least 300 requests/s", per_core >= 300)]


def thousand(state: State, folder: Path, seconds: float) -> list[Row]:
    """A thousand leads in one call."""
    rows = []
    with ours(state, folder, **PATIENT) as server:
        for reasons in (False, True):
            body = {"lead_ids": state.lead_ids[:1000], "reasons": reasons}
            plan = plan_of(server, state, 0.5, max(seconds, 10), bodies=[body])
            got = measure(server, plan)
            kind = "with reasons" if reasons else "without reasons"
            told = f"median {got.at(0.5):.0f} ms, {got.cpu_ms:.0f} ms of CPU; {got.result.statuses}"
            rows.append(Row(f"1,000 leads in one call {kind}", told, "within 500 ms", got.at(0.5) <= 500))
    return rows


def overload(state: State, folder: Path, seconds: float) -> list[Row]:
    """Three times what it could do just before. What it serves is set against the larger of what it could do before and
    after: a machine's pace changes within minutes.
    """
    with ours(state, folder, **UNLIMITED) as server:
        measure(server, plan_of(server, state, 10, SETTLING_SECONDS))
        before = _capacity(server, state)
        got = measure(server, plan_of(server, state, 3 * before, seconds))
        time.sleep(5)
        later = measure(server, plan_of(server, state, before / 4, min(seconds, 10)))
        after = _capacity(server, state)
    shed = sum(count for status, count in got.result.statuses.items() if status in (429, 503))
    others = {status: count for status, count in got.result.statuses.items() if status not in (200, 429, 503)}
    served, capacity = got.ok() / seconds, max(before, after)
    return [
        Row("capacity, with reasons, before and after", f"{before:.0f} and {after:.0f} requests/s"),
        Row("served at three times of the one before", f"{served / capacity:.0%} of the larger ({served:.0f} "
            f"requests/s), {shed} refused, others {others}",
            "at least 80 %, no others", served / capacity >= 0.8 and not others),
        Row("p99 of those served", f"{got.at(0.99):.0f} ms", "at most 250 ms", got.at(0.99) <= 250),
        Row("p99 of the refusals", f"{got.at(0.99, 429, 503):.0f} ms", "within 50 ms", got.at(0.99, 429, 503) <= 50),
        Row("five seconds later", f"{later.ok()} of {sum(later.result.statuses.values())} served", "all",
            set(later.result.statuses) == {200}),
    ]  # fmt: skip


def _capacity(server: Server, state: State) -> float:
    """What it serves of more than it can do: doubled until less than 95 % is served."""
    rate = 25.0
    while True:
        got = measure(server, plan_of(server, state, rate, 4))
        served = got.ok() / max(got.result.seconds, 4)
        if served < 0.95 * rate or rate > 3000:
            return served
        rate *= 1.6


def model_changes(state: State, folder: Path, count: int = 20, pause: float = 6.0, rate: float = 50.0) -> list[Row]:
    """Champions change under load; every fourth one is bad in another way."""
    bad, found_before = changes.BAD[: max(count // 4, 1)], changes.findings(state)
    with ours(state, folder, **PATIENT) as server:
        seen: set[int] = set()
        plan = plan_of(server, state, rate, count * pause + 3)
        did: list[changes.Change] = []
        watch = threading.Event()
        watching = threading.Thread(target=changes.watch, args=(server, state, seen, watch))
        watching.start()
        got = measure(server, plan, lambda: did.extend(changes.make(state, folder, count, pause, list(bad))))
        watch.set()
        watching.join()
    wrong = {status: number for status, number in got.result.statuses.items() if status != 200}
    good = {one.version for one in did if one.fault is None}
    found = changes.findings(state) - found_before
    refused = {one.version for one in did if one.fault} - seen
    return [
        Row(f"{count} model changes at {rate:.0f} requests/s, {len(bad)} of them bad", f"{got.ok()} of "
            f"{sum(got.result.statuses.values())} answered 200, others {wrong}", "no failed request", not wrong),
        Row("good champions that answered", f"{len(good & seen)} of {len(good)}", "all", bool(good) and good <= seen),
        Row("bad champions that never answered, findings of them", f"{len(refused)} of {len(bad)}, {found}",
            "all", len(refused) == len(bad) == found),
    ]  # fmt: skip


def steady(state: State, folder: Path, seconds: float, rate: float = 50.0) -> list[Row]:
    """Half an hour in the long form: errors, memory, and whether it gets slower."""
    with ours(state, folder, **PATIENT) as server:
        measure(server, plan_of(server, state, rate, min(60.0, seconds / 4)))
        before = server.memory_mb()
        got = measure(server, plan_of(server, state, rate, seconds, slice_seconds=seconds / 6))
        grown = server.memory_mb() - before
    first, last = got.result.slices[0]["p99_ms"], got.result.slices[-1]["p99_ms"]
    wrong = {status: number for status, number in got.result.statuses.items() if status != 200}
    return [
        Row(
            f"{seconds:.0f} s at {rate:.0f} requests/s",
            f"{got.ok()} answered 200, others {wrong}",
            "no error",
            not wrong,
        ),
        Row("memory", f"{grown:+.1f} MB", "at most 10 MB more", grown <= 10),
        Row("p99 of the last sixth to the first's", f"{last / first:.2f} times", "at most 1.2", last <= 1.2 * first),
    ]
