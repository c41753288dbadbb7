from __future__ import annotations

import numpy as np
import pytest

from monitoring.review.facts import bounds
from monitoring.review.measures import Measure, Measured, compared, measured
from tests.monitoring.review.made import JUNE, MAY, Small, fallen, on


def test_conversion_counts_the_leads_that_left_in_the_month() -> None:
    facts, measure = fallen().facts(), Measure("conversion", "contacted")
    assert measured(facts, measure, bounds(MAY)).value == pytest.approx(0.8)
    june = measured(facts, measure, bounds(JUNE))
    assert (june.rows, june.hits, june.value) == (50, 20, 0.4)


def test_days_are_the_median_of_the_stays_that_ended() -> None:
    world = Small()
    for days in (1.0, 3.0, 8.0):
        world.lead(on(6, 20), is_forward=True, days=days)
    assert measured(world.facts(), Measure("dwell", "contacted"), bounds(JUNE)).value == pytest.approx(3.0)


def test_a_milestone_is_the_share_of_its_cases() -> None:
    world = Small()
    world.lead(on(6, 17), is_forward=True)  # contacted at midnight, before the desk opens: in time
    found = measured(world.facts(), Measure("milestone", "first_response"), bounds(JUNE))
    assert (found.rows, found.value) == (1, 1.0)
    assert measured(world.facts(), Measure("milestone", "gone"), bounds(JUNE)).value is None


def test_a_field_counts_only_leads_that_have_come_to_the_stage_that_asks_for_it() -> None:
    world = Small()
    world.lead(on(6, 20), is_forward=True, industry="steel")
    world.lead(on(6, 20), is_forward=True)
    world.lead(on(6, 20), is_forward=False)  # lost: nobody asks any more
    found = measured(world.facts(), Measure("field", "industry"), bounds(JUNE))
    assert (found.rows, found.hits) == (2, 1)


def test_a_channel_is_its_share_of_the_new_leads() -> None:
    world = Small()
    world.month(6, 3, 0)
    world.month(6, 1, 0, channel_id="fair")
    assert measured(world.facts(), Measure("channel", "fair"), bounds(JUNE)).value == pytest.approx(0.25)


def test_a_stage_that_the_funnel_no_longer_has_is_not_measured() -> None:
    assert measured(fallen().facts(), Measure("conversion", "gone"), bounds(JUNE)).value is None


@pytest.mark.parametrize(
    ("kind", "hits", "verdict"),
    [("conversion", 80, "better"), ("conversion", 20, "worse"), ("channel", 20, "better"), ("field", 52, "same")],
)
def test_the_direction_is_that_of_the_measure(kind: str, hits: int, verdict: str) -> None:
    before, now = Measured(100, 50, 0.5), Measured(100, hits, hits / 100)
    assert compared(before, now, Measure(kind, "x"), 0.01, 30) == verdict  # type: ignore[arg-type]


def test_fewer_days_in_a_stage_are_better() -> None:
    days = np.linspace(1, 10, 40)
    before, now = Measured(40, 0, 5.5, days + 5), Measured(40, 0, 5.5, days)
    now_value = Measured(40, 0, 5.5, days)
    assert compared(Measured(40, 0, 10.5, days + 5), now, Measure("dwell", "x"), 0.01, 30) == "better"
    assert compared(now_value, Measured(40, 0, 10.5, days + 5), Measure("dwell", "x"), 0.01, 30) == "worse"
    assert compared(before, before, Measure("dwell", "x"), 0.01, 30) == "same"


def test_too_few_rows_tell_nothing() -> None:
    assert compared(Measured(29, 29, 1.0), Measured(100, 0, 0.0), Measure("field", "x"), 0.01, 30) == "unknown"
    assert compared(Measured(0, 0, None), Measured(100, 0, 0.0), Measure("field", "x"), 0.01, 30) == "unknown"
