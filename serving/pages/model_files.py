"""What a training left beside its model: how the gate judged, the reliability curve, which features matter."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from configs.settings import Settings
from scoring.mlflow_home import mlflow_client

CARD_FILES = {"en": "card.html", "zh": "card.zh.html"}
FILES = {"judgement": "judgement.json", "curves": "curves/curves.json", "importance": "importance.json"}


class ModelFiles:
    """Files of training runs. A run never changes, so each is fetched once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kept: dict[str, dict[str, Any]] = {}

    def of(self, run_id: str) -> dict[str, Any]:
        """judgement, curves and importance of a run; empty ones where the run has none or cannot be reached."""
        if run_id not in self._kept:
            with TemporaryDirectory() as folder:
                self._kept[run_id] = {name: self._fetched(run_id, path, folder) for name, path in FILES.items()}
        return self._kept[run_id]

    def card_of(self, run_id: str, language: str) -> str | None:
        """The model card, an HTML page of its own; None where the run has none or cannot be reached.

        A version registered before there were cards in Chinese has one in English alone.
        """
        files = dict.fromkeys((CARD_FILES[language], CARD_FILES["en"]))
        with TemporaryDirectory() as folder:
            return next(filter(None, (self._text(run_id, file, folder) for file in files)), None)

    def _fetched(self, run_id: str, path: str, folder: str) -> Any:
        text = self._text(run_id, path, folder)
        try:
            return json.loads(text) if text else {}
        except ValueError:
            return {}

    def _text(self, run_id: str, path: str, folder: str) -> str | None:
        try:
            file = Path(mlflow_client(self._settings).download_artifacts(run_id, path, folder))
            return file.read_text(encoding="utf-8")
        except Exception:  # MLflow raises its stores' own errors; a page without a curve is better than no page
            return None
