from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from configs.settings import Settings
from features.schema import category, number
from tests.training.generated import AS_OF, FakeRepository, won_leads
from training.dataset import Dataset
from training.leakage import decided, quarantine
from training.train import _guarded


@pytest.fixture
def planted() -> Dataset:
    """Columns that know the outcome in four ways, beside honest ones."""
    frame = won_leads(600)
    data, rng = frame.frame, np.random.default_rng(1)
    data["leak_number"] = data["label"] * 10 + rng.normal(size=600)
    data["leak_filled"] = np.where(data["label"] == 1, rng.normal(size=600), np.nan)
    data["leak_word"] = np.where(data["label"] == 1, "signed", "open").astype(object)
    data["case_number"] = [f"CASE-{i}" for i in range(600)]
    data["attr_late"] = rng.normal(size=600)
    frame.features += [
        number("leak_number", "", ""), number("leak_filled", "", ""), category("leak_word", "", ""),
        category("case_number", "", ""), number("attr_late", "", ""),
    ]  # fmt: skip
    return Dataset.of("win", frame)


def test_planted_leaks_are_caught_with_evidence_and_honest_columns_pass(planted: Dataset, settings: Settings) -> None:
    found = {column.column: column for column in quarantine(planted, None, settings.training.leakage)}
    assert {name: column.reason for name, column in found.items()} == {
        "leak_number": "skill_alone", "leak_filled": "skill_alone", "leak_word": "skill_alone",
        "case_number": "identifier",
    }  # fmt: skip
    assert found["leak_number"].evidence["single_auc"] > 0.98
    assert "leak_number alone" in found["leak_number"].words


def test_column_filled_at_closing_is_caught_by_open_leads(planted: Dataset, settings: Settings) -> None:
    open_leads = pd.DataFrame({"attr_late": [np.nan] * 90 + [1.0] * 10, "noise": [1.0] * 100})
    found = {column.column: column for column in quarantine(planted, open_leads, settings.training.leakage)}
    assert found["attr_late"].reason == "filled_when_closed"
    assert found["attr_late"].evidence["filled_open"] == pytest.approx(0.1)
    assert "noise" not in found


def test_one_leak_does_not_shield_another(settings: Settings) -> None:
    """The amount is filled for most wins, the reason for most losses: each alone is less than proof."""
    frame = won_leads(2000)
    data, rng = frame.frame, np.random.default_rng(1)
    is_won = data["label"].to_numpy() == 1
    known = rng.random(2000) < 0.85
    data["attr_amount"] = np.where(is_won & known, rng.gamma(2, 30_000, 2000), np.nan)
    reason = rng.choice(["price", "rival", "budget"], 2000)
    data["attr_reason"] = np.where(~is_won & known, reason, None)
    frame.features += [number("attr_amount", "", ""), category("attr_reason", "", "")]
    found = {one.column for one in quarantine(Dataset.of("win", frame), None, settings.training.leakage)}
    assert found == {"attr_amount", "attr_reason"}


def test_a_feature_of_our_own_may_differ_between_closed_and_open_leads(planted: Dataset, settings: Settings) -> None:
    """A channel's record grows: no open lead has the low values of old ones."""
    planted.frame["rep_lead_count_180d"] = planted.frame["attr_late"]
    own = replace(planted, features=(*planted.features, number("rep_lead_count_180d", "", "")))
    open_leads = pd.DataFrame({"attr_late": [np.nan] * 100, "rep_lead_count_180d": [np.nan] * 100})
    found = [column.column for column in quarantine(own, open_leads, settings.training.leakage)]
    assert "attr_late" in found
    assert "rep_lead_count_180d" not in found


def test_column_accepted_by_the_mapping_is_not_suspected(planted: Dataset, settings: Settings) -> None:
    suspect = quarantine(planted, None, settings.training.leakage)[0].column
    accepted = replace(
        planted, features=tuple(replace(one, is_accepted=one.name == suspect) for one in planted.features)
    )
    assert suspect not in [found.column for found in quarantine(accepted, None, settings.training.leakage)]


def test_open_leads_are_those_of_today_however_early_the_model(settings: Settings) -> None:
    """An export's columns hold what was filled up to the export: leads closed since are no example of an open one."""
    frame = won_leads(600)
    repository = FakeRepository(frame)
    _guarded(Dataset.of("win", frame), repository, settings, AS_OF, 1)
    assert repository.asked_open_at[0] > AS_OF
    _guarded(Dataset.of("win", frame), repository, settings, datetime(2999, 1, 1, tzinfo=UTC), 1)
    assert repository.asked_open_at[1].year == 2999


def with_late_wins(share: float = 0.06) -> tuple[Dataset, np.ndarray]:
    """Leads of which some are won after the horizon: the label says lost, what is written of them says won."""
    made, rng = won_leads(2000), np.random.default_rng(1)
    is_late = (made.frame["label"] == 0).to_numpy() & (rng.random(2000) < share)
    made.frame.loc[is_late, "known_at"] = made.frame.loc[is_late, "max_known_at"]
    wins = (made.frame["label"] == 1).to_numpy() | is_late
    made.frame["attr_probability"] = wins * 100.0
    made.frame["attr_reason"] = np.where(wins & (rng.random(2000) < 0.4), "great fit", None).astype(object)
    made.features += [number("attr_probability", "", ""), category("attr_reason", "", "")]
    return Dataset.of("win", made), wins


def test_wins_after_the_horizon_hide_no_leak(settings: Settings) -> None:
    data, _ = with_late_wins()
    found = {one.column: one.reason for one in quarantine(data, None, settings.training.leakage)}
    assert found == {"attr_probability": "skill_alone", "attr_reason": "one_outcome"}


def test_all_rows_are_looked_at_where_losses_are_not_recorded() -> None:
    made = won_leads(600)
    made.frame.loc[made.frame["label"] == 0, "known_at"] = made.frame["max_known_at"]
    data = Dataset.of("win", made)
    assert decided(data) is data


def test_two_leaks_do_not_make_each_other_usual(settings: Settings) -> None:
    made, rng = won_leads(2000), np.random.default_rng(1)
    for name in ("attr_calls", "attr_calls_done"):
        made.frame[name] = made.frame["label"] * 2.2 + rng.normal(size=2000)
        made.features.append(number(name, "", ""))
    found = {one.column: one.reason for one in quarantine(Dataset.of("win", made), None, settings.training.leakage)}
    assert found == {"attr_calls": "out_of_line", "attr_calls_done": "out_of_line"}


def test_a_number_written_at_the_end_is_told_from_those_between(settings: Settings) -> None:
    """Open leads have 10 to 90 %, closed ones 0 or 100 %, but for the many that nobody set."""
    made, rng = won_leads(2000), np.random.default_rng(1)
    is_set = rng.random(2000) < 0.3
    made.frame["attr_probability"] = np.where(is_set, made.frame["label"] * 100.0, 50.0)
    made.features.append(number("attr_probability", "", ""))
    open_leads = pd.DataFrame({"attr_probability": rng.choice([10.0, 50.0, 90.0], 400)})
    found = {one.column: one for one in quarantine(Dataset.of("win", made), open_leads, settings.training.leakage)}
    assert found["attr_probability"].reason == "only_after_closing"
