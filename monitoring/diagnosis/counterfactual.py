"""What would be without a segment: the share that moves on, and the pile, had its leads not been there.

Counted, not modelled: the same cases, with those of the segment left out. It says what the figure would read, not what
the people who work the segment would do with the time saved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from monitoring.diagnosis.examination import Examination


@dataclass(frozen=True)
class Counterfactual:
    """Shares in 0..1, stocks in leads; `leads` are those of the segment among the current cases."""

    leads: int
    conversion: float
    conversion_before: float
    conversion_without: float
    stock: int
    stock_without: int

    def to_json(self) -> dict[str, Any]:
        """All figures by name."""
        return dict(vars(self))


def without(seen: Examination, segment: dict[str, str]) -> Counterfactual | None:
    """The figures without a segment; None where it names no trait of leads, or nothing or nobody would be left."""
    mask = segment_mask(seen, segment)
    cases = seen.cases
    if mask is None or not (mask & cases.is_now).any() or not (~mask & cases.is_now).any():
        return None
    stands = cases.stands & cases.is_now
    return Counterfactual(
        int((mask & cases.is_now).sum()),
        cases.share(True),
        cases.share(False),
        cases.share(True, mask),
        int(stands.sum()),
        int((stands & ~mask).sum()),
    )


def segment_mask(seen: Examination, segment: dict[str, str]) -> npt.NDArray[np.bool_] | None:
    """[cases] whether a case's lead is of the segment; None where a dimension is none of the traits."""
    traits = {trait.name: trait for trait in seen.traits}
    mask = np.ones(len(seen.cases.lead), bool)
    known = {name: label for name, label in segment.items() if name in traits and label in traits[name].labels}
    if not known or len(known) < len(segment):
        return None
    for name, label in known.items():
        mask &= traits[name].of(seen.cases) == traits[name].labels.index(label)
    return mask
