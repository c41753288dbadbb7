"""Two records of one firm with one overdue invoice each: merged they hold the credit of all its leads (D1, D6)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from configs.settings import load_settings
from features.repository import FeatureRepository
from funnelcast.free_port import free_port
from serving.run import wait_until_ready
from tests.commands import CommandLine, command_line
from tests.main_job.conftest import AS_OF
from tests.serving.real_server import promote

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("merged_customers")]

MERGED_AT, UNDONE_AT = "2026-06-30T19:00:00+08:00", "2026-06-30T20:00:00+08:00"
FILES = {
    "customers": "customer_id,name\nDUP-A,苏州鑫源精密机械有限公司\nDUP-B,苏州市鑫源精密机械有限责任公司\n",
    "leads": "lead_id,created_at,customer_id\nlead-A,2026-06-29T10:00,DUP-A\nlead-B,2026-06-29T11:00,DUP-B\n",
    "receivables": "invoice_id,customer_id,amount,due_on\nI-A,DUP-A,800.00,2026-05-31\nI-B,DUP-B,500.00,2026-06-10\n",
    "orders": "order_id,customer_id,ordered_at,amount\nO-A,DUP-A,2026-05-01,800.00\nO-B,DUP-B,2026-05-11,500.00\n",
}
LEADS = ["lead-A", "lead-B"]


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """A seller with the two records."""
    folder = tmp_path_factory.mktemp("merged")
    line = command_line(folder / "home")
    (folder / "bundle").mkdir()
    for table, content in FILES.items():
        (folder / "bundle" / f"{table}.csv").write_text(content, encoding="utf-8")
    line("import", folder / "bundle", "--as-of", AS_OF)
    return line


@pytest.fixture(scope="module")
def repository(line: CommandLine, tmp_path_factory: pytest.TempPathFactory) -> FeatureRepository:
    """Its features, built, and hand-made champions: what is won is not the question here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FUNNELCAST_HOME", str(line.home))
        settings = load_settings()
    for name in ("win", "churn", "rfm"):
        promote(settings, name, tmp_path_factory.mktemp("made") / name)
    repository = FeatureRepository(settings)
    repository.build(datetime.fromisoformat(UNDONE_AT))
    return repository


@pytest.fixture(scope="module")
def holds(repository: FeatureRepository) -> Callable[[str], list[bool]]:
    """Credit hold of the two leads as a batch of a moment has it."""

    def at(moment: str) -> list[bool]:
        frame = repository.current_frame("leads", datetime.fromisoformat(moment), LEADS)
        return [bool(one) for one in frame.set_index("entity_id").loc[LEADS, "credit_hold"]]

    return at


@pytest.fixture
def client(line: CommandLine, repository: FeatureRepository) -> Iterator[httpx.Client]:
    """The service on this state, standing at UNDONE_AT."""
    _ = repository  # champions and vectors are there before it starts
    key, port = line("key", "merged")["key"], free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "funnelcast", "serve", "--port", str(port), "--as-of", UNDONE_AT],
        env={**os.environ, "FUNNELCAST_HOME": str(line.home), **line.environment},
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(url, timeout=90)
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as opened:
            yield opened
    finally:
        process.terminate()
        process.wait(timeout=30)


def holds_over_http(client: httpx.Client, body: dict[str, Any]) -> list[bool]:
    answer = client.post("/v1/leads/score", json=body).raise_for_status().json()
    assert answer["errors"] == []
    return [score["credit_hold"] for score in answer["scores"]]


def test_a_merge_holds_the_credit_of_all_leads_until_it_is_undone(
    line: CommandLine, repository: FeatureRepository, holds: Callable[[str], list[bool]], client: httpx.Client
) -> None:
    now = datetime.fromisoformat(UNDONE_AT)
    stored = {"lead_ids": LEADS}
    given = {"leads": [{"lead_id": f"new-{one}", "customer_id": one} for one in ("DUP-A", "DUP-B")]}
    assert holds(AS_OF) == [False, False]
    assert holds_over_http(client, stored) == holds_over_http(client, given) == [False, False]

    merged = line("customers", "merge", "DUP-B", "DUP-A", "--as-of", MERGED_AT)
    repository.build(now)
    assert holds(MERGED_AT) == [True, True]
    assert holds_over_http(client, stored) == holds_over_http(client, given) == [True, True]

    line("customers", "undo", str(merged["merge_id"]), "--as-of", UNDONE_AT)
    repository.build(now)
    assert holds(UNDONE_AT) == [False, False]
    assert holds_over_http(client, stored) == holds_over_http(client, given) == [False, False]
    assert holds(MERGED_AT) == [True, True]  # as it was known then
    assert holds(AS_OF) == [False, False]  # and never before the merge
