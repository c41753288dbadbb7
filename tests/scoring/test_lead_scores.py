from __future__ import annotations

from dataclasses import replace

import pytest

from configs.settings import load_settings
from scoring.lead_batch import score_leads
from scoring.lead_scores import LeadScore, priorities, score_vectors
from tests.scoring.made import AS_OF, artefact, rows

SETTINGS = load_settings()


def test_a_missing_amount_is_estimated_and_said_to_be() -> None:
    table = {"sizes": [50], "overall": [100.0, 200.0, 150.0], "products": {}}
    model = artefact()
    model = replace(model, reference={**model.reference, "amounts": table})
    unknown, known = ({"size": "small", "expected_amount_cents": cents} for cents in (None, 30_000))
    first, second = score_vectors(model, [unknown, known], SETTINGS)
    assert (first.amount_estimated, second.amount_estimated) == (True, False)
    assert first.expected_value == pytest.approx(first.win_probability * 150, abs=0.006)
    assert second.expected_value == pytest.approx(second.win_probability * 300, abs=0.006)


def test_the_batch_says_what_fits_into_a_reps_week() -> None:
    frame = rows(4).assign(rep_id="r1", current_stage="contacted", credit_hold=0.0, prescreen=None)
    table = score_leads(artefact(), 3, frame, SETTINGS, AS_OF, left_hours={"r1": 2.0})
    assert table["fits_this_week"].tolist() == [True, True, False, False]
    assert set(table["step_hours"]) == {1.0}
    assert score_leads(artefact(), 3, frame, SETTINGS, AS_OF)["fits_this_week"].isna().all()


def made(probability: float, value: float | None, *, hold: bool = False, prescreen: str | None = None) -> LeadScore:
    return LeadScore(probability, "A", value, None, hold, prescreen)


def test_priority_goes_by_expected_value_and_puts_held_leads_last() -> None:
    scores = [
        made(0.5, 100.0), made(0.9, 900.0, hold=True), made(0.2, 300.0), made(0.9, 800.0, prescreen="budget_misfit"),
        made(0.4, None),  # the median of the known amounts is 944: as if worth 378
    ]  # fmt: skip
    assert list(priorities(scores, list("abcde"))) == [3, 4, 2, 5, 1]


def test_priority_without_any_amount_goes_by_probability() -> None:
    scores = [made(0.2, None), made(0.8, None), made(0.2, None)]
    assert list(priorities(scores, ["b", "c", "a"])) == [3, 1, 2]
