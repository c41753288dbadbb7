"""Are the stage changes real: failed synchronisations, and stage events that stop while activities go on."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from configs.sections import Diagnosis
from monitoring.diagnosis.ages import days_before
from monitoring.diagnosis.cases import Cases
from monitoring.diagnosis.facts import CaseFacts
from monitoring.diagnosis.look import Look, ramp
from monitoring.drift_tests import compare_shares
from monitoring.texts import Text, percent

SPANS = (3, 5, 7, 10, 14, 21)  # days up to now that are searched for an outage
FULL_FAILURES = 0.15  # rise of the failed share that counts as full evidence
FEWEST_EXPECTED = 8.0
LIVELY = 0.6  # activities at this share of the usual ones mean that work goes on
ABOUT_LEADS = ("lead", "stage", "opportun", "deal", "商机", "线索", "阶段")
Ints = npt.NDArray[np.int64]


def look_at_sync(facts: CaseFacts, cases: Cases, rules: Diagnosis) -> Look:
    """The clearer of the two: lines of the synchronisation log that failed, or a gap in the stage events."""
    failures, gap = _failures(facts, cases, rules), _gap(facts, cases, rules)
    strength = max(failures["strength"], gap["strength"])
    if failures["strength"] > 0 and gap["strength"] > 0:
        strength = min(1.0, failures["strength"] + gap["strength"])
    return Look("sync", strength, {"failures": failures, "gap": gap}, _text(failures, gap))


def _failures(facts: CaseFacts, cases: Cases, rules: Diagnosis) -> dict[str, Any]:
    """The source system whose failures rose most against the windows before."""
    log = facts.funnel.sync_log
    age = days_before(cases.end, log["occurred_at"])
    days = cases.days
    found: list[dict[str, Any]] = [{"strength": 0.0}]
    for span in (7, 14, days):
        now, before = (age >= 0) & (age < span), (age >= days) & (age < days * (1 + cases.windows))
        for system, rows in log.groupby("source_system").indices.items():
            is_mine = np.zeros(len(log), bool)
            is_mine[rows] = True
            found.append(_system(str(system), log, now & is_mine, before & is_mine, rules) | {"days": span})
    return max(found, key=lambda one: one["strength"])


def _system(name: str, log: pd.DataFrame, now: Any, before: Any, rules: Diagnosis) -> dict[str, Any]:
    failed = (log["status"] == "failed").to_numpy()
    n1, k1, n0, k0 = int(now.sum()), int((now & failed).sum()), int(before.sum()), int((before & failed).sum())
    if n1 == 0 or k1 < 3:
        return {"strength": 0.0}
    usual = k0 / n0 if n0 else 0.01
    p_value = compare_shares(k0, n0, k1, n1).p_value if n0 else float(stats.binom.sf(k1 - 1, n1, 0.02))
    rise = k1 / n1 - usual
    entities = log["entity"][now & failed].dropna().astype(str).str.lower()
    about = float(entities.map(lambda text: any(word in text for word in ABOUT_LEADS)).mean()) if len(entities) else 0.5
    sure = ramp(-np.log10(max(p_value, 1e-30)), 5, -np.log10(rules.alpha))
    strength = ramp(rise, FULL_FAILURES, 0.02) * sure * (0.7 + 0.3 * about)
    return {
        "strength": strength, "system": name, "failed": k1, "lines": n1, "failed_share": k1 / n1,
        "failed_share_before": usual, "p_value": p_value, "about_leads": about,
    }  # fmt: skip


def _gap(facts: CaseFacts, cases: Cases, rules: Diagnosis) -> dict[str, Any]:
    """The span up to now in which stage events, though not activities, fell furthest below the usual count."""
    stays = facts.funnel.stays
    moved = stays[(stays["from_stage"] >= 0).to_numpy()]
    reach = cases.days * (1 + cases.windows)
    events, work = (
        _daily(moved["entered_at"], cases.end, reach),
        _daily(facts.activities["occurred_at"], cases.end, reach),
    )
    if work[cases.days :].sum() < FEWEST_EXPECTED:  # without activities nothing tells an outage from a quiet time
        return {"strength": 0.0}
    found = [_span(events, work, days, cases.days, rules) for days in SPANS if days <= cases.days]
    return max(found, key=lambda one: one["strength"])


def _span(events: Ints, work: Ints, days: int, start: int, rules: Diagnosis) -> dict[str, Any]:
    count, expected = int(events[:days].sum()), _expected(events, days, start)
    done, usual = int(work[:days].sum()), _expected(work, days, start)
    if expected < FEWEST_EXPECTED or done < LIVELY * usual:
        return {"strength": 0.0}
    share = count / expected
    sure = ramp(-float(stats.poisson.logcdf(count, expected)) / np.log(10), 6, 3)
    lost = 1 - share * max(usual, 1e-9) / max(done, 1e-9)
    strength = ramp(lost, 1 - rules.gap_share / 2, 1 - rules.gap_share) * sure
    return {
        "strength": strength, "days": days, "events": count, "expected": expected, "activities": done,
        "activities_expected": usual,
    }  # fmt: skip


def _expected(daily: Ints, days: int, start: int) -> float:
    """The usual count of so many days of the same weekdays, from the windows before."""
    offsets = list(range(-(-start // 7) * 7, len(daily) - days + 1, 7))
    return float(np.mean([daily[offset : offset + days].sum() for offset in offsets])) if offsets else 0.0


def _daily(moments: pd.Series[Any], end: np.datetime64, days: int) -> Ints:
    age = np.floor(days_before(end, moments))
    inside = (age >= 0) & (age < days)
    return np.bincount(age[inside].astype(np.int64), minlength=days)


def _text(failures: dict[str, Any], gap: dict[str, Any]) -> Text:
    en, zh = [], []
    if failures["strength"] > 0:
        told = f"{failures['failed']} / {failures['lines']}"
        share, before = percent(failures["failed_share"]), percent(failures["failed_share_before"])
        en.append(f"Synchronisation with {failures['system']} failed {told} times ({share}, before {before}).")
        zh.append(f"与{failures['system']}的同步失败{told}次（{share}，此前{before}）。")
    if gap["strength"] > 0:
        en.append(
            f"In the last {gap['days']} days only {gap['events']} stage changes arrived where "
            f"{gap['expected']:.0f} are usual, while {gap['activities']} activities went on "
            f"(usual {gap['activities_expected']:.0f})."
        )
        zh.append(
            f"最近{gap['days']}天仅收到{gap['events']}次阶段变更（平时约{gap['expected']:.0f}次），"
            f"而同期仍有{gap['activities']}次活动（平时约{gap['activities_expected']:.0f}次）。"
        )
    if not en:
        return Text(
            "The synchronisation log and the stage events show nothing unusual.", "同步日志与阶段变更均无异常。"
        )
    return Text(" ".join(en), "".join(zh))
