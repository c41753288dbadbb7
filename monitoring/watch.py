"""What needs the CRM's facts beside the two windows: effect of the mix, familiarity, live performance and the retrain
proposal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from configs.progress import SILENT, Progress
from configs.settings import Settings
from crm_core.funnel import FunnelFacts
from crm_core.receipts import GivenScore
from monitoring.familiarity import Familiarity, judge_familiarity
from monitoring.inspection import Inspection
from monitoring.live.history import read_history
from monitoring.live.performance import LivePerformance, judge_live
from monitoring.mix_effects import MixEffects, mix_effects
from monitoring.retraining import Evidence, RetrainProposal, propose
from monitoring.score_drift import MODEL_NAME
from monitoring.sources import Model, ModelSource
from scoring.errors import NoModelError


@dataclass(frozen=True)
class CrmFacts:
    """What the CRM knows at one moment.

    receipts: single scores that the service gave to leads. money: currency units each won lead brought, by lead_id.
    last_trained_as_of: of the newest version of the win model, None without any.
    """

    facts: FunnelFacts
    receipts: Sequence[GivenScore] = ()
    money: pd.Series[Any] = field(default_factory=lambda: pd.Series(dtype=float))
    last_trained_as_of: datetime | None = None


@dataclass(frozen=True)
class Watch:
    """`familiarity` and `proposal` are None while no model is in use."""

    effects: MixEffects
    live: LivePerformance
    familiarity: Familiarity | None
    proposal: RetrainProposal | None

    def to_json(self) -> dict[str, Any]:
        """All figures, by the names of the contract's parts."""
        return {
            "mix_effect": self.effects.to_json(),
            "live": self.live.to_json(),
            "familiarity": self.familiarity.to_json() if self.familiarity else None,
            "retrain": self.proposal.to_json() if self.proposal else None,
        }


def watch(
    inspection: Inspection, crm: CrmFacts, registry: ModelSource, settings: Settings, progress: Progress = SILENT
) -> Watch:
    """Look at the facts as of the inspection's moment, which must be theirs too.

    Raises
    ------
    UnknownDimensionError: a dimension of `monitoring.mix` that the data does not have.
    """
    rules, seed = settings.monitoring, settings.training.seed
    champion = _champion(registry)
    horizon = champion[0].horizon_days if champion else settings.training.win.max_horizon_days
    with progress.bar("judge scores", total=3, unit="step") as bar:
        effects = mix_effects(inspection.windows, inspection.scores, crm.facts, rules.mix, seed)
        bar.update()
        home = settings.paths.home
        history = read_history(home, crm.receipts, inspection.as_of, rules.live.history_days, horizon)
        live = judge_live(history, crm.facts, crm.money, home, rules.live, seed)
        bar.update()
        if champion is None:
            return Watch(effects, live, None, None)
        model, version = champion
        familiar = judge_familiarity(crm.facts, model.trained_as_of, model.horizon_days, rules.mix)
        last = crm.last_trained_as_of or model.trained_as_of
        evidence = Evidence(model, version, last, inspection, crm.facts, live, familiar)
        proposal = propose(evidence, settings.retraining)
        bar.update()
    return Watch(effects, live, familiar, proposal)


def _champion(registry: ModelSource) -> tuple[Model, int] | None:
    try:
        return registry.load_champion(MODEL_NAME)
    except NoModelError:
        return None
