"""The written tables keep the contract (contract.md, section 1)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from configs.settings import load_settings
from funnelcast.simulator.bundle_writer import TABLES
from tests.funnelcast.simulator.figures import read

REQUIRED = {
    "channels": ["channel_id", "name"],
    "channel_spend": ["channel_id", "spent_on", "amount"],
    "reps": ["rep_id", "name"],
    "customers": ["customer_id", "name"],
    "leads": ["lead_id", "created_at"],
    "stage_events": ["lead_id", "stage", "entered_at"],
    "activities": ["activity_id", "occurred_at", "kind"],
    "orders": ["order_id", "customer_id", "ordered_at", "amount"],
    "payments": ["payment_id", "order_id", "amount", "paid_at", "status"],
    "receivables": ["invoice_id", "customer_id", "amount", "due_on"],
    "ratings": ["rating_id", "rep_id", "score", "rated_at"],
    "attribute_changes": ["entity", "entity_id", "attribute", "value", "changed_at"],
    "sync_log": ["source_system", "occurred_at", "status"],
}
OWN_KEYS = {t: c[0] for t, c in REQUIRED.items() if c[0].endswith("_id") and t not in {"channel_spend", "stage_events"}}
REFERENCES = [
    ("leads", "channel_id", "channels"),
    ("leads", "rep_id", "reps"),
    ("leads", "customer_id", "customers"),
    ("channel_spend", "channel_id", "channels"),
    ("reps", "manager_id", "reps"),
    ("stage_events", "lead_id", "leads"),
    ("activities", "lead_id", "leads"),
    ("activities", "customer_id", "customers"),
    ("activities", "rep_id", "reps"),
    ("orders", "customer_id", "customers"),
    ("orders", "lead_id", "leads"),
    ("orders", "rep_id", "reps"),
    ("payments", "order_id", "orders"),
    ("receivables", "customer_id", "customers"),
    ("receivables", "order_id", "orders"),
    ("ratings", "rep_id", "reps"),
    ("ratings", "customer_id", "customers"),
]


def test_required_columns_are_filled(bundle: Path) -> None:
    for table in TABLES:
        frame = read(bundle, table)
        assert len(frame) > 0, table
        for column in REQUIRED[table]:
            assert (frame[column].astype(str) != "").all(), (table, column)


@pytest.mark.parametrize("table", sorted(OWN_KEYS))
def test_keys_are_unique(bundle: Path, table: str) -> None:
    assert read(bundle, table)[OWN_KEYS[table]].is_unique


def test_keys_without_an_own_column_are_unique(bundle: Path) -> None:
    assert read(bundle, "stage_events")["event_id"].is_unique
    assert not read(bundle, "stage_events").duplicated(["lead_id", "stage"]).any()
    assert not read(bundle, "channel_spend").duplicated(["channel_id", "spent_on"]).any()
    assert not read(bundle, "attribute_changes").duplicated(["entity", "entity_id", "attribute", "changed_at"]).any()
    assert not read(bundle, "sync_log").duplicated(["source_system", "occurred_at"]).any()


@pytest.mark.parametrize(("table", "column", "target"), REFERENCES)
def test_references_are_kept(bundle: Path, table: str, column: str, target: str) -> None:
    used = set(read(bundle, table)[column]) - {""}
    assert used <= set(read(bundle, target)[OWN_KEYS[target]])


def test_attribute_changes_refer_to_rows(bundle: Path) -> None:
    changes = read(bundle, "attribute_changes")
    for entity, table, key in (("lead", "leads", "lead_id"), ("customer", "customers", "customer_id")):
        mine = changes[changes["entity"] == entity]
        frame = read(bundle, table)
        assert set(mine["entity_id"]) <= set(frame[key])
        assert set(mine["attribute"]) <= set(frame.columns)


def test_no_moment_lies_after_as_of(bundle: Path, as_of: pd.Timestamp) -> None:
    for table in TABLES:
        frame = read(bundle, table)
        for column in frame.columns:
            if column.endswith("_at"):
                assert frame[column].max() <= as_of, (table, column)
            if column in {"spent_on", "paid_on", "hired_on"}:
                assert frame[column].max() <= as_of.strftime("%Y-%m-%d"), (table, column)


def test_moments_carry_the_chinese_offset(bundle: Path) -> None:
    text = pd.read_csv(bundle / "leads.csv", dtype=str)["created_at"]
    assert text.str.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00").all()


def test_events_of_a_lead_follow_its_creation_and_the_funnel(bundle: Path) -> None:
    order = {stage.name: place for place, stage in enumerate(load_settings().funnel.stages)}
    leads, events = read(bundle, "leads"), read(bundle, "stage_events")
    assert set(events["stage"]) <= set(order)
    events = events.sort_values(["lead_id", "entered_at"], kind="stable")
    events["place"] = events["stage"].map(order)
    assert not events.duplicated(["lead_id", "entered_at"]).any()
    assert (events.groupby("lead_id")["place"].diff().dropna() > 0).all()
    first = events.groupby("lead_id")["entered_at"].first()
    assert (first.reindex(leads["lead_id"]).to_numpy() == leads["created_at"].to_numpy()).all()


def test_only_lost_leads_have_a_reason(bundle: Path) -> None:
    events = read(bundle, "stage_events")
    assert ((events["reason"] != "") == (events["stage"] == "lost")).all()


def test_activities_stand_inside_the_life_of_their_lead(bundle: Path) -> None:
    events = read(bundle, "stage_events")
    closed = events[events["stage"].isin(["lost", "contract_signed"])].set_index("lead_id")["entered_at"]
    created = read(bundle, "leads").set_index("lead_id")["created_at"]
    activities = read(bundle, "activities").query("lead_id != ''")
    assert (activities["occurred_at"] >= activities["lead_id"].map(created)).all()
    until = activities["lead_id"].map(closed)
    assert (until.isna() | (activities["occurred_at"] <= until)).all()


def test_money_has_two_decimals(bundle: Path) -> None:
    columns = {"leads": ["expected_amount", "budget"], "customers": ["annual_revenue"]}
    columns |= {t: ["amount"] for t in ("orders", "payments", "receivables", "channel_spend")}
    for table, names in columns.items():
        for name in names:
            text = read(bundle, table)[name]
            assert text[text != ""].str.fullmatch(r"\d+\.\d\d").all(), (table, name)
    assert (read(bundle, "orders")["amount"].astype(float) > 0).all()


def test_money_adds_up(bundle: Path) -> None:
    orders = read(bundle, "orders").set_index("order_id")
    invoices, payments = read(bundle, "receivables"), read(bundle, "payments")
    billed = (invoices["amount"].astype(float) * 100).round().groupby(invoices["order_id"]).sum()
    assert (billed.reindex(orders.index) == (orders["amount"].astype(float) * 100).round()).all()
    confirmed = payments[payments["status"] == "confirmed"]
    assert len(confirmed) == (invoices["paid_on"] != "").sum()
    assert (payments["paid_at"] > payments["order_id"].map(orders["ordered_at"])).all()


def test_payment_received_means_that_nothing_is_open(bundle: Path) -> None:
    orders, invoices, events = read(bundle, "orders"), read(bundle, "receivables"), read(bundle, "stage_events")
    unpaid = set(invoices.loc[invoices["paid_on"] == "", "order_id"])
    settled = set(orders.loc[(orders["lead_id"] != "") & ~orders["order_id"].isin(unpaid), "lead_id"])
    assert settled == set(events.loc[events["stage"] == "payment_received", "lead_id"])


def test_won_leads_have_a_first_order(bundle: Path) -> None:
    events, orders = read(bundle, "stage_events"), read(bundle, "orders")
    won = set(events.loc[events["stage"] == "contract_signed", "lead_id"])
    assert won == set(orders["lead_id"]) - {""}


def test_customer_key_does_not_tell_who_wins(bundle: Path) -> None:
    """A new firm's lead keeps an empty customer_id after the win, as it was captured."""
    leads = read(bundle, "leads").query("customer_id != ''")
    customers = read(bundle, "customers").set_index("customer_id")["created_at"]
    assert (leads["customer_id"].map(customers) < leads["created_at"]).all()
    assert 0.25 < len(leads) / 5_000 < 0.35


def test_identities_are_well_formed(bundle: Path) -> None:
    leads, customers = read(bundle, "leads"), read(bundle, "customers")
    for phone in [*leads["phone"], *customers["phone"]]:
        assert phone == "" or re.fullmatch(r"1[3-9]\d{9}", phone)
    assert customers["name"].str.contains("有限公司|集团").all()
    emails = pd.concat([leads["email"], customers["email"], read(bundle, "reps")["email"]])
    assert emails[emails != ""].str.endswith(".example.com").all()


def test_reps_work_only_while_employed(bundle: Path) -> None:
    hired = read(bundle, "reps").set_index("rep_id")["hired_on"]
    leads = read(bundle, "leads")
    day = leads["created_at"].dt.tz_convert("Asia/Shanghai").dt.strftime("%Y-%m-%d")
    assert (leads["rep_id"].map(hired) <= day).all()


def test_planted_truth_lies_beside_the_tables(bundle: Path) -> None:
    truth = json.loads((bundle / "planted_truth.json").read_text(encoding="utf-8"))
    assert {p.name for p in bundle.iterdir()} == {f"{t}.csv" for t in TABLES} | {"planted_truth.json"}
    probability = truth["win_probability"]
    assert set(probability) | set(truth["planted_leads"]) == set(read(bundle, "leads")["lead_id"])
    assert len(set(probability.values())) > 4_000
