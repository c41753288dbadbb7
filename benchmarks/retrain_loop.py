"""The loop measured: drift -> proposal -> retrain -> gate -> promote -> recovered performance.

`python -m benchmarks.retrain_loop {trade_show,bank_marketing}` goes through time with `monitor` and `retraining.start:
train`, as `funnelcast daily` would. Beside the champion of each moment the first model goes on scoring, never trained
again: what lies between the two is what the loop gained.

trade_show       a calm simulated seller whose trade show goes from 12 % to 39 % of the leads for the last fifteen
                 months: the planted leads of fifteen `trade_show` worlds, one per month, are added to one `calm` world.
                 None of the planted leads is ever won.
bank_marketing   UCI Bank Marketing in time order, where the win rate goes from 7 % to 32 % in the last fifth. Calls are
                 scored as they come in, by the model of that moment.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.reshape import reshape
from configs.progress import SILENT
from configs.settings import load_settings
from funnelcast.cli import run
from funnelcast.commands.watching import change_model, read_crm_facts
from funnelcast.context import Context
from funnelcast.simulator import simulate
from funnelcast.tables import text_table
from monitoring.inspection import inspect_leads
from monitoring.live.figures import figures_of
from monitoring.live.history import week_of
from monitoring.live.outcomes import closings, with_outcomes
from monitoring.live.score_log import log_scores
from monitoring.watch import watch
from scoring.lead_batch import score_leads

ROOT = Path(__file__).parents[1]
END = datetime(2026, 11, 24, 2, tzinfo=UTC)
WEEK = timedelta(days=7)
SURGE_MONTHS = 15
Table = list[list[object]]


@dataclass
class Loop:
    """One run. first: the version that goes on untouched. chosen: (scored_at, champion) of each scoring."""

    context: Context
    first: int
    chosen: list[tuple[datetime, int]]

    def at(self, moment: datetime) -> Context:
        """The same state at another moment."""
        return replace(self.context, as_of=moment, is_replay=True, progress=SILENT)

    def score(self, moment: datetime, frame: pd.DataFrame) -> None:
        """Score by the champion and by the first model, and log both."""
        champion = self.context.registry.champion_version("win")
        assert champion is not None
        for version in {self.first, champion}:
            model = self.context.registry.load("win", version)
            scores = score_leads(model, version, frame, self.context.settings, moment, with_reasons=False)
            log_scores(self.context.settings.paths.home, scores, moment, version, model.horizon_days)
        self.chosen.append((moment, champion))

    def watch(self, moment: datetime) -> Iterator[str]:
        """What `monitor` proposes at a moment, without its pages, and the training where it starts one."""
        context = self.at(moment)
        inspection = inspect_leads(context.repository, context.registry, context.settings, moment)
        result = watch(inspection, read_crm_facts(context), context.registry, context.settings)
        assert result.proposal is not None
        changed = change_model(context, result)
        rules = ", ".join(reason.rule for reason in result.proposal.reasons) or "no rule speaks"
        held = f" (held back: {', '.join(one.rule for one in result.proposal.held_back)})"
        yield f"{moment:%Y-%m-%d}  {rules}{held if result.proposal.held_back else ''}"
        yield from (f"            -> {done['en']}" for done in changed.values() if done)

    def judged(self, periods: Callable[[pd.Series[Any]], pd.Series[Any]]) -> Table:
        """Frozen model beside champion, per period, on outcomes known at the end."""
        from crm_core.funnel import load_facts  # noqa: PLC0415 (after the state exists)

        context = self.context
        facts = load_facts(context.engine, context.settings, context.as_of)
        home = context.settings.paths.home
        rows = with_outcomes(_all_scores(home, context.as_of), closings(facts), facts.leads["lead_id"], context.as_of)
        rows = rows[rows["followed_days"] >= rows["horizon_days"]].assign(period=lambda one: periods(one["scored_at"]))
        champion_of = {pd.Timestamp(moment): str(version) for moment, version in self.chosen}
        frozen = rows[rows["model_version"] == str(self.first)]
        live = rows[rows["model_version"] == rows["scored_at"].map(champion_of)]
        return [_line(str(name), part, live[live["period"] == name]) for name, part in frozen.groupby("period")]


def _all_scores(home: Path, until: datetime) -> pd.DataFrame:
    from monitoring.live.score_log import logged_runs, read_run  # noqa: PLC0415

    runs = logged_runs(home, datetime(2000, 1, 1, tzinfo=UTC), until)
    scores = pd.concat([read_run(*one) for one in runs], ignore_index=True)
    return scores.assign(week=week_of(scores["scored_at"]))


def _line(name: str, frozen: pd.DataFrame, live: pd.DataFrame) -> list[object]:
    versions = sorted(live["model_version"].unique(), key=int)
    cells: list[object] = [name, len(frozen), f"{frozen['is_won'].mean():.1%}", ",".join(versions)]
    for part in (frozen.sort_values("win_probability"), live.sort_values("win_probability")):
        p = part["win_probability"].to_numpy(float)
        found = figures_of(part["is_won"].to_numpy(int), p, np.ones(len(part)))
        cells += [f"{p.mean():.1%}", *(f"{found[one]:.4f}" for one in ("roc_auc", "log_loss", "ece"))]
    return [*cells, f"{found['base_log_loss']:.4f}"]


HEADER = [
    "scored in", "scores", "won", "champion", "first: mean p", "AUC", "log loss", "ECE", "loop: mean p", "AUC",
    "log loss", "ECE", "base log loss",
]  # fmt: skip


def trade_show(folder: Path, options: argparse.Namespace) -> tuple[Loop, list[str]]:
    """Scored and watched every four weeks; trained first a week before the trade show grows."""
    bundle = grown_world(folder, options.leads, options.seed)
    start = END - timedelta(days=30 * SURGE_MONTHS + 8)
    loop, start = prepared(bundle, None, start, END)
    said, moment = [], start
    while moment <= END:
        loop.score(moment, loop.at(moment).repository.current_frame("leads", moment))
        if moment > start:
            said += tell(loop.watch(moment))
        moment += 4 * WEEK
    return loop, said


def grown_world(folder: Path, leads: int, seed: int) -> Path:
    """A calm world to END, and the planted leads of trade_show worlds that end in each of its last months."""
    base = folder / "bundle"
    simulate(base, leads, seed, "calm", END, SILENT)
    tables = {name: pd.read_csv(base / f"{name}.csv", dtype=str) for name in ("leads", "stage_events", "activities")}
    for month in range(SURGE_MONTHS):
        world = folder / f"world{month}"
        simulate(world, leads, seed + month + 1, "trade_show", END - timedelta(days=30 * month), SILENT)
        planted = planted_leads(json.loads((world / "planted_truth.json").read_text(encoding="utf-8")))
        for name, table in tables.items():
            more = pd.read_csv(world / f"{name}.csv", dtype=str)
            more = more[more["lead_id"].isin(planted)]
            for column in {"lead_id", "event_id", "activity_id"} & set(more.columns):
                more[column] = f"S{month}-" + more[column]
            tables[name] = pd.concat([table, more], ignore_index=True)
    for name, table in tables.items():
        table.to_csv(base / f"{name}.csv", index=False)
    (base / "planted_truth.json").unlink()
    return base


def planted_leads(truth: dict[str, Any]) -> set[str]:
    """Ids of the added leads."""
    return set(truth["planted_leads"])


def bank_marketing(folder: Path, options: argparse.Namespace) -> tuple[Loop, list[str]]:
    """Scored as the calls come in, watched every 30 days; trained first when eleven months are known."""
    export = folder / "export"
    reshape("bank_marketing", options.data, export)
    start, end = datetime(2009, 4, 1, tzinfo=UTC), datetime(2010, 11, 17, tzinfo=UTC)
    loop, start = prepared(export, ROOT / "configs" / "mappings" / "bank_marketing.yaml", start, end)
    frame = loop.context.repository.creation_frame(start, end, end)
    created = pd.to_datetime(frame["created_at"], utc=True)
    said, moment, watched = [], start, start
    while moment < end:
        week = frame[(created >= moment) & (created < moment + WEEK)].reset_index(drop=True)
        if len(week):
            # A call is closed on its own day, at the start of the day: it is scored just before.
            loop.score(moment - timedelta(seconds=1), week)
        moment += WEEK
        if moment - watched >= timedelta(days=30):
            said += tell(loop.watch(moment))
            watched = moment
    return loop, said


def prepared(bundle: Path, mapping: Path | None, start: datetime, end: datetime) -> tuple[Loop, datetime]:
    """A state with the bundle and a first champion, trained at `start` or, while the gate refuses, a month later."""
    load = ["import", str(bundle), *(["--mapping", str(mapping)] if mapping else ["--as-of", end.isoformat()])]
    for command in (["init"], load):
        if run(command):
            sys.exit(1)
    context = Context.of(end.isoformat(), False)
    while (first := context.registry.champion_version("win")) is None:
        if start > end or run(["train", "win", "--as-of", start.isoformat()]):
            sys.exit(1)
        start += timedelta(days=30)
    return Loop(context, first, []), start - timedelta(days=30)


def tell(lines: Iterator[str]) -> list[str]:
    """The lines, shown as they come."""
    said = list(lines)
    for line in said:
        print(line, flush=True)
    return said


def main() -> None:
    """Run one case and print its table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("case", choices=["trade_show", "bank_marketing"])
    options.add_argument("--leads", type=int, default=4_000, help="leads of the simulated world")
    options.add_argument("--seed", type=int, default=3)
    options.add_argument("--trials", default="3", help="Optuna trials per training")
    options.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        os.environ |= {
            "FUNNELCAST_HOME": f"{name}/home", "FUNNELCAST_RETRAINING__START": "train",
            "FUNNELCAST_TRAINING__TRIALS": chosen.trials, "FUNNELCAST_MONITORING__LIVE__SAMPLES": "80",
            "FUNNELCAST_MONITORING__MIX__SAMPLES": "20",
        }  # fmt: skip
        load_settings()
        loop, _ = (trade_show if chosen.case == "trade_show" else bank_marketing)(Path(name), chosen)
        rows = loop.judged(lambda at: at.dt.strftime("%Y-%m") if chosen.case == "trade_show" else quarter(at))
        print(text_table(HEADER, rows))


def quarter(moments: pd.Series[Any]) -> pd.Series[Any]:
    """Such as 2009 Q1."""
    return moments.dt.year.astype(str) + " Q" + moments.dt.quarter.astype(str)


if __name__ == "__main__":
    main()
