from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from configs.sections.base import Section


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
