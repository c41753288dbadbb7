from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from monitoring.live.history import week_of
from monitoring.live.outcomes import closings, followed_share, outcome_weights, with_outcomes
from tests.crm_core.funnel.made import AS_OF, day, facts_of

HORIZON = 30


def scored(*rows: tuple[str, datetime]) -> pd.DataFrame:
    moments = pd.to_datetime(pd.Series([at for _, at in rows]), utc=True)
    return pd.DataFrame(
        {
            "lead_id": [lead for lead, _ in rows], "scored_at": moments, "week": week_of(moments),
            "model_version": "1", "horizon_days": HORIZON, "win_probability": 0.5,
        }
    )  # fmt: skip


def judged(events: list[tuple[Any, ...]], *rows: tuple[str, datetime]) -> pd.DataFrame:
    leads = sorted({lead for lead, _ in rows})
    facts = facts_of([{"lead_id": lead, "created_at": day(90)} for lead in leads], events)
    return with_outcomes(scored(*rows), closings(facts), facts.leads["lead_id"], AS_OF)


@pytest.mark.parametrize(
    ("events", "age", "is_known", "is_won"),
    [
        ([], 40, True, False),  # the horizon has passed
        ([], 10, False, False),  # nobody knows yet
        ([("a", "contract_signed", day(20))], 40, True, True),
        ([("a", "contract_signed", day(5))], 10, True, True),  # won before the horizon has passed
        ([("a", "lost", day(5))], 10, True, False),
        ([("a", "contract_signed", day(5))], 40, True, False),  # won, but after the horizon
        ([("a", "lost", day(35)), ("a", "contract_signed", day(20))], 40, True, True),  # reopened and won
    ],
)
def test_an_outcome_is_known_when_the_lead_is_closed_or_the_horizon_has_passed(
    events: list[tuple[Any, ...]], age: float, is_known: bool, is_won: bool
) -> None:
    row = judged(events, ("a", day(age))).iloc[0]
    assert (bool(row["is_known"]), bool(row["is_won"])) == (is_known, is_won)


def test_scores_of_closed_and_of_unknown_leads_are_left_out() -> None:
    facts = facts_of([{"lead_id": "a", "created_at": day(90)}], [("a", "lost", day(50))])
    history = scored(("a", day(40)), ("a", day(60)), ("gone", day(60)))
    assert with_outcomes(history, closings(facts), facts.leads["lead_id"], AS_OF)["scored_at"].tolist() == [day(60)]


def test_the_weights_make_good_for_leads_that_close_fast() -> None:
    """Losses come within days, wins take weeks: of the known outcomes of young scores nearly all are losses."""
    rng = np.random.default_rng(5)
    size = 4000
    followed = rng.uniform(0, 60, size)
    is_won = rng.random(size) < 0.3
    days = np.where(is_won, rng.uniform(20, 29, size), rng.uniform(0, 5, size))
    known = (days <= followed) | (followed >= HORIZON)
    rows = pd.DataFrame({
        "is_known": known, "is_won": is_won & known, "followed_days": followed, "horizon_days": HORIZON,
        "known_days": np.where(days <= followed, days, HORIZON),
    })  # fmt: skip
    assert rows["is_won"][known].mean() < 0.25
    weights = outcome_weights(rows)
    assert np.average(rows["is_won"], weights=weights) == pytest.approx(0.3, abs=0.02)
    assert weights.sum() == pytest.approx(size, rel=0.03)


def test_how_many_were_followed_to_the_end() -> None:
    rows = judged([], ("a", day(40)), ("b", day(29)))
    assert followed_share(rows) == 0.5
    assert followed_share(rows.iloc[:0]) == 0.0
    assert AS_OF - timedelta(days=40) == rows["scored_at"].iloc[0]
