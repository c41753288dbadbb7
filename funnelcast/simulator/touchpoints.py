"""Activities: what was done with each lead while it stood in a stage, and after-sales contacts with customers.

Engagement shows the hidden interest: exp(0.5 * interest) scales how many activities there are, inbound ones have the
log-odds -0.7 + 1.0 * interest, effective ones 0.3 + 0.9 * interest. Talk of 预算有限 and 分期付款 grows with the lack
of budget, talk of delivery with interest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from funnelcast.simulator.arrays import (
    DAY,
    HOUR,
    NEVER,
    Clock,
    Floats,
    Ints,
    Texts,
    choose,
    choose_by_row,
    column,
    ids,
    moments_text,
)
from funnelcast.simulator.journeys import Journeys
from funnelcast.simulator.summaries import TOPIC_NAMES, compose
from funnelcast.simulator.truth import sigmoid
from funnelcast.simulator.vocabulary import CHANNELS, PRODUCTS
from funnelcast.simulator.work_calendar import WorkCalendar

KINDS = ("call", "email", "chat", "meeting", "visit")
# Mix of kinds in each open stage (captured, contacted, needs, technical, demo, negotiation).
KIND_WEIGHTS = np.array(
    [
        [0.6, 0.3, 0.1, 0.0, 0.0],
        [0.5, 0.25, 0.2, 0.03, 0.02],
        [0.45, 0.2, 0.2, 0.1, 0.05],
        [0.4, 0.2, 0.15, 0.15, 0.1],
        [0.3, 0.2, 0.1, 0.25, 0.15],
        [0.4, 0.25, 0.1, 0.15, 0.1],
    ]
)
# Topics per stage, in the order of TOPIC_NAMES: budget, instalment, price, technology, delivery, competition, decision,
# service, neutral. Budget and instalment are added by the lack of budget.
TOPIC_WEIGHTS = np.array(
    [
        [0.0, 0.0, 0.03, 0.08, 0.03, 0.02, 0.05, 0.09, 0.7],
        [0.0, 0.0, 0.06, 0.14, 0.05, 0.04, 0.12, 0.12, 0.47],
        [0.0, 0.0, 0.1, 0.24, 0.07, 0.07, 0.16, 0.08, 0.28],
        [0.0, 0.0, 0.1, 0.42, 0.08, 0.1, 0.08, 0.04, 0.18],
        [0.0, 0.0, 0.14, 0.28, 0.12, 0.14, 0.12, 0.04, 0.16],
        [0.0, 0.0, 0.3, 0.08, 0.18, 0.14, 0.14, 0.03, 0.13],
    ]
)
ACTIVITIES_PER_DAY = 0.18
BUSY_DAYS = 14.0  # a lead that lies longer is not called more
SUMMARY_RATE = 0.8
CUSTOMER_CONTACTS_PER_YEAR = 3.0
DURATIONS = {"call": 240.0, "chat": 420.0, "meeting": 3600.0, "visit": 7200.0}  # median seconds


@dataclass(frozen=True)
class Visits:
    """Stays of leads in open stages: one row per stay begun by as_of, `until` at most as_of."""

    lead: Ints
    stage: Ints
    since: Ints
    until: Ints


def stage_visits(journeys: Journeys, clock: Clock) -> Visits:
    """Every stay in an open stage, from full or cut journeys."""
    following = np.column_stack([journeys.entered[:, 1:], np.full(len(journeys.entered), NEVER)])
    until = np.minimum(np.minimum(following, journeys.closed_at[:, None]), clock.as_of)
    lead, stage = np.nonzero(journeys.entered <= clock.as_of)
    return Visits(lead, stage, journeys.entered[lead, stage], until[lead, stage])


def draw_activities(
    leads: pd.DataFrame, journeys: Journeys, reps: pd.DataFrame, calendar: WorkCalendar, rng: np.random.Generator
) -> pd.DataFrame:
    """Activities of leads: the bundle's columns and, hidden, `lead` (row) and `at`."""
    visits = stage_visits(journeys, calendar.clock)
    stay = _stays(visits, leads, rng)
    lead, stage = visits.lead[stay], visits.stage[stay]
    span = (visits.until - visits.since)[stay]
    at = calendar.working_moments(visits.since[stay] + (rng.random(len(stay)) ** 1.3 * span).astype(np.int64), rng)
    first = np.flatnonzero(visits.stage == 1)  # the first response is itself a call, mail or chat
    lead, stage = np.concatenate([lead, visits.lead[first]]), np.concatenate([stage, visits.stage[first]])
    inside = np.concatenate([at < visits.until[stay], np.ones(len(first), bool)])
    at = np.concatenate([at, visits.since[first]])
    found = _described(leads, lead[inside], stage[inside], at[inside], rng)
    found = pd.concat([found, _first_touches(leads, rng)], ignore_index=True)
    return _with_rep(found, leads, reps)


def _stays(visits: Visits, leads: pd.DataFrame, rng: np.random.Generator) -> Ints:
    """Row of the visit for each activity in it."""
    days = np.minimum((visits.until - visits.since) / DAY, BUSY_DAYS)
    rate = ACTIVITIES_PER_DAY * np.exp(0.5 * column(leads, "interest")[visits.lead])
    return np.repeat(np.arange(len(days)), rng.poisson(rate * days + np.where(visits.stage >= 2, 0.35, 0.05)))


def _described(leads: pd.DataFrame, lead: Ints, stage: Ints, at: Ints, rng: np.random.Generator) -> pd.DataFrame:
    count = len(lead)
    interest = column(leads, "interest")[lead].astype(float)
    kind = np.array(KINDS, dtype=object)[choose_by_row(rng, KIND_WEIGHTS[stage])]
    inbound = rng.random(count) < sigmoid(-0.7 + 1.0 * interest)
    effective = rng.random(count) < sigmoid(0.3 + 0.9 * interest)
    topics = _topics(stage, column(leads, "budget_share")[lead].astype(float), interest, rng)
    notes = compose(topics, column(leads, "product")[lead], rng)
    return pd.DataFrame(
        {
            "lead": lead,
            "at": at,
            "kind": kind,
            "direction": np.where(inbound, "inbound", "outbound"),
            "duration_seconds": _durations(kind, effective, rng),
            "is_effective": np.where(effective, "true", "false"),
            "summary": np.where(rng.random(count) < SUMMARY_RATE, notes, ""),
        }
    )


def _topics(stage: Ints, budget_share: Floats, interest: Floats, rng: np.random.Generator) -> Ints:
    """[n] topic index; in the first stages nobody speaks of money yet."""
    weights = TOPIC_WEIGHTS[stage].copy()
    lack = np.clip(1.1 - 1.4 * budget_share, 0.05, 0.75) * np.where(stage >= 2, 1.0, 0.5) * np.where(stage == 0, 0.2, 1)
    weights *= (1 - lack)[:, None]
    weights[:, TOPIC_NAMES.index("budget")] = lack * 0.55
    weights[:, TOPIC_NAMES.index("instalment")] = lack * 0.45
    weights[:, TOPIC_NAMES.index("delivery")] *= np.exp(0.5 * interest)
    return choose_by_row(rng, weights)


def _durations(kind: Texts, effective: Ints | Texts, rng: np.random.Generator) -> Texts:
    """[n] whole seconds as text; mails and forms have none."""
    median = np.array([DURATIONS.get(k, 0.0) for k in kind]) * np.where(effective, 1.3, 0.6)
    seconds = (median * np.exp(rng.normal(0, 0.6, len(kind)))).astype(np.int64)
    return np.where(median > 0, seconds.astype(str).astype(object), "")


def _first_touches(leads: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """How each lead came in: web form, QR scan, chat, call or mail, at its creation."""
    touch = {c.channel_id: c.first_touch for c in CHANNELS}
    channel = column(leads, "channel_id")
    kind = np.array([touch[c] for c in channel], dtype=object)
    outbound = channel == "cold_call"
    return pd.DataFrame(
        {
            "lead": np.arange(len(leads)),
            "at": column(leads, "created"),
            "kind": kind,
            "direction": np.where(outbound, "outbound", "inbound"),
            "duration_seconds": _durations(kind, np.ones(len(leads), bool), rng),
            "is_effective": "true",
            "summary": "",
        }
    )


def _with_rep(found: pd.DataFrame, leads: pd.DataFrame, reps: pd.DataFrame) -> pd.DataFrame:
    lead = column(found, "lead")
    customer_row = column(leads, "customer_row")[lead]
    found["lead_id"] = ids("L", np.arange(len(leads)))[lead]
    found["customer_id"] = np.where(customer_row >= 0, ids("C", np.maximum(customer_row, 0), 5), "")
    by_system = (column(found, "kind") == "web_form") | (column(found, "kind") == "qr_scan")
    found["rep_id"] = np.where(by_system, "", column(reps, "rep_id")[column(leads, "rep_row")[lead]])
    return found


def draw_customer_contacts(
    customers: pd.DataFrame, rep_of_customer: Texts, calendar: WorkCalendar, rng: np.random.Generator
) -> pd.DataFrame:
    """After-sales contacts, by Poisson; satisfied customers call more, and more effectively."""
    clock = calendar.clock
    since = np.maximum(column(customers, "created"), clock.start)
    years = (clock.as_of - since) / DAY / 365
    satisfaction = column(customers, "satisfaction").astype(float)
    row = np.repeat(
        np.arange(len(customers)), rng.poisson(CUSTOMER_CONTACTS_PER_YEAR * np.exp(0.3 * satisfaction) * years)
    )
    at = calendar.working_moments(
        since[row] + (rng.random(len(row)) * (clock.as_of - since)[row]).astype(np.int64), rng
    )
    row, at = row[at <= clock.as_of - HOUR], at[at <= clock.as_of - HOUR]
    count = len(row)
    kind = choose(rng, ["call", "chat", "visit", "email"], count, [0.5, 0.25, 0.15, 0.1])
    effective = rng.random(count) < sigmoid(0.5 + 0.5 * satisfaction[row])
    topics = rng.choice([TOPIC_NAMES.index(t) for t in ("service", "delivery", "price", "neutral")], count)
    notes = compose(topics, choose(rng, list(PRODUCTS), count), rng)
    return pd.DataFrame(
        {
            "at": at,
            "kind": kind,
            "direction": np.where(rng.random(count) < sigmoid(-0.3 + 0.4 * satisfaction[row]), "inbound", "outbound"),
            "duration_seconds": _durations(kind, effective, rng),
            "is_effective": np.where(effective, "true", "false"),
            "summary": np.where(rng.random(count) < SUMMARY_RATE, notes, ""),
            "lead_id": "",
            "customer_id": ids("C", row, 5),
            "rep_id": rep_of_customer[row],
        }
    )


def activity_table(parts: list[pd.DataFrame], clock: Clock) -> pd.DataFrame:
    """The bundle's `activities`, in the order of time."""
    found = pd.concat(parts, ignore_index=True)
    found = found[found["at"] <= clock.as_of].sort_values("at", kind="stable", ignore_index=True)
    table = found[
        ["kind", "lead_id", "customer_id", "rep_id", "direction", "duration_seconds", "is_effective", "summary"]
    ]
    table = table.copy()
    table.insert(0, "occurred_at", moments_text(column(found, "at")))
    table.insert(0, "activity_id", ids("A", np.arange(len(found)), 7))
    return table
