"""What a yes/no model's test part tells beside its metrics."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from configs.settings import Settings
from scoring.artefact import Artefact
from training.amount_table import amount_table
from training.backtest import backtest
from training.groups import by_group
from training.range_table import range_table
from training.split import Split
from training.traits import traits_of


def findings_of(model: Artefact, parts: Split, p: NDArray[np.float64], seed: int) -> dict[str, Any]:
    """Plain JSON: groups, and for win traits of winners and the back-test of priority; empty for rfm. p: [n] or [n, 3]
    of the test part; seed: of the back-test's intervals.
    """
    if p.ndim == 2:
        return {}
    found: dict[str, Any] = {"groups": by_group(parts.test, p)}
    if parts.test.is_by_entity:
        found["traits"] = traits_of(parts.before_test, parts.test, model.features)
        found["backtest"] = backtest(parts.test, p, seed)
    return found


def ranges_learnt(model: Artefact, parts: Split, p: NDArray[np.float64]) -> dict[str, Any]:
    """The reference's `ranges`, from the test part, which the model has not seen; empty for rfm."""
    if p.ndim == 2:
        return {}
    test = parts.test
    return {"ranges": range_table(model.margin(model.encode(test.frame)), p, test.y, test.w, test.entity)}


def amounts_learnt(parts: Split, settings: Settings) -> dict[str, Any]:
    """The reference's `amounts`, from leads before the test part; empty where too few have an amount."""
    table = amount_table(parts.before_test, list(settings.funnel.size_bands))
    return {"amounts": table} if table else {}
