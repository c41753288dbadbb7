"""A status that says `cancelled` of lost leads alone, beside honest columns."""

from __future__ import annotations

import numpy as np
import pytest

from configs.settings import Settings
from features.schema import category, number
from tests.training.generated import won_leads
from training.dataset import Dataset
from training.leakage import quarantine
from training.one_outcome import one_outcome

ROWS = 2000


def leads(cancelled_won: float, cancelled_lost: float, *, as_number: bool = False) -> Dataset:
    """`attr_status` is `cancelled` (1) for these shares of won and lost leads."""
    made, rng = won_leads(ROWS), np.random.default_rng(1)
    has = rng.random(ROWS) < np.where(made.frame["label"] == 1, cancelled_won, cancelled_lost)
    made.frame["attr_status"] = has.astype(float) if as_number else np.where(has, "cancelled", "kept").astype(object)
    made.features.append((number if as_number else category)("attr_status", "", ""))
    return Dataset.of("win", made)


@pytest.mark.parametrize("as_number", [False, True])
def test_a_value_of_one_outcome_is_suspected(as_number: bool) -> None:
    data = leads(0.0, 0.4, as_number=as_number)
    told = one_outcome(data, data.features[-1])
    assert told is not None
    assert told.evidence["win_rate"] == 0.0
    assert "which are lost but for 0.0%" in told.words


def test_so_is_one_of_won_leads() -> None:
    data = leads(0.5, 0.0)
    told = one_outcome(data, data.features[-1])
    assert told is not None
    assert "which are won but for 0.0%" in told.words


@pytest.mark.parametrize(("won", "lost"), [(0.05, 0.4), (0.0, 0.02), (0.3, 0.3)])
def test_a_strong_a_rare_and_an_idle_value_are_not(won: float, lost: float) -> None:
    data = leads(won, lost)
    assert one_outcome(data, data.features[-1]) is None


def test_the_guard_tells_of_it(settings: Settings) -> None:
    found = quarantine(leads(0.0, 0.4), None, settings.training.leakage)
    assert {one.column: one.reason for one in found} == {"attr_status": "one_outcome"}


def test_a_column_filled_for_lost_leads_alone_is_suspected_whatever_it_says() -> None:
    data = leads(0.0, 0.4)
    words = np.array([f"reason {i % 90}" for i in range(ROWS)], dtype=object)
    data.frame["attr_status"] = np.where(data.frame["attr_status"] == "cancelled", words, None)
    told = one_outcome(data, data.features[-1])
    assert told is not None
    assert "attr_status is filled" in told.words


def test_a_value_whose_wins_come_late_is_told_from_a_leak_by_what_became_of_it() -> None:
    fit, honest, leak = leads(0.0, 0.4), leads(0.3, 0.4), leads(0.0, 0.4)
    feature = fit.features[-1]
    assert one_outcome(fit, feature, since=[honest, honest]) is None
    assert one_outcome(fit, feature, since=[leak, leak]) is not None


def test_so_is_a_column_that_is_filled_for_those(settings: Settings) -> None:
    fit, honest = leads(0.0, 0.4), leads(0.3, 0.4)
    for data in (fit, honest):
        data.frame["attr_status"] = np.where(data.frame["attr_status"] == "cancelled", "a reason", None)
    assert one_outcome(fit, fit.features[-1], since=[honest, honest]) is None
    assert quarantine(fit, None, settings.training.leakage, honest) == []
