from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xgboost as xgb

from scoring.artefact import Artefact
from scoring.contributions import contributions
from scoring.feature_spec import FeatureSpec
from scoring.reason_words import FeatureWords
from scoring.reasons import Reason, explain
from scoring.scorecard import Scorecard, Term
from scoring.wording import wording_of
from tests.scoring.made import artefact, rows


def reasons_of(row: dict[str, object], name: str = "win") -> dict[str, Reason]:
    model = artefact(name)
    full = {"size": "small", "channel_id": "web", "response_hours": 2.0, **row}
    return {reason.feature: reason for reason in explain(model, model.encode_row(full), [full], 9)[0]}


def test_a_number_is_told_with_its_unit_and_the_median_of_winners() -> None:
    reason = reasons_of({"response_hours": 9.04})["response_hours"]
    way, weg = ("raises", "提高") if reason.contribution > 0 else ("lowers", "降低")
    assert reason.en == f"First response took 9 h; won leads: median 1.4 h ({way} the chance to win)"
    assert reason.zh == f"首次响应用时 9 小时；赢单线索中位数 1.4 小时（{weg}赢单机会）"
    assert reason.value == 9.04
    assert reason.benchmark == {
        "kind": "median", "value": 1.4, "en": "won leads: median 1.4 h", "zh": "赢单线索中位数 1.4 小时",
    }  # fmt: skip


def test_a_category_is_told_with_its_share_of_winners() -> None:
    reason = reasons_of({"size": "large"})["size"]
    assert "Size: large; 40 % of won leads" in reason.en
    assert "规模：large；赢单线索中占 40%" in reason.zh
    assert reason.benchmark is not None
    assert (reason.benchmark["kind"], reason.benchmark["value"]) == ("share", 0.4)


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


GROUPED = (
    FeatureSpec("is_answered", "number", "First response given", "已首次响应"),
    FeatureSpec("response_hours", "number", "Hours to the first response", "首次响应用时", "hours"),
    FeatureSpec("activity_call_count_30d", "number", "Calls, last 30 days", "近30天电话", "activities"),
    FeatureSpec("activity_call_last_days", "number", "Days since the last call", "距上次电话天数", "days"),
    FeatureSpec("has_phone", "number", "Phone number known", "有电话号码"),
    FeatureSpec("industry", "category", "Industry", "行业", None, ("retail", "steel")),
)
FLAGS = {"is_answered": {"flag_shares": [0.5, 0.9]}, "has_phone": {"flag_shares": [0.7, 0.8]}}


def grouped_model(calibrator: str) -> Artefact:
    """One term per column: missing adds 0, below 1.5 subtracts its weight, above adds it."""
    weights = (0.3, 0.2, 0.5, -0.1, 0.05, 0.4)
    terms = tuple(
        Term(
            column,
            np.empty(0, dtype=np.float32) if spec.kind == "category" else np.array([0.5], dtype=np.float32),
            np.array([[-weight], [weight], [0.0]]),
            is_category=spec.kind == "category",
        )
        for column, (spec, weight) in enumerate(zip(GROUPED, weights, strict=True))
    )
    made = artefact("win", calibrator, rounds=0)
    reference = {"rates": [0.8, 0.2], "features": FLAGS}
    kinds = ["c" if spec.kind == "category" else "q" for spec in GROUPED]
    data = xgb.DMatrix(np.zeros((4, 6)), [0, 1, 0, 1], feature_types=kinds, enable_categorical=True)
    booster = xgb.train({"objective": "binary:logistic", "base_score": 0.5, "nthread": 1}, data, 0)
    card = Scorecard("card", np.zeros(1), terms)
    return replace(made, features=GROUPED, booster=booster, scorecard=card, reference=reference, smoke={})


ROW = {
    "is_answered": 1.0, "response_hours": 9.0, "activity_call_count_30d": 4.0, "activity_call_last_days": 2.0,
    "has_phone": 1.0, "industry": "steel",
}  # fmt: skip


@pytest.mark.parametrize("calibrator", ["identity", "platt", "beta", "isotonic"])
def test_reasons_of_groups_add_up_to_the_log_odds(calibrator: str) -> None:
    model = grouped_model(calibrator)
    encoded = model.encode_row(ROW)
    found = explain(model, encoded, [ROW], 9)[0]
    base = float(contributions(model, encoded).base[0])
    assert base + sum(one.contribution for one in found) == pytest.approx(float(model.log_odds(encoded)[0]), abs=1e-9)
    assert len({one.group for one in found}) == len(found)


def test_features_of_one_group_are_one_reason() -> None:
    found = {
        one.group: one
        for one in explain(grouped_model("identity"), grouped_model("identity").encode_row(ROW), [ROW], 9)[0]
    }
    assert set(found) == {"first_response", "activity_call", "contact_data", "industry"}
    assert found["activity_call"].contribution == pytest.approx(0.5 - 0.1)
    assert found["activity_call"].feature == "activity_call_count_30d"


def test_hours_speak_for_the_first_response_although_the_flag_weighs_more() -> None:
    model = grouped_model("identity")
    reason = next(one for one in explain(model, model.encode_row(ROW), [ROW], 9)[0] if one.group == "first_response")
    assert reason.feature == "response_hours"
    assert reason.en.startswith("First response took 9 h")
    assert reason.contribution == pytest.approx(0.5)


def test_a_flag_is_told_as_yes_or_no_with_the_share_of_winners() -> None:
    model = grouped_model("identity")
    for value, en, zh, share in (
        (1.0, "yes; 80 %", "是；赢单线索中占 80%", 0.8),
        (0.0, "no; 20 %", "否；赢单线索中占 20%", 0.2),
    ):
        row = {**ROW, "has_phone": value}
        reason = next(one for one in explain(model, model.encode_row(row), [row], 9)[0] if one.group == "contact_data")
        assert reason.en.startswith(f"Phone number known: {en} of won leads")
        assert reason.zh.startswith(f"有电话号码：{zh}")
        assert reason.benchmark is not None
        assert reason.benchmark["value"] == pytest.approx(share)


def test_the_stage_is_named_rather_than_its_number() -> None:
    specs = (
        FeatureSpec("stage_index", "number", "Place in the funnel", "漏斗位置"),
        FeatureSpec("current_stage", "category", "Stage", "当前阶段", None, ("captured", "negotiation")),
    )
    terms = (
        Term(0, np.array([2.0], dtype=np.float32), np.array([[-1.0], [1.0], [0.0]]), is_category=False),
        Term(1, np.empty(0, dtype=np.float32), np.array([[0.0], [0.0], [0.0]]), is_category=True),
    )
    data = xgb.DMatrix(np.zeros((2, 2)), [0, 1], feature_types=["q", "c"], enable_categorical=True)
    booster = xgb.train({"objective": "binary:logistic", "base_score": 0.5, "nthread": 1}, data, 0)
    card = Scorecard("card", np.zeros(1), terms)
    model = replace(artefact(rounds=0), features=specs, booster=booster, scorecard=card, reference={}, smoke={})
    for row, start in (
        ({"stage_index": 5, "current_stage": "negotiation"}, "Stage: negotiation"),
        ({"stage_index": 5}, "Place"),
    ):
        assert explain(model, model.encode_row(row), [row], 5)[0][0].en.startswith(start)


def test_a_share_is_told_as_a_percentage() -> None:
    spec = FeatureSpec("channel_win_rate_180d", "number", "Channel: win rate", "渠道赢单率")
    found = FeatureWords(spec, {"medians": [0.1, 0.19]}, [0.8, 0.2], wording_of("win", 1)).told(0.27)
    assert (found.en, found.zh) == (
        "Channel: win rate: 27 %; won leads: median 19 %",
        "渠道赢单率：27%；赢单线索中位数 19%",
    )
