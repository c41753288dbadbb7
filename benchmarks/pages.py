"""Every page with 100,000 leads and about a million events: server time, size, and the first screen in Chromium.

`python -m benchmarks.pages [--home FOLDER] [--leads N] [--rounds N]`; the state is made where there is none yet (a
quarter of an hour). A request's time is the client's, over loopback, one after another; the first round, which fills
what the service keeps between requests, is told apart. A page that says its figures are being made is no answer: it is
asked for again, its time counts until the page itself is there, and a page that was waited for does not hold. Targets:
300 ms at the 95th percentile, 300 kB without the chart library, first screen complete within 1.5 s.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import numpy as np

from benchmarks.serving.server import ours
from benchmarks.serving.state import AS_OF, ROOT, State, command, environment
from funnelcast.tables import text_table
from serving.pages.permissions import PAGE_PERMISSIONS

LIMIT_MS, LIMIT_KB, LIMIT_SCREEN_MS = 300, 300, 1500
# Downloads, frames, and the rows of the exploration, which come after its page and are as many as there are.
FILES = {"/", "/leads.csv", "/explore.csv", "/explore/data", "/models/drift", "/reviews/page", "/reviews/pdf"}
CHROMIUM = "/usr/bin/chromium"


def main() -> None:
    """Print the table of each role."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--home", type=Path, default=ROOT / "var" / "bench-pages")
    options.add_argument("--leads", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=20)
    chosen = options.parse_args()
    prepared(chosen.home, chosen.leads)
    with tempfile.TemporaryDirectory() as folder, ours(State(str(chosen.home), "", []), Path(folder)) as server:
        address = f"http://127.0.0.1:{server.port}"
        for role in ("admin", "manager", "rep", "analyst"):
            print(f"\n{role}, {chosen.rounds} rounds, load {os.getloadavg()[0]:.1f}")
            rows = [row_of(*one, chosen.rounds) for one in opened(address, role, chosen.home)]
            print(text_table(["page", "first, ms", "median", "p95", "most", "kB", "waited", "holds"], rows), flush=True)
        print(f"\nfirst screen: {first_screen(address, chosen.home):.0f} ms (limit {LIMIT_SCREEN_MS})")


def prepared(home: Path, leads: int) -> None:
    """A trade show's seller with scores, findings, tiers, tags, commission and somebody of each role."""
    if (home / "ready").is_file():
        return
    command(home, "init")
    command(home, "simulate", str(home / "drop" / "crm"), "--leads", str(leads), "--seed", "5",
            "--scenario", "trade_show", "--as-of", AS_OF)  # fmt: skip
    for file in (home / "drop" / "crm").iterdir():
        os.utime(file, (1_000_000_000, 1_000_000_000))  # `daily` leaves alone what may still be written
    command(home, "import", str(home / "drop" / "crm"), "--as-of", AS_OF)
    command(home, "features", "--as-of", AS_OF)
    for model in ("win", "churn", "rfm"):
        command(home, "train", model, "--trials", "1", "--as-of", AS_OF)
    command(home, "daily", "--as-of", AS_OF)
    rep, team = of_a_rep(home)
    password = secrets.token_urlsafe(12)
    (home / "password").write_text(password)
    for role, more in (("admin", []), ("analyst", []), ("manager", ["--team", team]), ("rep", ["--rep", rep])):
        line = [sys.executable, "-m", "funnelcast", "user", "add", role, "--role", role, "--password-stdin", *more]
        subprocess.run(line, env=environment(home), input=password, text=True, check=True)
    (home / "ready").write_text("")


def of_a_rep(home: Path) -> tuple[str, str]:
    """Somebody with a team."""
    lines = (home / "imported").rglob("reps.csv")
    file = next(iter(lines), home / "drop" / "crm" / "reps.csv")
    header, first = (line.split(",") for line in file.read_text(encoding="utf-8").splitlines()[:2])
    row = dict(zip(header, first, strict=False))
    return row["rep_id"], row["team"]


def opened(address: str, role: str, home: Path) -> list[tuple[httpx.Client, str]]:
    """A signed-in client, and every page of the role, the details' with what the lists name."""
    client = signed_in(address, role, home)
    found = {}
    for page, list_page, pattern in (("/lead", "/leads", r'href="(/lead\?[^"]+)"'),
                                     ("/customer", "/customers", r'href="(/customer\?[^"]+)"'),
                                     ("/incident", "/incidents", r'href="(/incident\?[^"]+)"'),
                                     ("/models/card", "/models", r'href="(/models/card\?[^"]+)"')):  # fmt: skip
        answer, _ = loaded(client, list_page)
        if answer.status_code not in {200, 403}:
            sys.exit(f"{list_page} must answer {role}, but got {answer.status_code}: {answer.text[:500]}")
        links = re.findall(pattern, answer.text)
        found[page] = links[0].replace("&amp;", "&") if links else None
    more = {"/models/change": "/models/change?action=train&model=win",
            "/settings/edit": "/settings/edit?key=recognition.medals", "/funnel": "/funnel?by=channel"}  # fmt: skip
    paths = [path for (method, path), roles in PAGE_PERMISSIONS.items()
             if method == "GET" and role in roles and path not in FILES and "{" not in path]  # fmt: skip
    asked = [found.get(path, more.get(path, path)) for path in paths]
    return [(client, path) for path in asked if path]


def signed_in(address: str, role: str, home: Path) -> httpx.Client:
    """A client with a session, which asks as a browser does: others are told of figures being made in JSON."""
    client = httpx.Client(base_url=address, timeout=60, headers={"accept-language": "zh", "accept": "text/html"})
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    fields = {"name": role, "password": (home / "password").read_text(), "csrf_token": token[1] if token else ""}
    answer = client.post("/sign-in", data=fields)
    if answer.status_code != 303:
        sys.exit(f"{role} must be able to sign in, but got {answer.status_code}: {answer.text[:500]}")
    return client


def is_waiting(answer: httpx.Response) -> bool:
    """Whether it is the page that says that the figures are being made, and opens itself again; not any other 503."""
    return answer.status_code == 503 and b'http-equiv="refresh"' in answer.content


def loaded(client: httpx.Client, path: str) -> tuple[httpx.Response, int]:
    """The page, asked for again while its figures are being made, as a browser does; and how often that was said."""
    until, waited = time.monotonic() + 120, 0
    while is_waiting(answer := client.get(path)) and time.monotonic() < until:
        waited += 1
        time.sleep(1)
    return answer, waited


def row_of(client: httpx.Client, path: str, rounds: int) -> list[object]:
    """One line of the table."""
    times, waits, size = [], [], 0
    for _ in range(rounds + 1):
        started = time.perf_counter()
        answer, waited = loaded(client, path)
        times.append((time.perf_counter() - started) * 1000)
        waits.append(waited)
        if answer.status_code != 200:
            return [path, answer.status_code, "", "", "", "", "", "no"]
        size = max(size, len(answer.content))
    p95, count_waited = float(np.quantile(times[1:], 0.95)), sum(map(bool, waits[1:]))
    holds = "yes" if p95 <= LIMIT_MS and size <= LIMIT_KB * 1000 and not count_waited else "no"
    told = (times[0], float(np.median(times[1:])), p95, max(times[1:]))
    return [path, *map(round, told), round(size / 1000), count_waited, holds]


def first_screen(address: str, home: Path) -> float:
    """Milliseconds until /today is complete in a fresh Chromium, the session being there; the median of five.

    The page itself, not the one that says that its figures are being made: that one ends the measurement.
    """
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (only where a browser is)

    cookies = [{"name": one.name, "value": one.value or "", "url": address}
               for one in signed_in(address, "manager", home).cookies.jar]  # fmt: skip
    taken = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for _ in range(5):
            context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
            context.add_cookies(cookies)  # type: ignore[arg-type]
            page = context.new_page()
            answer = page.goto(f"{address}/today", wait_until="load")
            if answer is None or answer.status != 200 or not page.query_selector("dl.figures"):
                sys.exit(f"/today must be shown with its figures, but got {answer and answer.status}: {page.title()}")
            taken.append(page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
            context.close()
        browser.close()
    return float(np.median(taken))


if __name__ == "__main__":
    main()
