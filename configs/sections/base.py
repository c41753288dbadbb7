from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(gt=0, lt=1)]
PositiveInt = Annotated[int, Field(gt=0)]


class Section(BaseModel):
    """A section refuses keys it does not know: a misspelt key is an error, never a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)
