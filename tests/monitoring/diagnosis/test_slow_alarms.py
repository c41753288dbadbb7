from __future__ import annotations

import numpy as np

from monitoring.diagnosis.slow_alarms import slow_alarms
from tests.monitoring.diagnosis.made import SETTINGS, Small


def world(seed: int, share_now: float) -> Small:
    """Seventy leads a month for fifteen months; 70 % move on within two weeks, in the last month another share."""
    rng = np.random.default_rng(seed)
    made = Small()
    for window in range(15):
        for _ in range(70):
            entered = 30 * window + float(rng.uniform(1, 30))
            left = entered - float(rng.uniform(0.2, 1)) * min(14.0, entered)
            moves = rng.random() < (share_now if window == 0 else 0.7)
            made.lead(entered, left, "solution_demo" if moves else "lost")
    return made


def test_a_steady_share_is_silent() -> None:
    assert [slow_alarms(world(seed, 0.7).facts(), 30, SETTINGS, []) for seed in range(3)] == [[]] * 3


def test_a_share_that_falls_to_a_seventh_is_told_with_what_is_usual() -> None:
    [alarm] = slow_alarms(world(1, 0.1).facts(), 30, SETTINGS, [])
    assert (alarm.rule, alarm.stage) == ("stage_conversion", "technical_exchange")
    assert 0.5 < alarm.from_ < 0.65
    assert alarm.to < 0.45
    assert alarm.change < -0.15


def test_a_stage_that_has_an_alarm_gets_no_second() -> None:
    facts = world(1, 0.1).facts()
    first = slow_alarms(facts, 30, SETTINGS, [])
    assert slow_alarms(facts, 30, SETTINGS, first) == []
