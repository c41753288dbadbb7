"""Who comes: the leads as they stand on the day they are captured, before anything is known of their fate."""

from __future__ import annotations

import numpy as np
import pandas as pd

from funnelcast.simulator.arrays import (
    Bools,
    Floats,
    Ints,
    Texts,
    blanked,
    choose,
    choose_by_row,
    column,
    ids,
    moments_text,
    money_text,
)
from funnelcast.simulator.codes import emails, people, phones
from funnelcast.simulator.customers import draw_firms
from funnelcast.simulator.organisation import assign_reps
from funnelcast.simulator.vocabulary import (
    CHANNEL_IDS,
    CHANNELS,
    CONTACT_TIMES,
    DECISION_LEVELS,
    FORM_VERSIONS,
    PRODUCTS,
    SMALL_FIRM_EMPLOYEES,
    URGENCIES,
)


def draw_channels(count: int, rng: np.random.Generator) -> Texts:
    """[n] channel ids, drawn independently by share."""
    return choose(rng, CHANNEL_IDS, count, [c.share for c in CHANNELS])


def quota_channels(count: int, rng: np.random.Generator) -> Texts:
    """[n] channel ids in exactly the planned shares, in random order."""
    places = (np.arange(count) + rng.random()) / max(count, 1)
    bounds = np.cumsum([c.share for c in CHANNELS])
    rows = np.searchsorted(bounds / bounds[-1], places, side="right").clip(0, len(CHANNELS) - 1)
    return rng.permutation(np.array(CHANNEL_IDS, dtype=object)[rows])


def draw_leads(
    created: Ints, channel_id: Texts, pool: pd.DataFrame, reps: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """One row per lead, with the true values; what the CRM does not know is blanked by `lead_table`.

    From an empty pool come new firms only.
    """
    row = np.array([CHANNEL_IDS.index(c) for c in channel_id])
    customer_row = _existing(row, pool, rng)
    leads = _firms_of(row, customer_row, pool, rng)
    leads["created"] = created
    leads["channel_id"] = channel_id
    leads["campaign"] = [
        CHANNELS[r].campaigns[k % len(CHANNELS[r].campaigns)]
        for r, k in zip(row, rng.integers(0, 60, len(row)), strict=True)
    ]
    leads["customer_row"] = customer_row
    _add_people(leads, reps, rng)
    _add_need(leads, rng)
    return leads


def _existing(channel_row: Ints, pool: pd.DataFrame, rng: np.random.Generator) -> Ints:
    """[n] row of the existing customer a lead comes from, -1 for a new firm."""
    if pool.empty:
        return np.full(len(channel_row), -1, dtype=np.int64)
    share = np.array([c.existing_share for c in CHANNELS])[channel_row]
    rows = rng.integers(0, len(pool), len(channel_row))
    return np.where(rng.random(len(channel_row)) < share, rows, -1)


def _firms_of(channel_row: Ints, customer_row: Ints, pool: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    shift: Floats = np.array([c.log_employees for c in CHANNELS])[channel_row]
    leads = draw_firms(len(channel_row), rng, shift).rename(columns={"name": "company_name"})
    if pool.empty:
        return leads.drop(columns="revenue_cents")
    known = customer_row >= 0
    for ours, theirs in (
        ("industry", "industry"),
        ("region", "region"),
        ("employees", "employees"),
        ("company_name", "name"),
    ):
        leads[ours] = np.where(known, column(pool, theirs)[customer_row], column(leads, ours))
    return leads.drop(columns="revenue_cents")


def _add_people(leads: pd.DataFrame, reps: pd.DataFrame, rng: np.random.Generator) -> None:
    count = len(leads)
    rep_row = assign_reps(column(leads, "created"), reps, rng)
    leads["rep_row"] = rep_row
    leads["rep_skill"] = column(reps, "skill")[rep_row]
    leads["rep_slowness"] = column(reps, "slowness")[rep_row]
    leads["contact_name"] = people(count, rng)
    leads["phone"] = phones(count, rng)
    leads["interest"] = rng.normal(0, 1, count)
    leads["decision_maker_level"] = choose(rng, list(DECISION_LEVELS), count, [0.18, 0.32, 0.28, 0.22])
    leads["urgency"] = _urgency(column(leads, "interest"), rng)


def _urgency(interest: Floats, rng: np.random.Generator) -> Texts:
    """[n] urgency at first sight; interested people are in a hurry a little more often."""
    weights = np.column_stack(
        [0.25 * np.exp(0.2 * interest), np.full(len(interest), 0.5), 0.25 * np.exp(-0.2 * interest)]
    )
    return np.array(URGENCIES, dtype=object)[choose_by_row(rng, weights)]


def _add_need(leads: pd.DataFrame, rng: np.random.Generator) -> None:
    """Product, amount and the budget as a share of it: small firms have less of the price at hand."""
    count = len(leads)
    employees = column(leads, "employees").astype(float)
    leads["product"] = choose(rng, list(PRODUCTS), count, [0.2, 0.17, 0.13, 0.16, 0.13, 0.09, 0.12])
    price = np.array([PRODUCTS[p] for p in column(leads, "product")])
    amount = price * np.clip(employees / 75, 0.3, 30) ** 0.2 * np.exp(rng.normal(0, 0.35, count))
    leads["expected_amount"] = np.round(amount, -2)
    small = employees < SMALL_FIRM_EMPLOYEES
    leads["budget_share"] = np.exp(np.where(small, -0.42, -0.12) + rng.normal(0, 0.32, count))
    leads["has_equipment"] = rng.random(count) < np.where(column(leads, "customer_row") >= 0, 0.8, 0.45)
    other = choose(rng, list(PRODUCTS), count)
    leads["product_interest"] = np.where(rng.random(count) < 0.7, column(leads, "product"), other)
    leads["is_planted"] = False


def lead_table(leads: pd.DataFrame, reps: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The bundle's `leads` as captured: later news is in `attribute_changes`, and part of the truth is not recorded."""
    count = len(leads)
    rows = np.arange(count)
    customer_row = column(leads, "customer_row")
    budget = column(leads, "expected_amount") * column(leads, "budget_share")
    employees = column(leads, "employees").astype(str).astype(object)
    planted: Bools = column(leads, "is_planted").astype(bool)
    return pd.DataFrame(
        {
            "lead_id": ids("L", rows),
            "created_at": moments_text(column(leads, "created")),
            "customer_id": np.where(customer_row >= 0, ids("C", np.maximum(customer_row, 0), 5), ""),
            "company_name": column(leads, "company_name"),
            "contact_name": column(leads, "contact_name"),
            "phone": blanked(rng, column(leads, "phone"), 0.06),
            "email": blanked(rng, emails("contact", rows), 0.45),
            "channel_id": column(leads, "channel_id"),
            "campaign": blanked(rng, column(leads, "campaign"), 0.1),
            "product": column(leads, "product"),
            "expected_amount": money_text((column(leads, "expected_amount") * 100).astype(np.int64)),
            "budget": np.where(
                column(leads, "knows_budget"), money_text((np.round(budget, -2) * 100).astype(np.int64)), ""
            ),
            "employee_count": np.where(planted, employees, blanked(rng, employees, 0.03)),
            "industry": blanked(rng, column(leads, "industry"), 0.05),
            "region": blanked(rng, column(leads, "region"), 0.02),
            "rep_id": column(reps, "rep_id")[column(leads, "rep_row")],
            "decision_maker_level": blanked(rng, column(leads, "decision_maker_level"), 0.18),
            "urgency": blanked(rng, column(leads, "urgency"), 0.12),
            "product_interest": blanked(rng, column(leads, "product_interest"), 0.25),
            "has_existing_equipment": blanked(
                rng, np.where(column(leads, "has_equipment"), "true", "false").astype(object), 0.2
            ),
            "preferred_contact_time": blanked(rng, choose(rng, list(CONTACT_TIMES), count), 0.3),
            "form_version": choose(rng, list(FORM_VERSIONS), count),
        }
    )


def knows_budget(leads: pd.DataFrame, rng: np.random.Generator) -> Bools:
    """[n] whether the budget was asked for and told at the capture."""
    return np.asarray(rng.random(len(leads)) < np.where(column(leads, "is_planted").astype(bool), 0.9, 0.65))
