from __future__ import annotations

import pandas as pd
import pytest

from configs.settings import load_settings
from scoring.lead_batch import COLUMNS, score_chunks, score_leads
from scoring.lead_scores import score_vectors
from tests.scoring.made import AS_OF, artefact, rows

SETTINGS = load_settings()


def test_batch_and_vectors_give_the_same_scores_and_reasons() -> None:
    frame, model = rows(), artefact()
    table = score_leads(model, 3, frame, SETTINGS, AS_OF).set_index("lead_id")
    scores = score_vectors(model, frame.to_dict("records"), SETTINGS)
    for lead_id, score in zip(frame["entity_id"], scores, strict=True):
        row = table.loc[lead_id]
        assert row["win_probability"] == pytest.approx(score.win_probability, abs=1e-9)
        assert (row["grade"], row["credit_hold"], row["prescreen"]) == (score.grade, score.credit_hold, score.prescreen)
        assert [reason["en"] for reason in row["reasons"]] == [reason.en for reason in score.reasons]


def test_columns_are_those_of_the_contract() -> None:
    table = score_leads(artefact(), 3, rows(), SETTINGS, AS_OF)
    assert tuple(table.columns) == COLUMNS
    assert set(table["model_version"]) == {3}
    assert tuple(score_leads(artefact(), 3, rows(0), SETTINGS, AS_OF).columns) == COLUMNS


def test_expected_value_is_probability_times_amount_in_currency_units() -> None:
    frame = rows()
    table = score_leads(artefact(), 3, frame, SETTINGS, AS_OF, with_reasons=0).set_index("lead_id")
    for row in frame.to_dict("records"):
        score = table.loc[row["entity_id"]]
        expected = score["win_probability"] * row["expected_amount_cents"] / 100
        assert score["expected_value"] == pytest.approx(expected, abs=0.006, nan_ok=True)


def test_only_the_first_by_priority_have_reasons() -> None:
    rules = SETTINGS.scoring.model_copy(update={"batch_reasons": 3})
    few = SETTINGS.model_copy(update={"scoring": rules})
    frame = rows()
    whole, table = (score_leads(artefact(), 3, frame, settings, AS_OF) for settings in (SETTINGS, few))
    assert [bool(reasons) for reasons in table["reasons"]] == [True] * 3 + [False] * (len(frame) - 3)
    assert table["reasons"].tolist()[:3] == whole["reasons"].tolist()[:3]


def test_pieces_give_what_the_whole_gives() -> None:
    frame = rows()
    pieces = [frame.iloc[:1], frame.iloc[1:1], frame.iloc[1:]]
    table = score_chunks(artefact(), 3, pieces, SETTINGS, AS_OF)
    pd.testing.assert_frame_equal(table, score_leads(artefact(), 3, frame, SETTINGS, AS_OF))
