"""Findings as stories: the newest word on each subject, with its cause where the diagnosis names one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crm_core.findings import Finding
from serving.pages.desk import Desk

NEW_HOURS = 24
STANDING_HOURS = 36  # a finding of the last day's run, with some hours for a run that was late
DETAILS = frozenset({"drift.feature"})
RECORDS = ("incident.", "review.")  # what people did and what was proposed: kept as findings, but nothing was found
FUNNEL, DIAGNOSIS = "funnel.", "diagnos"  # what rules begin with: funnel.stage_stock, diagnosis.channel_mix_shift


@dataclass(frozen=True)
class Story:
    """The newest finding of a rule on a subject.

    Attributes
    ----------
    key: names it in an address. first_found_at: of the days in a row on which it was found within the days looked at.
    cause: the finding of the diagnosis on the same stage, None where there is none (yet).
    """

    key: str
    finding: Finding
    first_found_at: datetime
    is_new: bool
    is_standing: bool
    cause: Finding | None = None

    @property
    def is_alarm(self) -> bool:
        """Whether the funnel alarmed."""
        return self.finding.rule.startswith(FUNNEL)

    @property
    def is_cause(self) -> bool:
        """Whether it is a cause that no alarm led to."""
        return is_cause(self.finding)

    @property
    def is_detail(self) -> bool:
        """Whether it is one of the many single features that drift when something larger happens."""
        return self.finding.rule in DETAILS


def standing_stories(desk: Desk) -> list[Story]:
    """What is out of order now, alarms of the funnel first."""
    return [story for story in all_stories(desk) if story.is_standing]


def alarms_by_stage(desk: Desk) -> dict[str, list[Story]]:
    """Alarms of the funnel that stand, by the stage that they are about; of a source system by its name."""
    found: dict[str, list[Story]] = {}
    for story in standing_stories(desk):
        if story.is_alarm:
            found.setdefault(stage_of(story.finding), []).append(story)
    return found


def all_stories(desk: Desk) -> list[Story]:
    """Everything found within `pages.incident_days`, standing ones first, then the newest."""
    findings = [one for one in desk.findings(desk.settings.pages.incident_days) if not one.rule.startswith(RECORDS)]
    causes = [finding for finding in findings if is_cause(finding)]
    by_subject: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if not is_cause(finding):
            by_subject.setdefault((finding.rule, finding.subject), []).append(finding)
    told = [_story(own, causes, desk.now) for own in by_subject.values()]
    alone = [_story([cause], [], desk.now) for cause in _newest(causes) if not _is_told(cause, told)]
    return sorted([*told, *alone], key=_order)


def is_cause(finding: Finding) -> bool:
    """Whether the diagnosis found it."""
    return finding.rule.startswith(DIAGNOSIS) or "cause" in finding.figures


def stage_of(finding: Finding) -> str:
    """The stage that a finding is about, else its subject."""
    return str(finding.figures.get("stage") or finding.subject)


def _story(own: Sequence[Finding], causes: Sequence[Finding], now: datetime) -> Story:
    last = own[-1]
    mine = [cause for cause in causes if stage_of(cause) == stage_of(last)]
    return Story(
        key=f"{last.rule}:{last.subject}",
        finding=last,
        first_found_at=own[0].found_at,
        is_new=own[0].found_at > now - timedelta(hours=NEW_HOURS),
        is_standing=last.found_at > now - timedelta(hours=STANDING_HOURS),
        cause=max(mine, key=lambda one: (one.found_at, _confidence(one)), default=None),
    )


def _newest(causes: Sequence[Finding]) -> list[Finding]:
    """Per stage those of the last run, the likeliest first."""
    last: dict[str, datetime] = {}
    for cause in causes:
        last[stage_of(cause)] = max(cause.found_at, last.get(stage_of(cause), cause.found_at))
    return sorted((one for one in causes if one.found_at == last[stage_of(one)]), key=lambda one: -_confidence(one))


def _is_told(cause: Finding, told: Sequence[Story]) -> bool:
    return any(story.cause is not None and stage_of(story.cause) == stage_of(cause) for story in told)


def _confidence(finding: Finding) -> float:
    told: Any = finding.figures.get("confidence")
    return float(told) if isinstance(told, int | float) else 0.0


def _order(story: Story) -> tuple[bool, bool, bool, float, str]:
    return (
        not story.is_standing,
        not story.is_alarm,
        story.is_detail,
        -story.finding.found_at.timestamp(),
        story.key,
    )
