"""The real server process on real stores, asked over HTTP and stopped as an operator stops it."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from crm_core.database import open_database
from crm_core.receipts import count_receipts, read_receipt
from features.repository import FeatureRepository
from scoring.lead_batch import score_leads
from scoring.registry import Registry
from serving.schemas import CustomerScoreAnswer, LeadScoreAnswer
from tests.serving.real_server import MOMENT, Server, State, promote, start

LEADS, CUSTOMERS = "/v1/leads/score", "/v1/customers/score"
JSON = {"content-type": "application/json"}

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("service")]


@pytest.fixture(scope="module")
def client(server: Server, state: State) -> Iterator[httpx.Client]:
    with server.client(state.crm_key) as opened:
        yield opened


def test_stored_leads_score_as_in_batch_in_the_order_asked(client: httpx.Client, state: State) -> None:
    asked = [*reversed(state.lead_ids), "nobody"]
    content = client.post(LEADS, json={"lead_ids": asked}).raise_for_status().content
    answer = LeadScoreAnswer.model_validate_json(content)
    assert [score.lead_id for score in answer.scores] == asked[:-1]
    assert [(error.lead_id, error.code) for error in answer.errors] == [("nobody", "lead_not_found")]
    artefact, version = Registry(state.settings).load_champion("win")
    frame = FeatureRepository(state.settings).current_frame("leads", MOMENT)
    batch = score_leads(artefact, version, frame, state.settings, MOMENT).set_index("lead_id")
    for score in answer.scores:
        assert score.win_probability == pytest.approx(batch.loc[score.lead_id, "win_probability"], abs=1e-6)
        assert score.grade == batch.loc[score.lead_id, "grade"]
        assert score.scored_at == MOMENT
        assert not score.degraded


def test_leads_given_in_full_are_scored(client: httpx.Client) -> None:
    rows = [
        {"lead_id": "N2", "created_at": "2026-06-20T10:00:00", "expected_amount": 120000.5, "attributes": {"x": 1}},
        {"lead_id": "N1", "channel_id": "web", "employee_count": 120, "budget": "80000.00"},
        {"lead_id": "N3", "created_at": "2027-01-01T00:00:00"},
    ]
    answer = LeadScoreAnswer.model_validate_json(client.post(LEADS, json={"leads": rows}).raise_for_status().content)
    assert [score.lead_id for score in answer.scores] == ["N2", "N1"]
    assert [(error.lead_id, error.code) for error in answer.errors] == [("N3", "created_after_as_of")]
    assert answer.scores[0].expected_value == pytest.approx(answer.scores[0].win_probability * 120000.5, abs=0.01)
    age = next(reason for reason in answer.scores[0].reasons if reason.feature == "age_days")
    assert age.value == pytest.approx(10 + 8 / 24)  # 10:00 in Shanghai is 02:00 UTC


def test_customers_are_scored_in_the_order_asked(client: httpx.Client, state: State) -> None:
    asked = list(reversed(state.customer_ids[:20]))
    content = client.post(CUSTOMERS, json={"customer_ids": asked}).raise_for_status().content
    assert [score.customer_id for score in CustomerScoreAnswer.model_validate_json(content).scores] == asked


@pytest.mark.parametrize(
    ("status", "method", "path", "arguments"),
    [
        (400, "POST", LEADS, {"content": b"{", "headers": JSON}),
        (404, "GET", "/v1/nothing", {}),
        (404, "GET", "/v1/predictions/unknown", {}),
        (405, "GET", LEADS, {}),
        (413, "POST", LEADS, {"content": b" " * 1_048_577, "headers": JSON}),
        (415, "POST", LEADS, {"content": b"{}", "headers": {"content-type": "text/plain"}}),
        (422, "POST", LEADS, {"json": {"lead_ids": ["x"] * 1001}}),
        (422, "POST", LEADS, {"json": {"leads": [{"lead_id": "a", "colour": "red"}]}}),
    ],
)
def test_what_is_wrong_has_its_status_in_one_form(
    client: httpx.Client, status: int, method: str, path: str, arguments: dict[str, Any]
) -> None:
    answer = client.request(method, path, **arguments)
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"code", "message", "details"}
    assert answer.headers["x-request-id"]


def test_strangers_and_wrong_roles_are_kept_out(server: Server, state: State) -> None:
    for key, status in ((None, 401), ("fc_000000000000_wrong", 401), (state.rep_key, 403)):
        with server.client(key) as stranger:
            answer = stranger.post(LEADS, json={"lead_ids": ["x"]})
            assert (answer.status_code, set(answer.json())) == (status, {"error"})


def test_probes_metrics_and_documentation_are_open_and_complete(server: Server, client: httpx.Client) -> None:
    client.get("/v1/predictions/unknown")
    with server.client(None) as stranger:
        for path in ("/livez", "/readyz", "/healthz"):
            assert stranger.get(path).status_code == 200, path
        figures = stranger.get("/metrics").text
        paths = stranger.get("/docs.json").json()["paths"]
    assert {LEADS, CUSTOMERS, "/v1/predictions/{prediction_id}", "/readyz", "/metrics"} <= set(paths)
    assert 'funnelcast_requests_total{route="/v1/leads/score"' in figures
    assert 'route="/v1/predictions/{prediction_id}"' in figures
    assert "predictions/unknown" not in figures
    assert re.search(r'funnelcast_scores_total\{entity="lead",model_version="\d+"\} [1-9]', figures)


def test_another_champion_is_taken_while_running_and_no_request_fails(client: httpx.Client, state: State) -> None:
    ids = {"lead_ids": state.lead_ids[:1]}
    before = client.post(LEADS, json=ids).json()
    version = promote(state.settings, "win", state.line.home / "hand-made" / "win-2", offset=1.0)
    deadline = time.monotonic() + 30
    while (answer := client.post(LEADS, json=ids).raise_for_status().json())["model"]["version"] != version:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert answer["scores"][0]["win_probability"] > before["scores"][0]["win_probability"]
    assert answer["scores"][0]["trend"] == "up"


def test_a_stop_stores_every_receipt(state: State, tmp_path: Path) -> None:
    server = start(state, tmp_path)
    engine = open_database(state.settings.database_url)
    before = count_receipts(engine)
    with server.client(state.crm_key) as client, ThreadPoolExecutor(4) as threads:
        body = {"lead_ids": state.lead_ids[:50]}
        answers = list(threads.map(lambda _: client.post(LEADS, json=body).raise_for_status().json(), range(8)))
    assert server.stop(signal.SIGTERM) == 0
    scores = [score for answer in answers for score in answer["scores"]]
    assert count_receipts(engine) - before == len(scores)
    receipt = read_receipt(engine, scores[0]["prediction_id"])
    assert receipt is not None
    artefact, _ = Registry(state.settings).load_champion("win")
    replayed = float(artefact.predict(artefact.encode_row(receipt.features))[0])
    assert replayed == pytest.approx(scores[0]["win_probability"], abs=1e-6)
    engine.dispose()


def test_nothing_is_unpickled_from_the_start_through_a_thousand_requests(state: State, tmp_path: Path) -> None:
    """`sitecustomize` sets the hook in every process of the server before anything else is imported."""
    hook, seen, set_in = tmp_path / "hook", tmp_path / "seen", tmp_path / "set_in"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(
        "import sys\n"
        f"open({str(set_in)!r}, 'a').write(' '.join(sys.orig_argv) + '\\n')\n"
        "def watch(event, arguments):\n"
        "    if event == 'pickle.find_class':\n"
        f"        open({str(seen)!r}, 'a').write(repr(arguments) + '\\n')\n"
        "sys.addaudithook(watch)\n"
    )
    server = start(state, tmp_path / "cwd", hook)
    with server.client(state.crm_key) as client:
        for number in range(1000):
            asked = {"lead_ids": [state.lead_ids[number % len(state.lead_ids)]]}
            client.post(LEADS, json=asked).raise_for_status()
    assert server.stop() == 0
    assert "_bentoml_impl.worker" in set_in.read_text()
    assert not seen.exists(), seen.read_text()


def test_a_taken_port_is_one_sentence_and_exit_1(server: Server, state: State) -> None:
    refused = state.line.run("serve", "--port", server.url.rpartition(":")[2])
    assert refused.returncode == 1
    assert "The port must be free" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_log_holds_no_key_no_id_and_no_traceback(server: Server, state: State) -> None:
    for key, status in ((state.crm_key, 200), (state.rep_key, 403)):
        with server.client(key) as client:
            assert client.post(LEADS, json={"lead_ids": state.lead_ids[:5]}).status_code == status
    told = server.log.read_text()
    assert '"event": "request"' in told
    for secret in (state.crm_key, state.rep_key, *state.lead_ids[:5], "Traceback"):
        assert secret not in told
