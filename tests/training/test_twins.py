"""A room that is asked for and a room that is given, which guests who come get changed."""

from __future__ import annotations

import numpy as np
import pytest

from configs.settings import Settings
from features.schema import Feature, category
from tests.training.generated import won_leads
from training.dataset import Dataset
from training.leakage import quarantine
from training.twins import twins

ROWS = 2000
FEATURES = [category("attr_asked", "", ""), category("attr_given", "", "")]


def leads(touched_won: float, touched_lost: float, count_values: int = 5) -> Dataset:
    """Two attributes, of which the second differs from the first for these shares of won and lost leads."""
    made, rng = won_leads(ROWS), np.random.default_rng(1)
    asked = rng.integers(0, count_values, ROWS)
    changed = rng.random(ROWS) < np.where(made.frame["label"] == 1, touched_won, touched_lost)
    for name, codes in (("attr_asked", asked), ("attr_given", (asked + changed) % count_values)):
        made.frame[name] = np.array([f"room {code}" for code in codes], dtype=object)
    made.features += FEATURES
    return Dataset.of("win", made)


def found(data: Dataset, features: list[Feature] = FEATURES) -> list[str]:
    return [one.column for one in twins(data, features, {"attr_asked": 0.55, "attr_given": 0.6})]


def test_a_twin_that_is_written_again_for_one_outcome_is_suspected() -> None:
    data = leads(0.25, 0.02)
    assert found(data) == ["attr_given"]
    [told] = twins(data, FEATURES, {"attr_asked": 0.6, "attr_given": 0.55})
    assert told.column == "attr_asked", "the one that tells the outcome better"
    assert told.evidence["win_rate_differing"] > 2 * told.evidence["win_rate_equal"]
    assert "attr_asked differs from attr_given" in told.words


@pytest.mark.parametrize(
    ("won", "lost", "values"),
    [
        (0.2, 0.2, 5),  # changed whatever comes of it
        (0.3, 0.12, 5),  # of use, and no leak: customers who care
        (0.9, 0.5, 5),  # two columns that have little to do with each other
        (0.25, 0.02, 2),  # yes and no
    ],
)
def test_honest_pairs_are_left_alone(won: float, lost: float, values: int) -> None:
    assert found(leads(won, lost, values)) == []


def test_the_guard_leaves_it_out_and_the_mapping_may_let_it_in(settings: Settings) -> None:
    reasons = {one.column: one.reason for one in quarantine(leads(0.25, 0.02), None, settings.training.leakage)}
    assert reasons.get("attr_given", reasons.get("attr_asked")) == "changed_twin"
