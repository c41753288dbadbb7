"""The rungs, from the rates of the past to trees beside a line, and the rule by which one is chosen.

prior, rates, rfm: markov, churn: bg_nbd, logistic_*, churn: pace_led_*, paced_*, naive_bayes    scorecards
panel      with few cases, in the place of a choice: the mean of three lines (training/scorecards.py)
boosted    XGBoost that begins at the rates of the past or at the best line (logistic or paced)
stack      the mean of the trees' and the best line's margins; equal weights, since weights learnt on few blocks of
           time do worse than none (Clemen 1989; Smith and Wallis 2009)

The simplest rung within one standard error of the best is taken (Breiman et al. 1984, section 3.4.3). The error is that
of the paired differences between blocks of time: what is better in one month and worse in the next is not better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.errors import BgNbdError
from training.fold_matrix import FoldMatrix
from training.scorecards import LOGISTIC_C, PACED, is_possible, starts_of
from training.search_space import Parameters

Floats = NDArray[np.float64]
PRIOR, RATES, BOOSTED, STACK = "prior", "rates", "boosted", "stack"


@dataclass(frozen=True, eq=False)
class Rung:
    """A way to a model. losses, weights: per block of time over all folds. max_shift: which columns it uses.

    linear: a scorecard whose margin counts; None for trees alone. start: the scorecard its trees begin at. point,
    rounds: of its trees; none without.
    """

    name: str
    losses: Floats
    weights: Floats
    max_shift: float
    linear: str | None
    start: str | None = None
    point: Parameters = field(default_factory=dict)
    rounds: int = 0

    @property
    def loss(self) -> float:
        """Log loss over all folds."""
        return float(np.average(self.losses, weights=self.weights))

    @property
    def recipe(self) -> dict[str, Any]:
        """What was chosen, as a report has it."""
        return {"rung": self.name, "linear": self.linear, **self.point, "rounds": self.rounds}

    def excess(self, best: Rung) -> tuple[float, float]:
        """Mean loss above another rung's, and its standard error."""
        differences = self.losses - best.losses
        mean = float(np.average(differences, weights=self.weights))
        spread = float(np.average((differences - mean) ** 2, weights=self.weights))
        return mean, float(np.sqrt(spread / max(len(differences) - 1, 1)))

    def to_json(self, best: Rung) -> dict[str, Any]:
        """A row of the ladder's table."""
        excess, error = self.excess(best)
        return {"rung": self.name, "log_loss": round(self.loss, 5), "above_best": round(excess, 5),
                "standard_error": round(error, 5), "max_shift": self.max_shift}  # fmt: skip


def scorecard_rungs(kinds: Sequence[str], folds: Sequence[FoldMatrix], max_shift: float) -> list[Rung]:
    """One rung per kind of scorecard that every fold's columns and purchases allow, in the order given."""
    weights = np.concatenate([fold.block_weights for fold in folds])
    losses = {kind: _losses(kind, folds) for kind in kinds}
    return [Rung(kind, found, weights, max_shift, kind) for kind, found in losses.items() if found is not None]


def _losses(kind: str, folds: Sequence[FoldMatrix]) -> Floats | None:
    """Per block of every fold; None where the kind is not possible."""
    if not all(is_possible(kind, fold.specs) for fold in folds):
        return None
    try:
        return np.concatenate([fold.losses(fold.margins(kind)[1]) for fold in folds])
    except BgNbdError:  # purchases that no pace is most likely for: the other rungs are there
        return None


def best_line(rungs: Sequence[Rung]) -> Rung:
    """The logistic rung with the least loss; of paced ones where there are such."""
    lines = [rung for rung in rungs if rung.name in PACED] or [rung for rung in rungs if rung.name in LOGISTIC_C]
    return min(lines, key=lambda rung: rung.loss)


def eligible(rungs: Sequence[Rung]) -> list[Rung]:
    """The rungs to choose from: those that tell cases apart; where the customers' own pace is known, means of it
    and of what was learnt from the columns.

    Folds of customers reach over two seasons or three, and the blocks of one season err together: which rung had its
    level right by chance is then chosen with a confidence that it does not deserve. A mean of both errs less.
    """
    paced = [rung for rung in rungs if rung.linear in PACED]
    return paced or [rung for rung in rungs if _tells_apart(rung, rungs)] or list(rungs)


def _tells_apart(rung: Rung, rungs: Sequence[Rung]) -> bool:
    """Not so the rates of the past, nor shrunk rates unless they are better by one standard error.

    With few rows everything is within one standard error of everything; the logistic regression under the strong
    penalty is then next to the rates of the past in log loss, and ranks leads besides.
    """
    if rung.name != RATES:
        return rung.name != PRIOR
    prior = next((one for one in rungs if one.name == PRIOR), None)
    return prior is None or not _is_close(prior, rung)


def best_of_each(rungs: Sequence[Rung], model: str) -> list[Rung]:
    """The best rung of each name and limit on moving columns, the simplest first: by name, then by fewer columns."""
    order = [*starts_of(model), BOOSTED, STACK]
    best: dict[tuple[str, float], Rung] = {}
    for rung in rungs:
        key = (rung.name, rung.max_shift)
        if key not in best or rung.loss < best[key].loss:
            best[key] = rung
    return sorted(best.values(), key=lambda rung: (order.index(rung.name), rung.max_shift))


def table_of(rungs: Sequence[Rung]) -> list[dict[str, Any]]:
    """The ladder for readers: of each name its best, in the order of simplicity."""
    best = min(rungs, key=lambda rung: rung.loss)
    names = dict.fromkeys(rung.name for rung in rungs)
    of_name = (min((r for r in rungs if r.name == name), key=lambda rung: rung.loss) for name in names)
    return [rung.to_json(best) for rung in of_name]


def chosen(rungs: Sequence[Rung]) -> Rung:
    """The first rung, rungs being in the order of their simplicity, within one standard error of the best and better
    than every simpler one: a rung that a simpler one beats must not pass for being judged less surely.
    """
    best = min(rungs, key=lambda rung: rung.loss)
    leading = (rung for place, rung in enumerate(rungs) if all(rung.loss < other.loss for other in rungs[:place]))
    return next(rung for rung in leading if rung is best or _is_close(rung, best))


def _is_close(rung: Rung, best: Rung) -> bool:
    excess, error = rung.excess(best)
    return excess <= error
