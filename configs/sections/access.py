from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, field_validator

from configs.sections.base import Section


class Access(Section):
    rotation_overlap_hours: Annotated[int, Field(ge=0)]
    erasure_key: Annotated[str | None, Field(pattern="^[0-9a-fA-F]{64}$")]
    personal_ids: list[str]

    @field_validator("personal_ids")
    @classmethod
    def _are_expressions(cls, patterns: list[str]) -> list[str]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"must be regular expressions, but {pattern!r} is none: {error}") from None
        return patterns
