from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from crm_core.funnel.figures import DAY
from monitoring.diagnosis.cases import stage_cases
from monitoring.diagnosis.season import compare_years, lags, windows_told
from tests.monitoring.diagnosis.made import PLACE, SETTINGS, Small, cases_of


def piled(year_before: bool) -> Small:
    world = Small()
    for window in range(18):
        for n in range(20):
            entered = 30 * window + 6 + n
            world.lead(entered, entered - 5)
    for lag in (0, 364) if year_before else (0,):
        for n in range(40):
            world.lead(lag + 20 - n * 0.2, lag - 20 if lag else None)
    return world


def strength(world: Small) -> float:
    facts = world.facts()
    now = cases_of(facts)
    then = stage_cases(facts, PLACE, 30, 3, facts.now - 364 * DAY, True)
    assert windows_told(facts, now, 364) == now.windows
    return compare_years(now, then).strength


def test_the_same_pile_a_year_before_is_the_season() -> None:
    assert strength(piled(year_before=True)) > 0.9


def test_a_pile_that_last_year_did_not_have_is_none() -> None:
    assert strength(piled(year_before=False)) == 0.0


def test_a_pile_too_large_to_grow_much_last_year_is_the_season_where_the_leads_come_in_were_as_slow() -> None:
    world = piled(year_before=True)
    for n in range(300):
        world.lead(500 + n * 0.1)  # stood there then and now
    facts = world.facts()
    found = compare_years(cases_of(facts), stage_cases(facts, PLACE, 30, 3, facts.now - 364 * DAY, True))
    assert found.strength > 0.6  # by the pile alone 0
    assert found.text is not None
    assert found.text.en.startswith(
        "In the same weeks a year before the share of the leads come in that moves on fell by"
    )


def test_a_short_history_tells_nothing() -> None:
    world = Small()
    world.steady(20)
    facts = world.facts()
    assert not windows_told(facts, cases_of(facts), 364)
    assert not windows_told(facts, replace(cases_of(facts), days=7), 364)


def test_after_the_spring_festival_the_years_are_also_laid_festival_on_festival() -> None:
    assert lags(date(2026, 3, 1), SETTINGS) == [364, 384]  # 17 February 2026 and 29 January 2025
    assert lags(date(2026, 8, 1), SETTINGS) == [364]


def test_windows_before_the_data_began_are_not_compared_with() -> None:
    world = Small()
    world.steady(20, windows=16)  # 480 days: after the year and the ramp the rest holds one window before
    facts = world.facts()
    cases = cases_of(facts)
    assert windows_told(facts, cases, 364) == 1
    assert windows_told(facts, cases, 300) == cases.windows
    assert windows_told(facts, cases, 390) == -cases.windows  # the weeks themselves, and nothing before them
    assert windows_told(facts, cases, 420) == 0


@pytest.mark.parametrize(("year_before", "strength"), [(True, 1.0), (False, 0.0)])
def test_a_year_that_began_late_is_compared_with_what_came_after(year_before: bool, strength: float) -> None:
    facts = piled(year_before).facts()
    then = stage_cases(facts, PLACE, 30, -3, facts.now - 364 * DAY, True)
    assert (then.windows, sorted(set(then.window))) == (3, [-3, -2, -1, 0])
    assert then.window_ends.max() == facts.now - 274 * DAY
    assert compare_years(cases_of(facts), then).strength == pytest.approx(strength, abs=0.1)
