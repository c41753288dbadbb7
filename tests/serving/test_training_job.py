from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from configs.settings import load_settings
from serving.errors import ConflictError
from serving.training_job import JobState, TrainingJob, command_of

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TRIALS = "sys.stderr.write('win: 90 rows.\\ntune win:   0%|  | 0/8 [00:00]\\rtune win:  25%|# | 2/8 [00:04]\\n')"
REPORT = '{"model": "win", "version": 4, "promoted": false, "gate": {"reason": "Refused: no better."}}'


def job(home: Path, script: str) -> TrainingJob:
    settings = load_settings().model_copy(update={"home": home})
    return TrainingJob(settings, lambda *_: [sys.executable, "-c", f"import sys, time\n{script}"])


def ended(running: TrainingJob) -> JobState:
    """The state after the process that was started last has gone."""
    running._processes[-1].wait()
    return waited(running.state, lambda one: not one.is_running)


def waited(state: Callable[[], JobState | None], is_there: Callable[[JobState], bool]) -> JobState:
    for _ in range(200):
        found = state()
        if found is not None and is_there(found):
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_before_any_training_there_is_none(tmp_path: Path) -> None:
    assert job(tmp_path, "").state() is None


def test_progress_is_told_while_it_runs_and_the_report_after(tmp_path: Path) -> None:
    gate = tmp_path / "go"
    wait = f"import pathlib\nwhile not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.02)"
    running = job(tmp_path, f"{TRIALS}\nsys.stderr.flush()\n{wait}\nprint('''{REPORT}''')")
    running.start("win", NOW, "ana", NOW)
    found = waited(running.state, lambda one: one.phase == "tuning")
    assert (found.is_running, found.done, found.total, found.answer) == (True, 2, 8, None)
    assert (found.model, found.started_by, found.started_at) == ("win", "ana", NOW)
    with pytest.raises(ConflictError, match="one is running"):
        running.start("win", NOW, "ana", NOW)
    other_worker = job(tmp_path, "")
    with pytest.raises(ConflictError):
        other_worker.start("churn", NOW, "bob", NOW)
    gate.touch()
    ended(running)
    seen = other_worker.state()
    assert seen is not None
    assert seen.answer is not None
    assert (seen.answer["version"], seen.has_failed, seen.phase) == (4, False, "done")


def test_a_training_that_fails_says_why_and_frees_the_place(tmp_path: Path) -> None:
    failing = job(tmp_path, "sys.stderr.write('A model needs 20 won leads, but there are 3.\\n'); sys.exit(1)")
    failing.start("win", NOW, "ana", NOW)
    found = ended(failing)
    assert found.has_failed
    assert found.lines[-1] == "A model needs 20 won leads, but there are 3."
    failing.start("win", NOW, "ana", NOW)
    assert ended(failing).has_failed


def test_a_damaged_note_is_as_none(tmp_path: Path) -> None:
    (tmp_path / "retraining").mkdir()
    (tmp_path / "retraining" / "job.json").write_text("{")
    assert job(tmp_path, "").state() is None


def test_it_is_the_command_line_that_trains() -> None:
    command = command_of("churn", NOW)
    assert command[1:] == ["-m", "funnelcast", "train", "churn", "--json", "--as-of", "2026-06-01T00:00:00+00:00"]
