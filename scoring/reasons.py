"""Why a score is what it is, in words: the value, what is usual, and which way it moves the score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scoring.contributions import contributions
from scoring.encoding import as_category, as_number
from scoring.feature_spec import FeatureSpec
from scoring.units import in_unit, percent
from scoring.wording import Wording, wording_of

if TYPE_CHECKING:
    from scoring.artefact import Artefact

Pair = tuple[str, str]
LEAST_CONTRIBUTION = 1e-6


@dataclass(frozen=True)
class Reason:
    """One feature's part in a score. contribution: log-odds after calibration, above 0 raises the score."""

    feature: str
    value: float | str | None
    contribution: float
    en: str
    zh: str

    def to_json(self) -> dict[str, Any]:
        """The reason as the contract has it."""
        return dict(vars(self))


def explain(
    artefact: Artefact, encoded: NDArray[np.float32], values: Sequence[Mapping[str, Any]], limit: int
) -> list[list[Reason]]:
    """The strongest reasons of each row, strongest first, at most `limit`.

    encoded: [n, k] of `artefact.encode`; values: the same n rows before encoding, for the words.
    """
    found = contributions(artefact, encoded)
    order = np.argsort(-np.abs(found.values), axis=1, kind="stable")[:, :limit].tolist()
    result = []
    for row, (value, strongest) in enumerate(zip(values, order, strict=True)):
        parts = found.values[row]
        wording = wording_of(artefact.name, int(found.target[row]))
        result.append([
            _reason(artefact, artefact.features[column], value, float(parts[column]), wording)
            for column in strongest if abs(parts[column]) > LEAST_CONTRIBUTION
        ])  # fmt: skip
    return result


def _reason(
    artefact: Artefact, spec: FeatureSpec, values: Mapping[str, Any], contribution: float, wording: Wording
) -> Reason:
    reference = artefact.reference.get("features", {}).get(spec.name, {})
    overall = artefact.reference.get("rates", [])
    if spec.kind == "number":
        number = as_number(values.get(spec.name))
        value: float | str | None = None if np.isnan(number) else number
        en, zh = _number(spec, number, reference, overall, wording)
    else:
        value = as_category(values.get(spec.name))
        en, zh = _category(spec, value, reference, overall, wording)
    raises = contribution > 0
    en += f" ({'raises' if raises else 'lowers'} {wording.event[0]})"
    zh += f"（{'提高' if raises else '降低'}{wording.event[1]}）"
    return Reason(spec.name, value, contribution, en, zh)


def _number(
    spec: FeatureSpec, number: float, reference: Mapping[str, Any], overall: Sequence[float], wording: Wording
) -> Pair:
    if np.isnan(number):
        return _joined(
            (f"{spec.en}: not known", f"{spec.zh}：未知"), _rate(reference.get("missing_rates"), overall, wording)
        )
    own = in_unit(number, spec.unit)
    medians = reference.get("medians") or []
    median = medians[wording.good_label] if medians else None
    if median is None:
        return f"{spec.en}: {own[0]}", f"{spec.zh}：{own[1]}"
    usual = in_unit(median, spec.unit)
    return (
        f"{spec.en}: {own[0]}; {wording.group[0]}: median {usual[0]}",
        f"{spec.zh}：{own[1]}；{wording.group[1]}中位数 {usual[1]}",
    )


def _category(
    spec: FeatureSpec, value: str | None, reference: Mapping[str, Any], overall: Sequence[float], wording: Wording
) -> Pair:
    if value is None:
        return _joined(
            (f"{spec.en}: not known", f"{spec.zh}：未知"), _rate(reference.get("missing_rates"), overall, wording)
        )
    known = reference.get("values", {})
    rates = (known.get(value) or known.get("") or {}).get("rates")  # "" holds the rare values together
    en, zh = spec.in_words(value)
    return _joined((f"{spec.en}: {en}", f"{spec.zh}：{zh}"), _rate(rates, overall, wording))


def _rate(rates: Sequence[float] | None, overall: Sequence[float], wording: Wording) -> Pair | None:
    """How often rows like this one do it, against all rows."""
    if not rates or not overall:
        return None
    own, all_rows = percent(rates[wording.label]), percent(overall[wording.label])
    return (
        f"{own[0]} {wording.verb[0]} against {all_rows[0]} overall",
        f"{wording.verb[1]} {own[1]}，总体 {all_rows[1]}",
    )


def _joined(start: Pair, rest: Pair | None) -> Pair:
    return (f"{start[0]}; {rest[0]}", f"{start[1]}；{rest[1]}") if rest else start
