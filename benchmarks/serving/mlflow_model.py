"""Baseline (b): the model as `mlflow models serve` wants it, from code (no pickle); rows come with the request."""

from __future__ import annotations

from typing import Any

import mlflow
import pandas as pd


class WinModel(mlflow.pyfunc.PythonModel):
    """The champion, fed with frames."""

    def load_context(self, context: Any) -> None:
        """Load the champion."""
        from configs.settings import load_settings  # noqa: PLC0415
        from scoring.registry import Registry  # noqa: PLC0415

        assert context is not None
        self.artefact, _ = Registry(load_settings()).load_champion("win")

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> Any:  # noqa: ARG002 (MLflow's)
        """Probabilities."""
        frame = model_input.reindex(columns=[spec.name for spec in self.artefact.features])
        return self.artefact.predict(self.artefact.encode(frame))


mlflow.models.set_model(WinModel())
