from __future__ import annotations

import numpy as np
import pytest

from scoring.amounts import estimated_amount
from tests.training.generated import won_leads
from training.amount_table import amount_table
from training.dataset import Dataset

BANDS = [50, 200]
TRUTH = {"lathe": 100_000.0, "robot": 400_000.0}


def leads(rows: int = 600, seed: int = 3) -> Dataset:
    """Amounts around the product's, twice as much for firms of 200 and more; `rare` has three leads, all dear."""
    data = Dataset.of("win", won_leads(rows))
    rng = np.random.default_rng(seed)
    product = rng.choice(list(TRUTH), rows).astype(object)
    people = rng.choice([10.0, 300.0, np.nan], rows)
    amount = (
        np.array([TRUTH[name] for name in product]) * np.where(people == 300, 2.0, 1.0) * rng.lognormal(0, 0.3, rows)
    )
    product[:3], amount[:3] = "rare", 20_000_000.0
    data.frame["product"], data.frame["employee_count"] = product, people
    data.frame["expected_amount"] = np.where(rng.random(rows) < 0.2, np.nan, amount)
    data.frame.loc[:2, "expected_amount"] = 20_000_000.0
    return data


def test_the_mean_of_leads_alike_is_found() -> None:
    table = amount_table(leads(), BANDS)
    for product, usual in TRUTH.items():
        small = estimated_amount(table, {"product": product, "employee_count": 10})
        large = estimated_amount(table, {"product": product, "employee_count": 300})
        assert small == pytest.approx(usual, rel=0.25)
        assert large == pytest.approx(2 * usual, rel=0.25)


def test_a_product_with_few_leads_is_drawn_towards_all() -> None:
    table = amount_table(leads(), BANDS)
    rare = estimated_amount(table, {"product": "rare", "employee_count": 10})
    overall = estimated_amount(table, {"product": "never seen", "employee_count": 10})
    assert rare is not None
    assert overall is not None
    assert overall < rare < 20_000_000


def test_without_amounts_there_is_no_table() -> None:
    data = leads()
    assert amount_table(data.take(np.arange(20)), BANDS) is None
    data.frame["expected_amount"] = np.nan
    assert amount_table(data, BANDS) is None
    assert estimated_amount(None, {"product": "lathe"}) is None


def test_a_lead_with_many_rows_counts_once() -> None:
    once, often = leads(), leads()
    often = often.take(np.sort(np.concatenate([np.arange(600), *[np.arange(100)] * 5])))
    assert amount_table(once, BANDS) == amount_table(often, BANDS)


def test_the_shrunk_estimate_is_nearer_to_new_leads_than_the_median_of_all() -> None:
    past, new = leads(400, seed=3), leads(400, seed=4)
    table = amount_table(past, BANDS)
    rows = new.frame.iloc[3:].dropna(subset=["expected_amount"])
    truth = rows["expected_amount"].to_numpy()
    told = np.array([estimated_amount(table, row) for row in rows.to_dict("records")])
    usual = past.frame["expected_amount"].median()
    assert np.abs(np.log(told / truth)).mean() < 0.6 * np.abs(np.log(usual / truth)).mean()
