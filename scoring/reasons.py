"""Why a score is what it is, in words: the value, what is usual, and which way it moves the score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scoring.contributions import Contributions, contributions
from scoring.reason_groups import BETTER_SAID
from scoring.reason_words import is_flag, told
from scoring.wording import Wording, wording_of

if TYPE_CHECKING:
    from scoring.artefact import Artefact

LEAST_CONTRIBUTION = 1e-6
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Reason:
    """One group's part in a score (see `scoring.reason_groups`), told by its strongest feature.

    feature, value: that feature. contribution: of the whole group, log-odds after calibration, above 0 raises the
    score; over all groups they sum to the score's log-odds less the model's base. benchmark: see `reason_words.Told`.
    """

    feature: str
    value: float | str | None
    contribution: float
    en: str
    zh: str
    group: str
    benchmark: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """The reason as the contract has it."""
        return dict(vars(self))


def explain(
    artefact: Artefact, encoded: NDArray[np.float32], values: Sequence[Mapping[str, Any]], limit: int
) -> list[list[Reason]]:
    """The strongest reasons of each row, strongest first, at most `limit`.

    encoded: [n, k] of `artefact.encode`; values: the same n rows before encoding, for the words.
    """
    return told_reasons(artefact, contributions(artefact, encoded), encoded, values, limit)


def told_reasons(
    artefact: Artefact,
    found: Contributions,
    encoded: NDArray[np.float32],
    values: Sequence[Mapping[str, Any]],
    limit: int,
) -> list[list[Reason]]:
    """`explain` where the contributions are known."""
    groups, sums = list(artefact.reason_columns), grouped(artefact, found.values)
    order = np.argsort(-np.abs(sums), axis=1, kind="stable")[:, :limit].tolist()
    result = []
    for row, (value, strongest) in enumerate(zip(values, order, strict=True)):
        told_row = _Row(sums[row].tolist(), found.values[row].tolist(), encoded[row].tolist(), value)
        wording = wording_of(artefact.name, int(found.target[row]))
        result.append([
            _reason(artefact, groups[place], told_row.sums[place], told_row, wording)
            for place in strongest if abs(told_row.sums[place]) > LEAST_CONTRIBUTION
        ])  # fmt: skip
    return result


def grouped(artefact: Artefact, parts: Floats) -> Floats:
    """Contributions [n, k] summed by group, [n, groups in the order of `artefact.reason_columns`]."""
    columns, starts = artefact.reason_slices
    sums: Floats = np.add.reduceat(parts[:, columns], starts, axis=1)
    return sums


@dataclass(frozen=True)
class _Row:
    """A row in plain floats, which Python reads faster one by one than an array's: by group, and by column."""

    sums: list[float]
    parts: list[float]
    encoded: list[float]
    values: Mapping[str, Any]

    def is_known(self, column: int) -> bool:
        """Whether the column has a value."""
        return self.encoded[column] == self.encoded[column]


def _reason(artefact: Artefact, group: str, contribution: float, row: _Row, wording: Wording) -> Reason:
    columns = artefact.reason_columns[group]
    spec = artefact.features[_spokesman(artefact, columns, row, raises=contribution > 0)]
    raw, overall = row.values.get(spec.name), artefact.reference.get("rates", [])
    told_of = told(spec, raw, _reference(artefact, spec.name), overall, wording)
    way = ("raises", "提高") if contribution > 0 else ("lowers", "降低")
    en = f"{told_of.en} ({way[0]} {wording.event[0]})"
    zh = f"{told_of.zh}（{way[1]}{wording.event[1]}）"
    return Reason(spec.name, told_of.value, contribution, en, zh, group, told_of.benchmark)


def _spokesman(artefact: Artefact, columns: list[int], row: _Row, *, raises: bool) -> int:
    """The feature that speaks for a group: of those that move the score the group's way, one whose value is known
    before one that is not, a measure before a yes or no ("took 9 h" says "answered" too), then the strongest.
    """
    if len(columns) == 1:
        return columns[0]

    def rank(column: int) -> tuple[bool, bool, float]:
        is_measure = not is_flag(_reference(artefact, artefact.features[column].name))
        return row.is_known(column), is_measure, abs(row.parts[column])

    same_way = [one for one in columns if row.parts[one] != 0 and (row.parts[one] > 0) == raises]
    chosen = max(same_way, key=rank)
    wanted = BETTER_SAID.get(artefact.features[chosen].name)
    better = [one for one in columns if artefact.features[one].name == wanted and row.is_known(one)]
    return better[0] if better else chosen


def _reference(artefact: Artefact, feature: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = artefact.reference.get("features", {}).get(feature, {})
    return found
