"""The top of the priority list, as the managers' report shows it."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

MAX_REASONS = 3


def priority_rows(scores: pd.DataFrame | None, limit: int) -> list[dict[str, Any]]:
    """The first leads of the priority list with their first reasons; empty without scores.

    Parameters
    ----------
    scores: as `score leads` writes them, one row per open lead; `priority` ranks them, 1 first.
    """
    if scores is None or scores.empty:
        return []
    ordered = scores.sort_values(["priority", "lead_id"], kind="stable").head(limit)
    return [_row(record) for record in ordered.to_dict(orient="records")]


def _row(record: dict[Any, Any]) -> dict[str, Any]:
    probability = _number(record.get("win_probability"))
    return {
        "lead_id": str(record["lead_id"]),
        "win_probability": probability,
        "grade": _text(record.get("grade")),
        "expected_value": _number(record.get("expected_value")),
        "credit_hold": bool(_number(record.get("credit_hold")) or 0),
        "reasons": _reasons(record.get("reasons")),
    }


def _reasons(reasons: Any) -> list[dict[str, str]]:
    content = json.loads(reasons) if isinstance(reasons, str) else reasons
    if not isinstance(content, list):
        return []
    return [{"en": str(reason["en"]), "zh": str(reason["zh"])} for reason in content[:MAX_REASONS]]


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)
