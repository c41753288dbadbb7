"""Three customers of one channel and one of another, whose way through the tiers is worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from monitoring.channel_customers import BroughtCustomers, brought_customers
from tests.monitoring.diagnosis.made import SETTINGS, Small, ago

# Days before now of each customer's orders, and their amount. Mean M: today (600+600+100+100+100)/5 = 300,
# 90 days ago (100+600+100+100)/4 = 225.
ORDERS = {
    "rises": ([200, 40, 20, 10, 5, 1], 100.0),  # one order 90 days ago; six today, M = 2 means: strategic
    "falls": (
        [300, 200, 140, 130, 120, 110],
        100.0,
    ),  # strategic then, M = 2.7 means; last order 110 days ago: maintenance, and left
    "stays": ([150], 100.0),
    "other": ([200], 100.0),
    "young": ([30], 100.0),  # its first order is too new to judge
}


def found(extra: list[dict[str, Any]] | None = None) -> dict[str, BroughtCustomers]:
    made = Small()
    leads = {
        name: made.lead(400, 390, "contract_signed", channel_id="web" if name == "other" else "show") for name in ORDERS
    }
    made.tables["orders"] = [
        {
            "order_id": f"{name}-{day}",
            "customer_id": name,
            "lead_id": leads[name],
            "ordered_at": ago(day),
            "amount": amount,
        }
        for name, (days, amount) in ORDERS.items()
        for day in days
    ] + (extra or [])
    facts = made.facts()
    channels = facts.funnel.leads["channel_id"].to_numpy(object)
    told = brought_customers(facts, SETTINGS, np.where(channels == "show", 0, 1), 3)
    return dict(zip(("show", "web", "nobody"), told, strict=True))


def test_the_way_through_the_tiers_is_that_of_each_customer() -> None:
    show = found()["show"]
    assert show.path == {
        ("maintenance", "strategic"): 1,
        ("strategic", "maintenance"): 1,
        ("maintenance", "maintenance"): 1,
    }
    assert (show.risen, show.fallen) == (1, 1)
    assert show.valued
    assert (show.valued.hits, show.valued.rows) == (1, 3)
    assert show.to_json()["path"][0] == {"from": "maintenance", "to": "maintenance", "customers": 1}


def test_churned_are_those_without_an_order_in_the_horizon() -> None:
    churned = found()["show"].churned
    assert churned
    assert (churned.hits, churned.rows) == (2, 3)


def test_a_cancellation_lowers_the_tier() -> None:
    gone = {"order_id": "C", "customer_id": "rises", "ordered_at": ago(2), "amount": -590.0}
    assert found([gone])["show"].risen == 0


def test_a_channel_that_brought_nobody_tells_nothing() -> None:
    nobody = found()["nobody"]
    assert nobody == BroughtCustomers(None, None, {})
    assert nobody.to_json()["valued"] is None
