"""Known values: Fader, Hardie and Lee (2005), table 2 and section 5, on the CDNOW sample (see cdnow/README.md)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from scoring.bg_nbd import BgNbd, History
from training.bg_nbd import fit_bg_nbd, log_likelihood
from training.errors import BgNbdError

PUBLISHED = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
PUBLISHED_LOG_LIKELIHOOD = -9582.4


@pytest.fixture(scope="module")
def cdnow() -> History:
    """Weeks."""
    table = pd.read_csv(Path(__file__).parent / "cdnow" / "customers_summary.csv").astype(float)
    return History(table["frequency"].to_numpy(), table["recency"].to_numpy(), table["T"].to_numpy())


def test_the_parameters_are_those_published_for_cdnow(cdnow: History) -> None:
    found = fit_bg_nbd(cdnow)
    assert [round(value, 3) for value in (found.r, found.alpha, found.a, found.b)] == [0.243, 4.414, 0.793, 2.426]


def test_the_log_likelihood_is_the_one_published(cdnow: History) -> None:
    assert round(float(log_likelihood(PUBLISHED, cdnow).sum()), 1) == PUBLISHED_LOG_LIKELIHOOD


def test_the_unit_of_time_does_not_matter(cdnow: History) -> None:
    in_days = History(cdnow.x, cdnow.t_x * 7, cdnow.observed * 7)
    weekly, daily = fit_bg_nbd(cdnow), fit_bg_nbd(in_days)
    assert daily.alpha == pytest.approx(7 * weekly.alpha, rel=1e-3)
    assert daily.silent(in_days, 91) == pytest.approx(weekly.silent(cdnow, 13), abs=1e-4)


def test_silence_is_what_a_simulation_of_the_model_has() -> None:
    """Customers drawn from the model itself; those with one repeat purchase in the first third of the time."""
    rng = np.random.default_rng(3)
    model, observed, horizon, count = BgNbd(1.0, 5.0, 1.0, 2.0), 30.0, 10.0, 200_000
    rate, lost = rng.gamma(model.r, 1 / model.alpha, count), rng.beta(model.a, model.b, count)
    last, bought, later, now = np.zeros(count), np.zeros(count), np.zeros(count, dtype=bool), np.zeros(count)
    is_alive = np.ones(count, dtype=bool)
    for _ in range(12):
        now = now + rng.exponential(1 / rate)
        is_seen = is_alive & (now <= observed)
        last, bought = np.where(is_seen, now, last), bought + is_seen
        later |= is_alive & (now > observed) & (now <= observed + horizon)
        is_alive &= (now <= observed) & (rng.random(count) >= lost)
    chosen = (bought == 1) & (last < 10)
    said = model.silent(History(bought[chosen], last[chosen], np.full(int(chosen.sum()), observed)), horizon)
    assert float(np.mean(~later[chosen])) == pytest.approx(float(said.mean()), abs=0.01)


def test_without_any_purchase_there_is_no_pace() -> None:
    nothing = History.of(np.zeros(3), np.full(3, np.nan), np.full(3, np.nan))
    with pytest.raises(BgNbdError, match="none of 3 customers"):
        fit_bg_nbd(nothing)
