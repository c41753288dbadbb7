from __future__ import annotations

import numpy as np
import pandas as pd

from scoring.bg_nbd import BgNbd, History
from tests.training.generated import buyers, customers
from training.bg_nbd import fit_bg_nbd
from training.churn_baselines import churn_baselines, same_weeks
from training.dataset import Dataset
from training.own_pace import newest_rows


def parts() -> tuple[Dataset, Dataset]:
    data = Dataset.of("churn", buyers())
    test_from = np.unique(data.as_of)[-3]
    return data.take(data.max_known_at <= test_from), data.take(data.as_of >= test_from)


def test_each_baseline_says_a_probability_of_every_row() -> None:
    past, test = parts()
    found = churn_baselines(past, past, test)
    assert set(found) == {"calendar", "recency", "bg_nbd"}
    for p in found.values():
        assert p.shape == (len(test),)
        assert np.all((p > 0) & (p < 1))


def test_the_recency_rule_is_the_rate_of_those_as_long_away() -> None:
    past, test = parts()
    p = churn_baselines(past, past, test)["recency"]
    away = test.frame["recency_days"].to_numpy()
    alike = past.frame["recency_days"].to_numpy() >= np.quantile(past.frame["recency_days"], 11 / 12, method="higher")
    assert np.isclose(p[np.argmax(away)], past.y[alike].mean(), atol=0.01)


def test_bg_nbd_is_fit_to_the_newest_row_of_each_customer_before_the_test() -> None:
    past, test = parts()
    p = churn_baselines(past, past, test)["bg_nbd"]
    last = past.frame.iloc[newest_rows(past.entity)]
    assert not last["entity_id"].duplicated().any()
    count, tenure, recency = (last[n].to_numpy() for n in ("order_count_total", "tenure_days", "recency_days"))
    model: BgNbd = fit_bg_nbd(History.of(count, tenure, recency))
    frame = test.frame
    asked = History.of(*(frame[n].to_numpy() for n in ("order_count_total", "tenure_days", "recency_days")))
    assert np.allclose(p, model.silent(asked, 90.0))


def test_the_calendar_looks_at_the_same_weeks_a_year_before() -> None:
    data = Dataset.of("churn", customers("churn", count=50, months=18))
    last = data.take(data.as_of == data.as_of.max())
    earlier = data.take(data.max_known_at <= last.as_of.min())
    gap_days = (last.as_of.min() - earlier.as_of) / np.timedelta64(1, "D")
    same = earlier.take(np.abs(gap_days - 365.2425) <= 21)
    assert len(same)
    assert np.allclose(same_weeks(earlier, last), same.y.mean())


def test_without_a_year_before_the_calendar_has_the_rate_of_the_past() -> None:
    data = Dataset.of("churn", customers("churn", count=50, months=8))
    last = data.take(data.as_of == data.as_of.max())
    earlier = data.take(data.max_known_at <= last.as_of.min())
    assert np.allclose(same_weeks(earlier, last), earlier.y.mean())


def test_without_the_columns_of_purchases_bg_nbd_is_left_out() -> None:
    data = Dataset.of("churn", customers("churn", count=50, months=8))
    assert set(churn_baselines(data, data, data)) == {"calendar", "recency"}
    assert pd.notna(data.frame["recency_days"]).all()
