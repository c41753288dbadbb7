from __future__ import annotations

from typing import Annotated

from pydantic import Field

from configs.sections.base import PositiveInt, Section, Share
from configs.sections.playbook import BothLanguages


class ServiceStar(Section):
    prior_ratings: Annotated[float, Field(gt=0)]
    prior_days: PositiveInt
    credibility: Share
    min_ratings: PositiveInt
    award_after_days: Annotated[int, Field(ge=0)]
    place_points: list[PositiveInt]


class WithPoints(BothLanguages):
    points: PositiveInt


class Course(WithPoints):
    pass_score: Annotated[float, Field(ge=0, le=100)]
    valid_days: PositiveInt


class Recognition(Section):
    service_star: ServiceStar
    kudos_per_month: PositiveInt
    medals: dict[str, WithPoints]
    rewards: dict[str, WithPoints]
    courses: dict[str, Course]
    honour_points: PositiveInt
