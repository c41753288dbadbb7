"""Why a score is what it is, in words: the value, what is usual, and which way it moves the score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scoring.contributions import contributions
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
        return asdict(self)


def explain(
    artefact: Artefact, encoded: NDArray[np.float32], values: Sequence[Mapping[str, Any]], limit: int
) -> list[list[Reason]]:
    """The strongest reasons of each row, strongest first, at most `limit`.

    encoded: [n, k] of `artefact.encode`; values: the same n rows before encoding, for the words.
    """
    found = contributions(artefact, encoded)
    groups, sums = list(artefact.reason_columns), grouped(artefact, found.values)
    result = []
    for row, value in enumerate(values):
        strongest = np.argsort(-np.abs(sums[row]), kind="stable")[:limit]
        wording = wording_of(artefact.name, int(found.target[row]))
        result.append([
            _reason(artefact, groups[place], (found.values[row], encoded[row]), value, wording)
            for place in strongest if abs(sums[row, place]) > LEAST_CONTRIBUTION
        ])  # fmt: skip
    return result


def grouped(artefact: Artefact, parts: Floats) -> Floats:
    """Contributions [n, k] summed by group, [n, groups in the order of `artefact.reason_columns`]."""
    columns = list(artefact.reason_columns.values())
    starts = np.cumsum([0, *(len(own) for own in columns[:-1])])
    sums: Floats = np.add.reduceat(parts[:, np.concatenate(columns)], starts, axis=1)
    return sums


def _reason(
    artefact: Artefact,
    group: str,
    row: tuple[Floats, NDArray[np.float32]],
    values: Mapping[str, Any],
    wording: Wording,
) -> Reason:
    columns, (parts, encoded) = artefact.reason_columns[group], row
    contribution = float(parts[columns].sum())
    spec = artefact.features[_spokesman(artefact, columns, parts, encoded, raises=contribution > 0)]
    told_of = told(
        spec,
        values.get(spec.name),
        _reference(artefact, spec.name),
        artefact.reference.get("rates", []),
        wording,
    )
    way = ("raises", "提高") if contribution > 0 else ("lowers", "降低")
    en = f"{told_of.en} ({way[0]} {wording.event[0]})"
    zh = f"{told_of.zh}（{way[1]}{wording.event[1]}）"
    return Reason(spec.name, told_of.value, contribution, en, zh, group, told_of.benchmark)


def _spokesman(
    artefact: Artefact, columns: NDArray[np.intp], parts: Floats, encoded: NDArray[np.float32], *, raises: bool
) -> int:
    """The feature that speaks for a group: of those that move the score the group's way, one whose value is known
    before one that is not, a measure before a yes or no ("took 9 h" says "answered" too), then the strongest.
    """

    def rank(column: int) -> tuple[bool, bool, float]:
        is_measure = not is_flag(_reference(artefact, artefact.features[column].name))
        return not np.isnan(encoded[column]), is_measure, abs(float(parts[column]))

    same_way = [int(column) for column in columns if (parts[column] > 0) == raises and parts[column] != 0]
    return _better_said(artefact, max(same_way, key=rank) if len(same_way) > 1 else same_way[0], columns, encoded)


def _better_said(artefact: Artefact, chosen: int, columns: NDArray[np.intp], encoded: NDArray[np.float32]) -> int:
    """The column that says the same fact in a person's words, or the one chosen."""
    wanted = BETTER_SAID.get(artefact.features[chosen].name)
    found = [int(one) for one in columns if artefact.features[one].name == wanted and not np.isnan(encoded[one])]
    return found[0] if found else chosen


def _reference(artefact: Artefact, feature: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = artefact.reference.get("features", {}).get(feature, {})
    return found
