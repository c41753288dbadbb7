"""One MLflow run per training: parameters, metrics, curves, importance, and what the data was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from configs.settings import Settings
from scoring.artefact import Artefact
from scoring.mlflow_home import experiment_id, mlflow_client
from training.card import FILES
from training.curves import Curves, figure_of

if TYPE_CHECKING:
    from mlflow import MlflowClient

MAX_PARAMETER_LENGTH = 500
KEPT_FILES = (*FILES.values(), "curves", "importance.json")  # of a training; a version at another level keeps them


class Run:
    """A run that is open; write to it with the methods."""

    def __init__(self, client: MlflowClient, run_id: str) -> None:
        self._client = client
        self.run_id = run_id

    def parameters(self, values: dict[str, Any]) -> None:
        """What the training was given and what the search chose."""
        from mlflow.entities import Param  # noqa: PLC0415 (slow to import)

        self._client.log_batch(self.run_id, params=[Param(k, str(v)[:MAX_PARAMETER_LENGTH]) for k, v in values.items()])

    def metrics(self, values: dict[str, float], prefix: str = "") -> None:
        """Figures on the test part; one that is not defined, such as the AUC of one class, is left out."""
        for name, value in values.items():
            if value == value:  # noqa: PLR0124 (not a NaN)
                self._client.log_metric(self.run_id, f"{prefix}{name}", float(value))

    def document(self, content: dict[str, Any], path: str) -> None:
        """A JSON file of the run."""
        self._client.log_dict(self.run_id, content, path)

    def page(self, html: str, path: str) -> None:
        """An HTML file of the run."""
        self._client.log_text(self.run_id, html, path)

    def curves(self, curves: Curves) -> None:
        """Each curve as a picture and as JSON."""
        for name, points in curves.items():
            self._client.log_figure(self.run_id, figure_of(name, points), f"curves/{name}.png")
        self.document(dict(curves), "curves/curves.json")

    def copy(self, run_id: str, paths: Sequence[str]) -> None:
        """Files and folders of another run, those that it has."""
        found = {file.path for file in self._client.list_artifacts(run_id)}
        with TemporaryDirectory() as folder:
            for path in found.intersection(paths):
                self._client.download_artifacts(run_id, path, folder)
            self._client.log_artifacts(self.run_id, folder)

    def data(self, name: str, digest: str, profile: str) -> None:
        """The data set the model was made of, as MLflow lists it."""
        from mlflow.entities import Dataset, DatasetInput, InputTag  # noqa: PLC0415 (slow to import)

        described = Dataset(
            name=name, digest=digest[:36], source_type="code", source="features.repository", profile=profile
        )
        self._client.log_inputs(
            self.run_id, datasets=[DatasetInput(described, [InputTag("mlflow.data.context", "training")])]
        )


@contextmanager
def tracked(settings: Settings, name: str, tags: dict[str, str]) -> Iterator[Run]:
    """A run that is finished when its block ends, as failed when that raises."""
    client = mlflow_client(settings)
    run = client.create_run(experiment_id(client, settings), run_name=name, tags=tags)
    try:
        yield Run(client, run.info.run_id)
    except BaseException:
        client.set_terminated(run.info.run_id, "FAILED")
        raise
    client.set_terminated(run.info.run_id, "FINISHED")


def importance_of(artefact: Artefact) -> dict[str, float]:
    """Share of each feature in the model: range of its points plus total gain of its splits, each brought to a sum of
    1.
    """
    gain = artefact.booster.get_score(importance_type="total_gain")
    trees = {spec.name: float(gain.get(f"f{i}", 0.0)) for i, spec in enumerate(artefact.features)}
    points = dict.fromkeys(trees, 0.0)
    for term in artefact.scorecard.terms:
        reach = np.ptp(term.points, axis=0) + (0.0 if term.curve is None else np.ptp(term.curve.heights, axis=0))
        points[artefact.features[term.column].name] = float(np.max(reach))
    parts = [part for part in (trees, points) if sum(part.values()) > 0]
    shares = {name: sum(part[name] / sum(part.values()) for part in parts) / max(len(parts), 1) for name in trees}
    return dict(sorted(shares.items(), key=lambda item: -item[1]))
