"""Between two trainings: the level of the model in use follows what became of its own scores.

Base rates move faster than models are trained anew. As in `training/level.py`, how many outcomes are remembered is
rehearsed day after day, here on the scores that were given: each at the level of what was matured by its day, beside
the score as it was. Where that is better with the gate's confidence, the same model at the newest level becomes the
next version. Features, trees, ranking and the shares of the grades stay. A version is levelled once: whoever takes it
back by `rollback` is not overruled the next day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from configs.sections import Gate
from configs.settings import Settings
from scoring.artefact import Artefact
from scoring.calibration import logit, sigmoid
from scoring.metrics import row_losses
from scoring.registry import Registry
from training.gate import CHAMPION, Verdict, judge
from training.gate_words import Words
from training.level import Told, at_newest_level, best_memory, followed, probabilities
from training.tracking import KEPT_FILES, tracked

DAY = np.timedelta64(1, "D")
LEVEL_OF = "level_of"  # tag of a version: the one that it is at another level


@dataclass(frozen=True)
class Relevelled:
    """The version that was registered and promoted, and why."""

    version: int
    verdict: Verdict

    def to_json(self) -> dict[str, Any]:
        """As `monitor` tells it."""
        en = f"Version {self.version} is the new champion: {self.verdict.reason}"
        return {"version": self.version, "gate": self.verdict.to_json(), "en": en,
                "zh": f"版本 {self.version} 为新的在用模型：{self.verdict.words['zh']}"}  # fmt: skip


def relevel(
    name: str, registry: Registry, scores: pd.DataFrame, settings: Settings, as_of: datetime
) -> Relevelled | None:
    """Bring the champion to its newest level where that is better; None where it is not, or too little is known.

    Parameters
    ----------
    scores: grain (score); lead_id, scored_at (aware), model_version, win_probability, horizon_days, followed_days (up
        to as_of), is_won. Only scores of the champion whose horizon is over count.
    """
    model, version = registry.load_champion(name)
    if any(row.get(LEVEL_OF) == str(version) for row in registry.versions(name)):
        return None
    is_own = (scores["model_version"] == str(version)) & (scores["followed_days"] >= scores["horizon_days"])
    told, lead = told_of(scores[is_own])
    found = at_better_level(model, told, lead, as_of, settings.training.gate, settings.training.seed)
    if found is None:
        return None
    (scale, shift), verdict = found
    moved = at_moved_level(model, version, scale, shift)
    return Relevelled(registered_at_level(moved, version, verdict, registry, settings), verdict)


def told_of(scores: pd.DataFrame) -> tuple[Told, NDArray[np.int_]]:
    """Given scores as `training.level` reads them, oldest first, each lead weighing 1 in all; and their leads, [n]."""
    ordered = scores.sort_values(["scored_at", "lead_id"], kind="stable")
    lead = pd.factorize(ordered["lead_id"])[0]
    moments = pd.to_datetime(ordered["scored_at"], utc=True).dt.tz_localize(None).to_numpy("datetime64[us]")
    told = Told(
        logit(ordered["win_probability"].to_numpy(np.float64)), ordered["is_won"].to_numpy(np.int_),
        1 / np.bincount(lead)[lead], moments, moments + ordered["horizon_days"].to_numpy(np.int64) * DAY,
    )  # fmt: skip
    return told, lead


def at_better_level(
    model: Artefact, told: Told, lead: NDArray[np.int_], as_of: datetime, gate: Gate, seed: int
) -> tuple[tuple[float, float], Verdict] | None:
    """Scale and shift that bring the model's log-odds to the level of the outcomes of its scores, with the gate's
    verdict; None where they are not better.
    """
    memory = best_memory(told, told) if len(told.y) else None
    if memory is None:
        return None
    losses = {
        "levelled": row_losses(told.y, probabilities(followed(told, told, memory))),
        CHAMPION: row_losses(told.y, probabilities(told.log_odds)),
    }
    moved = at_newest_level(model, memory, told, as_of)
    if moved.calibrator.scale <= 0:  # its ranking was worse than none: that is for a training to mend
        return None
    scale = moved.calibrator.scale / model.calibrator.scale
    shift = moved.calibrator.offset - scale * model.calibrator.offset
    verdict = judge(losses, told.w, lead, 0.0, gate, seed, _said(scale, shift, memory, len(told.y)))
    return ((scale, shift), verdict) if verdict.is_promoted else None


def at_moved_level(model: Artefact, version: int, scale: float, shift: float) -> Artefact:
    """The model, which is this version, with its log-odds times `scale` plus `shift`: with grades of the same shares as
    before, and smoke rows that it reproduces.
    """
    moved = replace(model, calibrator=model.calibrator.at_level(scale, np.array([shift])))
    grades = {grade: float(sigmoid(scale * logit(np.array(p)) + shift)) for grade, p in model.grade_thresholds.items()}
    rows = np.array(model.smoke.get("rows") or [], dtype=np.float32)
    smoke = {**model.smoke, "predictions": moved.predict(rows).tolist()} if len(rows) else model.smoke
    provenance = {**model.provenance, "level": {**model.provenance.get("level", {}), "of_version": version}}
    return replace(moved, grade_thresholds=grades, smoke=smoke, provenance=provenance)


def registered_at_level(model: Artefact, parent: int, verdict: Verdict, registry: Registry, settings: Settings) -> int:
    """The next version, promoted; its run has the parent's card and curves, which the verdict says."""
    run_of = {row["version"]: row["run_id"] for row in registry.versions(model.name)}
    with tracked(settings, f"level {model.name}", {"model": model.name}) as run, TemporaryDirectory() as folder:
        run.copy(run_of[parent], KEPT_FILES)
        run.document({"gate": verdict.to_json(), **model.provenance}, "judgement.json")
        model.save(Path(folder))
        tags = {"log_loss": f"{model.metrics['log_loss']:.4f}", "gate": "passed",
                "reason": verdict.reason, "reason_zh": verdict.words["zh"]}  # fmt: skip
        version = registry.register(model.name, Path(folder), run.run_id, tags)
    registry.promote(model.name, version)
    # Not before: a run that was killed in between would pass for a version that somebody took back.
    registry.tag(model.name, version, LEVEL_OF, str(parent))
    return version


def _said(scale: float, shift: float, memory: int, count: int) -> Words:
    rows, example = min(memory, count), float(sigmoid(scale * logit(np.array(0.1)) + shift))
    return {
        "en": f"The same model at the level of the newest {rows:,} outcomes of its scores: what it called 10% is now "
        f"{example:.0%} (log-odds x {scale:.2f} {shift:+.2f}). Figures and curves are still those of its test.",
        "zh": f"模型不变，仅按其最新 {rows:,} 个已知结果调整水平：原来的 10% 现为 {example:.0%}"
        f"（对数几率 × {scale:.2f} {shift:+.2f}）。指标与曲线仍为原训练检验的结果。",
    }
