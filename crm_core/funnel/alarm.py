"""What an alarm says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm_core.findings import Finding


@dataclass(frozen=True)
class Alarm:
    """One thing out of order in the funnel.

    Attributes
    ----------
    rule: stage_stock, stage_conversion, milestone or sync.
    stage: the stage; of a sync alarm the source system.
    from_, to: the figure as it was, or should be, and as it is: leads for a stock, else a share.
    change: to / from_ - 1.
    since: the first moment of the days in a row on which the rule holds.
    figures: all the figures behind it.
    """

    rule: str
    stage: str
    from_: float
    to: float
    change: float
    since: datetime
    figures: dict[str, Any]
    en: str
    zh: str

    def to_json(self) -> dict[str, Any]:
        """The contract's form, with figures and texts."""
        return {
            "rule": self.rule,
            "stage": self.stage,
            "from": self.from_,
            "to": self.to,
            "change": self.change,
            "since": self.since.isoformat(),
            "figures": self.figures,
            "en": self.en,
            "zh": self.zh,
        }

    def to_finding(self, as_of: datetime) -> Finding:
        """The alarm as a record; a milestone's subject is its name, of which a stage may have several."""
        subject = str(self.figures.get("milestone", self.stage))
        return Finding(f"funnel.{self.rule}", subject, self.to_json(), as_of, self.en, self.zh)


def days_in_a_row(holds: Callable[[int], bool], limit: int) -> int:
    """On how many days up to as_of (day 0, 1, ... before it) the rule holds without a gap, at most `limit`.

    >>> days_in_a_row(lambda day: day < 5, 30), days_in_a_row(lambda day: day > 0, 30)
    (5, 0)
    """
    return next((day for day in range(limit) if not holds(day)), limit)
