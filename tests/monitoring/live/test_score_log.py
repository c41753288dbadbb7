from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from crm_core.receipts import GivenScore
from monitoring.live.history import read_history
from monitoring.live.score_log import COLUMNS, FOLDER, log_scores, logged_runs, prune, read_run
from tests.crm_core.funnel.made import AS_OF

SCORES = pd.DataFrame(
    {"lead_id": ["b", "a"], "win_probability": [0.2, 0.1], "expected_value": [20.0, None], "priority": [1, 2]}
)


def test_a_run_is_read_as_it_was_logged(tmp_path: Path) -> None:
    file = log_scores(tmp_path, SCORES, AS_OF, 3, 45)
    [run] = logged_runs(tmp_path, AS_OF, AS_OF)
    assert run == (AS_OF, 3, file)
    read = read_run(*run)
    assert tuple(read.columns) == COLUMNS
    assert read["lead_id"].tolist() == ["b", "a"]
    assert read["horizon_days"].tolist() == [45, 45]
    assert read["model_version"].tolist() == ["3", "3"]
    assert read["scored_at"].tolist() == [AS_OF, AS_OF]
    np.testing.assert_allclose(read["win_probability"], [0.2, 0.1], rtol=1e-6)


def test_a_repeated_run_writes_the_same_file(tmp_path: Path) -> None:
    first = log_scores(tmp_path, SCORES, AS_OF, 3, 45).read_bytes()
    assert log_scores(tmp_path, SCORES, AS_OF, 3, 45).read_bytes() == first
    assert len(list((tmp_path / FOLDER).iterdir())) == 1


def test_old_runs_are_pruned(tmp_path: Path) -> None:
    for days in (0, 30, 31, 400):
        log_scores(tmp_path, SCORES, AS_OF - timedelta(days=days), 1, 45)
    assert prune(tmp_path, 30, AS_OF) == 3
    assert [run[0] for run in logged_runs(tmp_path, AS_OF - timedelta(days=999), AS_OF)] == [AS_OF]


def test_a_lead_counts_once_a_week_by_each_version(tmp_path: Path) -> None:
    monday = AS_OF - timedelta(days=AS_OF.weekday())
    for days, version in ((0, 1), (0.5, 1), (-1, 1), (0, 2)):
        log_scores(tmp_path, SCORES, monday + timedelta(days=days), version, 45)
    history = read_history(tmp_path, [], AS_OF, 60, 45)
    assert len(history) == 2 * 3
    assert history.groupby("model_version")["scored_at"].min().tolist() == [monday - timedelta(days=1), monday]


def test_receipts_of_the_service_count_too(tmp_path: Path) -> None:
    log_scores(tmp_path, SCORES, AS_OF - timedelta(days=1), 3, 45)
    receipts = [
        GivenScore("c", AS_OF - timedelta(hours=3), "3", 0.7),
        GivenScore("c", AS_OF - timedelta(hours=2), "3", 0.9),
        GivenScore("c", AS_OF + timedelta(hours=1), "3", 0.9),
    ]
    history = read_history(tmp_path, receipts, AS_OF, 60, 30)
    assert history["lead_id"].tolist() == ["a", "b", "c"]
    assert history["win_probability"].tolist()[-1] == 0.7
    assert history["horizon_days"].tolist() == [45, 45, 30]


def test_no_score_gives_an_empty_history(tmp_path: Path) -> None:
    assert read_history(tmp_path, [], AS_OF, 60, 30).empty
