"""`make demo`: the whole main job on embedded stores, each step a command that can be typed.

A simulated equipment seller, whose trade-show channel has just tripled, is imported, trained on, scored, served and
reported on. State lies in `var/demo` and is made anew each time.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from configs.settings import PROJECT_FOLDER, load_settings
from funnelcast.cli import run
from funnelcast.commands.service import DEMO_HOME as HOME
from funnelcast.free_port import free_port
from funnelcast.tables import text_table
from scoring.registry import Registry

LEADS = 6_000
TRIALS = 5
ASKED_LEADS = 10


def main() -> None:
    """Run every step; the first that fails ends the demo with its exit code."""
    from serving.pages.customers import FLOW_DAYS  # how far back that page shows moves of tiers

    started = time.monotonic()
    shutil.rmtree(HOME, ignore_errors=True)
    os.environ["FUNNELCAST_HOME"] = str(HOME)
    bundle, scores = HOME / "bundle", HOME / "lead_scores.parquet"
    step("simulate", str(bundle), "--leads", str(LEADS), "--seed", "7", "--scenario", "trade_show")
    step("init")
    step("import", str(bundle))
    step("tiers", "run", "--as-of", f"{datetime.now(tz=UTC) - timedelta(days=FLOW_DAYS):%Y-%m-%d}")
    for room in ("tiers", "tags", "commission"):
        step(room, "run")
    step("features")
    for model in ("win", "churn", "rfm"):
        step("train", model, "--trials", str(TRIALS), "--seed", "7")
    step("score", "leads", "--out", str(scores))
    score_customers()
    ask_for_the_first(scores)
    step("monitor")
    step("diagnose")
    step("channels")
    step("report")
    say_what_next(time.monotonic() - started)


def step(*arguments: str) -> None:
    """Show a command as it would be typed, and run it."""
    typed = " ".join(a.replace(f"{PROJECT_FOLDER}/", "") for a in arguments)
    print(f"\n$ funnelcast {typed}", flush=True)
    started = time.monotonic()
    code = run(list(arguments))
    print(f"  ({time.monotonic() - started:.1f} s)", flush=True)
    if code:
        sys.exit(code)


def score_customers() -> None:
    """Score the customers, as `daily` does: only where the gate let both of their models pass.

    The simulated world ends today, so what the gate says of a model is not the same every day.
    """
    registry = Registry(load_settings())
    if refused := [model for model in ("churn", "rfm") if registry.champion(model) is None]:
        print(f"\nCustomers are not scored: the gate refused the {' and the '.join(refused)} model, as said above.")
        return
    step("score", "customers", "--out", str(HOME / "customer_scores.csv"))


def ask_for_the_first(scores_file: Path) -> None:
    """Start the service and ask it over HTTP for the leads to call first."""
    import pandas as pd

    scores = pd.read_parquet(scores_file).sort_values("priority").head(ASKED_LEADS)
    with service() as (url, key):
        print(f"\n$ curl -H 'Authorization: Bearer ...' -d '{{\"lead_ids\": [...]}}' {url}/v1/leads/score", flush=True)
        answer = post(f"{url}/v1/leads/score", {"lead_ids": scores["lead_id"].tolist()}, key)
    print_priority_list(answer["scores"])
    farthest = max(
        abs(a["win_probability"] - b) for a, b in zip(answer["scores"], scores["win_probability"], strict=True)
    )
    print(f"\nBatch and HTTP gave the same probabilities: they differ by at most {farthest:.1e}.")


@contextmanager
def service() -> Iterator[tuple[str, str]]:
    """The scoring service in a process of its own, as (URL, API key)."""
    from serving.run import wait_until_ready

    port, key = free_port(), secrets.token_urlsafe(24)
    url = f"http://127.0.0.1:{port}"
    print(f"\n$ funnelcast serve --port {port} &", flush=True)
    log = HOME / "logs" / "serve.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as sink:
        process = subprocess.Popen(  # noqa: S603 (our own command line)
            [sys.executable, "-m", "funnelcast", "serve", "--port", str(port)],
            env={**os.environ, "FUNNELCAST_API_KEY": key},
            stdout=sink,
            stderr=sink,
        )
        try:
            wait_until_ready(url, timeout=90)
            yield url, key
        finally:
            process.terminate()
            process.wait(timeout=30)


def post(url: str, body: dict[str, Any], key: str) -> dict[str, Any]:
    """The JSON answer to a JSON body."""
    request = urllib.request.Request(  # noqa: S310 (our own http address)
        url, json.dumps(body).encode(), {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
        answer: dict[str, Any] = json.load(response)
    return answer


def print_priority_list(scores: list[dict[str, Any]]) -> None:
    """Whom to call first, and why."""
    rows = [
        [rank, s["lead_id"], f"{s['win_probability']:.1%}", s["grade"], f"{s['expected_value'] or 0:,.0f}"]
        for rank, s in enumerate(scores, start=1)
    ]
    print("\nWhom to call first (expected value = win probability x expected amount, CNY)\n")
    table = text_table(["#", "lead", "win", "grade", "expected value"], rows).splitlines()
    print(table[0])
    for line, score in zip(table[1:], scores, strict=True):
        print(line)
        for reason in score["reasons"][:2]:
            print(f"      {reason['en']}\n      {reason['zh']}")


def say_what_next(seconds: float) -> None:
    """Where to look and what to try."""
    reports = load_settings().paths.reports
    print(
        f"\nDone in {seconds:.0f} s. Look at\n"
        f"  {reports / 'report.html'}   the managers' report, English and 简体中文\n"
        f"  {reports / 'drift.html'}    what drifted, by Evidently\n"
        "and try next\n"
        "  export FUNNELCAST_HOME=var/demo\n"
        "  .venv/bin/funnelcast user add YOU --role admin          for the pages, which need a person who signs in\n"
        "  make serve                                              pages and scores on this state\n"
        "  .venv/bin/funnelcast models                             what is registered\n"
        "  .venv/bin/funnelcast train win --trials 25              a longer search\n"
        "  .venv/bin/funnelcast import EXPORT --mapping M.yaml     your own CRM (docs/mapping.md)"
    )


if __name__ == "__main__":
    main()
