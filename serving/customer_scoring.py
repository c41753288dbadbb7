"""Scores of stored customers, by the same function as the batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from configs.settings import Settings
from scoring.customer_scores import score_vectors
from serving import metrics
from serving.champion import ChampionHolder
from serving.clock import Clock
from serving.models_needed import model_answer, needed
from serving.receipts import ReceiptWriter
from serving.scored_entity import ScoredEntity, Stamp
from serving.vectors import VectorSource

FIGURES = ("churn_probability", "rfm_tier", "p_up", "p_stay", "p_down", "value_at_risk")


class CustomerScoring:
    """Answers `POST /v1/customers/score`. Runs in the scoring thread."""

    def __init__(
        self,
        champions: ChampionHolder,
        vectors: VectorSource,
        receipts: ReceiptWriter,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self._champions = champions
        self._vectors = vectors
        self._receipts = receipts
        self._clock = clock
        self._settings = settings

    def by_ids(self, customer_ids: Sequence[str], *, with_reasons: bool = True) -> dict[str, Any]:
        """Scores of stored customers, from their online vectors, in the order asked.

        Raises
        ------
        UnavailableError: a model is missing, or a store does not answer.
        """
        churn, rfm = needed(self._champions, "churn"), needed(self._champions, "rfm")
        now = self._clock.now()
        found = self._vectors.of("customers", customer_ids, now)
        asked = [found[key] for key in customer_ids if key in found]
        rows = [vector.values for vector in asked]
        scores = score_vectors(churn.artefact, rfm.artefact, rows, self._settings, with_reasons)
        expires_at = now + timedelta(hours=self._settings.scoring.score_ttl_hours)
        stamp = Stamp("customer", "churn,rfm", f"{churn.version},{rfm.version}", now, expires_at)
        scored = [
            ScoredEntity(
                stamp, vector.entity_id, {name: getattr(score, name) for name in FIGURES}, score.reasons, vector.values,
                vector.features_as_of, vector.is_expired,
            )
            for vector, score in zip(asked, scores, strict=True)
        ]  # fmt: skip
        self._receipts.put([entity.receipt() for entity in scored])
        errors = [_not_found(key) for key in dict.fromkeys(customer_ids) if key not in found]
        _count(stamp.model_version, scored, len(errors))
        models = {"churn": model_answer("churn", churn), "rfm": model_answer("rfm", rfm)}
        return {"models": models, "scores": [entity.to_json() for entity in scored], "errors": errors}


def _count(version: str, scored: Sequence[ScoredEntity], count_errors: int) -> None:
    metrics.SCORES.labels("customer", version).inc(len(scored))
    metrics.DEGRADED.labels("customer").inc(sum(entity.is_degraded for entity in scored))
    probability, age = metrics.PROBABILITY.labels("churn"), metrics.FEATURE_AGE_SECONDS.labels("customer")
    for entity in scored:
        probability.observe(entity.figures["churn_probability"])
        age.observe(entity.feature_age_seconds)
    metrics.UNSCORED.labels("customer", "customer_not_found").inc(count_errors)


def _not_found(customer_id: str) -> dict[str, str]:
    message = "The customer must be stored, active, and have features, but no features are stored for it."
    return {"customer_id": customer_id, "code": "customer_not_found", "message": message}
