"""The views on both databases: what they hold, that they agree with our own figures, and what they never hold."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from configs.settings import PROJECT_FOLDER, Settings
from crm_core.bi.stages import keep_stages
from crm_core.bi.views import GRAIN, view_columns
from crm_core.database import read_transaction
from crm_core.events import upsert_rows
from crm_core.exchange.score_changes import publish_scores
from crm_core.funnel import load_facts
from crm_core.funnel.figures import is_forward
from crm_core.golden_record.aliases import golden_ids
from crm_core.golden_record.review import merge, undo
from crm_core.rfm.retier import retier
from tests.crm_core.conftest import Load, rows
from tests.crm_core.funnel.made import AS_OF, day, random_world

DOC = (PROJECT_FOLDER / "docs" / "bi.md").read_text(encoding="utf-8")
PERSONAL = "13800138000", "someone@example.com", "Wang Fang", "said in confidence", "secret custom value"


def tell(engine: Engine, settings: Settings, table: str, *told: dict[str, Any]) -> None:
    _, faults = upsert_rows(engine, table, told, settings, AS_OF)
    assert not faults, faults


@pytest.fixture
def filled(engine: Engine, settings: Settings) -> Engine:
    """A firm of two leads and two customers, with personal data wherever the bundle has a place for it."""
    keep_stages(engine, settings.funnel)
    person = {"phone": PERSONAL[0], "email": PERSONAL[1]}
    tell(engine, settings, "channels", {"channel_id": "web", "name": "Web"})
    tell(engine, settings, "reps", {"rep_id": "r", "name": "Li", "team": "north", "email": PERSONAL[1]})
    for key in ("C1", "C2"):
        tell(engine, settings, "customers", {"customer_id": key, "name": PERSONAL[2], "created_at": iso(90), **person})
    leads = (
        {"lead_id": key, "created_at": iso(20), "customer_id": "C1", "channel_id": "web", "rep_id": "r",
         "expected_amount": "1234.56", "contact_name": PERSONAL[2], "company_name": PERSONAL[2],
         "attributes": {"note": PERSONAL[4]}, **person}
        for key in ("L1", "L2")
    )  # fmt: skip
    tell(engine, settings, "leads", *leads)
    tell(engine, settings, "stage_events", {"lead_id": "L1", "stage": "contacted", "entered_at": iso(15)},
         {"lead_id": "L2", "stage": "lost", "entered_at": iso(10), "reason": "price"})  # fmt: skip
    tell(engine, settings, "activities", {"activity_id": "A", "occurred_at": iso(14), "kind": "call", "lead_id": "L1",
                                          "is_effective": True, "summary": PERSONAL[3]})  # fmt: skip
    order = {"order_id": "O", "customer_id": "C1", "ordered_at": iso(5), "amount": "100.10", "rep_id": "r"}
    tell(engine, settings, "orders", order, {**order, "order_id": "P", "amount": "50.00"})
    payment = {"order_id": "O", "amount": "40.00", "paid_at": iso(2)}
    tell(engine, settings, "payments", {"payment_id": "1", **payment},
         {"payment_id": "2", **payment, "status": "reversed"})  # fmt: skip
    return engine


def iso(days_ago: float) -> str:
    return day(days_ago).isoformat()


def one(engine: Engine, sql: str) -> tuple[Any, ...]:
    [found] = rows(engine, sql)
    return found


def test_each_view_is_documented_column_by_column_in_order(engine: Engine) -> None:
    told = {
        name: re.findall(r"`(\w+)`", line)
        for name, line in re.findall(r"^\| `(bi_\w+)` \| [^|]+ \| ([^|]+) \|", DOC, flags=re.M)
    }
    assert told == view_columns(engine)
    assert set(told) == set(GRAIN)


def test_a_lead_stands_in_its_stage_with_its_amounts_in_currency_units(filled: Engine) -> None:
    found = one(
        filled, "SELECT stage, outcome, is_open, expected_amount, channel, team FROM bi_leads WHERE lead_id = 'L1'"
    )
    assert (*found[:3], float(found[3]), *found[4:]) == ("contacted", None, 1, 1234.56, "Web", "north")
    assert one(filled, "SELECT stage, outcome, is_open FROM bi_leads WHERE lead_id = 'L2'") == ("lost", "lost", 0)


def test_a_stay_tells_how_long_it_was_and_where_it_led(filled: Engine) -> None:
    sql = "SELECT stage, next_stage, is_forward, dwell_days, is_implied FROM bi_funnel_stays WHERE lead_id = '{}'"
    by_stage = {row[0]: row for row in rows(filled, sql.format("L1"))}
    assert by_stage["captured"][1:3] == ("contacted", 1)
    assert float(by_stage["captured"][3]) == pytest.approx(5.0)
    assert by_stage["captured"][4] == 1
    assert by_stage["contacted"][1:4] == (None, None, None)
    lost = {row[0]: row for row in rows(filled, sql.format("L2"))}
    assert lost["captured"][1:3] == ("lost", 0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_stays_agree_with_the_funnel_of_our_own(engine: Engine, settings: Settings, seed: int) -> None:
    keep_stages(engine, settings.funnel)
    leads, events = random_world(seed)
    tell(engine, settings, "leads", *({**lead, "created_at": lead["created_at"].isoformat()} for lead in leads[:-5]))
    told = [
        {"event_id": str(n), "lead_id": lead, "stage": stage, "entered_at": at.replace(minute=0).isoformat()}
        for n, (lead, stage, at, _) in enumerate(events)
    ]  # whole hours, so that some events share a moment; five leads are known by their events alone
    tell(engine, settings, "stage_events", *told)
    facts = load_facts(engine, settings, AS_OF)
    names = [stage.name for stage in settings.funnel.stages]
    ids = facts.leads["lead_id"].to_numpy()
    expected = [
        (
            ids[stay.lead],
            names[stay.stage],
            moment(stay.entered_at),
            moment(stay.left_at),
            int(hit),
            int(stay.is_implied),
        )
        if stay.next_stage >= 0
        else (ids[stay.lead], names[stay.stage], moment(stay.entered_at), None, None, int(stay.is_implied))
        for stay, hit in zip(facts.stays.itertuples(), is_forward(facts), strict=True)
    ]
    found = rows(
        engine, "SELECT lead_id, stage, entered_at, left_at, is_forward, is_implied, stay_number FROM bi_funnel_stays"
    )
    ordered = sorted(found, key=lambda row: (row[0], row[6]))
    mine = [(row[0], row[1], moment(row[2]), moment(row[3]) if row[3] else None, *row[4:6]) for row in ordered]
    assert mine == sorted(expected, key=lambda row: row[0])


def moment(value: Any) -> str:
    """The same text for what either database or a frame gives."""
    parsed = datetime.fromisoformat(value) if isinstance(value, str) else value
    aware = parsed.astimezone(UTC).replace(tzinfo=None) if getattr(parsed, "tzinfo", None) else parsed
    return f"{aware:%Y-%m-%d %H:%M:%S}"


def test_a_customer_has_purchases_tier_and_scores(filled: Engine, settings: Settings) -> None:
    retier(filled, settings, AS_OF)
    score = {"churn_probability": 0.4, "rfm_tier": "growth", "p_up": 0.1, "p_stay": 0.7, "p_down": 0.2,
             "value_at_risk": 12.5}  # fmt: skip
    publish_scores(filled, "customer", {"C1": score}, AS_OF, 0.01)
    columns = "count_orders, ordered_amount, tier, churn_probability, value_at_risk"
    sql = f"SELECT {columns} FROM bi_customers WHERE customer_id = '{{}}'"
    found = one(filled, sql.format("C1"))
    assert (found[0], float(found[1]), *found[3:]) == (2, 150.1, 0.4, 12.5)
    assert found[2] == one(filled, "SELECT tier FROM bi_tiers WHERE customer_id = 'C1'")[0]
    assert one(filled, sql.format("C2"))[:2] in [(0, 0), (0, 0.0)]


def test_a_merged_customer_names_the_one_that_remains(engine: Engine, settings: Settings) -> None:
    for key in "abcdefg":
        tell(engine, settings, "customers", {"customer_id": key, "name": f"Firm {key}"})
    pairs = ("a", "b"), ("b", "c"), ("d", "e"), ("d", "f"), ("g", "a")  # a chain; e moves along with d; g is undone
    ids = [merge(engine, settings, *pair, "li.na", AS_OF).merge_id for pair in pairs]
    undo(engine, ids[-1], "li.na", AS_OF)
    told = dict(rows(engine, "SELECT customer_id, merged_into FROM bi_customers"))
    assert told == {"a": "c", "b": "c", "c": None, "d": "f", "e": "f", "f": None, "g": None}
    with read_transaction(engine) as connection:
        assert golden_ids(connection, AS_OF) == {key: into for key, into in told.items() if into}


def test_a_lead_has_its_last_score_told(filled: Engine) -> None:
    body = {"win_probability": 0.3, "grade": "B", "expected_value": 100.0, "size_fit": None, "credit_hold": False,
            "prescreen": None}  # fmt: skip
    publish_scores(filled, "lead", {"L1": body}, day(3), 0.01)
    publish_scores(filled, "lead", {"L1": {**body, "win_probability": 0.5, "grade": "A"}}, day(1), 0.01)
    assert one(filled, "SELECT win_probability, grade, expected_value FROM bi_leads WHERE lead_id = 'L1'") == (
        0.5,
        "A",
        100.0,
    )
    told = rows(
        filled, "SELECT source, win_probability, size_fit FROM bi_scores WHERE entity_id = 'L1' ORDER BY scored_at"
    )
    assert told == [("feed", 0.3, None), ("feed", 0.5, None)]


def test_an_order_tells_what_is_paid_without_reversals(filled: Engine) -> None:
    found = one(filled, "SELECT amount, paid_amount, team FROM bi_orders WHERE order_id = 'O'")
    assert [float(found[0]), float(found[1]), found[2]] == [100.1, 40.0, "north"]


def test_no_view_holds_anything_personal_of_a_customer(filled: Engine) -> None:
    held = {name: str(rows(filled, f"SELECT * FROM {name}")) for name in GRAIN}
    assert {(name, word) for name, text in held.items() for word in PERSONAL if word in text} == set()
    assert "'Li'" in held["bi_reps"]


def test_no_view_tells_of_commission(engine: Engine) -> None:
    columns = {column for names in view_columns(engine).values() for column in names}
    assert not [column for column in columns if re.search("commission|kpi|bonus|payable", column)]


def test_a_changed_funnel_is_taken_over_once(engine: Engine, settings: Settings) -> None:
    assert keep_stages(engine, settings.funnel)
    assert not keep_stages(engine, settings.funnel)
    fewer = settings.funnel.model_copy(update={"stages": settings.funnel.stages[1:]})
    assert keep_stages(engine, fewer)
    assert one(engine, "SELECT MIN(stage_place), COUNT(*) FROM bi_stages") == (0, len(fewer.stages))


def test_a_bundle_that_is_imported_is_seen(engine: Engine, load: Load, settings: Settings) -> None:
    keep_stages(engine, settings.funnel)
    load(leads="lead_id,created_at\nL9,2024-12-01T00:00:00+08:00\n")
    assert rows(engine, "SELECT lead_id, stage FROM bi_leads") == [("L9", "captured")]
