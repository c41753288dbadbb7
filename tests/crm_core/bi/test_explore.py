from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.access import EVERYBODYS, Scope
from crm_core.bi.explore import MOMENTS, TABLES, WORDS, column_names, explore
from crm_core.bi.stages import keep_stages
from crm_core.events import upsert_rows
from crm_core.exchange.score_changes import publish_scores
from tests.crm_core.funnel.made import AS_OF, day

LEAD_SCORE = {"win_probability": 0.3, "grade": "B", "expected_value": 1.0, "size_fit": None, "credit_hold": False,
              "prescreen": None}  # fmt: skip
CUSTOMER_SCORE = {"churn_probability": 0.4, "rfm_tier": "growth", "p_up": 0.1, "p_stay": 0.7, "p_down": 0.2,
                  "value_at_risk": 12.5}  # fmt: skip


def iso(days_ago: float) -> str:
    return day(days_ago).isoformat()


@pytest.fixture
def firm(engine: Engine, settings: Settings) -> Engine:
    """Two reps of two teams, each with a lead and a customer, and a lead of nobody's."""
    keep_stages(engine, settings.funnel)
    tables: dict[str, list[dict[str, Any]]] = {
        "reps": [{"rep_id": "r1", "name": "Li", "team": "north"}, {"rep_id": "r2", "name": "Bo", "team": "south"}],
        "channels": [{"channel_id": "web", "name": "Web"}],
        "customers": [{"customer_id": f"C{n}", "name": "x", "created_at": iso(90)} for n in (1, 2)],
        "leads": [
            {"lead_id": "L1", "rep_id": "r1", "customer_id": "C1", "created_at": iso(9), "channel_id": "web"},
            {"lead_id": "L2", "rep_id": "r2", "customer_id": "C2", "created_at": iso(8), "channel_id": "tel"},
            {"lead_id": "L3", "created_at": iso(7), "expected_amount": "12.50"},
        ],
        "stage_events": [{"lead_id": "L1", "stage": "contacted", "entered_at": iso(5)}],
    }  # fmt: skip
    for table, rows in tables.items():
        _, faults = upsert_rows(engine, table, rows, settings, AS_OF)
        assert not faults
    publish_scores(engine, "lead", {"L1": LEAD_SCORE, "L2": LEAD_SCORE}, day(1), 0.01)
    publish_scores(engine, "customer", {"C1": CUSTOMER_SCORE, "C2": CUSTOMER_SCORE}, day(1), 0.01)
    return engine


REP, TEAM, NOBODY = Scope(rep_id="r1"), Scope(teams=("south",)), Scope()


@pytest.mark.parametrize(
    ("table", "column", "everybodys", "reps", "teams"),
    [
        ("leads", "lead_id", {"L1", "L2", "L3"}, {"L1"}, {"L2"}),
        ("funnel", "lead_id", {"L1", "L2", "L3"}, {"L1"}, {"L2"}),
        ("customers", "customer_id", {"C1", "C2"}, {"C1"}, {"C2"}),
        ("scores", "entity_id", {"L1", "L2", "C1", "C2"}, {"L1", "C1"}, {"L2", "C2"}),
    ],
)
def test_each_sees_its_own(
    firm: Engine, table: str, column: str, everybodys: set[str], reps: set[str], teams: set[str]
) -> None:
    for scope, expected in ((EVERYBODYS, everybodys), (REP, reps), (TEAM, teams), (NOBODY, set())):
        found = explore(firm, table, scope, "en", 100)
        assert set(found.frame[column]) == expected
        assert found.count_all == len(found.frame)


@pytest.mark.parametrize("table", TABLES)
def test_columns_have_the_same_types_with_rows_and_without(firm: Engine, table: str) -> None:
    full, empty = (explore(firm, table, scope, "en", 100).frame for scope in (EVERYBODYS, NOBODY))
    assert list(full.columns) == column_names(table)
    assert dict(full.dtypes) == dict(empty.dtypes)
    kinds = {name: str(kind) for name, kind in full.dtypes.items()}
    assert all(kinds[name].startswith("datetime64") for name in MOMENTS & set(kinds))
    assert {kinds[name] for name in set(kinds) - MOMENTS - WORDS} <= {"float64"}


def test_a_lead_has_its_stage_in_the_readers_language_and_its_figures(firm: Engine) -> None:
    frame = explore(firm, "leads", EVERYBODYS, "zh", 100).frame.set_index("lead_id")
    assert frame.loc["L1", ["stage", "outcome", "channel", "rep", "team"]].tolist() == [
        "2 首次响应",
        "open",
        "Web",
        "Li",
        "north",
    ]
    assert frame.loc["L2", "channel"] == "tel"
    assert frame.loc["L3", "expected_amount"] == 12.5
    assert frame.loc["L1", "win_probability"] == 0.3


def test_the_newest_rows_are_kept_and_it_tells_that_there_are_more(firm: Engine) -> None:
    found = explore(firm, "leads", EVERYBODYS, "en", 2)
    assert (list(found.frame["lead_id"]), found.count_all) == (["L3", "L2"], 3)
