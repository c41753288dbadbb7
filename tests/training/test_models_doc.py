"""docs/models.md names every key of the sections it explains."""

from __future__ import annotations

from pathlib import Path

import pytest

from configs.settings import CONFIG_FOLDER, read_yaml

DOC = (Path(__file__).parents[2] / "docs" / "models.md").read_text(encoding="utf-8")


def keys(section: str) -> list[str]:
    content = read_yaml(CONFIG_FOLDER / f"{section}.yaml")
    nested = {"training": ("win", "churn", "rfm", "leakage", "gate")}.get(section, ())
    return [f"{key}.{inner}" if key in nested else key
            for key, value in content.items() for inner in (value if key in nested else [key])]  # fmt: skip


@pytest.mark.parametrize("key", [*keys("training"), *keys("scoring"), *keys("priority")])
def test_every_key_is_explained(key: str) -> None:
    assert f"`{key}`" in DOC
