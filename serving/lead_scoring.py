"""Scores of leads, stored or given in full, by the same function as the batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, Protocol

import pandas as pd

from configs.settings import Settings
from scoring.lead_scores import score_vectors
from serving import metrics
from serving.champion import Champion, ChampionHolder
from serving.clock import Clock
from serving.lead_rows import canonical_rows
from serving.models_needed import model_answer, needed
from serving.plain import plain_mapping
from serving.previous_scores import PreviousScores, Trend, trend_of
from serving.receipts import ReceiptWriter
from serving.schemas import LeadRow
from serving.scored_entity import ScoredEntity, Stamp
from serving.shadow import NoShadow, Shadow
from serving.vectors import VectorSource

FIGURES = (
    "win_probability", "win_probability_low", "win_probability_high", "comparable_leads", "grade", "trend",
    "expected_value", "amount_estimated", "size_fit", "credit_hold", "prescreen",
)  # fmt: skip
figures_of = itemgetter(*FIGURES)


class RowFeatures(Protocol):
    """Makes features of leads that are not stored."""

    def lead_frame_of_rows(self, rows: list[dict[str, Any]], as_of: datetime) -> pd.DataFrame: ...  # noqa: D102


class LeadScoring:
    """Answers `POST /v1/leads/score`. By ids and by rows may run in two threads. Without a model it raises."""

    def __init__(
        self,
        champions: ChampionHolder,
        vectors: VectorSource,
        row_features: RowFeatures,
        previous: PreviousScores,
        receipts: ReceiptWriter,
        clock: Clock,
        settings: Settings,
        shadow: Shadow | None = None,
    ) -> None:
        self._shadow = shadow or NoShadow()
        self._champions = champions
        self._vectors = vectors
        self._row_features = row_features
        self._previous = previous
        self._receipts = receipts
        self._clock = clock
        self._settings = settings

    def by_ids(self, lead_ids: Sequence[str], *, with_reasons: bool = True) -> dict[str, Any]:
        """Scores of stored leads, from their online vectors, in the order asked.

        Raises
        ------
        UnavailableError: there is no model, or a store does not answer.
        """
        champion = needed(self._champions, "win")
        now = self._clock.now()
        found = self._vectors.of("leads", lead_ids, now)
        asked = [
            (key, found[key].values, found[key].features_as_of, found[key].is_expired)
            for key in lead_ids
            if key in found
        ]
        missing = [_not_found(key) for key in dict.fromkeys(lead_ids) if key not in found]
        return self._answer(champion, now, asked, missing, with_reasons)

    def by_rows(self, leads: Sequence[LeadRow], *, with_reasons: bool = True) -> dict[str, Any]:
        """Scores of leads that are not stored, in the order given.

        Raises
        ------
        UnavailableError: there is no model.
        """
        champion = needed(self._champions, "win")
        now = self._clock.now()
        rows = canonical_rows(leads, now, self._settings.intake.timezone)
        usable = [row for row in rows if row["created_at"] <= now]
        future = [_from_future(row["lead_id"], now) for row in rows if row["created_at"] > now]
        values = self._values_of(usable, now) if usable else {}
        asked = [(row["lead_id"], values[row["lead_id"]], now, False) for row in usable]
        return self._answer(champion, now, asked, future, with_reasons)

    def _values_of(self, rows: list[dict[str, Any]], now: datetime) -> dict[str, Mapping[str, Any]]:
        frame = self._row_features.lead_frame_of_rows(rows, now)
        records = frame.astype(object).to_dict("records")
        return {
            str(record["entity_id"]): plain_mapping({str(name): value for name, value in record.items()})
            for record in records
        }

    def _answer(
        self,
        champion: Champion,
        now: datetime,
        asked: Sequence[tuple[str, Mapping[str, Any], datetime, bool]],
        errors: list[dict[str, str]],
        with_reasons: bool,
    ) -> dict[str, Any]:
        scored = self._score(champion, now, asked, with_reasons)
        self._receipts.put([entity.receipt() for entity in scored])
        self._shadow.offer(scored)
        self._count(champion, scored, errors)
        model = model_answer("win", champion)
        return {"model": model, "scores": [entity.to_json() for entity in scored], "errors": errors}

    def _score(
        self,
        champion: Champion,
        now: datetime,
        asked: Sequence[tuple[str, Mapping[str, Any], datetime, bool]],
        with_reasons: bool,
    ) -> list[ScoredEntity]:
        rows = [values for _, values, _, _ in asked]
        scores = score_vectors(champion.artefact, rows, self._settings, with_reasons)
        previous = self._previous.of([key for key, *_ in asked])
        expires_at = now + timedelta(hours=self._settings.scoring.score_ttl_hours)
        stamp = Stamp("lead", "win", str(champion.version), now, expires_at)
        scored = []
        for (key, values, features_as_of, is_expired), score in zip(asked, scores, strict=True):
            told = {**vars(score), "trend": self._trend(previous, key, score.win_probability)}
            figures = dict(zip(FIGURES, figures_of(told), strict=True))
            reasons = [reason.to_json() for reason in score.reasons]
            scored.append(ScoredEntity(stamp, key, figures, reasons, values, features_as_of, is_expired))
        self._previous.remember({entity.entity_id: entity.figures["win_probability"] for entity in scored})
        return scored

    def _trend(self, previous: Mapping[str, float | None] | None, key: str, current: float) -> Trend | None:
        if previous is None:
            return None
        return trend_of(previous[key], current, self._settings.scoring.trend_threshold)

    def _count(self, champion: Champion, scored: Sequence[ScoredEntity], errors: Sequence[Mapping[str, str]]) -> None:
        metrics.SCORES.labels("lead", champion.version).inc(len(scored))
        metrics.DEGRADED.labels("lead").inc(sum(entity.is_degraded for entity in scored))
        probability, age = metrics.PROBABILITY.labels("win"), metrics.FEATURE_AGE_SECONDS.labels("lead")
        for entity in scored:
            probability.observe(entity.figures["win_probability"])
            age.observe(entity.feature_age_seconds)
        for error in errors:
            metrics.UNSCORED.labels("lead", error["code"]).inc()


def _not_found(lead_id: str) -> dict[str, str]:
    message = "The lead must be stored, open, and have features, but no features are stored for it."
    return {"lead_id": lead_id, "code": "lead_not_found", "message": message}


def _from_future(lead_id: str, now: datetime) -> dict[str, str]:
    message = f"The lead must have been created by {now.isoformat()}, but its created_at is later."
    return {"lead_id": lead_id, "code": "created_after_as_of", "message": message}
