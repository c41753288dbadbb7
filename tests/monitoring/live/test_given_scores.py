"""Where the scores come from that live performance judges."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from configs.progress import SILENT
from configs.settings import Settings
from crm_core.receipts import GivenScore, Receipt, read_given, write_receipts
from funnelcast.announce import keep_scores
from funnelcast.context import Context
from monitoring.live.score_log import FOLDER
from tests.crm_core.conftest import NOW, open_migrated
from tests.monitoring.live.test_score_log import SCORES

RECEIPT = Receipt("p1", "lead", "l1", "win", "3", {}, {"win_probability": 0.25}, [], NOW, NOW, NOW)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_scores_of_the_service_are_read_from_their_receipts(kind: str, tmp_path: Path) -> None:
    later = NOW + timedelta(days=1)
    with open_migrated(kind, tmp_path) as engine:
        write_receipts(engine, [
            replace(RECEIPT, prediction_id="p2", entity_id="l2", scored_at=later),
            RECEIPT,
            replace(RECEIPT, prediction_id="p3", is_degraded=True),
            replace(RECEIPT, prediction_id="p4", entity="customer", scores={"churn_probability": 0.5}),
            replace(RECEIPT, prediction_id="p5", scored_at=NOW + timedelta(days=9)),
        ])  # fmt: skip
        assert read_given(engine, "lead", NOW, later) == [
            GivenScore("l1", NOW, "3", 0.25), GivenScore("l2", later, "3", 0.25)
        ]  # fmt: skip


def logged(home: Path) -> list[str]:
    return sorted(file.name for file in (home / FOLDER).glob("*"))


def test_batch_scores_are_kept_but_not_of_a_moment_before_the_training(tmp_path: Path, settings: Settings) -> None:
    context = Context(NOW, True, True, settings.model_copy(update={"home": tmp_path}), SILENT)
    model: Any = SimpleNamespace(trained_as_of=NOW, horizon_days=60)
    keep_scores(context, model, 4, SCORES)
    keep_scores(replace(context, as_of=NOW - timedelta(days=1)), model, 4, SCORES)
    keep_scores(context, model, 4, SCORES.iloc[:0])
    assert logged(tmp_path) == ["20250101T000000000000Z-v4.parquet"]
    # A live run takes out what is older than it keeps; a replay never does.
    far = replace(context, as_of=NOW + timedelta(days=500))
    keep_scores(far, model, 4, SCORES)
    assert len(logged(tmp_path)) == 2
    keep_scores(replace(far, is_replay=False), model, 4, SCORES)
    assert logged(tmp_path) == ["20260516T000000000000Z-v4.parquet"]
