"""What all tests share: telemetry off, and no skip in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from funnelcast.quiet import TELEMETRY_OFF
from scoring import mlflow_home

os.environ.update(TELEMETRY_OFF)

IS_CI = os.environ.get("CI") == "true"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.CallInfo[None], None]:  # noqa: ARG001
    """In CI a test that skips has failed: what is not run is not shown."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if IS_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped in CI, where nothing may be: {report.longrepr}"


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, pytest.CollectReport, None]:  # noqa: ARG001
    """The same for a file that skips as a whole."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if IS_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"Skipped in CI, where nothing may be: {report.longrepr}"


@pytest.fixture(scope="session", autouse=True)
def one_migrated_mlflow_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """New states of this process take a copy: MLflow's fifty migrations are three seconds of CPU for each."""
    make, made = mlflow_home._make_whole, tmp_path_factory.mktemp("mlflow") / "mlflow.db"

    def copied(uri: str) -> None:
        place = Path(uri.removeprefix("sqlite:///"))
        if uri.startswith("sqlite:///") and not place.exists():
            make(f"sqlite:///{made}")
            shutil.copy(made, place)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mlflow_home, "_make_whole", copied)
        yield


# Files that take minutes begin first, so that no worker is left with one when the others are done.
LONGEST_FIRST = (
    "test_main_job", "test_notebooks", "test_service", "test_under_load", "test_four_exports", "test_repository",
    "test_funnel_worlds", "test_importer_scale", "test_merged_customers", "test_scale",
    "test_in_chromium", "test_diagnosis", "test_train", "test_customers_and_recognition",
)  # fmt: skip


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one file stay on one worker, where its state is made once, unless they name a group themselves."""
    items.sort(key=lambda item: LONGEST_FIRST.index(item.path.stem) if item.path.stem in LONGEST_FIRST else 99)
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            is_main_job = item.path.parent.name == "main_job"  # three files that share one trained state
            item.add_marker(pytest.mark.xdist_group("main_job" if is_main_job else item.path.stem))


def pytest_collection_finish(session: pytest.Session) -> None:
    """A group that xdist does not see makes its state once per worker, which doubles the time of the slow tests."""
    if getattr(session.config.option, "loadgroup", False) and any("@" not in item.nodeid for item in session.items):
        raise pytest.UsageError("pytest and pytest-xdist must agree on groups, but xdist named none in the tests' ids.")
