from __future__ import annotations

import numpy as np
import pandas as pd

from configs.settings import Settings
from monitoring.inspection import Inspection, inspect_leads
from monitoring.next_steps import next_steps
from tests.monitoring.fakes import AS_OF, TURN, FakeRegistry, FakeRepository, calm_leads


def inspect(frame: pd.DataFrame, settings: Settings) -> Inspection:
    return inspect_leads(FakeRepository(frame), FakeRegistry(None), settings, AS_OF)


def test_a_field_that_empties_is_named_but_a_computed_figure_is_not(settings: Settings) -> None:
    frame = calm_leads(2000)
    is_late = (frame["created_at"] >= TURN) & (np.arange(len(frame)) % 2 == 0)
    frame.loc[is_late, ["budget", "has_phone"]] = np.nan
    steps = next_steps(inspect(frame, settings), has_model=True)
    assert steps[0].en.startswith("Fields are left empty more often than before: Budget. Check")
    assert "预算" in steps[0].zh


def test_a_channel_that_dries_up_is_asked_after(settings: Settings) -> None:
    frame = calm_leads(2000)
    frame = frame[~((frame["created_at"] >= TURN) & (frame["channel_id"] == "referral"))]
    steps = [step.en for step in next_steps(inspect(frame, settings), has_model=True)]
    assert any(step.startswith("Find out why referral brings fewer leads") for step in steps)


def test_without_a_model_one_is_trained_first(settings: Settings) -> None:
    assert [step.en for step in next_steps(inspect(calm_leads(2000), settings), has_model=False)] == [
        "Train a win model: funnelcast train win."
    ]
