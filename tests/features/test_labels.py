from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from configs.settings import Settings
from features.errors import NothingToLearnError
from features.repository import FeatureRepository
from tests.features.fake_crm import FakeCrm

pytestmark = pytest.mark.slow

START = datetime(2024, 3, 1, 8)  # noqa: DTZ001 (naive UTC, as in the lake)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def event(crm: FakeCrm, key: str, stage: str, days: float, late: float = 0) -> None:
    row = {"event_id": f"{key}-{stage}-{days}", "lead_id": key, "stage": stage, "entered_at": day(days)}
    crm.add("stage_events", day(days + late), **row)


def lead(crm: FakeCrm, key: str, created: float = 0) -> None:
    crm.add("leads", day(created), lead_id=key, created_at=day(created))


def win_frame(settings: Settings, as_of: float, horizon: int | None = 30) -> pd.DataFrame:
    win = settings.training.win.model_copy(update={"horizon_days": horizon})
    training = settings.training.model_copy(update={"win": win})
    repository = FeatureRepository(settings.model_copy(update={"training": training}))
    frame = repository.training_frame("win", day(as_of).replace(tzinfo=UTC)).frame
    return frame.assign(as_of=frame["as_of"].dt.tz_localize(None), known_at=frame["known_at"].dt.tz_localize(None))


def at_creation(frame: pd.DataFrame) -> dict[str, tuple[int, float]]:
    rows = frame[frame["as_of"] == START]
    return {row.entity_id: (row.label, (row.known_at - START) / timedelta(days=1)) for row in rows.itertuples()}


def test_win_is_a_won_event_within_the_horizon(crm: FakeCrm, settings: Settings) -> None:
    for key in ("won", "late", "lost", "open", "edge"):
        lead(crm, key)
    event(crm, "won", "contract_signed", 10)
    event(crm, "late", "contract_signed", 31)
    event(crm, "lost", "lost", 5)
    event(crm, "edge", "contract_signed", 30)
    assert at_creation(win_frame(settings, as_of=60)) == {
        "won": (1, 10),
        "late": (0, 30),
        "lost": (0, 5),
        "open": (0, 30),
        "edge": (1, 30),
    }


def test_a_lead_won_after_it_was_lost_counts_as_won(crm: FakeCrm, settings: Settings) -> None:
    lead(crm, "L1")
    event(crm, "L1", "lost", 5)
    event(crm, "L1", "contract_signed", 9)
    assert at_creation(win_frame(settings, as_of=60)) == {"L1": (1, 9)}


def test_a_row_counts_only_when_its_horizon_has_passed(crm: FakeCrm, settings: Settings) -> None:
    lead(crm, "old")
    lead(crm, "young", created=1)
    event(crm, "old", "contract_signed", 2)
    event(crm, "young", "contract_signed", 2)  # a fast win: counting it would favour the fast
    assert set(win_frame(settings, as_of=30)["entity_id"]) == {"old"}


def test_an_outcome_that_was_not_yet_recorded_is_not_known(crm: FakeCrm, settings: Settings) -> None:
    lead(crm, "L1")
    lead(crm, "L2")
    event(crm, "L1", "contract_signed", 10, late=100)
    event(crm, "L2", "lost", 10)
    lead(crm, "L3")
    event(crm, "L3", "contract_signed", 10)
    assert at_creation(win_frame(settings, as_of=60))["L1"][0] == 0
    assert at_creation(win_frame(settings, as_of=120))["L1"][0] == 1


def test_the_horizon_comes_from_the_data_within_its_bounds(crm: FakeCrm, settings: Settings) -> None:
    for number in range(10):
        lead(crm, f"L{number}")
        event(crm, f"L{number}", "contract_signed", 10.0 + number)
    repository = FeatureRepository(settings)
    assert repository.training_frame("win", day(400).replace(tzinfo=UTC)).horizon_days == 19


def test_landmarks_of_a_lead_weigh_one_together(crm: FakeCrm, settings: Settings) -> None:
    lead(crm, "L1")
    event(crm, "L1", "contacted", 2)
    event(crm, "L1", "contract_signed", 20)
    weights = win_frame(settings, as_of=300)["weight"]
    assert len(weights) > 2
    assert weights.sum() == pytest.approx(1)


def order(crm: FakeCrm, customer: str, days: float, cents: int = 100_00, late: float = 0) -> None:
    row = {"order_id": f"{customer}-{days}", "customer_id": customer, "ordered_at": day(days), "amount_cents": cents}
    crm.add("orders", day(days + late), **row)


def customer_rows(settings: Settings, model: str, as_of: float) -> dict[tuple[str, str], Any]:
    frame = FeatureRepository(settings).training_frame(model, day(as_of).replace(tzinfo=UTC)).frame
    return {(row.entity_id, row.as_of.date().isoformat()): row.label for row in frame.itertuples()}


def test_churn_is_no_purchase_within_the_horizon(crm: FakeCrm, settings: Settings) -> None:
    order(crm, "stays", 1)
    order(crm, "stays", 60)
    order(crm, "leaves", 1)
    order(crm, "cancels", 1)
    order(crm, "cancels", 60, cents=-5)  # a cancellation is no purchase
    found = customer_rows(settings, "churn", as_of=31 + 90)
    assert found == {("stays", "2024-04-01"): 0, ("leaves", "2024-04-01"): 1, ("cancels", "2024-04-01"): 1}


def test_a_customer_that_has_not_bought_within_the_window_gives_no_row(crm: FakeCrm, settings: Settings) -> None:
    order(crm, "old", 1)
    order(crm, "other", 500)
    dates = [date for customer, date in customer_rows(settings, "churn", as_of=700) if customer == "old"]
    assert max(dates) == "2025-03-01"


def test_rfm_labels_compare_the_tier_at_both_ends(crm: FakeCrm, settings: Settings) -> None:
    for days in (5, 10, 20):
        order(crm, "falls", days)
    for days in (5, 90, 100, 110):
        order(crm, "rises", days)
    order(crm, "stays", 5)
    found = customer_rows(settings, "rfm", as_of=31 + 90)
    at_april = {customer: label for (customer, date), label in found.items() if date == "2024-04-01"}
    assert at_april == {"falls": 0, "rises": 2, "stays": 1}


@pytest.mark.parametrize(
    ("model", "sentence"),
    [("win", "must hold leads"), ("churn", "must hold orders"), ("rfm", "must hold orders")],
)
@pytest.mark.usefixtures("crm")
def test_no_data_at_all_is_refused(settings: Settings, model: str, sentence: str) -> None:
    with pytest.raises(NothingToLearnError, match=sentence):
        FeatureRepository(settings).training_frame(model, day(0).replace(tzinfo=UTC))


def test_no_outcome_at_all_is_refused(crm: FakeCrm, settings: Settings) -> None:
    lead(crm, "L1")
    with pytest.raises(NothingToLearnError, match="must have an outcome"):
        win_frame(settings, as_of=400)


def test_losses_alone_are_refused(crm: FakeCrm, settings: Settings) -> None:
    lead(crm, "L1")
    event(crm, "L1", "lost", 1)
    with pytest.raises(NothingToLearnError, match="must be won"):
        win_frame(settings, as_of=400)


def test_as_of_before_the_first_row_is_refused(crm: FakeCrm, settings: Settings) -> None:
    lead(crm, "L1")
    order(crm, "C1", 0)
    for model in ("win", "churn"):
        with pytest.raises(NothingToLearnError, match="must not lie before the first"):
            FeatureRepository(settings).training_frame(model, day(-10).replace(tzinfo=UTC))


def test_only_young_rows_are_refused(crm: FakeCrm, settings: Settings) -> None:
    lead(crm, "L1")
    event(crm, "L1", "contract_signed", 1)
    with pytest.raises(NothingToLearnError, match="at least 30 days old"):
        win_frame(settings, as_of=10)
