from __future__ import annotations

import pytest

from tests.monitoring.diagnosis.made import Small, cases_of


def test_a_case_is_a_stay_in_a_window_and_a_long_stay_is_one_of_each() -> None:
    world = Small()
    world.lead(10, 5)  # moved on in the current window
    world.lead(80)  # stands since the third window
    cases = cases_of(world.facts())
    assert sorted(zip(cases.lead.tolist(), cases.window.tolist(), strict=True)) == [(0, 0), (1, 0), (1, 1), (1, 2)]
    assert cases.is_hit.sum() == 1
    assert cases.share(is_now=True) == 0.5
    assert cases.share(is_now=False) == 0.0


def test_stock_before_is_the_mean_of_the_windows_ends() -> None:
    world = Small()
    world.lead(80)
    world.lead(40)
    cases = cases_of(world.facts())
    assert cases.stock(is_now=True) == 2
    assert cases.stock(is_now=False) == pytest.approx((2 + 1 + 0) / 3)


def test_the_stuck_are_those_that_stand_or_for_a_share_those_that_did_not_move_on() -> None:
    world = Small()
    world.lead(10, 5, "lost")
    world.lead(10)
    facts = world.facts()
    assert cases_of(facts).is_stuck[cases_of(facts).is_now].tolist() == [False, True]
    assert cases_of(facts, is_stock=False).is_stuck.all()


def test_without_leads_shares_are_unknown() -> None:
    world = Small()
    world.lead(10, 5)
    cases = cases_of(world.facts())
    assert cases.share(is_now=True, without=cases.is_hit) != cases.share(is_now=True)
