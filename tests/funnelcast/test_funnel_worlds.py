"""Alarms on simulated worlds: calm ones are silent through a year with its holidays, a planted pile is told."""

from __future__ import annotations

import pytest

from benchmarks.funnel import MOMENTS, judged


@pytest.mark.slow
@pytest.mark.parametrize("seed", [21, 22])
def test_a_calm_world_is_silent_all_year(seed: int) -> None:
    told = judged("calm", 5_000, MOMENTS, seed)
    assert sum(not found for found in told) == len(told)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [21, 22, 23])
def test_a_planted_pile_is_told(seed: int) -> None:
    [found] = judged("trade_show", 5_000, 1, seed)
    assert ("stage_stock", "technical_exchange") in {(alarm.rule, alarm.stage) for alarm in found}
