from __future__ import annotations

import numpy as np

from monitoring.diagnosis.slow_alarms import slow_alarms
from tests.monitoring.diagnosis.made import SETTINGS, Small


def world(seed: int, share_now: float, months: int = 15, late_days: int = 30, only: str = "") -> Small:
    """Seventy leads a month; 70 % move on within two weeks, in the last days another share, of all or of a product."""
    rng = np.random.default_rng(seed)
    made = Small()
    for window in range(months):
        for n in range(70):
            entered, product = 30 * window + float(rng.uniform(1, 30)), "AB"[n % 2]
            left = entered - float(rng.uniform(0.2, 1)) * min(14.0, entered)
            is_late = entered < late_days and only in ("", product)
            moves = rng.random() < (share_now if is_late else 0.7)
            made.lead(entered, left, "solution_demo" if moves else "lost", product=product)
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


def test_half_a_year_of_history_is_enough() -> None:
    assert len(slow_alarms(world(1, 0.1, months=7, late_days=50).facts(), 30, SETTINGS, [])) == 1
    assert [slow_alarms(world(seed, 0.7, months=7).facts(), 30, SETTINGS, []) for seed in range(3)] == [[]] * 3


def test_what_began_before_the_window_is_not_yet_usual() -> None:
    [alarm] = slow_alarms(world(1, 0.1, late_days=50).facts(), 30, SETTINGS, [])
    assert alarm.from_ > 0.5


def test_a_product_that_nobody_takes_any_more_is_told_by_name_where_the_stage_is_silent() -> None:
    facts = world(3, 0.0, late_days=50, only="A").facts()
    strict = SETTINGS.model_copy(update={"diagnosis": SETTINGS.diagnosis.model_copy(update={"slow_drop": 0.9})})
    [alarm] = slow_alarms(facts, 30, strict, [])
    assert alarm.figures["segment"] == {"product": "A"}
    assert alarm.change < -SETTINGS.diagnosis.group_drop
    assert "product A" in alarm.en
    assert "product A" in alarm.zh
