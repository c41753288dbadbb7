"""Evidently draws the drift of features and score; the verdicts in it are ours, so that page and JSON never disagree.

Evidently is told to use our test: it asks for a column, and gets what `monitoring.column_drift` found on all rows,
whatever sample it draws, as -log10 q, because it lists the highest figure first. It sends nothing anywhere: only its
own service and command line would, and `DO_NOT_TRACK` stops those too.
"""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Sequence
from typing import Any

import pandas as pd

from configs.sections import Monitoring
from monitoring.column_drift import ColumnDrift, as_labels, as_numbers
from monitoring.errors import RenderError
from monitoring.packed_page import pack_page
from monitoring.stable_ids import number_ids

TITLE = "funnelcast: drift of leads"
TEST_NAME = "funnelcast_calibrated"
TEST_TITLE = "Calibrated test, −log10 q"
SMALLEST_Q = 1e-300
MAX_CATEGORIES = 20
MAX_LABEL_LENGTH = 60
# Evidently puts labels into a script element, where < would end it.
_HARMLESS = str.maketrans({"<": "‹", ">": "›", "&": "＆"})


def render_drift(
    reference: pd.DataFrame, current: pd.DataFrame, columns: Sequence[ColumnDrift], settings: Monitoring, seed: int
) -> str:
    """One HTML page, self-contained, with the columns in the order given.

    Parameters
    ----------
    reference, current: one row per lead, with every column; at most `max_report_rows` of each are drawn, by seed.
    columns: verdicts; at most `max_report_columns` are drawn.

    Raises
    ------
    RenderError: there is no column to draw, or Evidently failed.
    """
    shown = list(columns)[: settings.max_report_columns]
    if not shown:
        raise RenderError("A drift page needs at least one tested column, but got none.")
    names = _unique_names(shown)
    tables = [_table(frame, shown, names, settings.max_report_rows, seed) for frame in (reference, current)]
    try:
        page = _render(tables[0], tables[1], dict(zip(names, shown, strict=True)), settings.alpha)
    except (ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise RenderError(f"Evidently must be able to draw {len(shown)} columns, but failed: {error}.") from error
    return pack_page(number_ids(page, keep=_texts(tables)), TITLE)


def harmless(label: str) -> str:
    """A label that cannot leave the script element it is put in, cut to a length that can be read.

    >>> harmless("</script><b>")
    '‹/script›‹b›'
    """
    return label[:MAX_LABEL_LENGTH].translate(_HARMLESS)


def _unique_names(columns: Sequence[ColumnDrift]) -> list[str]:
    names: list[str] = []
    for column in columns:
        name = harmless(column.column)
        names.append(name if name not in names else f"{name} ({len(names)})")
    return names


def _table(
    frame: pd.DataFrame, columns: Sequence[ColumnDrift], names: Sequence[str], rows: int, seed: int
) -> pd.DataFrame:
    sample = frame.sample(n=min(rows, len(frame)), random_state=seed)
    return pd.DataFrame(
        {
            name: as_numbers(sample[column.column])
            if column.kind == "number"
            else _labels(sample[column.column], column)
            for name, column in zip(names, columns, strict=True)
        }
    )


def _labels(values: pd.Series[Any], column: ColumnDrift) -> list[str | None]:
    """Labels with the rare ones as one, chosen by the verdict's own shares so that both windows keep the same."""
    kept = {**column.reference.to_json()["shares"], **column.current.to_json()["shares"]}
    return [
        None if label is None else harmless(label) if label in kept else "(other)"
        for label in as_labels(values).tolist()
    ]


def _texts(tables: Sequence[pd.DataFrame]) -> set[str]:
    return {
        str(text)
        for table in tables
        for name in table
        for text in (name, *(table[name].dropna().unique() if table[name].dtype == object else ()))
    }


def _render(reference: pd.DataFrame, current: pd.DataFrame, verdicts: dict[str, ColumnDrift], alpha: float) -> str:
    os.environ.setdefault("DO_NOT_TRACK", "true")
    with warnings.catch_warnings():
        # Evidently 0.7 and what it imports use names that NumPy and Litestar deprecate; nothing of ours is called here.
        warnings.simplefilter("ignore")
        from evidently import DataDefinition, Dataset, Report  # noqa: PLC0415 (takes six seconds)
        from evidently.presets import DataDriftPreset  # noqa: PLC0415

        _register_test(verdicts)
        definition = DataDefinition(
            numerical_columns=[name for name, verdict in verdicts.items() if verdict.kind == "number"],
            categorical_columns=[name for name, verdict in verdicts.items() if verdict.kind == "category"],
        )
        # Any drifted column makes the data set a drifted one; Evidently's own half would never see a single column.
        preset = DataDriftPreset(
            columns=list(verdicts),
            method=TEST_NAME,
            threshold=_strength(alpha),
            drift_share=1 / len(verdicts),
            include_tests=False,
        )
        snapshot = Report([preset]).run(
            Dataset.from_pandas(current, definition), Dataset.from_pandas(reference, definition)
        )
        page: str = snapshot.get_html_str(as_iframe=False)
    return page


def _strength(q_value: float) -> float:
    return -math.log10(max(q_value, SMALLEST_Q)) + 0.0


def _register_test(verdicts: dict[str, ColumnDrift]) -> None:
    from evidently.legacy.calculations.stattests import StatTest, register_stattest  # noqa: PLC0415
    from evidently.legacy.core import ColumnType  # noqa: PLC0415

    def look_up(
        reference: pd.Series[Any], _current: pd.Series[Any], _kind: object, _alpha: float
    ) -> tuple[float, bool]:
        verdict = verdicts[str(reference.name)]
        return _strength(verdict.q_value), verdict.is_drifted

    kinds = [ColumnType.Numerical, ColumnType.Categorical]
    register_stattest(StatTest(TEST_NAME, TEST_TITLE, kinds), look_up)
