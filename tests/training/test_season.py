from __future__ import annotations

import numpy as np

from tests.training.generated import buyers, won_leads
from training.dataset import Dataset
from training.season import unseen_seasons


def test_the_month_is_left_out_until_the_year_has_come_round() -> None:
    data = Dataset.of("churn", buyers(count=40, months=15))
    start = data.as_of.min()
    assert unseen_seasons(data.take(data.as_of < start + np.timedelta64(330, "D"))) == ["as_of_month"]
    assert unseen_seasons(data) == []


def test_leads_keep_their_columns() -> None:
    assert unseen_seasons(Dataset.of("win", won_leads(rows=60))) == []
