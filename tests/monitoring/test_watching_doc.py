"""What docs/watching.md says of the configuration is whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from configs.settings import CONFIG_FOLDER, PROJECT_FOLDER, read_yaml

DOC = (PROJECT_FOLDER / "docs" / "watching.md").read_text(encoding="utf-8")


def keys(content: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for key, value in content.items():
        if isinstance(value, dict):
            yield from keys(value, f"{before}{key}.")
        else:
            yield f"{before}{key}"


@pytest.mark.parametrize("name", ["monitoring", "retraining", "alerts"])
def test_every_key_is_told(name: str) -> None:
    untold = [key for key in keys(read_yaml(CONFIG_FOLDER / f"{name}.yaml")) if f"`{key}`" not in DOC]
    assert untold == []
