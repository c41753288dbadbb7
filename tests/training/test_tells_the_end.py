"""The day of a lead's last change, beside plans that only some leads keep."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from configs.settings import Settings
from features.schema import number
from tests.training.generated import won_leads
from training.dataset import Dataset
from training.leakage import quarantine
from training.tells_the_end import tells_the_end

ROWS = 2000
Draw = Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]


def leads(draw: Draw) -> Dataset:
    """`attr_last` is drawn from days to the closing and outcome."""
    made = won_leads(ROWS)
    days = ((made.frame["known_at"] - made.frame["as_of"]).dt.total_seconds() / 86400).to_numpy()
    made.frame["attr_last"] = draw(days, made.frame["label"].to_numpy() == 1, np.random.default_rng(1))
    made.features.append(number("attr_last", "", ""))
    return Dataset.of("win", made)


LEAKS: dict[str, Draw] = {
    "the day of the closing": lambda days, _, __: np.floor(days),
    "the last activity, some hours before": lambda days, _, rng: days - rng.uniform(0, 2, len(days)),
    "overwritten for three of four": lambda days, _, rng: np.where(rng.random(len(days)) < 0.75, days, 60.0),
}
PLANS: dict[str, Draw] = {
    "any day": lambda days, _, rng: rng.uniform(1, 60, len(days)),
    "a booking: what is not cancelled ends on its day": lambda days, won, rng: np.where(
        won, days, days + rng.exponential(10, len(days))
    ),
    "the same for all": lambda days, _, __: np.full(len(days), 14.0),
}


@pytest.mark.parametrize("draw", LEAKS.values(), ids=LEAKS)
def test_the_day_of_the_end_is_kept_out(draw: Draw, settings: Settings) -> None:
    found = quarantine(leads(draw), None, settings.training.leakage)
    assert {one.column: one.reason for one in found} == {"attr_last": "tells_the_end"}


@pytest.mark.parametrize("draw", PLANS.values(), ids=PLANS)
def test_a_plan_is_not(draw: Draw) -> None:
    data = leads(draw)
    assert tells_the_end(data, data.features[-1]) is None


def test_few_leads_say_nothing() -> None:
    data = leads(LEAKS["the day of the closing"])
    assert tells_the_end(data.take(np.arange(60)), data.features[-1]) is None
