"""What each scenario plants, measured from the tables alone."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
import pytest

from funnelcast.simulator.errors import UnknownScenarioError
from funnelcast.simulator.scenarios import find_scenario
from tests.funnelcast.simulator.conftest import AS_OF, written
from tests.funnelcast.simulator.figures import DAYS_30, OPEN, measure, read, stage_at, stocks


def assert_trade_show(figures: dict[str, float], slack: float = 0.0) -> None:
    """The figures of mission W2; `slack` widens them where there are few leads."""
    assert 0.10 <= figures["share_before"] <= 0.14
    assert 0.36 <= figures["share_after"] <= 0.42
    assert 0.70 <= figures["stock_growth"] <= 0.95
    assert 0.72 - slack <= figures["small_share"] <= 0.80 + slack
    assert figures["conversion_after"] < figures["conversion_before"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_trade_show_is_the_case_of_the_mission(tmp_path: Path, seed: int) -> None:
    assert_trade_show(measure(written(tmp_path, "trade_show", seed=seed), AS_OF), slack=0.04)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12])
def test_trade_show_at_full_size_and_in_time(tmp_path: Path, seed: int) -> None:
    started = time.perf_counter()
    written(tmp_path, "trade_show", leads=20_000, seed=seed)
    seconds = time.perf_counter() - started
    print(f"20,000 leads in {seconds:.1f} s")
    assert seconds < 60
    figures = measure(tmp_path, AS_OF)
    assert_trade_show(figures)
    assert figures["other_growth"] < figures["stock_growth"]


@pytest.mark.slow
def test_trade_show_in_the_weeks_of_spring_festival(tmp_path: Path) -> None:
    as_of = pd.Timestamp("2026-02-20T10:00+08:00")
    assert_trade_show(measure(written(tmp_path, "trade_show", leads=20_000, as_of=as_of), as_of))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "day"),
    [(1, "2026-07-15T18:00"), (2, "2026-07-15T18:00"), (1, "2026-02-20T10:00"), (2, "2026-03-02T09:00")],
)
def test_calm_has_no_growing_stock_and_no_shift(tmp_path: Path, seed: int, day: str) -> None:
    as_of = pd.Timestamp(f"{day}+08:00")
    figures = measure(written(tmp_path, "calm", leads=20_000, seed=seed, as_of=as_of), as_of)
    assert max(figures["other_growth"], figures["stock_growth"]) < 0.5
    assert abs(figures["share_after"] - figures["share_before"]) < 0.06


def test_funnel_is_that_of_a_seller(calm: Path, as_of: pd.Timestamp) -> None:
    figures = measure(calm, as_of)
    assert 0.12 <= figures["win_share"] <= 0.18
    assert 0.02 <= figures["open_share"] <= 0.10
    assert (stocks(read(calm, "stage_events"), as_of) > 5).all()


@pytest.mark.slow
def test_stock_is_stationary_long_before_as_of(tmp_path: Path) -> None:
    events = read(written(tmp_path, "calm", leads=20_000), "stage_events")
    now, year_ago = stocks(events, AS_OF), stocks(events, AS_OF - pd.Timedelta(days=364))
    assert abs(now.sum() / year_ago.sum() - 1) < 0.3


def test_the_stuck_speak_of_money(trade_show: Path, as_of: pd.Timestamp) -> None:
    stage = stage_at(read(trade_show, "stage_events"), as_of)
    stuck = set(stage.index[stage == "technical_exchange"])
    notes = read(trade_show, "activities").query("summary != '' and lead_id != ''")
    is_stuck = notes["lead_id"].isin(stuck)
    for word in ("预算有限", "分期付款"):
        said = notes["summary"].str.contains(word)
        assert said[is_stuck].mean() > 2 * said[~is_stuck].mean()


def test_the_stuck_cannot_pay_the_price(trade_show: Path, as_of: pd.Timestamp) -> None:
    stage = stage_at(read(trade_show, "stage_events"), as_of)
    leads = read(trade_show, "leads").query("budget != ''")
    share = leads["budget"].astype(float) / leads["expected_amount"].astype(float)
    is_stuck = leads["lead_id"].isin(stage.index[stage == "technical_exchange"])
    assert share[is_stuck].median() < 0.55
    assert share[~is_stuck].median() > 0.7


def test_nothing_else_is_disturbed_in_the_last_days(bundle: Path, as_of: pd.Timestamp) -> None:
    reps, log = read(bundle, "reps"), read(bundle, "sync_log")
    assert reps["hired_on"].max() < (as_of - 3 * DAYS_30).strftime("%Y-%m-%d")
    assert (log.loc[log["occurred_at"] > as_of - 2 * DAYS_30, "status"] == "ok").all()
    assert 0 < (log["status"] == "failed").mean() < 0.02
    assert set(stage_at(read(bundle, "stage_events"), as_of)) >= set(OPEN)


def test_unknown_scenario_names_the_known_ones() -> None:
    with pytest.raises(UnknownScenarioError, match=r"one of calm, trade_show, but got 'storm'"):
        find_scenario("storm")
