"""The traits of a lead by which cases are compared, each a dimension with groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from configs.settings import Settings
from crm_core.funnel import milestones
from crm_core.funnel.dimensions import Groups, groups_of
from crm_core.funnel.figures import DAY
from monitoring.diagnosis.began import began_on
from monitoring.diagnosis.cases import Cases
from monitoring.diagnosis.facts import CaseFacts

Kind = Literal["source", "segment", "crew", "tenure", "process", "topic", "means"]
Ints = npt.NDArray[np.int64]
SOURCES = ("channel", "campaign")
SEGMENTS = ("size_band", "region", "industry", "product")
CREW = ("team", "rep")
UNTOLD = "(none)"


@dataclass(frozen=True)
class Trait:
    """A dimension of leads.

    Attributes
    ----------
    labels: the groups; UNTOLD for leads of which it is not known.
    codes: [leads] places in `labels`, or [windows + 1, leads] where a lead's group is that of the window (tenure of its
        rep, what was said).
    told: groups that may explain an anomaly; None: all that are known.
    has_stock: the groups' piles can be compared; not so for reps, to whom leads are handed.
    """

    name: str
    kind: Kind
    labels: list[str]
    codes: Ints
    told: tuple[str, ...] | None = None
    has_stock: bool = True

    def of(self, cases: Cases) -> Ints:
        """[cases] places in `labels`."""
        if self.codes.ndim == 1:
            return self.codes[cases.lead]
        return np.asarray(self.codes[cases.window, cases.lead])

    @property
    def candidates(self) -> list[str]:
        """Groups that may explain an anomaly."""
        return [label for label in self.labels if label != UNTOLD and (self.told is None or label in self.told)]


def lead_traits(facts: CaseFacts, days: int, settings: Settings) -> list[Trait]:
    """Traits of the bundle's own columns, the reps and the milestones that tell at least two groups apart."""
    found = [*_named(facts, settings), *_tenure(facts, days, settings), *_process(facts, settings)]
    return [trait for trait in found if len(trait.labels) > 1]


def yes_or_no(name: str, kind: Kind, is_yes: npt.NDArray[np.bool_], is_known: npt.NDArray[np.bool_]) -> Trait:
    """A trait that leads have, have not, or of which nothing is known; only `yes` may explain."""
    codes = np.where(~is_known, 2, np.where(is_yes, 0, 1)).astype(np.int64)
    return Trait(name, kind, ["yes", "no", UNTOLD], codes, ("yes",))


def _named(facts: CaseFacts, settings: Settings) -> Iterator[Trait]:
    kinds: dict[str, Kind] = dict.fromkeys(SOURCES, "source")
    kinds.update(dict.fromkeys(SEGMENTS, "segment"))
    kinds.update(dict.fromkeys(CREW, "crew"))
    for name, kind in kinds.items():
        groups = groups_of(facts.funnel, name)
        if len(groups.labels) <= settings.diagnosis.max_groups + 2:  # (other) and (none) come on top
            yield _trait(groups, name, kind)


def _trait(groups: Groups, name: str, kind: Kind) -> Trait:
    return Trait(name, kind, groups.labels, groups.codes, has_stock=kind != "crew")


def _tenure(facts: CaseFacts, days: int, settings: Settings) -> Iterator[Trait]:
    """Whether a lead's rep was new at the end of each window."""
    windows, new_days = settings.diagnosis.before_windows, settings.diagnosis.new_rep_days
    hired = facts.funnel.leads["rep_id"].map(began_on(facts, new_days)).to_numpy("datetime64[us]")
    ends = facts.now - np.arange(windows + 1) * days * DAY
    if (~np.isnat(hired)).any():
        is_new = (ends[:, None] - hired[None, :]) / DAY < new_days
        codes = np.where(np.isnat(hired), 2, np.where(is_new, 0, 1)).astype(np.int64)
        yield Trait("rep_tenure", "tenure", ["new", "tenured", UNTOLD], codes, ("new",), has_stock=False)


def _process(facts: CaseFacts, settings: Settings) -> Iterator[Trait]:
    """Milestones as traits of a lead: met, missed, or not due."""
    for milestone in milestones(facts.funnel, settings):
        met = pd.Series(np.nan, facts.funnel.leads.index)
        met[milestone.cases["lead"].to_numpy()] = milestone.cases["is_met"].to_numpy(float)
        codes = np.where(met.isna(), 2, np.where(met == 1, 1, 0)).astype(np.int64)
        labels = ["missed", "met", UNTOLD] if len(milestone.cases) else [UNTOLD]
        yield Trait(milestone.name, "process", labels, codes, ("missed",))
