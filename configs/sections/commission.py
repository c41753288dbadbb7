from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from configs.sections.base import PositiveInt, Section

Rate = Annotated[Decimal, Field(ge=0, le=1)]
Times = Annotated[Decimal, Field(gt=0)]
Money = Annotated[Decimal, Field(gt=0, decimal_places=2)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class OrderRate(Section):
    from_number: PositiveInt
    rate: Rate


class ProgressiveStep(Section):
    above: Times
    rate: Rate


class Kpi(Section):
    result_weight: Rate
    process_weight: Rate
    monthly_visits: PositiveInt
    visit_kinds: list[str]
    max_ratio: Times
    min_score: Annotated[Decimal, Field(ge=0)]
    bonus: Money

    @model_validator(mode="after")
    def _is_weighted(self) -> Self:
        if self.result_weight + self.process_weight != 1:
            raise ValueError("result_weight and process_weight add up to 1")
        return self


class CommissionPlan(Section):
    version: str
    valid_from: date
    currency: Currency
    order_rates: Annotated[list[OrderRate], Field(min_length=1)]
    mentor_rate: Rate
    monthly_target: Money
    rep_targets: dict[str, Money]
    progressive_steps: list[ProgressiveStep]
    kpi: Kpi

    @model_validator(mode="after")
    def _rises(self) -> Self:
        numbers = [step.from_number for step in self.order_rates]
        if numbers[0] != 1 or any(one >= other for one, other in pairwise(numbers)):
            raise ValueError("order_rates start at from_number 1, which rises from step to step")
        if any(one.above >= other.above or one.rate >= other.rate for one, other in pairwise(self.progressive_steps)):
            raise ValueError("above and rate rise from one of progressive_steps to the next")
        return self


class Commission(Section):
    plans: Annotated[list[CommissionPlan], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_unambiguous(self) -> Self:
        for what in ([plan.version for plan in self.plans], [(plan.currency, plan.valid_from) for plan in self.plans]):
            if len(set(what)) < len(what):
                raise ValueError("plans differ in version, and in currency or valid_from")
        return self
