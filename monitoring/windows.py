"""The two windows that every comparison is made between: what came in lately, and what came in before that.

Leads are compared at the same landmark, their creation, so that an older lead does not look different for being older.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import pandas as pd

from configs.sections import Monitoring
from monitoring.errors import WindowError
from monitoring.sources import LeadSource
from monitoring.texts import Text

CHANNEL_COLUMN = "channel_id"


@dataclass(frozen=True)
class Window:
    """Leads created in [start, end), one row per lead, with their features at creation."""

    name: Literal["reference", "current"]
    start: datetime
    end: datetime
    frame: pd.DataFrame

    @property
    def rows(self) -> int:
        """Number of leads."""
        return len(self.frame)

    @property
    def channels(self) -> pd.Series[Any]:
        """The channel of each lead, missing where unknown."""
        if self.frame.empty:
            return pd.Series(dtype=object)
        if CHANNEL_COLUMN not in self.frame:
            raise WindowError(
                f"A window of leads must have the column {CHANNEL_COLUMN}, but got {sorted(self.frame.columns)}."
            )
        return self.frame[CHANNEL_COLUMN]

    @property
    def is_empty(self) -> bool:
        """Has it no lead at all?"""
        return self.frame.empty

    def to_json(self) -> dict[str, Any]:
        """Bounds and size."""
        return {"start": self.start.isoformat(), "end": self.end.isoformat(), "leads": self.rows}


@dataclass(frozen=True)
class Windows:
    """Reference and current window, and whether they can be judged."""

    reference: Window
    current: Window
    min_rows: int

    @property
    def shortage(self) -> Text | None:
        """What is missing to compare them, None where nothing is."""
        short = [window for window in (self.reference, self.current) if window.rows < self.min_rows]
        if not short:
            return None
        names = {"reference": "参照期", "current": "当前期"}
        en = " and ".join(f"{window.rows} leads in the {window.name} window" for window in short)
        zh = "、".join(f"{names[window.name]} {window.rows} 条" for window in short)
        return Text(
            f"Too few leads to judge drift: each window needs at least {self.min_rows}, but there are {en}.",
            f"线索太少，无法判断漂移：每个时间窗至少需要 {self.min_rows} 条，但{zh}。",
        )

    def to_json(self) -> dict[str, Any]:
        """Both windows and the shortage, if any."""
        shortage = self.shortage.to_json() if self.shortage else None
        return {"reference": self.reference.to_json(), "current": self.current.to_json(), "shortage": shortage}


def read_windows(source: LeadSource, settings: Monitoring, as_of: datetime) -> Windows:
    """Current: the `current_days` before as_of; reference: the `reference_days` before those.

    Raises
    ------
    WindowError: as_of has no time zone.
    """
    if as_of.tzinfo is None:
        raise WindowError(f"as_of must have a time zone, but got {as_of.isoformat()}.")
    turn = as_of - timedelta(days=settings.current_days)
    start = turn - timedelta(days=settings.reference_days)
    # One reading for both: what each column is made of cannot differ between the windows.
    frame = source.creation_frame(start, as_of, as_of).reset_index(drop=True)
    is_current = pd.Series(dtype=bool) if frame.empty else pd.to_datetime(frame["created_at"], utc=True) >= turn
    return Windows(
        reference=Window("reference", start, turn, frame[~is_current].reset_index(drop=True)),
        current=Window("current", turn, as_of, frame[is_current].reset_index(drop=True)),
        min_rows=settings.min_rows,
    )
