from __future__ import annotations

from datetime import datetime
from statistics import median

import numpy as np
import pandas as pd
import pytest

from crm_core.errors import UnknownDimensionError
from crm_core.funnel import FunnelFacts, cohort_figures, groups_of, period_figures, trend_figures
from tests.crm_core.funnel.made import AS_OF, SETTINGS, day, facts_of, random_world

NAMES = [stage.name for stage in SETTINGS.funnel.stages]
LEADS = [{"lead_id": f"L{n}", "created_at": day(20), "channel_id": "web" if n < 3 else "fair"} for n in range(5)]
EVENTS = [
    ("L0", "contacted", day(18)), ("L0", "needs_analysis", day(4)),
    ("L1", "contacted", day(9)), ("L1", "lost", day(3), "price"),
    ("L2", "negotiation", day(2)),
    ("L3", "contacted", day(15)), ("L3", "contract_signed", day(12)), ("L3", "payment_received", day(1)),
]  # fmt: skip


def row(table: pd.DataFrame, stage: str, group: str = "all") -> dict[str, float]:
    found = table[(table["stage"] == stage) & (table["group"] == group)]
    assert len(found) == 1
    return dict(found.iloc[0])


def test_stock_flow_conversion_and_dwell_of_a_period() -> None:
    facts = facts_of(LEADS, EVENTS)
    table = period_figures(facts, day(10), AS_OF, groups_of(facts, None))
    contacted = row(table, "contacted")
    assert {name: contacted[name] for name in ("stock", "inflow", "outflow", "forward", "conversion")} == {
        "stock": 0, "inflow": 1, "outflow": 2, "forward": 1, "conversion": 0.5,
    }  # fmt: skip
    assert contacted["median_dwell_days"] == pytest.approx((14 + 6) / 2)
    captured = row(table, "captured")
    assert (captured["stock"], captured["outflow"], captured["conversion"]) == (1, 2, 1.0)
    assert captured["median_age_days"] == pytest.approx(20)
    assert row(table, "lost")["stock"] == 1
    assert np.isnan(row(table, "lost")["conversion"])
    assert np.isnan(row(table, "solution_demo")["conversion"])


def test_figures_by_a_dimension_add_up_to_the_whole() -> None:
    rows, events = random_world(3)
    facts = facts_of(rows, events)
    whole = period_figures(facts, day(20), AS_OF, groups_of(facts, None)).set_index("stage")
    parts = period_figures(facts, day(20), AS_OF, groups_of(facts, "channel")).groupby("stage", sort=False)
    for name in ("stock", "inflow", "outflow", "forward"):
        assert parts[name].sum().to_dict() == whole[name].to_dict()


@pytest.mark.parametrize("seed", range(5))
def test_stock_changes_by_what_comes_and_goes(seed: int) -> None:
    rows, events = random_world(seed)
    facts = facts_of(rows, events)
    table = trend_figures(facts, 15, "channel")
    assert (table["stock"] == table["stock_before"] + table["inflow"] - table["outflow"]).all()
    assert table["stock"].sum() == len(rows)


def brute_stock(facts: FunnelFacts, moment: datetime) -> dict[str, int]:
    """Stock by going through every lead's own events."""
    count = dict.fromkeys(NAMES, 0)
    for lead, mine in facts.stays.groupby("lead"):
        before = mine[mine["entered_at"] <= pd.Timestamp(moment.replace(tzinfo=None))]
        assert lead in facts.leads.index
        if len(before):
            count[NAMES[before["stage"].iloc[-1]]] += 1
    return count


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("ago", [0, 7.5, 25, 70])
def test_the_stock_is_that_of_the_moment(seed: int, ago: float) -> None:
    facts = facts_of(*random_world(seed))
    table = period_figures(facts, day(ago + 5), day(ago), groups_of(facts, None))
    assert dict(zip(table["stage"], table["stock"], strict=True)) == brute_stock(facts, day(ago))


@pytest.mark.parametrize("seed", range(3))
def test_flow_and_dwell_are_those_of_each_stay(seed: int) -> None:
    facts = facts_of(*random_world(seed))
    since, until = day(30), day(4)
    table = period_figures(facts, since, until, groups_of(facts, "channel"))
    start, end = (pd.Timestamp(moment.replace(tzinfo=None)) for moment in (since, until))
    channel = facts.leads["channel_id"].fillna("(none)")
    for figures in table.to_dict("records"):
        mine = facts.stays[facts.stays["lead"].map(channel) == figures["group"]]
        mine = mine[mine["stage"] == NAMES.index(figures["stage"])]
        gone = mine[(mine["left_at"] > start) & (mine["left_at"] <= end)]
        days = [
            (left - came).total_seconds() / 86400
            for came, left in zip(gone["entered_at"], gone["left_at"], strict=True)
        ]
        onward = [
            place for place in gone["next_stage"] if NAMES[place] != "lost" and place > NAMES.index(figures["stage"])
        ]
        assert figures["inflow"] == ((mine["entered_at"] > start) & (mine["entered_at"] <= end)).sum()
        assert (figures["outflow"], figures["forward"]) == (len(gone), 0 if figures["stage"] == "lost" else len(onward))
        assert figures["median_dwell_days"] == pytest.approx(median(days) if days else np.nan, nan_ok=True)


def test_the_trend_compares_with_the_period_before() -> None:
    leads = [{"lead_id": f"N{n}", "created_at": day(3)} for n in range(3)]
    leads += [{"lead_id": f"O{n}", "created_at": day(13)} for n in range(2)]
    captured = row(trend_figures(facts_of(leads), 10), "captured")
    assert (captured["stock"], captured["stock_before"], captured["stock_change"]) == (5, 2, 1.5)
    assert (captured["inflow"], captured["inflow_before"], captured["inflow_change"]) == (3, 2, 0.5)


def test_a_cohort_is_followed_to_where_it_came() -> None:
    facts = facts_of([*LEADS, {"lead_id": "new", "created_at": day(2)}], EVENTS)
    table = cohort_figures(facts, day(25), day(15))
    reached = dict(zip(table["stage"], table["reached"], strict=True))
    assert reached == {
        "captured": 5, "contacted": 4, "needs_analysis": 3, "technical_exchange": 2, "solution_demo": 2,
        "negotiation": 2, "contract_signed": 1, "payment_received": 1, "lost": 1,
    }  # fmt: skip
    contacted = row(table, "contacted")
    assert (contacted["leads"], contacted["reached_share"], contacted["conversion"]) == (5, 0.8, 0.75)
    assert contacted["median_days_to"] == pytest.approx(5)
    assert row(table, "negotiation")["standing"] == 1
    assert row(cohort_figures(facts, day(25), day(15), "channel"), "captured", "fair")["leads"] == 2


def test_an_empty_crm_has_figures_of_zero() -> None:
    table = trend_figures(facts_of(), 30)
    assert table["stage"].tolist() == NAMES
    assert table["stock"].sum() == 0
    assert cohort_figures(facts_of(), day(9), AS_OF)["reached"].sum() == 0


def test_a_size_band_and_rare_values_are_taken_together() -> None:
    counts = [10, 60, 60, 300, 5000, None]
    leads = [{"lead_id": f"L{n}", "created_at": day(5), "employee_count": c} for n, c in enumerate(counts)]
    groups = groups_of(facts_of(leads), "size_band")
    assert [groups.labels[code] for code in groups.codes] == [
        "<50", "50 to <200", "50 to <200", "200 to <1000", ">=1000", "(none)",
    ]  # fmt: skip
    many = [{"lead_id": f"L{n}", "created_at": day(5), "campaign": f"c{n // 2 if n < 24 else n}"} for n in range(30)]
    labels = groups_of(facts_of(many), "campaign").labels
    assert labels == [*sorted(f"c{n}" for n in range(12)), "(other)"]


def test_what_a_lead_leaves_out_its_customer_tells() -> None:
    customers = [{"customer_id": "C1", "industry": "steel", "attributes": '{"level":"gold"}'}]
    leads = [{"lead_id": "L1", "created_at": day(5), "customer_id": "C1"}, {"lead_id": "L2", "created_at": day(5)}]
    facts = facts_of(leads, customers=customers, slugs={("customer", "level"): "level"})
    for name, value in (("industry", "steel"), ("customer.level", "gold")):
        groups = groups_of(facts, name)
        assert [groups.labels[code] for code in groups.codes] == [value, "(none)"]


def test_a_logged_change_moves_a_lead_to_its_new_group() -> None:
    leads = [{"lead_id": f"L{n}", "created_at": day(9), "attributes": '{"urgency":"low"}'} for n in range(3)]
    leads[2]["recorded_at"] = day(1)
    changes = [
        {"entity": "lead", "entity_id": key, "attribute": "Urgency", "value": value, "changed_at": day(ago)}
        for key, value, ago in (("L0", "mid", 5), ("L0", "high", 3), ("L2", "high", 3))
    ]
    facts = facts_of(
        leads, attribute_changes=changes, slugs={("lead", "Urgency"): "urgency", ("lead", "urgency"): "urgency"}
    )
    groups = groups_of(facts, "urgency")
    assert [groups.labels[code] for code in groups.codes] == ["high", "low", "low"]


def test_an_unknown_dimension_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownDimensionError, match=r"must be one of channel, region, .*size_band, but got 'colour'"):
        groups_of(facts_of(LEADS), "colour")
    with pytest.raises(UnknownDimensionError, match=r"but got 'customer.colour'"):
        groups_of(facts_of(LEADS), "customer.colour")
