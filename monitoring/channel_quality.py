"""The channel quality matrix (mission W3): what each channel brings, costs and keeps, and which to cut, keep or grow.

Grain: one row per channel. Leads are those of the last `channel_days` days that are old enough to have ended
(`channel_mature_days`); small channels are drawn towards the mean of all: three lucky leads make no best channel.

Shares: see `monitoring.shrunk_shares`.
Cost per win: spend of the period / wins; its interval from that of the wins (Garwood, Biometrika 28, 1936).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from configs.sections import Diagnosis
from configs.settings import Settings
from crm_core.channel_words import channel_words
from crm_core.funnel.dimensions import groups_of
from crm_core.funnel.figures import DAY, lost_places
from crm_core.gates.facts import LeadFacts
from crm_core.gates.size_fit import size_fit
from monitoring.channel_customers import BroughtCustomers, brought_customers
from monitoring.diagnosis.ages import days_before
from monitoring.diagnosis.facts import CaseFacts
from monitoring.intervals import Interval
from monitoring.shrunk_shares import Share, shrunk_shares
from monitoring.texts import Text, percent
from scoring.units import symbol_of

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
CENTS = 100


@dataclass(frozen=True)
class ChannelQuality:
    """One channel. Amounts in the currency's unit; None where the tables do not tell.

    Attributes
    ----------
    leads: those that are judged. share: of all leads judged.
    reached: stage -> share of the leads that came so far. won: share that was won.
    size_fit: mean over leads with a known size or budget, in 0..1.
    cycle_days: median from creation to the win. value_per_win: mean amount of the leads' orders.
    cost_per_win: with its interval. brought: what became of the customers it brought.
    verdict: cut, keep or grow.
    """

    channel: str
    name: Text
    leads: int
    share: float
    reached: dict[str, Share]
    won: Share
    size_fit: float | None
    cycle_days: float | None
    value_per_win: float | None
    spend: float | None
    cost_per_win: float | None
    cost_interval: Interval | None
    brought: BroughtCustomers
    verdict: str
    text: Text

    def to_json(self) -> dict[str, Any]:
        """All figures by name."""
        return {
            **vars(self),
            "name": self.name.to_json(),
            "reached": {name: share.to_json() for name, share in self.reached.items()},
            "won": self.won.to_json(),
            "cost_interval": vars(self.cost_interval) if self.cost_interval else None,
            "brought": self.brought.to_json(),
            "text": self.text.to_json(),
        }


def channel_quality(facts: CaseFacts, settings: Settings) -> list[ChannelQuality]:
    """Every channel with a lead in the period, the largest first; empty without leads."""
    rules, groups = settings.diagnosis, groups_of(facts.funnel, "channel")
    age = days_before(facts.now, facts.funnel.leads["created_at"])
    judged = (age >= rules.channel_mature_days) & (age < rules.channel_mature_days + rules.channel_days)
    if not judged.any():
        return []
    measured = _Measured(facts, settings, groups.codes, judged, len(groups.labels))
    rows = [_row(facts, measured, g, label, settings) for g, label in enumerate(groups.labels) if measured.leads[g]]
    return sorted(rows, key=lambda row: (-row.leads, row.channel))


class _Measured:
    """Figures by place of the channel."""

    def __init__(self, facts: CaseFacts, settings: Settings, codes: npt.NDArray[np.int64], judged: Mask, size: int):
        self._facts, self._settings, self._codes, self._judged, self._size = facts, settings, codes, judged, size
        self.leads = self._count(judged)
        first = self._first_entries()
        won = np.flatnonzero([stage.outcome == "won" for stage in facts.funnel.funnel.stages])
        won_days = np.nanmin(np.column_stack([first[:, won], np.full(len(codes), np.inf)]), axis=1)
        self.is_won = judged & np.isfinite(won_days)
        self.won = shrunk_shares(self._count(self.is_won), self.leads)
        furthest = self._furthest()
        on_path = [p for p, stage in enumerate(facts.funnel.funnel.stages) if stage.outcome != "lost"]
        self.reached = {
            facts.funnel.funnel.stages[p].name: shrunk_shares(self._count(judged & (furthest >= p)), self.leads)
            for p in on_path[1:]
        }
        self.cycle = self._grouped(won_days, self.is_won, "median")
        self.fit = self._grouped(self._size_fit(), judged, "mean")
        self.value = self._grouped(self._value(), self.is_won, "mean")
        self.spend = self._spend()
        self.brought = brought_customers(facts, settings, codes, size)

    def _count(self, mask: Mask) -> npt.NDArray[np.int64]:
        return np.bincount(self._codes[mask], minlength=self._size)

    def _grouped(self, values: Floats, mask: Mask, how: str) -> Floats:
        known = mask & np.isfinite(values)
        found = pd.Series(values[known]).groupby(self._codes[known]).agg(how)
        return found.reindex(range(self._size)).to_numpy(float)

    def _first_entries(self) -> Floats:
        """[leads, stages] days from creation to the first entry; NaN: never."""
        stays, count = self._facts.funnel.stays, len(self._facts.funnel.funnel.stages)
        first = stays.groupby(["lead", "stage"])["entered_at"].min()
        days = np.full((len(self._codes), count), np.nan)
        lead, stage = (first.index.get_level_values(n).to_numpy() for n in (0, 1))
        created = self._facts.funnel.leads["created_at"].to_numpy()[lead]
        days[lead, stage] = (first.to_numpy() - created) / DAY
        return days

    def _furthest(self) -> npt.NDArray[np.int64]:
        stays = self._facts.funnel.stays
        lead, stage = stays["lead"].to_numpy(), stays["stage"].to_numpy()
        on_path = ~np.isin(stage, lost_places(self._facts.funnel))
        furthest = np.zeros(len(self._codes), np.int64)
        np.maximum.at(furthest, lead[on_path], stage[on_path])
        return furthest

    def _size_fit(self) -> Floats:
        leads, rules = self._facts.funnel.leads, self._settings.features
        known = ("employee_count", "expected_amount_cents", "budget_cents")
        plain = leads[[*known]].astype(object).where(leads[[*known]].notna(), None)
        rows = zip(leads["product"], plain.itertuples(index=False), strict=True)
        fits = [
            size_fit(LeadFacts(employee_count=size, expected_amount_cents=amount, budget_cents=budget,
                               product=product if isinstance(product, str) else None), rules)
            if is_judged else None
            for (product, (size, amount, budget)), is_judged in zip(rows, self._judged, strict=True)
        ]  # fmt: skip
        return np.array([np.nan if fit is None else fit for fit in fits], float)

    def _value(self) -> Floats:
        orders = self._facts.orders[(self._facts.orders["lead"] >= 0).to_numpy()]
        amounts = np.full(len(self._codes), np.nan)
        summed = orders.groupby("lead")["amount_cents"].sum() / CENTS
        amounts[summed.index.to_numpy()] = summed.to_numpy(float)
        return amounts

    def _spend(self) -> dict[str, float]:
        rules, spend = self._settings.diagnosis, self._facts.spend
        age = days_before(self._facts.now, spend["spent_on"])
        inside = (age >= rules.channel_mature_days) & (age < rules.channel_mature_days + rules.channel_days)
        totals = spend[inside].groupby("channel_id")["amount_cents"].sum() / CENTS
        return {str(channel): float(amount) for channel, amount in totals.items()}


def _row(facts: CaseFacts, measured: _Measured, g: int, label: str, settings: Settings) -> ChannelQuality:
    rules, currency = settings.diagnosis, settings.intake.currency
    won, spend = measured.won[g], measured.spend.get(label)
    cost = spend / won.hits if spend is not None and won.hits else None
    value = _finite(measured.value[g])
    verdict = _verdict(measured, g, cost, value, rules)
    name = Text(*channel_words(label, facts.channels))
    return ChannelQuality(
        label, name, int(measured.leads[g]), float(measured.leads[g] / measured.leads.sum()),
        {stage: shares[g] for stage, shares in measured.reached.items()}, won,
        _finite(measured.fit[g]), _finite(measured.cycle[g]), value,
        spend, cost, _cost_interval(spend, won.hits) if cost is not None and spend is not None else None,
        measured.brought[g],
        verdict, _text(measured, g, name, verdict, (value, spend), currency),
    )  # fmt: skip


def _verdict(measured: _Measured, g: int, cost: float | None, value: float | None, rules: Diagnosis) -> str:
    """Cut: it costs more per win than the share of its value allows, or its leads are surely won less often than those
    of all and its wins are no cheaper. Grow: surely won more often, and not too dear. The others are left as they are.
    """
    won, whole = measured.won[g], measured.is_won.sum() / measured.leads.sum()
    usual = sum(measured.spend.values()) / max(measured.is_won.sum(), 1)
    is_poor = won.interval.high < whole * (1 - rules.channel_margin) and (cost is None or cost >= usual)
    if is_poor or (cost is not None and value is not None and cost > rules.channel_cost_share * value):
        return "cut"
    return "grow" if won.interval.low > whole * (1 + rules.channel_margin) else "keep"


def _text(
    measured: _Measured, g: int, name: Text, verdict: str, money: tuple[float | None, float | None], currency: str
) -> Text:
    """The verdict with what the win rate of all would be without the channel and what its wins were worth (cut), or its
    own win rate (grow, keep). money: value per win, spend.
    """
    leads, wins = int(measured.leads.sum()), int(measured.is_won.sum())
    own, rest = measured.won[g], (wins - measured.won[g].hits) / max(leads - measured.won[g].rows, 1)
    if verdict == "cut":
        value, spend = money
        worth, told = (f"{symbol_of(currency)}{amount:,.0f}" for amount in ((value or 0) * own.hits, spend or 0))
        lost = (f" (worth {worth})", f"（价值{worth}）") if value and own.hits else ("", "")
        saved = (f" and {told} saved", f"，并节省{told}") if spend else ("", "")
        return Text(
            f"Cut {name.en}: without it {percent(rest, 1)} instead of {percent(wins / leads, 1)} of the leads are won, "
            f"{own.hits:,} wins{lost[0]} fewer{saved[0]}.",
            f"削减{name.zh}：剔除后赢单率为{percent(rest, 1)}而不是{percent(wins / leads, 1)}，"
            f"赢单减少{own.hits:,}单{lost[1]}{saved[1]}。",
        )
    verb = ("Grow", "加大投入") if verdict == "grow" else ("Keep", "保持")
    more = round(own.interval.low * 100, 1)
    return Text(
        f"{verb[0]} {name.en}: {percent(own.shrunk, 1)} of its leads are won; 100 more of the kind bring at least "
        f"{more} wins.",
        f"{verb[1]}{name.zh}：赢单率{percent(own.shrunk, 1)}；每增加100条同类线索至少带来{more}单。",
    )


def _cost_interval(spend: float, wins: int) -> Interval:
    low, high = stats.chi2.ppf([0.025, 0.975], [2 * wins, 2 * wins + 2]) / 2
    return Interval(spend / float(high), spend / float(low))


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
