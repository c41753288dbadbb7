"""Feast is imported without typeguard's rewriting, whichever of our modules comes first."""

from __future__ import annotations

import subprocess
import sys

import pytest

IS_REWRITTEN = "sys.exit('TypeCheckMemo' in feast.FeatureView.__init__.__code__.co_names)"


@pytest.mark.parametrize(
    ("first", "is_rewritten"),
    [
        ("features.definitions", False),
        ("features.online.sqlite_store", False),
        ("features.store", False),
        ("feast", True),
    ],
)
def test_typeguard_rewrites_feast_only_where_it_is_imported_before_us(first: str, is_rewritten: bool) -> None:
    code = f"import sys, {first}, feast; {IS_REWRITTEN}"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == is_rewritten
