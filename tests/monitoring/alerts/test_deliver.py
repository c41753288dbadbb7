from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from configs.sections import Alerts
from configs.settings import ConfigError, Settings, load_settings
from crm_core.findings import Finding
from crm_core.told_alerts import note_attempt, read_told
from funnelcast.commands import alerts as command
from funnelcast.context import Context
from funnelcast.errors import CommandError
from monitoring.alerts.deliver import Delivery, deliver
from tests.crm_core.conftest import open_migrated
from tests.monitoring.alerts.servers import TAKEN, WECOM_REFUSED, Inbox, http_server

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Any) -> Iterator[Engine]:
    with open_migrated("sqlite", tmp_path) as engine:
        yield engine


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with http_server(TAKEN) as inbox:
        monkeypatch.setenv("ROBOT_URL", inbox.url)
        yield inbox


def rules(settings: Settings, **changes: Any) -> Alerts:
    destination = {"name": "ops", "kind": "wecom", "url_env": "ROBOT_URL", **changes.pop("destination", {})}
    return Alerts(**{**settings.alerts.model_dump(), "destinations": [destination], **changes})


def found(rule: str = "drift.score", subject: str = "p", at: datetime = NOW) -> Finding:
    return Finding(rule, subject, {}, at, f"{rule} {subject} en", f"{rule} {subject} 中文")


def run(engine: Engine, findings: list[Finding], rules: Alerts, now: datetime = NOW) -> Delivery:
    since = now - timedelta(days=30)
    [done] = deliver(
        findings, rules, now,
        lambda name: read_told(engine, name, since),
        lambda name, told, fault: note_attempt(engine, name, told, now, fault),
    )  # fmt: skip
    return done


def test_each_finding_is_told_once(engine: Engine, inbox: Inbox, settings: Settings) -> None:
    first = [found(), found("funnel.stage_stock", "negotiation")]
    assert run(engine, first, rules(settings)) == Delivery("ops", "sent", 2, 0)
    assert run(engine, first, rules(settings)) == Delivery("ops", "nothing", 0, 0)
    assert run(engine, [*first, found("drift.feature", "size")], rules(settings)).findings == 1
    assert len(inbox.taken) == 2
    assert "drift.score p 中文" in inbox.bodies()[0]["markdown"]["content"]


def test_the_same_thing_found_again_is_quiet_for_a_while(engine: Engine, inbox: Inbox, settings: Settings) -> None:
    quiet = rules(settings, repeat_days=7)
    daily = [found(at=NOW + timedelta(days=day)) for day in range(9)]
    sent = [run(engine, daily[: day + 1], quiet, NOW + timedelta(days=day)).status for day in range(9)]
    assert [day for day, status in enumerate(sent) if status == "sent"] == [0, 7]
    assert len(inbox.taken) == 2


def test_what_failed_is_tried_again_at_the_next_run(engine: Engine, inbox: Inbox, settings: Settings) -> None:
    inbox.answers = [WECOM_REFUSED, WECOM_REFUSED, TAKEN]
    done = [run(engine, [found()], rules(settings), NOW + timedelta(hours=hour)) for hour in range(4)]
    assert [one.status for one in done] == ["failed", "failed", "sent", "nothing"]
    assert done[0].fault is not None
    assert "93000" in done[0].fault
    [told] = read_told(engine, "ops", NOW - timedelta(days=1))
    assert (told.count_attempts, told.last_fault, told.told_at) == (3, None, NOW + timedelta(hours=2))


def test_what_failed_too_often_is_given_up_and_counted(engine: Engine, inbox: Inbox, settings: Settings) -> None:
    inbox.answers = [WECOM_REFUSED]
    few = rules(settings, max_attempts=2)
    done = [run(engine, [found()], few, NOW + timedelta(hours=hour)) for hour in range(3)]
    assert [(one.status, one.given_up) for one in done] == [("failed", 0), ("failed", 0), ("nothing", 1)]


def test_a_destination_gets_the_rules_and_the_language_it_wants(
    engine: Engine, inbox: Inbox, settings: Settings
) -> None:
    choosy = rules(settings, destination={"rules": ["funnel.*"], "language": "en"})
    assert run(engine, [found(), found("funnel.milestone", "first_response")], choosy).findings == 1
    content = inbox.bodies()[0]["markdown"]["content"]
    assert "funnel.milestone first_response en" in content
    assert "drift.score" not in content


def test_one_destination_that_fails_does_not_keep_the_others_waiting(inbox: Inbox, settings: Settings) -> None:
    broken = {"name": "broken", "kind": "wecom", "url_env": "NOT_SET"}
    works = {"name": "works", "kind": "wecom", "url_env": "ROBOT_URL"}
    both = rules(settings, destinations=[broken, works])
    done = deliver([found()], both, NOW, lambda _: [], lambda *_: None)
    assert [(one.destination, one.status) for one in done] == [("broken", "failed"), ("works", "sent")]
    assert done[0].fault == "The environment variable NOT_SET must be set, but is not: the configuration names it."
    assert len(inbox.taken) == 1


def test_the_commands_tell_and_fail_in_one_sentence(
    engine: Engine,
    inbox: Inbox,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from crm_core.findings import record_findings  # noqa: PLC0415

    now = datetime.now(UTC)
    record_findings(engine, [found(at=now - timedelta(hours=1)), found(subject="old", at=now - timedelta(days=60))])
    context = Context(now, False, True, settings.model_copy(update={"alerts": rules(settings)}), None)  # type: ignore[arg-type]
    context.__dict__["engine"] = engine
    monkeypatch.setattr(Context, "of", lambda *_: context)
    command.send(is_json=True)
    assert '"status": "sent", "findings": 1' in capsys.readouterr().out
    command.send_test(only="ops", is_json=True)
    inbox.answers = [WECOM_REFUSED]
    with pytest.raises(CommandError, match="but 1 did not: ops"):
        command.send_test(only=None, is_json=True)
    assert "93000" in capsys.readouterr().out
    with pytest.raises(CommandError, match=r"--only must be one of the destinations \(ops\), but got 'x'"):
        command.send_test(only="x", is_json=True)


@pytest.mark.parametrize(
    ("destinations", "sentence"),
    [
        ("[{name: a, kind: fax}]", "fax"),
        ("[{name: a, kind: wecom, url_env: U, key: s3cret}]", "Extra inputs are not permitted"),
        ("[{name: a, kind: wecom, url_env: U}, {name: a, kind: wecom, url_env: U}]", "name of its own"),
        ("[{name: a, kind: wecom, url_env: 'https://x?key=s3cret'}]", "url_env"),
    ],
)
def test_a_destination_that_breaks_a_rule_is_refused(tmp_path: Any, destinations: str, sentence: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(f"alerts: {{destinations: {destinations}}}\n")
    with pytest.raises(ConfigError, match=sentence):
        load_settings(file)
