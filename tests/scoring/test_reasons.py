from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scoring.reasons import Reason, explain
from tests.scoring.made import artefact, rows


def reasons_of(row: dict[str, object], name: str = "win") -> dict[str, Reason]:
    model = artefact(name)
    full = {"size": "small", "channel_id": "web", "response_hours": 2.0, **row}
    return {reason.feature: reason for reason in explain(model, model.encode_row(full), [full], 9)[0]}


def test_a_number_is_told_with_its_unit_and_the_median_of_winners() -> None:
    reason = reasons_of({"response_hours": 9.04})["response_hours"]
    way, weg = ("raises", "提高") if reason.contribution > 0 else ("lowers", "降低")
    assert reason.en == f"First response: 9 h; won leads: median 1.4 h ({way} the chance to win)"
    assert reason.zh == f"首次响应：9 小时；赢单线索中位数 1.4 小时（{weg}赢单机会）"
    assert reason.value == 9.04


def test_a_category_is_told_with_its_rate_against_all() -> None:
    reason = reasons_of({"channel_id": "trade_show"})["channel_id"]
    assert "Channel: trade_show; 6 % are won against 15 % overall" in reason.en
    assert "渠道：trade_show；赢单率 6%，总体 15%" in reason.zh


def test_a_value_never_seen_is_told_with_the_rate_of_the_rare_ones() -> None:
    assert "Channel: pigeon; 20 % are won" in reasons_of({"channel_id": "pigeon"})["channel_id"].en


def test_a_missing_value_is_said_to_be_missing() -> None:
    reason = reasons_of({"response_hours": None})["response_hours"]
    assert reason.value is None
    assert "First response: not known; 10 % are won" in reason.en


def test_strongest_come_first_and_no_more_than_asked() -> None:
    model, frame = artefact(), rows()
    found = explain(model, model.encode(frame), frame.to_dict("records"), 2)
    assert all(len(row) <= 2 for row in found)
    sizes = [[abs(reason.contribution) for reason in row] for row in found]
    assert all(row == sorted(row, reverse=True) for row in sizes)


@pytest.mark.parametrize("name", ["churn", "rfm"])
def test_customers_have_their_own_words(name: str) -> None:
    found = reasons_of({"rfm_tier": "growth"}, name)
    word = {"churn": "the risk of churn", "rfm": "the risk of moving down"}[name]
    assert all(word in reason.en for reason in found.values())


def test_a_model_without_reference_still_gives_reasons() -> None:
    model, frame = replace(artefact(), reference={}), rows(1)
    found = explain(model, model.encode(frame), frame.to_dict("records"), 5)
    assert found[0]
    assert all(np.isfinite(reason.contribution) and reason.en and reason.zh for reason in found[0])


def test_a_value_that_is_no_word_is_told_in_words() -> None:
    made = artefact("win")
    named = tuple(
        replace(spec, words=(("trade_show", "Trade show", "展会"),)) if spec.name == "channel_id" else spec
        for spec in made.features
    )
    spoken = replace(made, features=named)
    row = {"response_hours": 9.0, "channel_id": "trade_show", "size": "small"}
    found = explain(spoken, spoken.encode_row(row), [row], 9)[0]
    reason = next(one for one in found if one.feature == "channel_id")
    assert reason.en.startswith("Channel: Trade show;")
    assert reason.zh.startswith("渠道：展会；")
    assert reason.value == "trade_show"
