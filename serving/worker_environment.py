"""The environment from which a worker process loads exactly the settings of the process that started it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from configs.settings import PROJECT_FOLDER, SECTION_NAMES, Settings
from serving.clock import AS_OF_VARIABLE

_SQLITE = "sqlite:///"


@contextmanager
def environment_of_workers(settings: Settings, as_of: datetime | None) -> Iterator[None]:
    """The environment from which a worker process loads exactly these settings; restored afterwards."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="funnelcast-serve-", ignore_cleanup_errors=True) as folder:
        handed_over = Path(folder) / "settings.yaml"
        handed_over.touch(mode=0o600)  # it may hold the password of a store
        handed_over.write_text(
            _anchored(settings.without_overrides()).model_dump_json(include=set(SECTION_NAMES)), encoding="utf-8"
        )
        for name in ("FUNNELCAST_HOME", AS_OF_VARIABLE):
            os.environ.pop(name, None)
        os.environ.update(_variables(settings, as_of, Path(folder), handed_over))
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def _variables(settings: Settings, as_of: datetime | None, folder: Path, handed_over: Path) -> dict[str, str]:
    path = os.pathsep.join(filter(None, [str(PROJECT_FOLDER), os.environ.get("PYTHONPATH")]))
    variables = {
        "FUNNELCAST_CONFIG": str(handed_over),
        "PYTHONPATH": path,
        "PYTHONSAFEPATH": "1",  # where the worker stands is not where its modules are
        "BENTOML_HOME": str(
            folder / "bentoml"
        ),  # its metrics folder is emptied at each start, so each start has its own
        "BENTOML_DO_NOT_TRACK": "true",
        "BENTOML_QUIET": "true",
        "DO_NOT_TRACK": "true",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    if settings.home is not None:
        variables["FUNNELCAST_HOME"] = str(settings.home.absolute())
    if settings.api_key is not None:
        variables["FUNNELCAST_API_KEY"] = settings.api_key
    if as_of is not None:
        variables[AS_OF_VARIABLE] = as_of.astimezone(UTC).isoformat()
    return variables


def _anchored(settings: Settings) -> Settings:
    """The same stores for a process that stands in another folder: relative SQLite files get their absolute path."""
    stores = settings.stores
    urls = {"database_url": stores.database_url, "mlflow_tracking_uri": stores.mlflow_tracking_uri}
    anchored = {name: _absolute(url) for name, url in urls.items() if url}
    return settings.model_copy(update={"stores": stores.model_copy(update=anchored)})


def _absolute(url: str) -> str:
    """The URL of the same SQLite file, from anywhere; any other URL as it is.

    >>> _absolute("sqlite:////srv/crm.db"), _absolute("postgresql://db/crm"), _absolute("sqlite:///:memory:")
    ('sqlite:////srv/crm.db', 'postgresql://db/crm', 'sqlite:///:memory:')
    """
    file = url.removeprefix(_SQLITE)
    return url if file in (url, ":memory:") else f"{_SQLITE}{Path(file).absolute()}"
