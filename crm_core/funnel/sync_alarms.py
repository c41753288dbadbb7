"""Alarm for source systems whose synchronisation fails."""

from __future__ import annotations

from datetime import timedelta

from configs.sections import Alarms
from crm_core.funnel.alarm import Alarm, days_in_a_row
from crm_core.funnel.daily_shares import DailyShares
from crm_core.funnel.facts import FunnelFacts
from crm_core.funnel.significance import above_line_p


def sync_alarms(facts: FunnelFacts, rules: Alarms) -> list[Alarm]:
    """One alarm per source system with more failed rows in the last `sync_days` than `sync_failure_rate` explains, at
    least `min_sync_failures`.
    """
    found = [_judge(facts, str(system), rules) for system in sorted(facts.sync_log["source_system"].unique())]
    return [alarm for alarm in found if alarm]


def _judge(facts: FunnelFacts, system: str, rules: Alarms) -> Alarm | None:
    log = facts.sync_log[facts.sync_log["source_system"] == system]
    failed = (log["status"] == "failed").to_numpy()
    week = rules.model_copy(update={"rolling_days": rules.sync_days})
    shares = DailyShares(log["occurred_at"].to_numpy(), failed, facts.now, week, None, 0.0)

    def fails(day: int) -> bool:
        hits, rows = shares.counts(day)
        too_many = hits >= rules.min_sync_failures and hits > rules.sync_failure_rate * rows
        return too_many and above_line_p(hits, rows, rules.sync_failure_rate) < rules.alpha

    days = days_in_a_row(fails, rules.period_days)
    return _alarm(facts, system, *shares.counts(0), days, rules) if days else None


def _alarm(facts: FunnelFacts, system: str, failed: int, rows: int, days: int, rules: Alarms) -> Alarm:
    share, line = failed / rows, rules.sync_failure_rate
    figures = {
        "failed": failed, "rows": rows, "sync_days": rules.sync_days, "days_in_a_row": days,
        "p_value": above_line_p(failed, rows, line),
    }  # fmt: skip
    return Alarm(
        "sync", system, line, share, share / line - 1, facts.as_of - timedelta(days=days - 1), figures,
        en=f"{failed} of {rows} synchronisations with {system} failed in the last {rules.sync_days} days "
        f"({share:.0%}).",
        zh=f"最近{rules.sync_days}天与{system}的{rows}次同步中有{failed}次失败（{share:.0%}）。",
    )  # fmt: skip
