from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from configs.sections import RfmTier
from configs.settings import Settings
from crm_core.rfm.history import tier_history, tiers_at
from crm_core.rfm.retier import retier
from tests.crm_core.conftest import NOW, Load, rows

DAY = timedelta(days=1)


def orders_csv(*orders: tuple[str, float, float]) -> str:
    """(customer, days before NOW, amount)."""
    lines = [
        f"o{place},{customer},{(NOW - age * DAY).isoformat()},{amount}"
        for place, (customer, age, amount) in enumerate(orders)
    ]
    return "\n".join(["order_id,customer_id,ordered_at,amount", *lines]) + "\n"


def load_orders(load: Load, *orders: tuple[str, float, float], now: datetime = NOW) -> None:
    load(now=now, orders=orders_csv(*orders))


def tiers(engine: Engine, as_of: datetime = NOW, **more: Any) -> dict[str, str]:
    return {move.customer_id: move.tier for move in tiers_at(engine, as_of, **more)}


BASE = [("small", age, 100) for age in (1, 2, 3)]  # pulls the mean down


def test_each_tier_is_given_by_the_missions_rule(engine: Engine, load: Load, settings: Settings) -> None:
    great = [("great", 30 + 20 * place, 1000) for place in range(5)]
    middling = [("middling", 60 + place, 300) for place in range(3)]
    load_orders(load, *great, *middling, *BASE, ("late", 61, 3000), ("late", 62, 1), ("late", 63, 1))
    result = retier(engine, settings, NOW)
    # mean = (5000 + 900 + 300 + 3002) / 4 = 2300.50; great has 2.17 times it
    assert result.mean_monetary_cents == pytest.approx(230_050)
    assert tiers(engine) == {
        "great": "strategic",
        "late": "maintenance",
        "middling": "maintenance",
        "small": "maintenance",
    }


@pytest.mark.parametrize(
    ("age", "count", "amount", "tier"),
    [
        (30, 5, 900, "strategic"),
        (30.001, 5, 900, "growth"),
        (30, 4, 1125, "growth"),
        (60, 3, 1500, "growth"),
        (60.001, 3, 1500, "maintenance"),
        (30, 2, 2000, "maintenance"),
    ],
)
def test_the_bounds_belong_to_the_higher_tier(
    load_sqlite: Load, sqlite_engine: Engine, settings: Settings, age: float, count: int, amount: float, tier: str
) -> None:
    crowd = [(f"c{place}", 5.0, 100.0) for place in range(10)]
    load_orders(load_sqlite, *[("x", age, amount)] * count, *crowd)
    retier(sqlite_engine, settings, NOW)
    assert tiers(sqlite_engine)["x"] == tier


@pytest.mark.parametrize(
    ("amount", "others", "tier"),
    [(300, 500, "strategic"), (300, 500.01, "growth"), (60, 700, "growth"), (60, 700.01, "maintenance")],
)
def test_money_is_held_against_the_mean(
    load_sqlite: Load, sqlite_engine: Engine, settings: Settings, amount: float, others: float, tier: str
) -> None:
    """Five orders against three others with one: 1500 is twice the mean (1500 + 3 * 500) / 4, 300 half of 600."""
    load_orders(load_sqlite, *[("x", 1.0, amount)] * 5, *[(f"c{place}", 5.0, others) for place in range(3)])
    retier(sqlite_engine, settings, NOW)
    assert tiers(sqlite_engine)["x"] == tier


def test_a_cancellation_lowers_money_and_is_no_order(engine: Engine, load: Load, settings: Settings) -> None:
    load_orders(load, ("x", 20, 500), ("x", 10, -200), ("gone", 400, 5))
    retier(engine, settings, NOW)
    (move,) = tier_history(engine, "x", NOW)
    assert (move.recency_days, move.frequency, move.monetary_cents) == (20, 1, 30_000)
    (gone,) = tier_history(engine, "gone", NOW)
    assert (gone.recency_days, gone.frequency, gone.monetary_cents) == (400, 0, 0)


def test_who_never_bought_is_maintenance_without_a_recency(engine: Engine, load: Load, settings: Settings) -> None:
    load(customers="customer_id,name\na,A\n")
    result = retier(engine, settings, NOW)
    (move,) = tier_history(engine, "a", NOW)
    assert (move.tier, move.recency_days, move.mean_monetary_cents) == ("maintenance", None, None)
    assert result.moves == {(None, "maintenance"): 1}


def test_a_repeated_run_changes_nothing_and_says_the_same(engine: Engine, load: Load, settings: Settings) -> None:
    load_orders(load, *BASE, *[("x", 5.0, 500.0)] * 5)
    first = retier(engine, settings, NOW)
    stored = rows(engine, "SELECT * FROM customer_tiers ORDER BY customer_id, since")
    assert retier(engine, settings, NOW) == first
    assert rows(engine, "SELECT * FROM customer_tiers ORDER BY customer_id, since") == stored
    assert len(stored) == 2


def test_a_tier_moves_with_time_and_its_history_stays(engine: Engine, load: Load, settings: Settings) -> None:
    load_orders(load, *BASE, *[("x", 5.0, 5000.0)] * 5)
    for days in (0, 10, 30, 90):
        retier(engine, settings, NOW + days * DAY)
    moves = tier_history(engine, "x", NOW + 365 * DAY)
    assert [(move.tier, (move.since - NOW).days) for move in moves] == [("growth", 0), ("maintenance", 90)]
    assert tiers(engine, NOW + 89 * DAY)["x"] == "growth"
    assert tiers(engine, NOW - DAY) == {}


def test_what_was_learnt_later_is_not_seen(engine: Engine, load: Load, settings: Settings) -> None:
    load_orders(load, *BASE, now=NOW)
    load_orders(load, *BASE, ("x", 5, 700), now=NOW + 10 * DAY)
    retier(engine, settings, NOW + DAY)
    assert tiers(engine, NOW + DAY).keys() == {"small"}
    retier(engine, settings, NOW + 10 * DAY)
    assert tiers(engine, NOW + 10 * DAY).keys() == {"small", "x"}


def test_a_corrected_order_counts_as_it_stood(engine: Engine, load: Load, settings: Settings) -> None:
    load_orders(load, ("x", 5, 700), now=NOW)
    load_orders(load, ("x", 5, 900), now=NOW + 10 * DAY)
    assert retier(engine, settings, NOW + DAY).mean_monetary_cents == 70_000
    assert retier(engine, settings, NOW + 10 * DAY).mean_monetary_cents == 90_000


def test_a_run_of_the_same_moment_puts_its_own_rows_right(engine: Engine, load: Load, settings: Settings) -> None:
    load_orders(load, *BASE)
    retier(engine, settings, NOW - DAY)
    loose = RfmTier(max_recency_days=60, min_frequency=3, min_monetary_ratio=0.1)
    other = settings.model_copy(update={"rfm": settings.rfm.model_copy(update={"strategic": loose})})
    retier(engine, other, NOW)
    assert tiers(engine)["small"] == "strategic"
    retier(engine, settings, NOW)
    assert tiers(engine)["small"] == "growth"
    assert {move.rule_version for move in tier_history(engine, "small", NOW)} != {
        retier(engine, other, NOW).rule_version
    }


def test_merged_customers_are_tiered_as_one(engine: Engine, load: Load, settings: Settings) -> None:
    load_orders(load, *[("a", 5.0, 500.0)] * 3, *[("b", 2.0, 500.0)] * 2, *[("c", 2.0, 10.0)] * 3, ("d", 2.0, 30.0))
    retier(engine, settings, NOW - 1 * DAY)
    retier(engine, settings, NOW, resolve={"b": "a"})
    (now,) = [move for move in tiers_at(engine, NOW, {"b": "a"}) if move.customer_id == "a"]
    assert tiers(engine, NOW, resolve={"b": "a"}).keys() == {"a", "c", "d"}
    assert (now.tier, now.since) == ("strategic", NOW)
    assert (now.frequency, now.monetary_cents, now.recency_days) == (5, 250_000, 2)


def test_an_empty_database_has_no_tiers(engine: Engine, settings: Settings) -> None:
    result = retier(engine, settings, datetime(2025, 1, 1, tzinfo=UTC))
    assert (result.customers, result.mean_monetary_cents, result.moves) == (0, None, {})
