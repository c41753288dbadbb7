"""The pre-screen (mission M3): what clearly does not fit is refused before it gets a rep."""

from __future__ import annotations

from dataclasses import dataclass

from configs.sections import Features
from crm_core.gates.facts import LeadFacts
from crm_core.gates.size_fit import budget_ratio, head_count_fit
from crm_core.rule_version import rule_version


@dataclass(frozen=True)
class Refusal:
    """Why a lead is not given to a rep. `figure` is what fell below `threshold`."""

    code: str  # firm_size_misfit | budget_misfit
    figure: float
    threshold: float
    rule_version: str
    en: str
    zh: str


def prescreen(lead: LeadFacts, rules: Features) -> Refusal | None:
    """Why to refuse the lead, firm size before budget; None if it may get a rep. What is unknown refuses none."""
    version = rule_version("prescreen", bounds=rules.prescreen, size_fit=rules.size_fit)
    fit, least_fit = head_count_fit(lead, rules), rules.prescreen.min_size_fit
    if fit is not None and fit < least_fit:
        en = f"{lead.employee_count} employees are far outside the product's target firms (fit {fit:.2f})."
        zh = f"企业{lead.employee_count}人，远离产品目标客户规模（适配度{fit:.2f}）。"
        return Refusal("firm_size_misfit", fit, least_fit, version, en, zh)
    share, least_share = budget_ratio(lead), rules.prescreen.min_budget_share
    if share is not None and share < least_share:
        en = f"The budget is {share:.1%} of the expected amount, less than {least_share:.0%}."
        zh = f"预算仅为预计金额的{share:.1%}，低于{least_share:.0%}。"
        return Refusal("budget_misfit", share, least_share, version, en, zh)
    return None
