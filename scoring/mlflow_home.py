"""The one place where MLflow is opened: telemetry off, stores where the settings say."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from configs.settings import Settings

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "funnelcast"


def mlflow_client(settings: Settings) -> MlflowClient:
    """A client of the configured tracking store and registry."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("DO_NOT_TRACK", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # MLflow looks for git, which a small machine may lack
    from mlflow import MlflowClient  # noqa: PLC0415 (slow to import, and the switches above must come first)

    settings.paths.mlruns.mkdir(parents=True, exist_ok=True)
    uri = settings.mlflow_tracking_uri
    _make_whole(uri)
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def _make_whole(uri: str) -> None:
    """Make MLflow's SQLite file beside its place and link it there when it is whole: MLflow itself would migrate it in
    place, and what a kill left half made could never be opened again.
    """
    from mlflow import MlflowClient  # noqa: PLC0415 (slow to import)

    place = Path(uri.removeprefix("sqlite:///"))
    if not uri.startswith("sqlite:///") or place.exists():
        return
    with TemporaryDirectory(dir=place.parent, prefix=".new-") as folder:
        made = Path(folder) / place.name
        MlflowClient(tracking_uri=f"sqlite:///{made}").search_experiments(max_results=1)
        with suppress(FileExistsError):  # another process was quicker: its file is as good
            place.hardlink_to(made)


def experiment_id(client: MlflowClient, settings: Settings) -> str:
    """The experiment of all runs; made at first use. A remote server keeps files where it wants, we keep ours in
    mlruns.
    """
    found = client.get_experiment_by_name(EXPERIMENT)
    if found is not None:
        return str(found.experiment_id)
    is_remote = settings.mlflow_tracking_uri.startswith(("http://", "https://"))
    location = None if is_remote else (settings.paths.mlruns / "artifacts").as_uri()
    return str(client.create_experiment(EXPERIMENT, artifact_location=location))
