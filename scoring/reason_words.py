"""The words of one feature's values: what one is, and what it is with those who were won (or stayed)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

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


class FeatureWords:
    """How the values of one feature are told. What does not depend on the value is made once, and what is told of a
    category that was learnt, or of a missing value, is kept.

    reference: the feature's, of the artefact; overall: share of each class.
    """

    def __init__(
        self, spec: FeatureSpec, reference: Mapping[str, Any], overall: Sequence[float], wording: Wording
    ) -> None:
        self.spec, self._reference, self._overall, self._wording = spec, reference, overall, wording
        self.is_flag = bool(reference.get("flag_shares"))  # a number that is but yes or no
        self._unit = unit_of(spec)
        self._median = self._median_told()
        self._kept: dict[str | None, Told] = {}

    def told(self, raw: Any) -> Told:
        """A value with its benchmark."""
        value = self._value(raw)
        if isinstance(value, float) or not (value is None or value in self.spec.codes):
            return self._told(value)
        if value not in self._kept:
            self._kept[value] = self._told(value)
        return self._kept[value]

    def _value(self, raw: Any) -> float | str | None:
        if self.spec.kind == "category":
            return as_category(raw)
        number = as_number(raw)
        return None if isnan(number) else number

    def _told(self, value: float | str | None) -> Told:
        benchmark = self._benchmark(value)
        beside = [(benchmark["en"], benchmark["zh"])] if benchmark else []
        if self.spec.kind == "number" and value is None:  # its rate is told where its value is missing
            beside = []
        rate = self._rate(value)
        parts = [self._said(value), *([rate] if rate else []), *beside]
        return Told(value, "; ".join(en for en, _ in parts), "；".join(zh for _, zh in parts), benchmark)

    def _said(self, value: float | str | None) -> Pair:
        spec = self.spec
        if value is None:
            return f"{spec.en}: not known", f"{spec.zh}：未知"
        if isinstance(value, str):
            en, zh = spec.in_words(value)
        elif self.is_flag:
            en, zh = YES_NO[int(value > 0)]
        else:
            en, zh = in_unit(value, self._unit)
            if saying := SAYINGS.get(spec.name):
                return saying[0].format(en), saying[1].format(zh)
        return f"{spec.en}: {en}", f"{spec.zh}：{zh}"

    def _benchmark(self, value: float | str | None) -> dict[str, Any] | None:
        if self.spec.kind == "category" or self.is_flag:
            share = self._share(value)
            return None if share is None else _share_told(share, self._wording)
        return self._median

    def _median_told(self) -> dict[str, Any] | None:
        medians, wording = self._reference.get("medians") or [], self._wording
        median = medians[wording.good_label] if medians else None
        if median is None:
            return None
        usual = in_unit(median, self._unit)
        en, zh = f"{wording.group[0]}: median {usual[0]}", f"{wording.group[1]}中位数 {usual[1]}"
        return {"kind": "median", "value": median, "en": en, "zh": zh}

    def _share(self, value: float | str | None) -> float | None:
        """Share of the good ones that have this value."""
        if value is None:
            return None
        good = self._wording.good_label
        if not isinstance(value, str):
            share: float | None = self._reference["flag_shares"][good]
            return share if share is None or value > 0 else 1 - share
        shares: list[float | None] | None = _of_value(value, self._reference).get("class_shares")
        return shares[good] if shares else None

    def _rate(self, value: float | str | None) -> Pair | None:
        """How often rows like this one do it, against all rows: of a category's value, and of a value that is
        missing.
        """
        if isinstance(value, float):
            return None
        reference, wording = self._reference, self._wording
        rates = reference.get("missing_rates") if value is None else _of_value(value, reference).get("rates")
        if not rates or not self._overall:
            return None
        own, all_rows = percent(rates[wording.label]), percent(self._overall[wording.label])
        return (
            f"{own[0]} {wording.verb[0]} against {all_rows[0]} overall",
            f"{wording.verb[1]} {own[1]}，总体 {all_rows[1]}",
        )


def unit_of(spec: FeatureSpec) -> str | None:
    """Its unit; that of a share for what is named so and has none."""
    return "share" if spec.unit is None and SHARES.fullmatch(spec.name) else spec.unit


def _share_told(share: float, wording: Wording) -> dict[str, Any]:
    text = percent(share)
    en, zh = f"{text[0]} of {wording.group[0]}", f"{wording.group[1]}中占 {text[1]}"
    return {"kind": "share", "value": share, "en": en, "zh": zh}


def _of_value(value: str, reference: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is known of a category's value; rare values are held together under ""."""
    known = reference.get("values", {})
    found: Mapping[str, Any] = known.get(value) or known.get("") or {}
    return found
