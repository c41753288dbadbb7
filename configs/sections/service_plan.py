from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from configs.sections.base import PositiveInt, Section
from configs.sections.playbook import BothLanguages


class Entitlement(Section):
    code: str
    en: str
    zh: str


class TierService(Section):
    contact_every_days: PositiveInt | None = None
    batch_day: Annotated[int, Field(ge=1, le=28)] | None = None
    points_factor: PositiveInt
    entitlements: list[Entitlement]

    @model_validator(mode="after")
    def _has_one_rhythm(self) -> Self:
        if (self.contact_every_days is None) == (self.batch_day is None):
            raise ValueError("a tier has either contact_every_days or batch_day")
        return self


class Means(BothLanguages):
    words: list[str]


class Consent(Section):
    unasked: Literal["propose", "refuse"]
    given: list[str]
    refused: list[str]
    means: Annotated[dict[str, Means], Field(min_length=1)]


class ServicePlan(Section):
    uncounted_kinds: list[str]
    consent: Consent
    strategic: TierService
    growth: TierService
    maintenance: TierService
