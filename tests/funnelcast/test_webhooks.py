"""The commands `webhooks` and what `score` tells other systems."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crm_core.exchange import publish, read_changes
from funnelcast.announce import announce_scores
from funnelcast.cli import run
from funnelcast.context import Context
from tests.crm_core.exchange.conftest import Subscriber, listening

Command = Callable[..., Any]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs `funnelcast webhooks ... --json` and gives its answer, or its sentence where it is refused."""
    monkeypatch.setenv("FUNNELCAST_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FUNNELCAST_EXCHANGE__WEBHOOKS__ALLOW_PRIVATE_ADDRESSES", "true")
    monkeypatch.setenv("FUNNELCAST_EXCHANGE__WEBHOOKS__MAX_ATTEMPTS", "1")
    assert run(["init"]) == 0
    capsys.readouterr()

    def _command(*arguments: str) -> Any:
        code = run(["webhooks", *arguments, "--json"])
        streams = capsys.readouterr()
        return json.loads(streams.out) if code == 0 else streams.err

    return _command


def test_a_subscription_from_its_beginning_to_its_end(command: Command) -> None:
    with listening(Subscriber(statuses=[500, 200])) as subscriber:
        made = command("add", subscriber.url, "--kinds", "tier, tag")
        publish(Context.of(None, True).engine, "tier", "customer", "c1", {"tier": "growth"}, datetime.now(UTC))
        assert command("deliver") == {"delivered": 0, "failed": 0, "dead": 1}
        [letter] = command("dead")["dead"]
        assert letter["webhook_id"] == made["webhook_id"]
        assert command("retry", letter["delivery_id"]) == {"due": 1}
        assert command("deliver") == {"delivered": 1, "failed": 0, "dead": 0}
        assert subscriber.ids() == ["c1", "c1"]
    [listed] = command("list")["webhooks"]
    assert (listed["kinds"], listed["cursor_seq"]) == (["tag", "tier"], 1)
    assert made["secret"] not in json.dumps(listed)
    assert command("remove", made["webhook_id"]) == {"webhook_id": made["webhook_id"]}
    assert command("list") == {"webhooks": []}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["add", "http://127.0.0.1/", "--kinds", "price"], "Kinds must be among"),
        (["add", "ftp://x"], "must be http"),
        (["remove", "wh_x"], "there is none with 'wh_x'"),
        (["retry"], "Either the id of a delivery or --all"),
        (["retry", "msg_x", "--all"], "Either the id of a delivery or --all"),
        (["retry", "msg_x"], "there is none with 'msg_x'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(command: Command, arguments: list[str], sentence: str) -> None:
    assert sentence in command(*arguments)


def scored(probability: float, **changed: Any) -> pd.DataFrame:
    row = {
        "lead_id": "l1", "win_probability": probability, "grade": "B", "expected_value": float("nan"), "size_fit": 1.0,
        "credit_hold": False, "prescreen": None, "reasons": [], "model_version": 3,
    }  # fmt: skip
    return pd.DataFrame([{**row, **changed}])


@pytest.mark.usefixtures("command")
def test_a_batch_of_scores_tells_what_moved_and_a_replay_tells_nobody() -> None:
    context = Context.of(None, True)
    assert announce_scores(replace(context, is_replay=True), "lead", scored(0.3)) == 0
    assert announce_scores(context, "lead", scored(0.3)) == 1
    later = replace(context, as_of=context.as_of + timedelta(hours=1))
    assert announce_scores(later, "lead", scored(0.32)) == 0
    assert announce_scores(later, "lead", scored(0.4, credit_hold=True)) == 2
    bodies = [numbered.change.body for numbered in read_changes(context.engine, 0, 10).changes]
    assert bodies[0]["model_version"] == "3"
    assert (bodies[0]["expected_value"], bodies[0]["prescreen"], bodies[2]) == (None, None, {"credit_hold": True})


@pytest.mark.usefixtures("command")
def test_what_is_told_of_a_customer() -> None:
    figures = {
        "churn_probability": 0.2, "rfm_tier": "growth", "p_up": 0.1, "p_stay": 0.8, "p_down": 0.1,
        "value_at_risk": None,
    }  # fmt: skip
    row = {"customer_id": "c1", "reasons": [], **figures, "model_versions": {"churn": 1, "rfm": 2}}
    context = Context.of(None, True)
    assert announce_scores(context, "customer", pd.DataFrame([row])) == 1
    [told] = read_changes(context.engine, 0, 10).changes
    assert (told.change.entity_id, told.change.body) == ("c1", {**figures, "model_version": "1,2", "previous": None})
