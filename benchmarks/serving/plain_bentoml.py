"""Baseline (c): a plain BentoML route over Feast's SDK, as their documentations show it."""

from __future__ import annotations

from typing import Any

import bentoml

from benchmarks.serving.state import MOMENT
from configs.settings import load_settings


@bentoml.service(name="plain", workers=1, logging={"access": {"enabled": False}})
class Plain:
    """One async route."""

    def __init__(self) -> None:
        from feast import FeatureStore  # noqa: PLC0415

        from features.store import repo_config  # noqa: PLC0415
        from scoring.registry import Registry  # noqa: PLC0415

        assert MOMENT
        self.settings = load_settings()
        self.artefact, _ = Registry(self.settings).load_champion("win")
        self.store = FeatureStore(config=repo_config(self.settings))
        self.features = self.store.get_feature_service("win")

    @bentoml.api(route="/v1/leads/score")
    async def score(self, lead_ids: list[str], reasons: bool = True) -> dict[str, Any]:
        """Scores by id."""
        from scoring.lead_scores import score_vectors  # noqa: PLC0415

        entities = [{"lead_id": lead_id} for lead_id in lead_ids]
        columns = self.store.get_online_features(features=self.features, entity_rows=entities).to_dict()
        rows = [{name: values[at] for name, values in columns.items()} for at in range(len(lead_ids))]
        scores = score_vectors(self.artefact, rows, self.settings, reasons)
        return {
            "scores": [{"lead_id": key, "p": one.win_probability} for key, one in zip(lead_ids, scores, strict=True)]
        }
