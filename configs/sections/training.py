from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from configs.sections.base import PositiveInt, Section, Share


class WinTraining(Section):
    horizon_days: PositiveInt | None
    horizon_quantile: Share
    min_horizon_days: PositiveInt
    max_horizon_days: PositiveInt


class CustomerTraining(Section):
    horizon_days: PositiveInt


class Leakage(Section):
    max_single_auc: Share
    max_fill_gap: Share
    suspect_auc: Share
    suspect_factor: Annotated[float, Field(ge=1)]


class Gate(Section):
    bootstrap_samples: PositiveInt
    confidence: Share
    max_ece: Share
    champion_rule: Literal["better", "not_worse"]
    shown_only: list[str]


class Training(Section):
    seed: int
    trials: PositiveInt
    timeout_seconds: PositiveInt
    folds: PositiveInt
    test_share: Share
    calibration_share: Share
    max_rows: PositiveInt
    max_categories: PositiveInt
    min_category_rows: PositiveInt
    max_ipc_weight: Annotated[float, Field(ge=1)]
    min_positives: PositiveInt
    min_negatives: PositiveInt
    few_cases: Annotated[int, Field(ge=0)]
    min_part_class_rows: PositiveInt
    win: WinTraining
    churn: CustomerTraining
    rfm: CustomerTraining
    leakage: Leakage
    gate: Gate
