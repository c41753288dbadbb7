from __future__ import annotations

from datetime import datetime

import pytest

from monitoring.errors import PeriodError
from monitoring.review.period import Period
from tests.monitoring.review.made import ZONE, on


def of(name: str | None, as_of: datetime) -> Period:
    return Period.of(name, as_of, ZONE, grace_days=7)


def test_in_its_first_days_a_month_is_not_reviewed_yet() -> None:
    assert of(None, on(6, 7.9)).name == "2026-05"
    assert of(None, on(6, 8)).name == "2026-06"


def test_a_month_that_is_over_is_whole_and_stands_beside_the_whole_month_before() -> None:
    period = of("2026-05", on(6, 20))
    assert (period.since, period.until, period.is_whole) == (on(5, 1), on(6, 1), True)
    assert (period.before_since, period.before_until, period.before_name) == (on(4, 1), on(5, 1), "2026-04")


def test_a_month_that_is_not_over_stands_beside_as_many_days() -> None:
    period = of("2026-06", on(6, 11))
    assert (period.until, period.is_whole) == (on(6, 11), False)
    assert (period.before_since, period.before_until) == (on(5, 1), on(5, 11))


def test_the_last_days_of_a_long_month_stand_beside_the_whole_of_a_short_one() -> None:
    assert of("2026-03", on(3, 31.5)).before_until == on(3, 1)


def test_january_stands_beside_december() -> None:
    period = of("2026-01", on(2, 10))
    assert (period.before_name, period.until) == ("2025-12", on(2, 1))


@pytest.mark.parametrize("name", ["2026-13", "June", "2026-6", "2026-06-01"])
def test_what_is_no_month_is_refused(name: str) -> None:
    with pytest.raises(PeriodError, match="must be a month like 2026-06"):
        of(name, on(6, 20))


def test_a_month_that_has_not_begun_is_refused() -> None:
    with pytest.raises(PeriodError, match="must have begun at 2026-06-20, but got 2026-07"):
        of("2026-07", on(6, 20))
