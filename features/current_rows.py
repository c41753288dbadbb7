"""What is open or active at one moment, over one state of the lake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from configs.sections import Features as FeatureRules
from features.frames import as_frame
from features.session import Session
from features.shape import FeatureShape
from features.spines import current_spine


@dataclass(frozen=True)
class CurrentRows:
    """Open leads, active customers or channels at `moment` (naive UTC), for as long as the session is open.

    Frames have columns entity_id, as_of, features and context, computed from the lake by the same expressions that the
    offline features are made of. The lake's tables are read once for all of them.
    """

    view: str
    session: Session
    shape: FeatureShape
    moment: datetime
    rules: FeatureRules

    def frame(self, ids: Sequence[str] | None = None) -> pd.DataFrame:
        """All of them, or those in `ids`."""
        spine = current_spine(self.view, self.session, self.shape, self.moment, ids)
        return as_frame(self.view, self.session.frame(self.view, spine, self.shape), self.shape, self.rules)

    def chunks(self) -> Iterator[pd.DataFrame]:
        """All of them in pieces of at most `features.chunk_rows` rows, for more than fit into memory. Nothing else may
        be asked for in between.
        """
        spine = current_spine(self.view, self.session, self.shape, self.moment, None)
        for chunk in self.session.chunks(self.view, self.session.bench.keep("current", spine), self.shape):
            yield as_frame(self.view, chunk, self.shape, self.rules)
