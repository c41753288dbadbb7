"""How far a rep is in a month: receipts against target, KPI, and the bonuses by what is known so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection

from configs.sections import CommissionPlan
from configs.settings import Settings
from crm_core.commission.bonus import KPI, Bonus, month_bonuses, target_cents
from crm_core.commission.book import BONUS
from crm_core.commission.entitlement import MonthKey, entitled, visits_of
from crm_core.commission.explain import explain
from crm_core.commission.facts import Facts
from crm_core.commission.read_facts import read_facts
from crm_core.commission.terms import Claim, plan_on


@dataclass(frozen=True)
class BonusSoFar:
    """A bonus of the month by what is known; it is booked when the month is over."""

    rule: str
    amount_cents: int
    en: str
    zh: str


@dataclass(frozen=True)
class Progress:
    """A rep's month in one currency. Money in cents; target_share: received / target; kpi_score: 1 is on target."""

    currency: str
    plan_version: str
    received_cents: int
    target_cents: int
    target_share: float
    visits: int
    visit_target: int
    kpi_score: float
    is_over: bool
    bonuses: list[BonusSoFar]


def month_progress(
    connection: Connection, settings: Settings, rep_id: str, month: str, as_of: datetime
) -> list[Progress]:
    """Per currency that has a plan then and the rep has receipts in, and in the configured one always.

    Raises
    ------
    DatabaseError: the database cannot be read.
    """
    facts = read_facts(connection, settings, as_of, rep_id)
    received = entitled(facts, settings.commission.plans).received
    own = MonthKey(rep_id, month, settings.intake.currency)
    keys = {own, *(key for key in received if (key.rep_id, key.month) == (rep_id, month))}
    found = []
    for key in sorted(keys, key=lambda one: one.currency):
        plan = plan_on(settings.commission.plans, key.currency, key.first_day)
        if plan is not None:
            found.append(_progress(plan, key, received.get(key, 0), facts, as_of))
    return found


def _progress(plan: CommissionPlan, key: MonthKey, received: int, facts: Facts, as_of: datetime) -> Progress:
    target, visits = target_cents(plan, key.rep_id), visits_of(facts, plan, key)
    found = month_bonuses(plan, key.rep_id, received, visits)
    score = next(bonus.inputs["score"] for bonus in found if bonus.rule == KPI)
    return Progress(
        currency=key.currency,
        plan_version=plan.version,
        received_cents=received,
        target_cents=target,
        target_share=round(float(Decimal(received) / target), 4),
        visits=visits,
        visit_target=plan.kpi.monthly_visits,
        kpi_score=float(score),
        is_over=key.month < facts.month_of(as_of),
        bonuses=[_so_far(bonus, key) for bonus in found],
    )


def _so_far(bonus: Bonus, key: MonthKey) -> BonusSoFar:
    inputs = {**bonus.inputs, "currency": key.currency, "due_cents": bonus.cents, "before_cents": 0}
    words = explain(BONUS, inputs, Claim(key.rep_id, bonus.rule, key.currency))
    return BonusSoFar(bonus.rule, bonus.cents, words.en, words.zh)
