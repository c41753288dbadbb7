from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from configs.sections import Retraining
from configs.settings import Settings
from monitoring.familiarity import Familiarity
from monitoring.inspection import Inspection, inspect_leads
from monitoring.intervals import Interval
from monitoring.live.figures import GroupFigures
from monitoring.live.measured import Measured
from monitoring.live.performance import LivePerformance
from monitoring.performance_line import performance_reasons
from monitoring.retraining import Evidence, matured_leads, propose
from tests.crm_core.funnel.made import AS_OF, day, facts_of
from tests.monitoring import fakes
from tests.monitoring.fakes import FakeModel, FakeRegistry, FakeRepository, calm_leads, shifted_leads

HORIZON = FakeModel().horizon_days


@pytest.fixture(scope="session")
def rules(settings: Settings) -> Retraining:
    return settings.retraining


@pytest.fixture(scope="module")
def calm(settings: Settings) -> Inspection:
    return inspect_leads(FakeRepository(calm_leads()), FakeRegistry(), settings, fakes.AS_OF)


@pytest.fixture(scope="module")
def shifted(settings: Settings) -> Inspection:
    return inspect_leads(FakeRepository(shifted_leads()), FakeRegistry(), settings, fakes.AS_OF)


def group_of(auc: tuple[float, float, float] = (0.74, 0.70, 0.78), over: float = -0.05, ece: float = 0.02) -> Any:
    """Realised figures of version 3."""
    realised = {
        "roc_auc": Measured(auc[0], Interval(auc[1], auc[2])),
        "log_loss_over_base": Measured(over, Interval(over - 0.01, over + 0.01)),
        "ece": Measured(ece, Interval(ece / 2, ece * 2)),
    }
    rate = Measured(0.2, Interval(0.1, 0.3))
    return GroupFigures("model_version", "3", 900, 800, 700, 140, None, realised, rate, 0.03, None)


def evidence(inspection: Inspection, **changes: Any) -> Evidence:
    """Nothing speaks: a young, good model, no new outcomes, no odd regions."""
    live = LivePerformance(AS_OF, [group_of(), group_of()], None, None, pd.DataFrame())
    trained = day(60)
    plain = Evidence(
        FakeModel(trained_as_of=trained), 3, trained, inspection, facts_of(), live,
        Familiarity(100, 900, 5, 0.05, 0.05, []),
    )  # fmt: skip
    return replace(plain, **changes)


def rules_that_speak(found: Evidence, rules: Retraining) -> list[str]:
    return [reason.rule for reason in propose(found, rules).reasons]


def test_a_calm_world_needs_no_retrain(calm: Inspection, rules: Retraining) -> None:
    proposal = propose(evidence(calm), rules)
    assert (proposal.is_proposed, proposal.reasons, proposal.held_back) == (False, [], [])
    assert proposal.text.en == "The win model needs no retrain."
    said = [text.en for text in proposal.seen]
    assert "(within chance or small); it counts from 1 points on, beyond chance." in said[0]
    assert said[1:] == [
        "5% of the open leads are of a kind that the model has hardly seen; 5% is usual, and it counts from 10 points "
        "above that.",
        "The outcome of 0 leads became known since the last training, which knew 0; it counts from 1,000 on.",
        "The model in use was trained 60 days ago; it counts as old after 180.",
    ]


def test_drift_speaks_only_with_its_effect(shifted: Inspection, rules: Retraining) -> None:
    assert rules_that_speak(evidence(shifted), rules) == ["drift"]
    stubborn = rules.model_copy(update={"drift": rules.drift.model_copy(update={"min_score_change": 0.9})})
    assert rules_that_speak(evidence(shifted), stubborn) == []


def test_open_leads_in_unknown_regions_speak(calm: Inspection, rules: Retraining) -> None:
    odd = Familiarity(200, 900, 60, 0.3, 0.05, [])
    assert rules_that_speak(evidence(calm, familiarity=odd), rules) == ["unfamiliar"]


@pytest.mark.parametrize(
    ("figures", "rule"),
    [
        ({"auc": (0.6, 0.55, 0.65)}, ["performance.auc"]),
        ({"auc": (0.66, 0.55, 0.75)}, []),  # may be chance
        ({"over": 0.02}, ["performance.base_rate"]),
        ({"over": 0.005}, []),
        ({"ece": 0.08}, ["performance.calibration"]),
        ({"ece": 0.04}, []),
    ],
)
def test_performance_speaks_beyond_chance_alone(
    rules: Retraining, calm: Inspection, figures: dict[str, Any], rule: list[str]
) -> None:
    live = LivePerformance(AS_OF, [group_of(**figures), group_of(**figures)], None, None, pd.DataFrame())
    assert rules_that_speak(evidence(calm, live=live), rules) == rule


def test_an_estimate_never_counts(rules: Retraining) -> None:
    group = replace(group_of(auc=(0.5, 0.5, 0.5)), realised=None)
    assert performance_reasons(group, {"roc_auc": 0.9}, rules.performance) == []


def test_an_old_model_speaks(calm: Inspection, rules: Retraining) -> None:
    old = FakeModel(trained_as_of=day(200))
    proposal = propose(evidence(calm, model=old), rules)
    assert [reason.rule for reason in proposal.reasons] == ["age"]
    assert proposal.reasons[0].text.en == "The model in use was trained 200 days ago; the line is 180."


def test_leads_that_matured_since_the_last_training_speak(calm: Inspection, rules: Retraining) -> None:
    ages = [HORIZON + 1 + n / 50 for n in range(1200)]
    facts = facts_of([{"lead_id": f"L{n}", "created_at": day(age)} for n, age in enumerate(ages)])
    assert matured_leads(facts, day(10), HORIZON) == (450, 750)
    few = rules.model_copy(update={"min_new_leads": 400})
    assert rules_that_speak(evidence(calm, facts=facts, last_trained_as_of=day(10)), few) == ["new_outcomes"]
    assert rules_that_speak(evidence(calm, facts=facts, last_trained_as_of=day(10)), rules) == []


def test_a_recent_training_holds_every_rule_back(shifted: Inspection, rules: Retraining) -> None:
    proposal = propose(evidence(shifted, last_trained_as_of=AS_OF - timedelta(days=2)), rules)
    assert not proposal.is_proposed
    assert [reason.rule for reason in proposal.held_back] == ["drift"]
    assert proposal.text.en == "No retrain yet: the last training was less than 7 days ago."


@pytest.mark.parametrize(("start", "words"), [("propose", "funnelcast train win"), ("train", "by configuration")])
def test_the_proposal_says_who_trains_and_why(shifted: Inspection, rules: Retraining, start: str, words: str) -> None:
    proposal = propose(evidence(shifted), rules.model_copy(update={"start": start}))
    assert words in proposal.text.en
    assert proposal.text.zh.startswith("建议重新训练赢单模型（1 条理由）")
    said = json.loads(json.dumps(proposal.to_json(), allow_nan=False))
    assert (said["start"], said["is_proposed"]) == (start, True)
