"""Tables made of the paths: stage events, attribute changes, and the log of the connectors."""

from __future__ import annotations

import numpy as np
import pandas as pd

from funnelcast.simulator.arrays import (
    DAY,
    HOUR,
    Bools,
    Clock,
    Ints,
    Texts,
    choose,
    column,
    ids,
    moments_text,
    money_text,
)
from funnelcast.simulator.journeys import Journeys
from funnelcast.simulator.touchpoints import stage_visits
from funnelcast.simulator.truth import sigmoid
from funnelcast.simulator.vocabulary import (
    DECISION_LEVELS,
    LOST_REASONS,
    OPEN_STAGES,
    PRICE_REASONS,
    SOURCE_SYSTEMS,
    URGENCIES,
)

SYNC_FAILURE_RATE = 0.004
QUIET_SYNC_DAYS = 60  # no failure in the last days: an anomaly there is not one of the connectors
NO_ACTOR = "system"


def stage_event_table(
    leads: pd.DataFrame, journeys: Journeys, paid_at: Ints, reps: pd.DataFrame, clock: Clock, rng: np.random.Generator
) -> pd.DataFrame:
    """The bundle's `stage_events` in the order of time; `paid_at` [leads] is NEVER where the money is not in."""
    visits = stage_visits(journeys, clock)
    closed = np.flatnonzero(journeys.closed_at <= clock.as_of)
    paid = np.flatnonzero(paid_at <= clock.as_of)
    lead = np.concatenate([visits.lead, closed, paid])
    names = np.array(OPEN_STAGES, dtype=object)[visits.stage]
    ends = np.where(journeys.is_won[closed], "contract_signed", "lost").astype(object)
    stage = np.concatenate([names, ends, np.full(len(paid), "payment_received", dtype=object)])
    at = np.concatenate([visits.since, journeys.closed_at[closed], paid_at[paid]])
    reasons = np.concatenate(
        [
            np.full(len(names), "", dtype=object),
            _reasons(leads, journeys, closed, rng),
            np.full(len(paid), "", dtype=object),
        ]
    )
    order = np.argsort(at, kind="stable")
    by_system = (stage == "captured") | (stage == "payment_received")
    actor = np.where(by_system, NO_ACTOR, column(reps, "rep_id")[column(leads, "rep_row")[lead]])
    return pd.DataFrame(
        {
            "lead_id": ids("L", lead[order]),
            "stage": stage[order],
            "entered_at": moments_text(at[order]),
            "event_id": ids("E", np.arange(len(order)), 7),
            "actor": actor[order],
            "reason": reasons[order],
        }
    )


def _reasons(leads: pd.DataFrame, journeys: Journeys, closed: Ints, rng: np.random.Generator) -> Texts:
    """[closed] why it was lost (empty where won): who lacks the budget goes for the price."""
    stages = [OPEN_STAGES[s] for s in journeys.last_stage[closed]]
    picks = rng.integers(0, 60, len(closed))
    usual = np.array(
        [LOST_REASONS[s][k % len(LOST_REASONS[s])] for s, k in zip(stages, picks, strict=True)], dtype=object
    )
    lacks = column(leads, "budget_share")[closed].astype(float) < 0.6
    for_price = lacks & (journeys.last_stage[closed] >= 2) & (rng.random(len(closed)) < 0.55)
    reason = np.where(for_price, choose(rng, list(PRICE_REASONS), len(closed)), usual)
    return np.where(journeys.is_won[closed], "", reason)


def draw_attribute_changes(
    leads: pd.DataFrame, journeys: Journeys, customers: pd.DataFrame, clock: Clock, rng: np.random.Generator
) -> pd.DataFrame:
    """The bundle's `attribute_changes`: what became known or changed after the capture; `leads` keeps the first value.

    Budget is clarified in needs analysis, urgency follows interest later on, the decision maker is found in the
    technical exchange; customers change their service level and their head count.
    """
    parts = [
        _budgets(leads, *_moments(journeys, 2, ~column(leads, "knows_budget").astype(bool), 0.6, clock, rng)),
        _urgencies(leads, *_moments(journeys, 3, np.ones(len(leads), bool), 0.3, clock, rng), rng),
        _levels(*_moments(journeys, 3, np.ones(len(leads), bool), 0.12, clock, rng), rng),
        _customer_changes(customers, clock, rng),
    ]
    found = pd.concat(parts, ignore_index=True).sort_values(["at", "entity_id"], kind="stable", ignore_index=True)
    found["changed_at"] = moments_text(column(found, "at"))
    return found[["entity", "entity_id", "attribute", "value", "changed_at"]]


def _moments(
    journeys: Journeys, stage: int, wanted: Bools, rate: float, clock: Clock, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Lead rows and moments, somewhere in the stay in a stage, up to as_of and the closing."""
    entered = journeys.entered[:, stage]
    rows = np.flatnonzero(wanted & (entered <= clock.as_of) & (rng.random(len(entered)) < rate))
    at = entered[rows] + HOUR // 2 + (rng.random(len(rows)) * 6 * DAY).astype(np.int64)
    known = at < np.minimum(journeys.closed_at[rows], clock.as_of)
    return rows[known], at[known]


def _changes(entity: str, keys: Texts, attribute: str, values: Texts, at: Ints) -> pd.DataFrame:
    return pd.DataFrame({"entity": entity, "entity_id": keys, "attribute": attribute, "value": values, "at": at})


def _budgets(leads: pd.DataFrame, rows: Ints, at: Ints) -> pd.DataFrame:
    budget = np.round(column(leads, "expected_amount")[rows] * column(leads, "budget_share")[rows], -2)
    return _changes("lead", ids("L", rows), "budget", money_text((budget * 100).astype(np.int64)), at)


def _urgencies(leads: pd.DataFrame, rows: Ints, at: Ints, rng: np.random.Generator) -> pd.DataFrame:
    rises = rng.random(len(rows)) < sigmoid(column(leads, "interest")[rows].astype(float))
    place = np.array([URGENCIES.index(u) for u in column(leads, "urgency")[rows]], dtype=np.int64)
    later = np.clip(place + np.where(rises, -1, 1), 0, len(URGENCIES) - 1)
    moved = later != place
    values = np.array(URGENCIES, dtype=object)[later]
    return _changes("lead", ids("L", rows[moved]), "urgency", values[moved], at[moved])


def _levels(rows: Ints, at: Ints, rng: np.random.Generator) -> pd.DataFrame:
    values = choose(rng, list(DECISION_LEVELS), len(rows), [0.4, 0.35, 0.15, 0.1])
    return _changes("lead", ids("L", rows), "decision_maker_level", values, at)


def _customer_changes(customers: pd.DataFrame, clock: Clock, rng: np.random.Generator) -> pd.DataFrame:
    since = np.maximum(column(customers, "created"), clock.start)
    rows = np.flatnonzero((rng.random(len(customers)) < 0.15) & (since < clock.as_of - DAY))
    at = since[rows] + 1 + (rng.random(len(rows)) * (clock.as_of - since[rows] - 1)).astype(np.int64)
    grown = (column(customers, "employees")[rows] * np.exp(rng.normal(0.05, 0.15, len(rows)))).astype(np.int64)
    is_level = rng.random(len(rows)) < 0.5
    values = np.where(
        is_level, choose(rng, ["标准", "金牌", "白金"], len(rows)), np.maximum(grown, 3).astype(str).astype(object)
    )
    attributes = np.where(is_level, "service_level", "employee_count").astype(object)
    found = _changes("customer", ids("C", rows, 5), "", values, at)
    found["attribute"] = attributes
    return found


def draw_sync_log(clock: Clock, rng: np.random.Generator) -> pd.DataFrame:
    """The bundle's `sync_log`: every system twice a day; rare single failures, none in the last 60 days."""
    slots = np.arange(clock.start + 1, clock.as_of + 1, DAY // 2)
    system = np.tile(np.array(SOURCE_SYSTEMS, dtype=object), len(slots))
    at = np.repeat(slots, len(SOURCE_SYSTEMS)) + rng.integers(0, HOUR, len(system))
    system, at = system[at <= clock.as_of], at[at <= clock.as_of]
    failed = (rng.random(len(at)) < SYNC_FAILURE_RATE) & (at < clock.as_of - QUIET_SYNC_DAYS * DAY)
    order = np.argsort(at, kind="stable")
    table = pd.DataFrame(
        {
            "source_system": system,
            "occurred_at": moments_text(at),
            "status": np.where(failed, "failed", "ok"),
            "entity": choose(rng, ["orders", "payments", "receivables", "stage_events"], len(at)),
            "entity_id": "",
            "message": np.where(failed, choose(rng, ["连接超时", "认证失败", "字段格式错误"], len(at)), ""),
        }
    )
    return table.iloc[order].reset_index(drop=True)
