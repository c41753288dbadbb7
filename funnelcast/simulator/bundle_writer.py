"""Writes the bundle: every file under a temporary name first, then renamed, so that none is half-written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from configs.progress import Progress
from funnelcast.simulator.errors import ForeignFolderError

TABLES = (
    "channels",
    "channel_spend",
    "reps",
    "customers",
    "leads",
    "stage_events",
    "activities",
    "orders",
    "payments",
    "receivables",
    "ratings",
    "attribute_changes",
    "sync_log",
)
TRUTH_FILE = "planted_truth.json"
_PART = ".part"


def check_folder(out: Path) -> None:
    """Refuse what is not a folder of our own: a file, or a folder with anything but an earlier bundle.

    Raises
    ------
    ForeignFolderError: with what was found.
    """
    if out.exists() and not out.is_dir():
        raise ForeignFolderError(f"The output must be a folder, but {out} is a file.")
    if not out.exists():
        return
    ours = {f"{t}.csv" for t in TABLES} | {TRUTH_FILE}
    foreign = sorted(p.name for p in out.iterdir() if p.name.removesuffix(_PART) not in ours)
    holds_truth = (out / TRUTH_FILE).exists() or (out / (TRUTH_FILE + _PART)).exists()
    if foreign or (any(out.iterdir()) and not holds_truth):
        found = foreign[0] if foreign else "tables without a planted truth"
        raise ForeignFolderError(
            f"The output folder must be empty, absent, or hold an earlier simulation, but {out} holds {found}."
        )


def write_bundle(out: Path, tables: dict[str, pd.DataFrame], truth: dict[str, Any], progress: Progress) -> None:
    """Write `<table>.csv` per table (UTF-8) and the planted truth; the truth first, as it marks the folder as ours."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        _write_text(out / TRUTH_FILE, json.dumps(truth, ensure_ascii=False, indent=1))
        with progress.bar("write the bundle", sum(len(t) for t in tables.values())) as bar:
            for name in TABLES:
                part = out / f"{name}.csv{_PART}"
                tables[name].to_csv(part, index=False, encoding="utf-8", lineterminator="\n")
                bar.update(len(tables[name]))
        for name in (TRUTH_FILE, *(f"{t}.csv" for t in TABLES)):
            (out / f"{name}{_PART}").replace(out / name)
    except OSError as error:
        raise ForeignFolderError(f"The output folder must be writable, but {out} gave: {error.strerror}.") from error


def _write_text(path: Path, text: str) -> None:
    (path.parent / (path.name + _PART)).write_text(text, encoding="utf-8")
