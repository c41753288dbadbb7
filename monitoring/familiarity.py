"""How many open leads are scored in a region that the model has hardly seen.

A region is a cell of the dimensions in `mix.region` together, such as trade show x under 50 people x lowest budget
quartile. The model has seen the leads whose horizon had passed when it was trained. In a region with fewer than
`min_seen` of them its win rate is known no better than to +-9 points (one standard error at a rate of 50 %, 30 leads),
whatever the model says.

Some leads always are in thin regions. `usual_share` says how many of those it learnt from were: only what lies above is
news.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from configs.sections.monitoring import MixRules
from crm_core.funnel import FunnelFacts, groups_of
from crm_core.funnel.facts import naive

NAMED_REGIONS = 5
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ThinRegion:
    """One region: its value of each dimension, open leads in it and leads the model could learn from."""

    values: dict[str, str]
    open_leads: int
    learnt_leads: int


@dataclass(frozen=True)
class Familiarity:
    """Open leads in thin regions. share, usual_share: of the open leads, and of the learnt ones; 0 without any.

    regions: the thin ones with most open leads.
    """

    open_leads: int
    learnt_leads: int
    unfamiliar_leads: int
    share: float
    usual_share: float
    regions: list[ThinRegion]

    @property
    def excess(self) -> float:
        """Share above the usual one, at least 0; 0 where the model has seen too little to tell."""
        return max(0.0, self.share - self.usual_share)

    def to_json(self) -> dict[str, Any]:
        """All figures."""
        return {**asdict(self), "excess": self.excess}


def judge_familiarity(facts: FunnelFacts, trained_as_of: datetime, horizon_days: int, rules: MixRules) -> Familiarity:
    """Open leads at facts.as_of in regions with fewer than `min_seen` leads that were mature at trained_as_of.

    Raises
    ------
    UnknownDimensionError: a dimension of the settings that the data does not have.
    """
    dimensions = [groups_of(facts, name) for name in rules.region]
    shape = tuple(len(groups.labels) for groups in dimensions)
    cell = np.ravel_multi_index([groups.codes for groups in dimensions], shape)
    is_open = open_mask(facts)
    learnt = facts.leads["created_at"].to_numpy() <= naive(trained_as_of - timedelta(days=horizon_days))
    _, dense = np.unique(cell, return_inverse=True)
    seen = np.bincount(dense, weights=learnt, minlength=int(dense.max(initial=-1)) + 1)[dense]
    thin = seen < rules.min_seen
    counted = np.bincount(cell[is_open & thin], minlength=int(np.prod(shape)))
    regions = []
    for place in np.argsort(-counted, kind="stable")[:NAMED_REGIONS]:
        if counted[place]:
            at = np.unravel_index(place, shape)
            values = {str(groups.name): groups.labels[int(code)] for groups, code in zip(dimensions, at, strict=True)}
            regions.append(ThinRegion(values, int(counted[place]), int((learnt & (cell == place)).sum())))
    return Familiarity(
        int(is_open.sum()), int(learnt.sum()), int((is_open & thin).sum()),
        _share(is_open, thin), _share(learnt, thin), regions,
    )  # fmt: skip


def open_mask(facts: FunnelFacts) -> Bools:
    """[leads] whether each stands in a stage that does not close it."""
    closing = [place for place, stage in enumerate(facts.funnel.stages) if stage.outcome is not None]
    last = facts.stays[facts.stays["left_at"].isna()]
    found = np.zeros(len(facts.leads), bool)
    found[last["lead"].to_numpy()[~last["stage"].isin(closing).to_numpy()]] = True
    return found


def _share(whole: Bools, part: Bools) -> float:
    return float((whole & part).sum() / whole.sum()) if whole.any() else 0.0
