from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from funnelcast.daily.record import DONE, FAILED, RunRecord, StepResult, file_of, records, unfinished_of

MORNING = datetime(2025, 3, 1, 22, 30, tzinfo=UTC)  # 06:30 on 2 March in Shanghai
ZONE = "Asia/Shanghai"


def begun(folder: Path, as_of: datetime = MORNING, *, is_replay: bool = False) -> RunRecord:
    record = RunRecord(file_of(folder, as_of), as_of, is_replay, ["crm"])
    record.save()
    return record


def test_a_record_comes_back_as_it_was_noted(tmp_path: Path) -> None:
    record = begun(tmp_path)
    record.note(StepResult("tiers", DONE, 1.5, {"customers": 3}))
    record.note(StepResult("tags", FAILED, 0.1, {}, "A tag must have a name."))
    assert RunRecord.read(record.file) == record


def test_an_unfinished_run_of_the_same_local_day_is_gone_on_with(tmp_path: Path) -> None:
    record = begun(tmp_path)
    assert unfinished_of(tmp_path, date(2025, 3, 2), ZONE) == record
    assert unfinished_of(tmp_path, date(2025, 3, 1), ZONE) is None
    assert unfinished_of(tmp_path, date(2025, 3, 3), ZONE) is None
    record.is_finished = True
    record.save()
    assert unfinished_of(tmp_path, date(2025, 3, 2), ZONE) is None


def test_a_replay_is_not_mistaken_for_the_run_of_the_day(tmp_path: Path) -> None:
    begun(tmp_path, is_replay=True)
    assert unfinished_of(tmp_path, date(2025, 3, 2), ZONE) is None


def test_a_file_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    record = begun(tmp_path)
    (tmp_path / "9.json").write_text("{")
    assert list(records(tmp_path)) == [record]
