"""The channel mix of two windows: which share of the leads each channel brought, and whether that changed.

The mix is one question with its own false-alarm rate, apart from the many feature columns: a channel going from 12 % to
39 % is found with 100 leads a window, where among forty columns it might drown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from configs.sections import Monitoring
from monitoring import drift_tests
from monitoring.intervals import Interval, wilson
from monitoring.psi import Psi, psi_of_counts
from monitoring.texts import Text, named, percent, points

Words = Sequence[tuple[str, str, str]]

UNKNOWN_CHANNEL = ""
NO_CHANNEL = (UNKNOWN_CHANNEL, "(no channel)", "（无渠道）")
# How the false-alarm rate is shared out: one channel that jumps comes first, many that each move a little second.
SINGLE_CHANNEL_WEIGHT = 0.9


@dataclass(frozen=True)
class ChannelShare:
    """One channel in both windows; `p_value` is adjusted over the channels (Holm)."""

    channel_id: str  # empty: leads without a channel
    name: Text
    reference_leads: int
    current_leads: int
    reference_share: float
    current_share: float
    reference_interval: Interval
    current_interval: Interval
    p_value: float

    @property
    def change(self) -> float:
        """Change of the share, in -1..1."""
        return self.current_share - self.reference_share

    def to_json(self) -> dict[str, Any]:
        """All figures by name."""
        return {**asdict(self), "change": self.change}


@dataclass(frozen=True)
class ChannelMix:
    """The mix of both windows, channels by size in the current one. Empty where a window has no lead."""

    channels: list[ChannelShare]
    psi: Psi | None
    p_value: float
    is_changed: bool
    text: Text

    @property
    def biggest_mover(self) -> ChannelShare | None:
        """The channel whose share changed most."""
        return max(self.channels, key=lambda channel: (abs(channel.change), channel.channel_id), default=None)

    def to_json(self) -> dict[str, Any]:
        """All figures by name."""
        mover = self.biggest_mover
        return {
            "is_changed": self.is_changed,
            "p_value": self.p_value,
            "psi": self.psi.value if self.psi else None,
            "psi_limit": self.psi.limit if self.psi else None,
            "psi_excess": self.psi.excess if self.psi else None,
            "biggest_mover": mover.channel_id if mover else None,
            **self.text.to_json(),
            "channels": [channel.to_json() for channel in self.channels],
        }


def compare_mix(
    reference: pd.Series[Any], current: pd.Series[Any], settings: Monitoring, words: Words = ()
) -> ChannelMix:
    """The mix of two windows; with fewer than `min_rows` leads in one it is shown, but not judged.

    Parameters
    ----------
    reference, current: channel_id of each lead, missing where unknown; shapes [m] and [n].
    words: (channel_id, English, Chinese).
    """
    if reference.empty or current.empty:
        side = Text("in the reference window", "参照期") if reference.empty else Text("in the current window", "当前期")
        text = Text(
            f"There is no channel mix to compare: no lead came in {side.en}.", f"无法比较渠道构成：{side.zh}没有线索。"
        )
        return ChannelMix([], None, 1.0, is_changed=False, text=text)
    counts = _count(reference, current)
    table = counts.to_numpy(dtype=np.float64).T
    psi = psi_of_counts(table[0], table[1], settings.alpha)
    channels = _channel_shares(counts, [*words, NO_CHANNEL])
    single = min(channel.p_value for channel in channels) / SINGLE_CHANNEL_WEIGHT
    diffuse = drift_tests.compare_counts(table[0], table[1]).p_value / (1 - SINGLE_CHANNEL_WEIGHT)
    p_value = min(1.0, single, diffuse)
    if min(len(reference), len(current)) < settings.min_rows:
        return ChannelMix(
            channels, psi, p_value, is_changed=False, text=_too_few(len(reference), len(current), settings)
        )
    is_changed = p_value <= settings.alpha and psi.excess >= settings.psi_floor
    return ChannelMix(channels, psi, p_value, is_changed, _describe(channels, is_changed=is_changed))


def _count(reference: pd.Series[Any], current: pd.Series[Any]) -> pd.DataFrame:
    named = [
        channels.astype(object).where(channels.notna(), UNKNOWN_CHANNEL).astype(str)
        for channels in (reference, current)
    ]
    counts = (
        pd.DataFrame({"reference": named[0].value_counts(), "current": named[1].value_counts()}).fillna(0).astype(int)
    )
    counts["channel"] = counts.index
    counts = counts.sort_values(["current", "reference", "channel"], ascending=[False, False, True])
    return counts.drop(columns="channel")


def _channel_shares(counts: pd.DataFrame, words: Words) -> list[ChannelShare]:
    rows_before, rows_now = int(counts["reference"].sum()), int(counts["current"].sum())
    pairs = [(int(before), int(now)) for before, now in zip(counts["reference"], counts["current"], strict=True)]
    p_values = holm([drift_tests.compare_shares(before, rows_before, now, rows_now).p_value for before, now in pairs])
    return [
        ChannelShare(
            channel_id=str(channel),
            name=named(words, str(channel)),
            reference_leads=before,
            current_leads=now,
            reference_share=before / rows_before,
            current_share=now / rows_now,
            reference_interval=wilson(before, rows_before),
            current_interval=wilson(now, rows_now),
            p_value=p_value,
        )
        for channel, (before, now), p_value in zip(counts.index, pairs, p_values, strict=True)
    ]


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values that hold the chance of a single false one (S. Holm, Scand. J. Statist. 6, 1979).

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    raw: npt.NDArray[np.float64] = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(raw, kind="stable")
    stepped = np.maximum.accumulate(raw[order] * np.arange(raw.size, 0, -1))
    adjusted = np.empty_like(raw)
    adjusted[order] = np.minimum(stepped, 1.0)
    return [float(p) for p in adjusted]


def _too_few(rows_before: int, rows_now: int, settings: Monitoring) -> Text:
    return Text(
        f"Too few leads to say whether the channel mix changed: {rows_before} before and {rows_now} now, at least "
        f"{settings.min_rows} each are needed.",
        f"线索太少，无法判断渠道构成是否变化：参照期 {rows_before} 条、当前期 {rows_now} 条，"
        f"各至少需要 {settings.min_rows} 条。",
    )


def _describe(channels: list[ChannelShare], *, is_changed: bool) -> Text:
    mover = max(channels, key=lambda channel: (abs(channel.change), channel.channel_id))
    was, is_now, change = percent(mover.reference_share), percent(mover.current_share), points(mover.change)
    if not is_changed:
        return Text(
            f"The channel mix is steady; the largest move, {mover.name.en} from {was} to {is_now}, is within chance "
            "or small.",
            f"渠道构成稳定；变动最大的“{mover.name.zh}”由 {was} 变为 {is_now}，属随机波动或幅度很小。",
        )
    return Text(
        f"The channel mix changed: {mover.name.en} went from {was} to {is_now} of leads ({change} points).",
        f"渠道构成发生变化：“{mover.name.zh}”的线索占比由 {was} 变为 {is_now}（{change} 个百分点）。",
    )
