"""Parts in the order of time: fit, then calibrate, then test, the newest; no label reaches into the next part.

Leads that were all created at one moment, as an export without dates is mapped, have no order: their parts are drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from configs.sections import Training
from training.censoring import Outcomes, censoring_weights
from training.dataset import Dataset
from training.errors import HistoryTooShortError
from training.gate_words import Language

WIDER = (1.0, 1.25, 1.5, 2.0, 2.5)  # a newest part without enough of a class reaches further back, up to half


@dataclass(frozen=True, eq=False)
class Split:
    """The three parts. A part's weights include those for censored outcomes.

    past: every row whose group starts before the test, known or not. before_test: those known by the start of the
    test, for the last fit and the baselines; a superset of fit and calibrate.
    calibrate_from: None when the history was too short and calibration holds out entities instead.
    dropped: rows left out because their outcome was not known by the start of the next part.
    """

    past: Dataset
    fit: Dataset
    calibrate: Dataset
    before_test: Dataset
    test: Dataset
    calibrate_from: np.datetime64 | None
    test_from: np.datetime64
    dropped: dict[str, int]

    @property
    def is_timeless(self) -> bool:
        """Whether the leads have no order of time, so that the test is drawn and nothing is known of how they move."""
        return self.test.is_by_entity and self.past.group_at.min() == self.test.group_at.max()

    @property
    def is_calibrated_later(self) -> bool:
        """Whether the calibration part is newer than the fit part."""
        return self.calibrate_from is not None

    def without(self, columns: Sequence[str]) -> Split:
        """The same parts without some of the features."""
        names = ("past", "fit", "calibrate", "before_test", "test")
        return replace(self, **{name: getattr(self, name).without(columns) for name in names})

    def in_words(self, language: Language = "en") -> str:
        """The split as a sentence of a report."""
        return self._in_english() if language == "en" else self._in_chinese()

    def _in_english(self) -> str:
        if self.is_timeless:
            return (
                f"Drawn by lead, not in order of time, for all were created at one moment: {len(self.fit):,} rows fit, "
                f"{len(self.calibrate):,} for the calibration, {len(self.test):,} for the test. How well it does on "
                "newer leads is not known. After calibration the model is fit again on all "
                f"{len(self.before_test):,} rows outside the test."
            )
        what = "leads created" if self.test.is_by_entity else "customers as of"
        held_out = "calibration, on entities held out (history is short)"
        how = "the calibration part" if self.is_calibrated_later else held_out
        again = "" if self.test.is_by_entity else " The same customers may stand in several parts, at different dates."
        return (
            f"In order of time, no label reaching into the next part: {_span(self.fit)} fit, {_span(self.calibrate)} "
            f"for {how}, {what} {_span(self.test)} for the test; {self.dropped['before_test']:,} rows before the test "
            f"left out as not yet known then. After calibration the model is fit again on all "
            f"{len(self.before_test):,} rows before the test.{again}"
        )

    def _in_chinese(self) -> str:
        if self.is_timeless:
            return (
                f"所有线索创建于同一时刻，故按线索随机划分而非按时间：{len(self.fit):,} 行用于拟合，"
                f"{len(self.calibrate):,} 行用于校准，{len(self.test):,} 行用于检验。对更新的线索效果如何尚不可知。"
                f"校准后，模型以检验之外的全部 {len(self.before_test):,} 行重新拟合。"
            )
        when, who = ("创建于", "线索") if self.test.is_by_entity else ("截至", "客户")
        held_out = "" if self.is_calibrated_later else "（历史较短，取自留出的个体）"
        again = "" if self.test.is_by_entity else "同一客户可能在不同日期出现于多个部分。"
        return (
            f"按时间先后划分，标签不延伸到下一部分：{_span(self.fit, 'zh')}用于拟合，{_span(self.calibrate, 'zh')}"
            f"用于校准{held_out}，{when} {_span(self.test, 'zh')}的{who}用于检验；检验之前有 "
            f"{self.dropped['before_test']:,} 行因当时结果未知而略去。校准后，模型以检验之前的全部 "
            f"{len(self.before_test):,} 行重新拟合。{again}"
        )


def split(data: Dataset, settings: Training, seed: int) -> Split:
    """Split by time; see `Split`.

    Raises
    ------
    HistoryTooShortError: no boundary leaves enough of each class on both sides.
    """
    if data.is_by_entity and data.group_at.min() == data.group_at.max():
        return _drawn(data, settings, seed)
    least = settings.min_part_class_rows
    for share in _shares(settings.test_share):
        test_from = _boundary(data, share)
        earlier = before(data, test_from, test_from, settings)
        test = data.take(data.group_at >= test_from)
        if holds(test, least) and holds(earlier, 2 * least):
            return split_at(data, test_from, settings, seed)
    raise HistoryTooShortError(_too_short(data, least))


def _drawn(data: Dataset, settings: Training, seed: int) -> Split:
    """Parts by lead, even over both classes, where there is no time to go by."""
    is_test = _held_out(data, round(1 / settings.test_share), seed) == 0
    earlier = data.take(~is_test)
    held = _held_out(earlier, round(1 / settings.calibration_share), seed + 1) == 0
    parts = earlier.take(~held), earlier.take(held), data.take(is_test)
    if not all(holds(part, settings.min_part_class_rows) for part in parts):
        raise HistoryTooShortError(_too_short(data, settings.min_part_class_rows))
    fit, calibrate, test = parts
    dropped = {"before_test": 0, "before_calibration": 0}
    return Split(earlier, fit, calibrate, earlier, test, None, data.group_at.min(), dropped)


def split_at(data: Dataset, test_from: np.datetime64, settings: Training, seed: int) -> Split:
    """The parts of a test that begins at a given moment; whether each holds enough is the caller's to know."""
    earlier, test = before(data, test_from, test_from, settings), data.take(data.group_at >= test_from)
    return _with_calibration(data.take(data.group_at < test_from), earlier, test, test_from, settings, seed)


def before(
    data: Dataset, stop: np.datetime64, known_by: np.datetime64, settings: Training, start: np.datetime64 | None = None
) -> Dataset:
    """Rows of the groups from `start` to before `stop` whose label was known by `known_by`, weighted for those that
    were not.

    How quick outcomes are is counted on all of `data` that was known by then.
    """
    is_inside = data.group_at < stop if start is None else (data.group_at >= start) & (data.group_at < stop)
    block = data.take(np.asarray(is_inside))
    if not data.is_by_entity:
        return block.take(block.max_known_at <= known_by)
    factor = censoring_weights(_outcomes(block), _outcomes(data), known_by, settings.max_ipc_weight)
    return block.weighted(factor).take(factor > 0)


def _outcomes(data: Dataset) -> Outcomes:
    return Outcomes(data.as_of, data.known_at, data.max_known_at, data.is_positive)


def folds(parts: Split, settings: Training, seed: int) -> list[tuple[Dataset, Dataset]]:
    """(earlier, next) pairs before the test for the search, the last one (fit, calibrate); by entity where time does
    not suffice.
    """
    last = parts.calibrate_from
    if last is None:
        held = _held_out(parts.before_test, settings.folds, seed)
        return [(parts.before_test.take(held != i), parts.before_test.take(held == i)) for i in range(settings.folds)]
    data, least = parts.past, settings.min_part_class_rows
    cuts = [*(_boundary(parts.fit, 1 - i / settings.folds) for i in range(1, settings.folds)), last]
    pairs = []
    for start, stop in pairwise(cuts):
        # The next block is judged with all that is known by now, as the calibration part is.
        pair = before(data, start, start, settings), before(data, stop, parts.test_from, settings, start)
        if holds(pair[0], least) and holds(pair[1], least):
            pairs.append(pair)
    return [*pairs, (parts.fit, parts.calibrate)]


def bought_before(parts: Split, later: Dataset) -> Dataset | None:
    """Rows of customers from before a later block: what they had bought by then is known, if not what came of it.

    None where the block is no later: it is then of other customers.
    """
    if not parts.is_calibrated_later:
        return None
    return parts.past.take(np.asarray(parts.past.group_at < later.group_at.min()))


def _with_calibration(
    past: Dataset, earlier: Dataset, test: Dataset, test_from: np.datetime64, settings: Training, seed: int
) -> Split:
    least = settings.min_part_class_rows
    dropped = {"before_test": len(past) - len(earlier), "before_calibration": 0}
    for share in _shares(settings.calibration_share):
        start = _boundary(earlier, share)
        fit = before(past, start, start, settings)
        calibrate = before(past, test_from, test_from, settings, start)
        if holds(calibrate, least) and holds(fit, least):
            dropped["before_calibration"] = int((earlier.group_at < start).sum()) - len(fit)
            return Split(past, fit, calibrate, earlier, test, start, test_from, dropped)
    held = _held_out(earlier, round(1 / settings.calibration_share), seed) == 0
    return Split(past, earlier.take(~held), earlier.take(held), earlier, test, None, test_from, dropped)


def _shares(share: float) -> list[float]:
    return [min(share * wider, 0.5) for wider in WIDER]


def _boundary(data: Dataset, newest_share: float) -> np.datetime64:
    """Start of the newest share of the cases (leads) or of the landmark dates (customers)."""
    if data.is_by_entity:
        _, first = np.unique(data.entity, return_index=True)
        units = np.sort(data.group_at[first])
    else:
        units = np.unique(data.group_at)
    start: np.datetime64 = units[min(int(len(units) * (1 - newest_share) + 1e-9), len(units) - 1)]
    return start


def holds(part: Dataset, least: int) -> bool:
    """Whether a part has enough rows of each class."""
    positive = int(part.is_positive.sum())
    return positive >= least and len(part) - positive >= least


def _held_out(data: Dataset, count: int, seed: int) -> np.ndarray[tuple[int], np.dtype[np.int_]]:
    """A number from 0 to count - 1 for each row, the same for all rows of an entity, even over both classes."""
    order = np.random.default_rng(seed).permutation(int(data.entity.max()) + 1)
    ever = np.zeros(len(order), dtype=bool)
    np.logical_or.at(ever, data.entity, data.is_positive)
    rank = np.empty(len(order), dtype=int)
    sequence = np.lexsort((order, ever))
    rank[sequence] = np.arange(len(order))
    return np.asarray(rank[data.entity] % count)


def _span(part: Dataset, language: Language = "en") -> str:
    first, last = (np.datetime_as_string(moment, unit="D") for moment in (part.group_at.min(), part.group_at.max()))
    if language == "zh":
        return f"{first} 至 {last}（{len(part):,} 行）"
    return f"{first} to {last} ({len(part):,} rows)"


def _too_short(data: Dataset, least: int) -> str:
    days = (data.group_at.max() - data.group_at.min()) / np.timedelta64(1, "D")
    return (
        f"Training {data.model} needs a history that holds an earlier and a newest part with at least {least} examples "
        f"of each class and no label reaching across, but {len(data):,} rows over {days:.0f} days with a horizon of "
        f"{data.horizon_days} days do not: more history or a shorter horizon is missing."
    )
