"""Batch scores as they were given, kept to be judged once outcomes are known.

One Parquet file per run and model version, in `score_log/leads` of the state. A million leads are about 12 MB: a
receipt each, with features and reasons, would be a hundred times that, every day, and could be replayed from the lake
and the registry anyway. A file is written whole or not at all, and a repeated run writes the same file again.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

FOLDER = Path("score_log") / "leads"
COLUMNS = ("lead_id", "scored_at", "model_version", "horizon_days", "win_probability", "expected_value", "priority")
_STAMP = "%Y%m%dT%H%M%S%fZ"


def log_scores(home: Path, scores: pd.DataFrame, as_of: datetime, version: int, horizon_days: int) -> Path:
    """Keep one run's scores; grain (lead, run).

    Parameters
    ----------
    home: folder of the state.
    scores: lead_id, win_probability, expected_value (currency units, NaN where not known), priority; one row per lead.
    version, horizon_days: of the model that gave them.
    """
    kept = pd.DataFrame({
        "lead_id": scores["lead_id"].astype(str),
        "win_probability": scores["win_probability"].astype(np.float32),
        "expected_value": scores["expected_value"].astype(np.float64),
        "priority": scores["priority"].astype(np.int32),
        "horizon_days": np.int16(horizon_days),
    })  # fmt: skip
    file = home / FOLDER / f"{as_of.astimezone(UTC):{_STAMP}}-v{version}.parquet"
    part = file.with_suffix(".part")
    file.parent.mkdir(parents=True, exist_ok=True)
    kept.to_parquet(part, index=False, compression="zstd")
    part.replace(file)
    return file


def logged_runs(home: Path, since: datetime, until: datetime) -> list[tuple[datetime, int, Path]]:
    """(as_of, model version, file) of the runs in [since, until], oldest first."""
    runs = []
    for file in sorted((home / FOLDER).glob("*-v*.parquet")):
        stamp, version = file.stem.split("-v")
        moment = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
        if since <= moment <= until:
            runs.append((moment, int(version), file))
    return runs


def read_run(moment: datetime, version: int, file: Path) -> pd.DataFrame:
    """COLUMNS of one run; `scored_at` is aware, in UTC."""
    scores = pd.read_parquet(file)
    return scores.assign(scored_at=pd.Timestamp(moment), model_version=str(version))[list(COLUMNS)]


def prune(home: Path, keep_days: int, now: datetime) -> int:
    """Remove runs older than this; returns how many."""
    old = logged_runs(home, datetime.min.replace(tzinfo=UTC), now - timedelta(days=keep_days))
    for _, _, file in old:
        file.unlink(missing_ok=True)
    return len(old)
