"""The words of one feature's value: what it is, and what it is with those who were won (or stayed)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.encoding import as_category, as_number
from scoring.feature_spec import FeatureSpec
from scoring.units import in_unit, percent
from scoring.wording import Wording

Pair = tuple[str, str]
# Said as a person would; a value's place is {}.
SAYINGS: dict[str, Pair] = {
    "response_hours": ("First response took {}", "首次响应用时 {}"),
    "waiting_hours": ("Waiting {} for a first response", "等待首次响应已 {}"),
    "stage_days": ("In this stage for {}", "在当前阶段已停留 {}"),
    "age_days": ("Created {} ago", "创建至今 {}"),
    "activity_last_days": ("Last contact {} ago", "距上次沟通 {}"),
}
SHARES = re.compile(r".*_(win_rate|share)_\d+d|size_fit|budget_ratio")  # without a unit, but read as a percentage
YES_NO: tuple[Pair, Pair] = (("no", "否"), ("yes", "是"))


@dataclass(frozen=True)
class Told:
    """A value in words. benchmark: `kind` (median or share), `value` in the feature's own unit or 0 to 1, `en`, `zh`;
    None where the artefact has none.
    """

    value: float | str | None
    en: str
    zh: str
    benchmark: dict[str, Any] | None


def is_flag(reference: Mapping[str, Any]) -> bool:
    """Whether a number is but yes or no, by the artefact's reference of it."""
    return bool(reference.get("flag_shares"))


def told(spec: FeatureSpec, raw: Any, reference: Mapping[str, Any], overall: Sequence[float], wording: Wording) -> Told:
    """A feature's value with its benchmark. reference: the feature's, of the artefact; overall: share of each class."""
    value = _value(spec, raw)
    benchmark = _benchmark(spec, value, reference, wording)
    beside = [(benchmark["en"], benchmark["zh"])] if benchmark else []
    rate = _rate(spec, value, reference, overall, wording)
    if spec.kind == "number":  # a number's rate is told where its value is missing
        beside = beside if value is not None else []
    parts = [_said(spec, value, reference), *([rate] if rate else []), *beside]
    return Told(value, "; ".join(en for en, _ in parts), "；".join(zh for _, zh in parts), benchmark)


def _value(spec: FeatureSpec, raw: Any) -> float | str | None:
    if spec.kind == "category":
        return as_category(raw)
    number = as_number(raw)
    return None if np.isnan(number) else number


def _said(spec: FeatureSpec, value: float | str | None, reference: Mapping[str, Any]) -> Pair:
    if value is None:
        return f"{spec.en}: not known", f"{spec.zh}：未知"
    if isinstance(value, str):
        en, zh = spec.in_words(value)
    elif is_flag(reference):
        en, zh = YES_NO[int(value > 0)]
    else:
        en, zh = in_unit(value, unit_of(spec))
        if saying := SAYINGS.get(spec.name):
            return saying[0].format(en), saying[1].format(zh)
    return f"{spec.en}: {en}", f"{spec.zh}：{zh}"


def unit_of(spec: FeatureSpec) -> str | None:
    """Its unit; that of a share for what is named so and has none."""
    return "share" if spec.unit is None and SHARES.fullmatch(spec.name) else spec.unit


def _benchmark(
    spec: FeatureSpec, value: float | str | None, reference: Mapping[str, Any], wording: Wording
) -> dict[str, Any] | None:
    if spec.kind == "category" or is_flag(reference):
        share = _share(value, reference, wording)
        return None if share is None else _share_told(share, wording)
    medians = reference.get("medians") or []
    median = medians[wording.good_label] if medians else None
    if median is None:
        return None
    usual = in_unit(median, unit_of(spec))
    en, zh = f"{wording.group[0]}: median {usual[0]}", f"{wording.group[1]}中位数 {usual[1]}"
    return {"kind": "median", "value": median, "en": en, "zh": zh}


def _share(value: float | str | None, reference: Mapping[str, Any], wording: Wording) -> float | None:
    """Share of the good ones that have this value."""
    if value is None:
        return None
    if not isinstance(value, str):
        share: float | None = reference["flag_shares"][wording.good_label]
        return share if share is None or value > 0 else 1 - share
    shares: list[float | None] | None = _of_value(value, reference).get("class_shares")
    return shares[wording.good_label] if shares else None


def _share_told(share: float, wording: Wording) -> dict[str, Any]:
    text = percent(share)
    en, zh = f"{text[0]} of {wording.group[0]}", f"{wording.group[1]}中占 {text[1]}"
    return {"kind": "share", "value": share, "en": en, "zh": zh}


def _rate(
    spec: FeatureSpec,
    value: float | str | None,
    reference: Mapping[str, Any],
    overall: Sequence[float],
    wording: Wording,
) -> Pair | None:
    """How often rows like this one do it, against all rows: of a category's value, and of a value that is missing."""
    if spec.kind == "number" and value is not None:
        return None
    rates = reference.get("missing_rates") if value is None else _of_value(str(value), reference).get("rates")
    if not rates or not overall:
        return None
    own, all_rows = percent(rates[wording.label]), percent(overall[wording.label])
    return (
        f"{own[0]} {wording.verb[0]} against {all_rows[0]} overall",
        f"{wording.verb[1]} {own[1]}，总体 {all_rows[1]}",
    )


def _of_value(value: str, reference: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is known of a category's value; rare values are held together under ""."""
    known = reference.get("values", {})
    found: Mapping[str, Any] = known.get(value) or known.get("") or {}
    return found
