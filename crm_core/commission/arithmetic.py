"""From the inputs that a journal keeps to its amounts: the one way in which any amount of the ledger is made.

A journal is posted with what these functions give, its words are made of the same figures, and the check computes it
anew, so an entry that does not follow from its inputs cannot stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from configs.sections import CommissionPlan
from crm_core.commission.bonus import Bonus, month_bonuses
from crm_core.commission.book import BONUS, CORRECTION
from crm_core.commission.terms import ORDER_RATE, Claim, Terms


def amounts_of(kind: str, inputs: Mapping[str, Any]) -> dict[Claim, int]:
    """Cents per claim of a journal of this kind.

    A payment that earns nothing still has its sharers' lines, over nothing, so that it can be looked up.
    """
    if kind == BONUS:
        claim = Claim(inputs["rep_id"], inputs["rule"], inputs["currency"])
        return {claim: inputs["due_cents"] - inputs["before_cents"]}
    if kind == CORRECTION:
        terms = terms_in(inputs)
        due = terms.dues(inputs["paid_cents"]) if terms else {}
        moved = difference(due, claims_from_json(inputs["before"]))
        return {claim: cents for claim, cents in moved.items() if cents}
    terms = Terms.from_json(inputs["terms"])
    moved = difference(terms.dues(inputs["paid_after_cents"]), terms.dues(inputs["paid_before_cents"]))
    return {claim: cents for claim, cents in moved.items() if cents or claim.rule == ORDER_RATE}


def bonus_by_plan(plan: CommissionPlan, inputs: Mapping[str, Any]) -> Bonus:
    """The bonus that the plan gives for the figures a journal keeps."""
    found = month_bonuses(plan, inputs["rep_id"], inputs["received_cents"], inputs.get("visits", 0))
    return next(bonus for bonus in found if bonus.rule == inputs["rule"])


def terms_in(inputs: Mapping[str, Any]) -> Terms | None:
    """The terms that a journal was posted on; None where the order earned nothing."""
    return Terms.from_json(inputs["terms"]) if inputs["terms"] else None


def difference(due: Mapping[Claim, int], before: Mapping[Claim, int]) -> dict[Claim, int]:
    """By how much each claim changes, in the order of due and then before."""
    return {claim: due.get(claim, 0) - before.get(claim, 0) for claim in {**due, **before}}


def claims_to_json(owed: Mapping[Claim, int]) -> list[list[Any]]:
    """Claims and cents as a journal keeps them, without noughts."""
    return [[*claim, cents] for claim, cents in sorted(owed.items()) if cents]


def claims_from_json(content: Iterable[list[Any]]) -> dict[Claim, int]:
    """Back from a journal."""
    return {Claim(rep_id, rule, currency): cents for rep_id, rule, currency, cents in content}
