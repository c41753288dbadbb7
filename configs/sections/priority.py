from __future__ import annotations

from typing import Annotated

from pydantic import Field

from configs.sections.base import Section

Hours = Annotated[float, Field(gt=0, le=168)]


class Priority(Section):
    step_hours: dict[str, Hours]
    usual_step_hours: Hours
    usual_weekly_hours: Hours
    unmeasured_activity_hours: Annotated[float, Field(ge=0, le=24)]

    def hours_of(self, stage: str | None) -> float:
        """Hours that the next step of a lead in this stage takes."""
        return self.step_hours.get(stage or "", self.usual_step_hours)
