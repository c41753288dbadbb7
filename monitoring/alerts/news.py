"""Which findings are news: not what people did about an incident, nor alarms of one that somebody has in hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from crm_core.findings import Finding
from monitoring.diagnosis.incidents import ACTION, ALARM, Incident

IN_HAND = {"acknowledged", "snoozed"}


def news(findings: Sequence[Finding], known: Sequence[Incident], at: datetime) -> list[Finding]:
    """The findings without actions, and without alarms of incidents that are acknowledged or snoozed at `at`."""
    in_hand = {one.incident_id for one in known if one.status(at) in IN_HAND}
    return [one for one in findings if not one.rule.startswith(ACTION) and _incident_of(one) not in in_hand]


def _incident_of(finding: Finding) -> str | None:
    is_alarm = finding.rule.startswith(ALARM)
    return f"{finding.rule.removeprefix(ALARM)}:{finding.subject}" if is_alarm else None
