from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
import pytest

from configs.sections import Monitoring
from monitoring.errors import WindowError
from monitoring.windows import read_windows
from tests.monitoring.fakes import AS_OF, START, TURN, FakeRepository, calm_leads


def test_current_is_the_last_days_and_reference_the_days_before(rules: Monitoring) -> None:
    frame = calm_leads(400)
    edge = frame.head(3).copy()
    edge["created_at"] = pd.to_datetime(
        [TURN, TURN - timedelta(microseconds=1), START - timedelta(seconds=1)], utc=True
    )
    edge["entity_id"] = ["on the turn", "before the turn", "before the start"]
    windows = read_windows(FakeRepository(pd.concat([frame, edge])), rules, AS_OF)
    assert (windows.reference.start, windows.reference.end, windows.current.end) == (START, TURN, AS_OF)
    assert "on the turn" in set(windows.current.frame["entity_id"])
    assert "before the turn" in set(windows.reference.frame["entity_id"])
    assert windows.reference.rows + windows.current.rows == 402
    assert windows.shortage is None


def test_a_short_window_is_said_in_words(rules: Monitoring) -> None:
    windows = read_windows(FakeRepository(calm_leads(80)), rules, AS_OF)
    assert windows.shortage is not None
    assert windows.shortage.en == (
        "Too few leads to judge drift: each window needs at least 50, but there are 20 leads in the current window."
    )
    assert "当前期 20 条" in windows.shortage.zh


def test_no_leads_at_all_are_no_error(rules: Monitoring) -> None:
    windows = read_windows(FakeRepository(calm_leads(10).head(0)), rules, AS_OF)
    assert windows.current.rows == 0
    assert windows.current.channels.empty
    assert windows.shortage is not None


def test_a_moment_without_a_zone_is_refused(rules: Monitoring) -> None:
    with pytest.raises(WindowError, match="as_of must have a time zone, but got 2026-06-01"):
        read_windows(FakeRepository(calm_leads(10)), rules, datetime(2026, 6, 1))  # noqa: DTZ001


def test_a_frame_without_channels_is_refused(rules: Monitoring) -> None:
    windows = read_windows(FakeRepository(calm_leads(100).drop(columns="channel_id")), rules, AS_OF)
    with pytest.raises(WindowError, match="must have the column channel_id"):
        _ = windows.current.channels
