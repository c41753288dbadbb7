"""Incidents: one for all the alarms of one rule and subject in a row, with its history and what people did about it.

Nothing is stored that is not a finding: alarms are findings `funnel.RULE`, and an acknowledgement, a snooze or a
resolution is a finding `incident.ACTION` about the same subject, appended and never changed. Incidents are read
from both, as of any moment.

An alarm that follows the last one within `incident_gap_days` belongs to its incident; one after a resolution, or after
a longer silence, begins a new incident.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from crm_core.findings import Finding
from monitoring.diagnosis.errors import IncidentError

Action = Literal["acknowledge", "snooze", "resolve"]
ALARM, ACTION = "funnel.", "incident."
_SAYS: dict[Action, tuple[str, str]] = {
    "acknowledge": ("acknowledged", "已确认"), "snooze": ("snoozed", "已暂缓"), "resolve": ("resolved", "已解决"),
}  # fmt: skip


@dataclass
class Incident:
    """One incident; `alarms` and `actions` oldest first. `is_over`: the alarm has been silent for long."""

    rule: str
    subject: str
    alarms: list[Finding] = field(default_factory=list)
    actions: list[Finding] = field(default_factory=list)
    is_over: bool = False

    @property
    def incident_id(self) -> str:
        """Rule and subject: at most one incident of the two is open at a time."""
        return f"{self.rule}:{self.subject}"

    @property
    def is_resolved(self) -> bool:
        """Whether somebody said that it is."""
        return any(action.rule == ACTION + "resolve" for action in self.actions)

    def status(self, at: datetime) -> str:
        """open, acknowledged, snoozed, resolved, or over."""
        if self.is_resolved:
            return "resolved"
        if self.is_over:
            return "over"
        snoozes = [action for action in self.actions if action.rule == ACTION + "snooze"]
        if snoozes and datetime.fromisoformat(snoozes[-1].figures["until"]) > at:
            return "snoozed"
        return "acknowledged" if any(one.rule == ACTION + "acknowledge" for one in self.actions) else "open"

    def to_json(self, at: datetime) -> dict[str, Any]:
        """The incident with its history."""
        first, last = self.alarms[0], self.alarms[-1]
        return {
            "incident": self.incident_id, "rule": self.rule, "subject": self.subject, "status": self.status(at),
            "since": first.found_at.isoformat(), "last_alarm": last.found_at.isoformat(), "alarms": len(self.alarms),
            "en": last.en, "zh": last.zh,
            "history": [
                {"at": one.found_at.isoformat(), "what": one.rule, "change": one.figures.get("change"),
                 "by": one.figures.get("by"), "note": one.figures.get("note")}
                for one in sorted([*self.alarms, *self.actions], key=lambda one: one.found_at)
            ],
        }  # fmt: skip


def incidents(findings: Iterable[Finding], at: datetime, gap_days: int) -> list[Incident]:
    """Incidents of these findings as of a moment, the one with the newest alarm first."""
    gap, found = timedelta(days=gap_days), []
    open_: dict[str, Incident] = {}
    for finding in sorted((one for one in findings if one.found_at <= at), key=lambda one: one.found_at):
        if finding.rule.startswith(ALARM):
            mine = Incident(finding.rule.removeprefix(ALARM), finding.subject)
            current = open_.get(mine.incident_id)
            if current is None or current.is_resolved or finding.found_at - current.alarms[-1].found_at > gap:
                open_[mine.incident_id] = current = mine
                found.append(mine)
            current.alarms.append(finding)
        elif finding.rule.startswith(ACTION) and finding.subject in open_:
            open_[finding.subject].actions.append(finding)
    newest = {id(one) for one in open_.values()}
    for one in found:
        one.is_over = id(one) not in newest or at - one.alarms[-1].found_at > gap
    return sorted(found, key=lambda one: one.alarms[-1].found_at, reverse=True)


def act(
    known: Sequence[Incident], incident_id: str, action: Action, at: datetime, by: str, note: str = "",
    until: datetime | None = None,
) -> Finding:  # fmt: skip
    """What somebody does about the newest incident of that id, as a finding to record.

    Raises
    ------
    IncidentError: there is no such incident, it is resolved or over, or a snooze ends in the past.
    """
    mine = next((one for one in known if one.incident_id == incident_id), None)
    if mine is None:
        there = ", ".join(dict.fromkeys(one.incident_id for one in known)) or "none at all"
        raise IncidentError(f"An incident must be one of those known ({there}), but got {incident_id!r}.")
    if mine.status(at) in {"resolved", "over"}:
        raise IncidentError(f"An incident must not have ended to {action} it, but {incident_id} is {mine.status(at)}.")
    if action == "snooze" and (until is None or until <= at):
        raise IncidentError(f"A snooze must end after {at:%Y-%m-%d %H:%M}, but got until={until}.")
    en, zh = _SAYS[action]
    figures = {"by": by, "note": note, "until": until.isoformat() if until else None}
    return Finding(ACTION + action, incident_id, figures, at, f"{by} {en} {incident_id}.", f"{by}{zh}{incident_id}。")
