"""Tells every destination what it does not know yet: each finding once, what failed again at the next run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from configs.sections import Alerts, AnyDestination, DingTalkDestination, EmailDestination, WebhookDestination
from configs.settings import ConfigError
from crm_core.errors import WebhookError
from crm_core.findings import Finding
from crm_core.told_alerts import Told, key_of
from monitoring.alerts.mail import send_mail
from monitoring.alerts.message import Language, Message, message_of
from monitoring.alerts.robots import send_dingtalk, send_wecom
from monitoring.alerts.webhook import send_webhook
from monitoring.errors import AlertFault

ReadTold = Callable[[str], Sequence[Told]]
REVIEW = "review."
Note = Callable[[str, Sequence[Finding], str | None], None]


@dataclass(frozen=True)
class Delivery:
    """What one destination got. status: sent | failed | nothing. given_up: findings that failed too often."""

    destination: str
    status: str
    findings: int
    given_up: int
    fault: str | None = None


def deliver(
    findings: Sequence[Finding], rules: Alerts, now: datetime, read_told: ReadTold, note: Note
) -> list[Delivery]:
    """One message to every destination that has something to be told, with all of it.

    Parameters
    ----------
    findings: of the last `look_back_days`.
    read_told: what was tried at a destination. note: keeps an attempt and its fault (None: told).
    """
    return [_deliver_to(one, findings, rules, now, read_told(one.name), note) for one in rules.destinations]


def _deliver_to(
    destination: AnyDestination, findings: Sequence[Finding], rules: Alerts, now: datetime, told: Sequence[Told],
    note: Note,
) -> Delivery:  # fmt: skip
    new = untold(wanted(findings, destination.rules), told, rules, now)
    given_up = sum(one.told_at is None and one.count_attempts >= rules.max_attempts for one in told)
    if not new:
        return Delivery(destination.name, "nothing", 0, given_up)
    message = message_of(new, language_of(destination, rules), rules.page_url, rules.max_items)
    fault = try_to_send(destination, message, now, rules.timeout_seconds)
    note(destination.name, new, fault)
    return Delivery(destination.name, "failed" if fault else "sent", len(new), given_up, fault)


def wanted(findings: Sequence[Finding], patterns: Sequence[str]) -> list[Finding]:
    """Findings whose rule one of the patterns names; proposals and decisions of a review are records, not news."""
    news = (one for one in findings if not one.rule.startswith(REVIEW))
    return [one for one in news if any(fnmatchcase(one.rule, pattern) for pattern in patterns)]


def untold(findings: Sequence[Finding], told: Sequence[Told], rules: Alerts, now: datetime) -> list[Finding]:
    """What is to be told now: the newest finding of each rule and subject.

    Not one that was told, failed too often, or whose rule and subject were told within `repeat_days`.
    """
    since = now - timedelta(days=rules.repeat_days)
    quiet = {(one.rule, one.subject) for one in told if one.told_at is not None and one.told_at > since}
    done = {one.finding_id for one in told if one.told_at is not None or one.count_attempts >= rules.max_attempts}
    newest: dict[tuple[str, str], Finding] = {}
    for finding in sorted(findings, key=lambda one: one.found_at):
        newest[finding.rule, finding.subject] = finding
    return [one for topic, one in newest.items() if topic not in quiet and key_of(one) not in done]


def language_of(destination: AnyDestination, rules: Alerts) -> Language:
    """The destination's language, or that of all."""
    return destination.language or rules.language


def try_to_send(destination: AnyDestination, message: Message, at: datetime, timeout_seconds: float) -> str | None:
    """Send; the fault in one sentence, None where it was taken."""
    try:
        send(destination, message, at, timeout_seconds)
    except (AlertFault, ConfigError, WebhookError) as fault:
        return str(fault)
    return None


def send(destination: AnyDestination, message: Message, at: datetime, timeout_seconds: float) -> None:
    """Send by the destination's kind.

    Raises
    ------
    AlertFault: it was not taken. ConfigError: an environment variable is not set. WebhookError: a secret cannot sign.
    """
    if isinstance(destination, WebhookDestination):
        send_webhook(destination, message, at, timeout_seconds)
    elif isinstance(destination, DingTalkDestination):
        send_dingtalk(destination, message, at, timeout_seconds)
    elif isinstance(destination, EmailDestination):
        send_mail(destination, message, at, timeout_seconds)
    else:
        send_wecom(destination, message, timeout_seconds)
