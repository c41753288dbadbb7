"""The planted truth: what makes a lead win. Written beside the bundle, read by no model and no rule.

The win probability of a lead is sigmoid(eta) with

    eta = intercept                                   set so that the mean probability of the calm world is WIN_RATE
        + CHANNEL_EFFECT[channel]
        + INDUSTRY_EFFECT[industry]
        + 0.45 * (min(log employees, log 500) - log 75)          larger firms win more, up to 500 people,
        - 0.15 * max(log employees - log 500, 0)                 then a little less
        + 0.90 * clip(log(budget / expected amount), -1.2, 0.5)  also where the budget is not recorded
        - 0.20 * (log expected amount - log 400,000)
        - 0.25 * log(1 + hours until the first response), hours at most 72
        + DECISION_EFFECT[decision_maker_level] + URGENCY_EFFECT[urgency]
        + 0.50 * is existing customer + 0.25 * has existing equipment
        - 0.50 * is search lead of a firm under 50 people        the one interaction
        + skill of the rep ~ N(0, 0.3)
        + 0.90 * interest ~ N(0, 1), never recorded; it shows in engagement: number of activities, share of inbound
          and of effective ones, later urgency, and talk about delivery

A lead that does not win is lost in a stage: the better its eta, the later. `preferred_contact_time`, `form_version`
and the campaign have no effect.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from funnelcast.simulator.arrays import Bools, Floats, Texts, column
from funnelcast.simulator.vocabulary import SMALL_FIRM_EMPLOYEES

WIN_RATE = 0.17
CHANNEL_EFFECT = {
    "referral": 0.9,
    "partner": 0.45,
    "website": 0.3,
    "wechat": 0.0,
    "search": -0.2,
    "trade_show": -0.25,
    "cold_call": -1.1,
}
INDUSTRY_EFFECT = {
    "汽车零部件": 0.45,
    "电子制造": 0.35,
    "机械加工": 0.0,
    "医疗器械": 0.65,
    "食品饮料": -0.1,
    "新能源": 0.5,
    "纺织服装": -0.65,
    "建材家居": -0.55,
    "物流仓储": -0.2,
}
DECISION_EFFECT = {"总经理": 0.6, "部门经理": 0.2, "采购专员": -0.1, "技术员": -0.5}
URGENCY_EFFECT = {"高": 0.7, "中": 0.0, "低": -0.7}
SIZE_EFFECT = 0.45
LARGE_EFFECT = -0.15
BUDGET_EFFECT = 0.9
AMOUNT_EFFECT = -0.2
RESPONSE_EFFECT = -0.25
EXISTING_EFFECT = 0.5
EQUIPMENT_EFFECT = 0.25
SMALL_SEARCH_EFFECT = -0.5
INTEREST_EFFECT = 0.9
REP_SKILL_SD = 0.3


def win_log_odds(leads: pd.DataFrame, response_hours: Floats) -> Floats:
    """[n] eta without the intercept."""
    employees = np.log(column(leads, "employees").astype(float))
    amount = column(leads, "expected_amount").astype(float)
    eta = _mapped(leads, "channel_id", CHANNEL_EFFECT) + _mapped(leads, "industry", INDUSTRY_EFFECT)
    eta += _mapped(leads, "decision_maker_level", DECISION_EFFECT) + _mapped(leads, "urgency", URGENCY_EFFECT)
    eta += SIZE_EFFECT * (np.minimum(employees, np.log(500)) - np.log(75))
    eta += LARGE_EFFECT * np.maximum(employees - np.log(500), 0)
    eta += BUDGET_EFFECT * np.clip(np.log(column(leads, "budget_share").astype(float)), -1.2, 0.5)
    eta += AMOUNT_EFFECT * (np.log(amount) - np.log(400_000))
    eta += RESPONSE_EFFECT * np.log1p(np.clip(response_hours, 0, 72))
    eta += EXISTING_EFFECT * is_existing(leads) + EQUIPMENT_EFFECT * column(leads, "has_equipment").astype(float)
    eta += SMALL_SEARCH_EFFECT * (is_small(leads) & (column(leads, "channel_id") == "search"))
    return np.asarray(eta + column(leads, "rep_skill") + INTEREST_EFFECT * column(leads, "interest"), float)


def is_small(leads: pd.DataFrame) -> Bools:
    """[n] firms under 50 people."""
    return np.asarray(column(leads, "employees") < SMALL_FIRM_EMPLOYEES)


def is_existing(leads: pd.DataFrame) -> Bools:
    """[n] leads of existing customers."""
    return np.asarray(column(leads, "customer_row") >= 0)


def sigmoid(x: Floats) -> Floats:
    """Logistic function."""
    return np.asarray(1 / (1 + np.exp(-x)))


def intercept_for(eta: Floats, rate: float) -> float:
    """The constant with which the mean of sigmoid(eta + constant) is the rate, by bisection."""
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if sigmoid(eta + middle).mean() < rate else (low, middle)
    return (low + high) / 2


def _mapped(leads: pd.DataFrame, name: str, effects: dict[str, float]) -> Floats:
    values: Texts = column(leads, name)
    return np.array([effects[v] for v in values], float)


def coefficients() -> dict[str, float | dict[str, float]]:
    """Every coefficient by name, for planted_truth.json."""
    return {
        "channel_id": CHANNEL_EFFECT,
        "industry": INDUSTRY_EFFECT,
        "decision_maker_level": DECISION_EFFECT,
        "urgency": URGENCY_EFFECT,
        "log_employees_to_500": SIZE_EFFECT,
        "log_employees_above_500": LARGE_EFFECT,
        "log_budget_share": BUDGET_EFFECT,
        "log_expected_amount": AMOUNT_EFFECT,
        "log1p_response_hours": RESPONSE_EFFECT,
        "is_existing_customer": EXISTING_EFFECT,
        "has_existing_equipment": EQUIPMENT_EFFECT,
        "small_firm_and_search": SMALL_SEARCH_EFFECT,
        "interest": INTEREST_EFFECT,
        "rep_skill_sd": REP_SKILL_SD,
    }
