"""The channel quality matrix (mission W3): what each channel brings, costs and keeps, and which to cut, keep or grow.

Grain: one row per channel. Leads are those of the last `channel_days` days that are old enough to have ended
(`channel_mature_days`); small channels are drawn towards the mean of all: three lucky leads make no best channel.

Shares: see `monitoring.shrunk_shares`.
Cost per win: spend of the period / wins; its interval from that of the wins (Garwood, Biometrika 28, 1936).
A channel is to be cut only where what it cost is surely more than the margin that its wins left.
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
from monitoring.intervals import Interval, most_summed
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
        values = self._value()
        self.value = self._grouped(values, self.is_won, "mean")
        self.most_worth = self._most_worth(values)
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

    def _most_worth(self, values: Floats) -> Floats:
        """What each channel's wins were worth, at most; a win without an order counts the mean. NaN: unknown."""
        known = values[self.is_won & np.isfinite(values)]
        if not known.size:
            return np.full(self._size, np.nan)
        told = np.where(np.isfinite(values), values, known.mean())
        mine = [told[self.is_won & (self._codes == g)] for g in range(self._size)]
        return np.array([most_summed(own, float(known.max())) for own in mine])

    def _spend(self) -> dict[str, float]:
        rules, spend = self._settings.diagnosis, self._facts.spend
        age = days_before(self._facts.now, spend["spent_on"])
        inside = (age >= rules.channel_mature_days) & (age < rules.channel_mature_days + rules.channel_days)
        totals = spend[inside].groupby("channel_id")["amount_cents"].sum() / CENTS
        return {str(channel): float(amount) for channel, amount in totals.items()}


def _row(facts: CaseFacts, measured: _Measured, g: int, label: str, settings: Settings) -> ChannelQuality:
    rules = settings.diagnosis
    won, spend = measured.won[g], measured.spend.get(label)
    cost = spend / won.hits if spend is not None and won.hits else None
    value = _finite(measured.value[g])
    verdict = _verdict(measured, g, spend, rules)
    name = Text(*channel_words(label, facts.channels))
    return ChannelQuality(
        label, name, int(measured.leads[g]), float(measured.leads[g] / measured.leads.sum()),
        {stage: shares[g] for stage, shares in measured.reached.items()}, won,
        _finite(measured.fit[g]), _finite(measured.cycle[g]), value,
        spend, cost, _cost_interval(spend, won.hits) if cost is not None and spend is not None else None,
        measured.brought[g],
        verdict, _text(measured, g, name, verdict, (value, spend), settings),
    )  # fmt: skip


def _verdict(measured: _Measured, g: int, spend: float | None, rules: Diagnosis) -> str:
    """Cut: what it cost is more than the margin that its wins left at most. Grow: surely won more often than all."""
    if spend is not None and spend > rules.channel_cost_share * measured.most_worth[g]:
        return "cut"
    whole = measured.is_won.sum() / measured.leads.sum()
    return "grow" if measured.won[g].interval.low > whole * (1 + rules.channel_margin) else "keep"


def _text(
    measured: _Measured, g: int, name: Text, verdict: str, money: tuple[float | None, float | None], settings: Settings
) -> Text:
    """The verdict with its figures. money: value per win, spend."""
    if verdict == "cut":
        return _cut_text(measured, g, name, money[1] or 0.0, settings)
    own, whole = measured.won[g], measured.is_won.sum() / measured.leads.sum()
    if own.interval.high < whole * (1 - settings.diagnosis.channel_margin):
        return _poor_text(measured, g, name, money, settings)
    verb = ("Grow", "加大投入") if verdict == "grow" else ("Keep", "保持")
    more = round(own.interval.low * 100, 1)
    return Text(
        f"{verb[0]} {name.en}: {percent(own.shrunk, 1)} of its leads are won; 100 more of the kind bring at least "
        f"{more} wins.",
        f"{verb[1]}{name.zh}：赢单率{percent(own.shrunk, 1)}；每增加100条同类线索至少带来{more}单。",
    )


def _cut_text(measured: _Measured, g: int, name: Text, spend: float, settings: Settings) -> Text:
    share, hits = settings.diagnosis.channel_cost_share, measured.won[g].hits
    cost, most = (_told(amount, settings) for amount in (spend, share * measured.most_worth[g]))
    before, after = _win_rates(measured, g)
    return Text(
        f"Cut {name.en}: it cost {cost}; its {hits:,} wins left a margin of {most} at most. Without it {after} instead "
        f"of {before} of the leads are won.",
        f"削减{name.zh}：花费{cost}，而{hits:,}单赢单的毛利至多{most}。剔除后赢单率为{after}而不是{before}。",
    )


def _poor_text(
    measured: _Measured, g: int, name: Text, money: tuple[float | None, float | None], settings: Settings
) -> Text:
    """A channel that wins surely less than all, and yet is not to be cut."""
    (value, spend), hits, before = money, measured.won[g].hits, _win_rates(measured, g)[0]
    start = (
        f"Keep {name.en}, and better its leads: surely fewer of them are won than the {before} of all, but",
        f"保持{name.zh}并改善其线索：赢单率确定低于总体的{before}，但",
    )
    if spend is None or np.isnan(measured.most_worth[g]):
        return Text(f"{start[0]} what it costs or brings is not known.", f"{start[1]}其花费或赢单价值未知。")
    cost, worth = _told(spend, settings), _told((value or 0.0) * hits, settings)
    return Text(
        f"{start[0]} a cut saves {cost} and gives up {hits:,} wins worth {worth}.",
        f"{start[1]}削减只节省{cost}，却放弃{hits:,}单、价值{worth}的赢单。",
    )


def _win_rates(measured: _Measured, g: int) -> tuple[str, str]:
    """Of all leads, and of all without the channel's."""
    leads, wins, own = int(measured.leads.sum()), int(measured.is_won.sum()), measured.won[g]
    return percent(wins / leads, 1), percent((wins - own.hits) / max(leads - own.rows, 1), 1)


def _told(amount: float, settings: Settings) -> str:
    return f"{symbol_of(settings.intake.currency)}{amount:,.0f}"


def _cost_interval(spend: float, wins: int) -> Interval:
    low, high = stats.chi2.ppf([0.025, 0.975], [2 * wins, 2 * wins + 2]) / 2
    return Interval(spend / float(high), spend / float(low))


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
