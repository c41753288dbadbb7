"""One score on its way to the caller and into its receipt."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from crm_core.receipts import Receipt
from serving.plain import plain_mapping


@dataclass(frozen=True)
class Stamp:
    """What is the same for every score of a call: which model, when, and until when it counts."""

    entity: Literal["lead", "customer"]
    model_name: str
    model_version: str
    scored_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class ScoredEntity:
    """A score, the features it came from and its reasons; `figures` are the contract's columns."""

    stamp: Stamp
    entity_id: str
    figures: Mapping[str, Any]
    reasons: list[dict[str, Any]]
    features: Mapping[str, Any]
    features_as_of: datetime
    is_degraded: bool
    prediction_id: str = field(default_factory=lambda: uuid.uuid4().hex)

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
            "scored_at": self.stamp.scored_at.isoformat(),
            "expires_at": self.stamp.expires_at.isoformat(),
        }

    def receipt(self) -> Receipt:
        """What is kept of it, enough to replay it."""
        return Receipt(
            prediction_id=self.prediction_id,
            entity=self.stamp.entity,
            entity_id=self.entity_id,
            model_name=self.stamp.model_name,
            model_version=self.stamp.model_version,
            features=plain_mapping(self.features),
            scores=dict(self.figures),
            reasons=self.reasons,
            features_as_of=self.features_as_of,
            scored_at=self.stamp.scored_at,
            expires_at=self.stamp.expires_at,
            is_degraded=self.is_degraded,
        )
