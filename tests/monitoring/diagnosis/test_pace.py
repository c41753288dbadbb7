from __future__ import annotations

import numpy as np
import pytest

from monitoring.diagnosis.pace import Exposure, look_at_pace, look_at_response, rate_ratio
from monitoring.diagnosis.traits import lead_traits
from tests.monitoring.diagnosis.made import RULES, SETTINGS, Small, ago, cases_of


def test_the_rate_ratio_of_one_stratum_is_that_of_the_rates() -> None:
    exposure = Exposure(np.zeros(2, int), np.array([10.0, 10.0]), np.array([5.0, 5.0]), np.ones(2), np.ones(2))
    assert rate_ratio(exposure)[0] == pytest.approx((2 / 20) / (2 / 10))


def test_a_changed_mix_is_no_slow_down() -> None:
    slow, fast = np.zeros(6, int), np.ones(6, int)
    exposure = Exposure(
        np.concatenate([slow, fast]),
        np.concatenate([np.full(6, 10.0), [1, 0, 0, 0, 0, 0]]),
        np.concatenate([[10.0, 0, 0, 0, 0, 0], np.ones(6)]),
        np.concatenate([np.ones(6), [1, 0, 0, 0, 0, 0]]),
        np.concatenate([[1, 0, 0, 0, 0, 0], np.ones(6)]),
    )
    assert rate_ratio(exposure)[0] == pytest.approx(1.0)


def test_a_slow_down_of_all_counts_and_one_of_a_group_left_out_does_not() -> None:
    world = Small()
    world.steady(40, windows=4)
    for n in range(60):
        world.lead(28 - n * 0.1, channel_id="fair")
    facts = world.facts()
    cases, traits = cases_of(facts), lead_traits(facts, 30, SETTINGS)
    fair = (facts.funnel.leads["channel_id"] == "fair").to_numpy()
    assert look_at_pace(facts, cases, [], [], RULES).strength == 1.0
    assert look_at_pace(facts, cases, traits, [fair], RULES).strength == 0.0


def test_later_first_responses_are_told() -> None:
    world = Small()
    for window in range(4):
        for n in range(30):
            hours = 0.5 if window else 5.0
            created = 30 * window + 7 * (n % 4) + 5.0  # at ten in Shanghai
            world.lead(created - hours / 24, 30 * window + 1, created_at=ago(created))
    facts = world.facts()
    look = look_at_response(facts, cases_of(facts), lead_traits(facts, 30, SETTINGS), [], SETTINGS)
    assert look.figures["times_as_long"] > 5
    assert look.strength == 1.0
