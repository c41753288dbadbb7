"""One score on its way to the caller and into its receipt."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from crm_core.receipts import Receipt


@dataclass(frozen=True)
class Stamp:
    """What is the same for every score of a call: which model, when, and until when it counts."""

    entity: Literal["lead", "customer"]
    model_name: str
    model_version: str
    scored_at: datetime
    expires_at: datetime

    @cached_property
    def moments(self) -> dict[str, str]:
        """As the contract writes them."""
        return {"scored_at": self.scored_at.isoformat(), "expires_at": self.expires_at.isoformat()}


def _new_id() -> str:
    """UUID version 7's idea (RFC 9562): milliseconds, then 80 random bits. Ids that grow are stored side by side."""
    return f"{time.time_ns() // 1_000_000:012x}{os.urandom(10).hex()}"


@dataclass
class ScoredEntity:
    """A score, the features it came from and its reasons; `figures` are the contract's columns.

    features: plain JSON values.
    """

    stamp: Stamp
    entity_id: str
    figures: Mapping[str, Any]
    reasons: list[dict[str, Any]]
    features: Mapping[str, Any]
    features_as_of: datetime
    is_degraded: bool
    prediction_id: str = field(default_factory=_new_id)

    @property
    def feature_age_seconds(self) -> float:
        """How old the features were when they were scored."""
        return (self.stamp.scored_at - self.features_as_of).total_seconds()

    def to_json(self) -> dict[str, Any]:
        """The score as the contract has it."""
        return {
            f"{self.stamp.entity}_id": self.entity_id,
            "prediction_id": self.prediction_id,
            **self.figures,
            "reasons": self.reasons,
            "degraded": self.is_degraded,
            "features_as_of": self.features_as_of.isoformat(),
            **self.stamp.moments,
        }

    def receipt(self) -> Receipt:
        """What is kept of it, enough to replay it."""
        return Receipt(
            prediction_id=self.prediction_id,
            entity=self.stamp.entity,
            entity_id=self.entity_id,
            model_name=self.stamp.model_name,
            model_version=self.stamp.model_version,
            features=dict(self.features),
            scores=dict(self.figures),
            reasons=self.reasons,
            features_as_of=self.features_as_of,
            scored_at=self.stamp.scored_at,
            expires_at=self.stamp.expires_at,
            is_degraded=self.is_degraded,
        )
