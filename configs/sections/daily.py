from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from configs.sections.base import Section

StepName = Literal[
    "import", "golden_record", "tiers", "tags", "commission", "features", "score_leads", "score_customers",
    "monitor", "diagnose", "channels", "write_back", "alerts", "report",
]  # fmt: skip


class Daily(Section):
    drop_folder: Path | None
    settle_seconds: Annotated[float, Field(ge=0)]
    steps: Annotated[list[StepName], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_each_once(self) -> Self:
        if len(set(self.steps)) < len(self.steps):
            raise ValueError("steps names each step once")
        return self
