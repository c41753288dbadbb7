"""Drift of the channel mix on real data: the hotel's market segments, the bank's contact channel, by quarter.

`python -m benchmarks.real_drift` imports both and asks `monitor`'s own inspection at the end of every quarter: the
quarter's leads against those of the quarter before. Beside its largest move stands the one that plain arithmetic on
the rows of the data set's file gives. "said" is what the service alarms: a PSI that is beyond "chance", what chance
gives, by the effect floor of configs/monitoring.yaml.
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import UTC
from itertools import pairwise
from pathlib import Path

import pandas as pd

from benchmarks.real_data import CASES, Case, prepared, with_data
from configs.settings import load_settings
from features.repository import FeatureRepository
from funnelcast.tables import text_table
from monitoring.channel_mix import ChannelMix
from monitoring.inspection import inspect_leads
from scoring.registry import Registry

# Data set, its column of the moment, that of the channel, the first and the last day of a quarter that is whole.
SOURCES = {
    "hotel_bookings": ("booked_on", "market_segment", "2015-07-01", "2017-01-01"),
    "bank_marketing": ("called_on", "contact", "2008-07-01", "2010-10-01"),
}


def main() -> None:
    """Print one table per data set."""
    options = argparse.ArgumentParser(description=__doc__)
    chosen = with_data(options)
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            if case.data in SOURCES:
                home = prepared(case, chosen.data, Path(folder))
                print(f"\n{case.data}: {SOURCES[case.data][1]} of each quarter against the quarter before")
                print(text_table(["quarter", "before", "leads", "largest move", "by the file", "PSI", "chance", "said"],
                                 quarters(case, home, Path(folder))), flush=True)  # fmt: skip


def quarters(case: Case, home: Path, folder: Path) -> list[list[object]]:
    """A row per quarter: what the service says, and what the file says."""
    at, column, start, end = SOURCES[case.data]
    file = pd.read_parquet(folder / f"{case.data}_export" / f"{case.data}.parquet", columns=[at, column])
    edges = pd.date_range(start, end, freq="QS")
    rows: list[list[object]] = []
    for before, first, last in zip(edges, edges[1:], edges[2:], strict=False):
        mix = mix_of(home, before, first, last)
        moved, share_before, share_now = move_in(file, at, column, (before, first, last))
        if mix.psi is None or mix.biggest_mover is None:
            continue
        mover = mix.biggest_mover
        told = f"{mover.channel_id or 'unknown'} {mover.reference_share:.1%} -> {mover.current_share:.1%}"
        leads = [sum(getattr(one, name) for one in mix.channels) for name in ("reference_leads", "current_leads")]
        plain = f"{moved} {share_before:.1%} -> {share_now:.1%}"
        said = "changed" if mix.is_changed else "steady"
        rows.append(
            [f"{first:%Y}-Q{first.quarter}", *leads, told, plain, f"{mix.psi.value:.3f}", f"{mix.psi.limit:.3f}", said]
        )
    return rows


def mix_of(home: Path, before: pd.Timestamp, first: pd.Timestamp, last: pd.Timestamp) -> ChannelMix:
    """The mix that `monitor` would tell at the end of a quarter, its windows as long as the two quarters."""
    whole = load_settings()
    windows = {"current_days": (last - first).days, "reference_days": (first - before).days}
    settings = whole.model_copy(update={"home": home, "monitoring": whole.monitoring.model_copy(update=windows)})
    moment = last.to_pydatetime().replace(tzinfo=UTC)
    return inspect_leads(FeatureRepository(settings), Registry(settings), settings, moment).mix


def move_in(
    file: pd.DataFrame, at: str, column: str, edges: tuple[pd.Timestamp, pd.Timestamp, pd.Timestamp]
) -> tuple[str, float, float]:
    """The value whose share of the rows moved most between two spans of time, with both shares."""
    moment = pd.to_datetime(file[at])
    shares = [
        file.loc[(moment >= start) & (moment < stop), column].fillna("unknown").value_counts(normalize=True)
        for start, stop in pairwise(edges)
    ]
    both = pd.concat(shares, axis=1, keys=["before", "now"]).fillna(0.0)
    moved = str((both["now"] - both["before"]).abs().idxmax())
    return moved, float(both.loc[moved, "before"]), float(both.loc[moved, "now"])


if __name__ == "__main__":
    main()
