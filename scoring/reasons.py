"""Why a score is what it is, in words: the value, what is usual, and which way it moves the score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scoring.contributions import Contributions, contributions
from scoring.reason_groups import BETTER_SAID
from scoring.reason_words import FeatureWords
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
        words = artefact.words(wording)
        result.append([
            _reason(artefact, groups[place], told_row.sums[place], told_row, words, wording)
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


def _reason(
    artefact: Artefact, group: str, contribution: float, row: _Row, words: list[FeatureWords], wording: Wording
) -> Reason:
    said = words[_spokesman(artefact.reason_columns[group], row, words, raises=contribution > 0)]
    told = said.told(row.values.get(said.spec.name))
    way = ("raises", "提高") if contribution > 0 else ("lowers", "降低")
    en = f"{told.en} ({way[0]} {wording.event[0]})"
    zh = f"{told.zh}（{way[1]}{wording.event[1]}）"
    return Reason(said.spec.name, told.value, contribution, en, zh, group, told.benchmark)


def _spokesman(columns: list[int], row: _Row, words: list[FeatureWords], *, raises: bool) -> int:
    """The feature that speaks for a group: of those that move the score the group's way, one whose value is known
    before one that is not, a measure before a yes or no ("took 9 h" says "answered" too), then the strongest.
    """
    if len(columns) == 1:
        return columns[0]

    def rank(column: int) -> tuple[bool, bool, float]:
        return row.is_known(column), not words[column].is_flag, abs(row.parts[column])

    same_way = [one for one in columns if row.parts[one] != 0 and (row.parts[one] > 0) == raises]
    chosen = max(same_way, key=rank)
    wanted = BETTER_SAID.get(words[chosen].spec.name)
    better = [one for one in columns if words[one].spec.name == wanted and row.is_known(one)]
    return better[0] if better else chosen
