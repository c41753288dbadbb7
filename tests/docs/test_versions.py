"""Pinned versions: no address of a registry, and none below the floor of a known vulnerability."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.version import Version

ROOT = Path(__file__).parents[2]
# Lowest version without a known vulnerability (shared/stack.md); bentoml's floor also keeps a resolver from 0.9.2.
FLOORS = {
    "bentoml": "1.4.39",
    "mlflow": "3.11",
    "feast": "0.63",
    "starlette": "1.3.1",
    "python-multipart": "0.0.30",
    "pyarrow": "14.0.1",
    "skops": "0.13",
}


def pinned(file: str) -> dict[str, str]:
    text = (ROOT / file).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\n]+)", text, flags=re.M))


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
@pytest.mark.parametrize(("package", "floor"), FLOORS.items())
def test_no_pinned_version_is_below_its_floor(file: str, package: str, floor: str) -> None:
    assert Version(pinned(file)[package]) >= Version(floor)


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_the_requirements_name_no_registry(file: str) -> None:
    assert "://" not in (ROOT / file).read_text(encoding="utf-8")


def test_both_files_pin_the_same_versions() -> None:
    developers = pinned("requirements-dev.txt")
    assert {package: developers.get(package) for package in pinned("requirements.txt")} == pinned("requirements.txt")
