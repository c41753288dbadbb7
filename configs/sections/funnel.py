from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from configs.sections.base import PositiveInt, Section, Share

MoveKind = Literal["forward", "back", "lost", "reopened"]


class Stage(Section):
    name: str
    en: str
    zh: str
    outcome: Literal["won", "lost"] | None = None


class Moves(Section):
    max_steps_forward: PositiveInt | None
    needs_reason: list[MoveKind]
    forbidden: list[MoveKind]
    only: dict[str, list[str]]


class FirstResponse(Section):
    within_hours: Annotated[float, Field(gt=0)]
    target_share: Share | None


class NeedsAnalysis(Section):
    stage: str
    target_share: Share | None


class Milestones(Section):
    first_response: FirstResponse
    needs_analysis: NeedsAnalysis


class Alarms(Section):
    period_days: PositiveInt
    history_days: PositiveInt
    alpha: Share
    stock_growth: Annotated[float, Field(gt=0)]
    min_stock: PositiveInt
    rolling_days: PositiveInt
    consecutive_days: PositiveInt
    conversion_lines: dict[str, Share]
    conversion_drop: Share
    milestone_drop: Share
    min_leads: PositiveInt
    sync_days: PositiveInt
    sync_failure_rate: Share
    min_sync_failures: PositiveInt


class Funnel(Section):
    stages: list[Stage]
    moves: Moves
    milestones: Milestones
    size_bands: list[PositiveInt]
    max_groups: PositiveInt
    alarms: Alarms

    @model_validator(mode="after")
    def _has_both_outcomes(self) -> Funnel:
        missing = {"won", "lost"} - {stage.outcome for stage in self.stages}
        if missing:
            raise ValueError(
                f"The funnel must have a stage with outcome won and one with lost, but has none for {sorted(missing)}."
            )
        return self

    @model_validator(mode="after")
    def _names_its_own_stages(self) -> Funnel:
        names = [stage.name for stage in self.stages]
        named = {*self.moves.only, *(name for allowed in self.moves.only.values() for name in allowed)}
        unknown = sorted((named | set(self.alarms.conversion_lines)) - set(names))
        if unknown or len(set(names)) < len(names):
            what = f"the unknown {', '.join(unknown)}" if unknown else "one name twice"
            raise ValueError(f"The rules of the funnel must speak of its stages, each named once, but got {what}.")
        return self

    def names(self, outcome: Literal["won", "lost"] | None = None) -> list[str]:
        """Names of the stages with this outcome, in order; None: the open stages."""
        return [stage.name for stage in self.stages if stage.outcome == outcome]
