"""A Chinese B2B equipment seller over 24 months, as a bundle of tables with a planted truth.

Planted truth
-------------
What makes a lead win stands in `truth.py`, with every coefficient; how customers buy and leave in
`customers.with_habits`; how engagement shows interest in `touchpoints.py`; what a scenario adds in `scenarios.py`.
The written `planted_truth.json` repeats the coefficients and gives the true win probability of every lead and the
figures that were planted; no model and no rule may read it.

The funnel starts empty 24 months before as_of, as an export does that begins with the introduction of a CRM; paths
take about 45 days, so its stock is stationary after about six months. Weekends, Spring Festival and National Day thin
the demand and rest the work. Staff, channels and connectors are undisturbed unless the scenario says otherwise.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from funnelcast.simulator import commerce, customers, lead_profiles, organisation, records, surge, touchpoints, truth
from funnelcast.simulator.arrays import DAY, NEVER, Clock, Ints, column, ids, moments_text, stream
from funnelcast.simulator.journeys import Journeys, cut, draw_journeys
from funnelcast.simulator.scenarios import Scenario
from funnelcast.simulator.work_calendar import WorkCalendar


@dataclass(frozen=True)
class Funnel:
    """The leads, sorted by creation, with their full paths."""

    leads: pd.DataFrame
    journeys: Journeys
    intercept: float
    surge_plan: surge.SurgePlan | None


class World:
    """Draws everything; `tables` and `truth` are what is written.

    Attributes
    ----------
    tables: bundle table name -> frame with the contract's columns
    truth: content of planted_truth.json
    """

    def __init__(self, leads: int, seed: int, scenario: Scenario, clock: Clock) -> None:
        self.count, self.seed, self.scenario, self.clock = leads, seed, scenario, clock
        self.calendar = WorkCalendar(clock)
        self.tables: dict[str, pd.DataFrame] = {}
        self.truth: dict[str, Any] = {}

    def draw(self) -> None:
        """Draw the world, in the order of cause and effect."""
        self.reps = organisation.draw_reps(self.count, self.clock, self._stream("reps"))
        self.pool = customers.draw_pool(self.count, self.clock, self._stream("customers"))
        funnel = self._funnel()
        known = cut(funnel.journeys, self.clock)
        firms, orders, paid_at = self._commerce(funnel.leads, known)
        self._describe(funnel.leads, known, firms, orders, paid_at)
        self.truth = self._truth(funnel)

    def _stream(self, part: str) -> np.random.Generator:
        return stream(self.seed, part)

    def _funnel(self) -> Funnel:
        plan = self.scenario.surge
        added = surge.added_leads(self.count, plan, self.calendar) if plan else 0
        rng = self._stream("leads")
        created = self.calendar.creation_moments(self.count - added, rng)
        channel = lead_profiles.draw_channels(len(created), rng)
        if plan:  # the share before and after is part of the case, so it is not left to chance
            windows_ago = (self.clock.as_of - created) // (plan.days * DAY)
            for window in (windows_ago == 1, windows_ago == 0):
                channel[window] = lead_profiles.quota_channels(int(window.sum()), rng)
        leads = lead_profiles.draw_leads(created, channel, self.pool, self.reps, rng)
        journeys, intercept = draw_journeys(leads, self.calendar, self._stream("journeys"))
        surge_plan = None
        if plan:
            surge_plan = surge.plan_surge(added, plan, leads, journeys, self.clock)
            more, their_journeys = surge.draw_surge(
                surge_plan, plan, self.pool, self.reps, self.calendar, self._stream("surge")
            )
            leads, journeys = pd.concat([leads, more], ignore_index=True), journeys.joined(their_journeys)
        order = np.argsort(column(leads, "created"), kind="stable")
        leads = leads.iloc[order].reset_index(drop=True)
        leads["knows_budget"] = lead_profiles.knows_budget(leads, self._stream("budgets"))
        return Funnel(leads, journeys.take(order), intercept, surge_plan)

    def _commerce(self, leads: pd.DataFrame, known: Journeys) -> tuple[pd.DataFrame, pd.DataFrame, Ints]:
        """Customers (the pool, then new ones by signing), orders by time, and when each lead's order was paid."""
        won = np.flatnonzero(known.is_won)
        won = won[np.argsort(known.closed_at[won], kind="stable")]
        new = won[column(leads, "customer_row")[won] < 0]
        theirs = customers.customers_of_wins(leads.iloc[new], known.closed_at[new], self._stream("new customers"))
        firms = pd.concat([self.pool, theirs], ignore_index=True)
        customer_of = column(leads, "customer_row").copy()
        customer_of[new] = len(self.pool) + np.arange(len(new))
        rng = self._stream("orders")
        rep_row = commerce.rep_rows(len(firms), self.reps, self.clock, rng)
        firms["rep_row"] = rep_row
        first = commerce.first_orders(leads, won, known.closed_at[won], customer_of[won], rng)
        repeats = commerce.repeat_orders(firms, rep_row, self.calendar, rng)
        orders = pd.concat([first, repeats], ignore_index=True).sort_values("at", kind="stable", ignore_index=True)
        parts = commerce.draw_parts(orders, firms, self.calendar, self._stream("payments"))
        paid_at = np.full(len(leads), NEVER)
        from_lead = column(orders, "lead") >= 0
        paid_at[column(orders, "lead")[from_lead]] = commerce.fully_paid_at(orders, parts)[from_lead]
        self.tables["payments"] = commerce.payment_table(parts)
        self.tables["receivables"] = commerce.receivable_table(parts)
        return firms, orders, paid_at

    def _describe(
        self, leads: pd.DataFrame, known: Journeys, firms: pd.DataFrame, orders: pd.DataFrame, paid_at: Ints
    ) -> None:
        stream_of, tables, clock = self._stream, self.tables, self.clock
        tables["channels"] = organisation.channel_table()
        tables["channel_spend"] = organisation.draw_spend(leads, clock, stream_of("spend"))
        tables["reps"] = self.reps.drop(columns=["hired_at", "left_at", "skill", "slowness"])
        tables["customers"] = customers.customer_table(firms, stream_of("customer table"))
        tables["leads"] = lead_profiles.lead_table(leads, self.reps, stream_of("lead table"))
        tables["stage_events"] = records.stage_event_table(
            leads, known, paid_at, self.reps, clock, stream_of("reasons")
        )
        of_leads = touchpoints.draw_activities(leads, known, self.reps, self.calendar, stream_of("activities"))
        rep_of_customer = column(self.reps, "rep_id")[column(firms, "rep_row")]
        of_customers = touchpoints.draw_customer_contacts(firms, rep_of_customer, self.calendar, stream_of("contacts"))
        tables["activities"] = touchpoints.activity_table([of_leads, of_customers], clock)
        tables["orders"] = commerce.order_table(orders, ids("L", np.arange(len(leads))), self.reps)
        tables["ratings"] = commerce.draw_ratings(orders, firms, self.reps, clock, stream_of("ratings"))
        tables["attribute_changes"] = records.draw_attribute_changes(leads, known, firms, clock, stream_of("changes"))
        tables["sync_log"] = records.draw_sync_log(clock, stream_of("sync"))

    def _truth(self, funnel: Funnel) -> dict[str, Any]:
        keys = ids("L", np.arange(len(funnel.leads)))
        probability = np.round(funnel.journeys.probability, 6)
        planted = column(funnel.leads, "is_planted").astype(bool)
        return {
            "scenario": self.scenario.name,
            "cause": self.scenario.cause,
            "seed": self.seed,
            "leads": self.count,
            "as_of": str(moments_text(np.array([self.clock.as_of]))[0]),
            "surge": asdict(self.scenario.surge) if self.scenario.surge else None,
            "surge_plan": asdict(funnel.surge_plan) if funnel.surge_plan else None,
            "intercept": funnel.intercept,
            "win_log_odds": truth.coefficients(),
            "planted_leads": keys[planted].tolist(),
            "win_probability": {k: p for k, p in zip(keys.tolist(), probability.tolist(), strict=True) if p == p},  # noqa: PLR0124
        }
