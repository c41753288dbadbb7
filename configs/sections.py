"""The sections of the configuration: one class per YAML file; the files say what each key means."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(gt=0, lt=1)]
PositiveInt = Annotated[int, Field(gt=0)]


class Section(BaseModel):
    """A section refuses keys it does not know: a misspelt key is an error, never a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Stage(Section):
    name: str
    en: str
    zh: str
    outcome: Literal["won", "lost"] | None = None


class Funnel(Section):
    stages: list[Stage]

    @model_validator(mode="after")
    def _has_both_outcomes(self) -> Funnel:
        missing = {"won", "lost"} - {stage.outcome for stage in self.stages}
        if missing:
            raise ValueError(
                f"The funnel must have a stage with outcome won and one with lost, but has none for {sorted(missing)}."
            )
        return self

    def names(self, outcome: Literal["won", "lost"] | None = None) -> list[str]:
        """Names of the stages with this outcome, in order; None: the open stages."""
        return [stage.name for stage in self.stages if stage.outcome == outcome]


class Intake(Section):
    timezone: str
    currency: str
    chunk_rows: PositiveInt
    inspect_rows: PositiveInt
    max_category_values: PositiveInt
    max_text_length: PositiveInt
    outcome_horizon_days: PositiveInt


class SizeFitRange(Section):
    employees: tuple[int, int]
    budget_share: float


class SizeFit(SizeFitRange):
    products: dict[str, SizeFitRange]


class Prescreen(Section):
    min_size_fit: float
    min_budget_share: float


class Features(Section):
    window_days: list[PositiveInt]
    max_activity_kinds: int
    min_activity_kind_rows: int
    track_record_days: PositiveInt
    landmark_age_days: list[PositiveInt]
    rfm_window_days: PositiveInt
    customer_snapshot_day: Annotated[int, Field(ge=1, le=28)]
    lead_ttl_days: PositiveInt
    customer_ttl_days: PositiveInt
    channel_ttl_days: PositiveInt
    size_fit: SizeFit
    credit_hold_overdue_invoices: PositiveInt
    prescreen: Prescreen
    memory_limit_mb: PositiveInt
    chunk_rows: PositiveInt


class RfmTier(Section):
    max_recency_days: PositiveInt
    min_frequency: PositiveInt
    min_monetary_ratio: float


class Rfm(Section):
    strategic: RfmTier
    growth: RfmTier


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


class Gate(Section):
    bootstrap_samples: PositiveInt
    confidence: Share
    max_ece: Share
    champion_rule: Literal["better", "not_worse"]


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
    min_part_class_rows: PositiveInt
    win: WinTraining
    churn: CustomerTraining
    rfm: CustomerTraining
    leakage: Leakage
    gate: Gate


class Scoring(Section):
    grade_shares: dict[Literal["A", "B", "C"], Share]
    max_reasons: PositiveInt
    score_ttl_hours: PositiveInt
    trend_threshold: float


class Serving(Section):
    host: str
    port: Annotated[int, Field(gt=0, lt=65536)]
    workers: PositiveInt
    max_body_bytes: PositiveInt
    body_timeout_seconds: Annotated[float, Field(gt=0)]
    max_entities: PositiveInt
    receipt_flush_seconds: Annotated[float, Field(gt=0)]
    receipt_queue_size: PositiveInt
    key_cache_seconds: Annotated[float, Field(ge=0)]
    model_poll_seconds: Annotated[float, Field(gt=0)]


class Monitoring(Section):
    current_days: PositiveInt
    reference_days: PositiveInt
    alpha: Share
    min_rows: PositiveInt
    psi_bins: Annotated[int, Field(ge=2)]
    psi_floor: Annotated[float, Field(ge=0)]
    shift_floor_sd: Annotated[float, Field(ge=0)]
    missing_floor: Annotated[float, Field(ge=0)]
    max_report_rows: PositiveInt
    max_report_columns: PositiveInt
    priority_rows: PositiveInt


class Stores(Section):
    database_url: str | None
    online_store: Literal["sqlite", "redis", "postgres"]
    redis_url: str
    postgres_url: str
    mlflow_tracking_uri: str | None
