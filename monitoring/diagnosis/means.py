"""Can they pay: what the stuck may spend against what the product costs, and against what others may spend.

Price of a lead: the median list price of its product's orders in the last year (amount / (1 - discount), per order),
where there are `FEWEST` of them; else its own expected amount; else the median order. Means: its budget, else its
expected amount. The stuck are compared with the others of now; that is news where they have less than the stuck of
before, or where those who cannot pay make up the anomaly. Where a price rose for all, the others have as little: then
less than before must agree with an anomaly made up by those who cannot pay, or by one segment. Test: Mann and Whitney
(Ann. Math. Statist. 18, 1947); its U / (n1 n2) is the chance that a stuck lead has less to spend than another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from crm_core.funnel.figures import DAY
from crm_core.funnel.records import record_column
from monitoring.diagnosis.explained import Explained
from monitoring.diagnosis.facts import CaseFacts
from monitoring.diagnosis.look import Look, ramp
from monitoring.diagnosis.stuck import Sides
from monitoring.diagnosis.traits import Trait, yes_or_no
from monitoring.texts import Text, percent
from scoring.units import symbol_of

FEWEST = 5
YEAR_DAYS = 365
DISCOUNT_QUANTILE = 0.9
LESS = (0.72, 0.53)  # chance of having less that counts in full, and from which it counts
Floats = npt.NDArray[np.float64]
CENTS = 100


@dataclass(frozen=True)
class Means:
    """[leads] what each may spend and what it faces, in cents; NaN where nothing tells. `top_discount` in 0..1."""

    means: Floats
    price: Floats
    budget: Floats
    expected: Floats
    top_discount: float

    @property
    def ratios(self) -> dict[str, Floats]:
        """Means to the product's price, and budget to the expected amount."""
        return {"means_to_price": self.means / self.price, "budget_to_expected": self.budget / self.expected}


def means_of(facts: CaseFacts) -> Means:
    """Every lead's means and price."""
    budget, expected = _numbers(facts, "budget"), _numbers(facts, "expected_amount")
    means = np.where(np.isnan(budget), expected, budget)
    return Means(means, prices(facts), budget, expected, _discount(facts))


def means_traits(means: Means) -> list[Trait]:
    """By each ratio: whether a lead cannot pay even with the usual top discount."""
    limit = 1 - means.top_discount
    return [
        yes_or_no(f"below_{name}", "means", np.nan_to_num(ratio, nan=9.0) < limit, ~np.isnan(ratio))
        for name, ratio in means.ratios.items()
        if (~np.isnan(ratio)).any()
    ]


def look_at_means(means: Means, of: Sides, explained: Sequence[Explained], currency: str) -> Look:
    """Strength by the clearer of the two ratios; amounts are of the currency."""
    strengths = {one.trait.name: one.strength for one in explained if one.trait.kind == "means"}
    segment = max((one.strength for one in explained if one.trait.kind == "segment"), default=0.0)
    judged = {
        name: _judge(ratio, of, strengths.get(f"below_{name}", 0.0), segment) for name, ratio in means.ratios.items()
    }
    name, (strength, figures) = max(judged.items(), key=lambda item: item[1][0])
    if not figures:
        return Look("means", 0.0)
    is_price = name == "means_to_price"
    figures |= {"ratio": name, "usual_top_discount": means.top_discount}
    figures |= _gap(of, means.means if is_price else means.budget, means.price if is_price else means.expected)
    figures["cannot_pay_share"] = _share_below(means.ratios[name][of.stuck], 1 - means.top_discount)
    return Look("means", strength, figures, _text(figures, currency))


def prices(facts: CaseFacts) -> Floats:
    """[leads] list price in cents that a lead faces; NaN where nothing tells."""
    orders = _recent(facts)[["lead", "amount_cents", "discount_rate", "category"]].copy()
    listed = orders["amount_cents"] / (1 - orders["discount_rate"].fillna(0).clip(0, 0.9))
    product = facts.funnel.leads["product"]
    has_lead = (orders["lead"] >= 0).to_numpy()
    of_order = np.where(has_lead, product.to_numpy(object)[orders["lead"].to_numpy()], orders["category"])
    grouped = pd.Series(listed.to_numpy(float)).groupby(pd.Series(of_order, dtype=object))
    median = grouped.median()[grouped.size() >= FEWEST]
    found = product.map(median).astype(float)
    found = found.fillna(pd.Series(_numbers(facts, "expected_amount"), found.index))
    overall = float(listed[has_lead].median()) if has_lead.any() else np.nan
    return np.asarray(found.fillna(overall), np.float64)


def _recent(facts: CaseFacts) -> pd.DataFrame:
    """Orders of the last year, or all where there are few: a price is that of now."""
    recent = facts.orders[(facts.orders["ordered_at"].to_numpy() > facts.now - YEAR_DAYS * DAY)]
    return recent if len(recent) >= 10 * FEWEST else facts.orders


def _numbers(facts: CaseFacts, name: str) -> Floats:
    values = pd.to_numeric(record_column(facts.funnel, "lead", name), errors="coerce").to_numpy(float)
    return np.where(values > 0, values, np.nan)


def _judge(ratio: Floats, of: Sides, explained: float, segment: float) -> tuple[float, dict[str, Any]]:
    stuck, others, before = (ratio[mask][~np.isnan(ratio[mask])] for mask in (of.stuck, of.others, of.before))
    if min(len(stuck), len(others)) < FEWEST:
        return 0.0, {}
    now, sure = _less(stuck, others)
    figures: dict[str, Any] = {
        "median_ratio_stuck": float(np.median(stuck)), "median_ratio_others": float(np.median(others)),
        "chance_less_than_others": now,
    }  # fmt: skip
    strength = ramp(now, *LESS) * sure
    if len(before) >= FEWEST:
        news, sure_news = _less(stuck, before)
        figures |= {"median_ratio_stuck_before": float(np.median(before)), "chance_less_than_before": news}
        less_than_before = ramp(news, *LESS) * sure_news
        strength = max(strength * max(less_than_before, explained), less_than_before * max(explained, segment))
    return strength, figures | {"explained": explained}


def _less(one: Floats, two: Floats) -> tuple[float, float]:
    """Chance that one of the first is below one of the second, and how sure that is not chance (0..1)."""
    result = stats.mannwhitneyu(one, two, alternative="less", method="asymptotic")
    return 1 - float(result.statistic) / (len(one) * len(two)), ramp(-np.log10(max(result.pvalue, 1e-30)), 4, 1)


def _discount(facts: CaseFacts) -> float:
    rates = facts.orders["discount_rate"].dropna().to_numpy(float)
    return float(np.quantile(rates, DISCOUNT_QUANTILE)) if len(rates) else 0.0


def _gap(of: Sides, means: Floats, price: Floats) -> dict[str, Any]:
    known = of.stuck & ~np.isnan(means) & ~np.isnan(price)
    if not known.any():
        return {}
    median_means, median_price = float(np.median(means[known])) / CENTS, float(np.median(price[known])) / CENTS
    return {
        "median_means": median_means, "median_price": median_price, "median_gap": median_price - median_means,
        "leads_compared": int(known.sum()),
    }  # fmt: skip


def _share_below(ratio: Floats, limit: float) -> float:
    known = ratio[~np.isnan(ratio)]
    return float((known < limit).mean()) if len(known) else 0.0


def _text(figures: dict[str, Any], currency: str) -> Text:
    if "median_gap" not in figures:
        return Text("", "")
    means, price = (f"{symbol_of(currency)}{figures[name]:,.0f}" for name in ("median_means", "median_price"))
    cannot, top = percent(figures["cannot_pay_share"]), percent(figures["usual_top_discount"])
    others = percent(figures["median_ratio_others"])
    return Text(
        f"The stuck can spend {means} (median) on what costs {price}, that is "
        f"{percent(figures['median_ratio_stuck'])} of it (others {others}); for {cannot} of them it is out of reach "
        f"even with a discount of {top}.",
        f"滞留线索可支配金额中位数为{means}，而价格为{price}，仅为其{percent(figures['median_ratio_stuck'])}"
        f"（其他线索为{others}）；即使给予{top}的折扣，仍有{cannot}的滞留线索负担不起。",
    )
