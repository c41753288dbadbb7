from __future__ import annotations

import base64
import email
import email.policy
import hashlib
import hmac
import socket
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from configs.sections import DingTalkDestination, EmailDestination, WebhookDestination, WeComDestination
from configs.settings import ConfigError
from crm_core.exchange.signing import signed_headers
from crm_core.findings import Finding
from monitoring.alerts.deliver import send
from monitoring.alerts.message import Message, message_of
from monitoring.errors import AlertFault
from tests.monitoring.alerts.servers import (
    DINGTALK_REFUSED,
    TAKEN,
    WECOM_REFUSED,
    Inbox,
    http_server,
    smtp_server,
)

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
LINK = "https://crm.example.com/today"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def findings(count: int = 2, words: str = "trade_show went from 12% to 39%.") -> list[Finding]:
    return [
        Finding("drift.channel_mix", f"s{n}", {}, NOW, f"{n}: {words}", f"{n}：展会由 12% 变为 39%。")
        for n in range(count)
    ]


def message(language: Any = "zh", count: int = 2) -> Message:
    return message_of(findings(count), language, LINK, 10)


def test_a_webhook_gets_signed_json(monkeypatch: pytest.MonkeyPatch) -> None:
    with http_server((200, {})) as inbox:
        monkeypatch.setenv("HUB_URL", inbox.url)
        monkeypatch.setenv("HUB_SECRET", SECRET)
        destination = WebhookDestination(name="hub", kind="webhook", url_env="HUB_URL", secret_env="HUB_SECRET")
        send(destination, message("en"), NOW, 5)
    [(_, headers, body)] = inbox.taken
    [told] = inbox.bodies()
    assert (told["source"], told["language"], told["link"]) == ("funnelcast", "en", LINK)
    assert [one["subject"] for one in told["findings"]] == ["s0", "s1"]
    expected = signed_headers(SECRET, headers["webhook-id"], body, NOW)
    assert {name: headers[name] for name in expected} == expected


def test_a_dingtalk_robot_gets_markdown_and_a_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    with http_server(TAKEN) as inbox:
        monkeypatch.setenv("DING_URL", inbox.url)
        monkeypatch.setenv("DING_SECRET", "SECabc")
        destination = DingTalkDestination(name="d", kind="dingtalk", url_env="DING_URL", secret_env="DING_SECRET")
        send(destination, message(), NOW, 5)
    [(path, headers, _)] = inbox.taken
    query = parse_qs(urlsplit(path).query)
    assert query["access_token"] == ["t0ken"]
    stamp = str(int(NOW.timestamp() * 1000))
    digest = hmac.new(b"SECabc", f"{stamp}\nSECabc".encode(), hashlib.sha256).digest()
    assert (query["timestamp"], query["sign"]) == ([stamp], [base64.b64encode(digest).decode()])
    assert headers["content-type"] == "application/json; charset=utf-8"
    [told] = inbox.bodies()
    assert told["msgtype"] == "markdown"
    assert told["markdown"]["title"] == "funnelcast：2 条发现"
    assert "1：展会由 12% 变为 39%。" in told["markdown"]["text"]
    assert f"[打开页面]({LINK})" in told["markdown"]["text"]


def test_a_wecom_robot_gets_markdown_within_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    long = message_of(findings(10, "展" * 300), "en", LINK, 10)
    with http_server(TAKEN) as inbox:
        monkeypatch.setenv("WECOM_URL", inbox.url)
        send(WeComDestination(name="w", kind="wecom", url_env="WECOM_URL"), long, NOW, 5)
    content = inbox.bodies()[0]["markdown"]["content"]
    assert len(content.encode()) <= 4096
    assert content.count("\n- ") + 1 < 10
    assert "… " in content
    assert LINK in content


def test_a_mail_is_sent_to_all() -> None:
    with smtp_server() as inbox:
        send(mail_to(inbox, "a@example.com", "b@example.com"), message(), NOW, 5)
    [(sender, recipients, raw)] = inbox.taken
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert (sender, recipients) == ("bot@example.com", ["a@example.com", "b@example.com"])
    assert mail["Subject"] == "funnelcast：2 条发现"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert f"打开页面: {LINK}" in mail.get_content()


def mail_to(inbox: Inbox, *to: str, security: Any = "none") -> EmailDestination:
    return EmailDestination(
        name="m", kind="email", host="127.0.0.1", port=inbox.port, security=security, sender="bot@example.com",
        to=list(to),
    )  # fmt: skip


def test_what_is_not_taken_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    ding = DingTalkDestination(name="d", kind="dingtalk", url_env="ROBOT_URL")
    wecom = WeComDestination(name="w", kind="wecom", url_env="ROBOT_URL")
    hub = WebhookDestination(name="h", kind="webhook", url_env="ROBOT_URL")
    cases: list[tuple[Any, tuple[int, Any], str]] = [
        (ding, DINGTALK_REFUSED, "answered 310000: sign not match"),
        (wecom, WECOM_REFUSED, "answered 93000: invalid webhook url"),
        (ding, (200, b"<html>"), "must answer JSON with an errcode"),
        (hub, (500, {}), "but has 500"),
        (hub, (302, "http://127.0.0.1:1/other"), "but has 302"),
    ]
    for destination, answer, words in cases:
        with http_server(answer) as inbox:
            monkeypatch.setenv("ROBOT_URL", inbox.url)
            with pytest.raises(AlertFault, match=words) as caught:
                send(destination, message(), NOW, 5)
            assert "t0ken" not in str(caught.value)


def test_a_refused_recipient_and_a_server_without_tls_are_faults() -> None:
    with smtp_server(refuse="nobody") as inbox:
        with pytest.raises(AlertFault, match=r"refused nobody@example.com"):
            send(mail_to(inbox, "a@example.com", "nobody@example.com"), message(), NOW, 5)
        with pytest.raises(AlertFault, match=r"SMTPNotSupportedError"):
            send(mail_to(inbox, "a@example.com", security="starttls"), message(), NOW, 5)


def test_a_server_that_never_answers_is_left_after_the_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        monkeypatch.setenv("HUB_URL", f"http://127.0.0.1:{port}/")
        with pytest.raises(AlertFault, match="timed out"):
            send(WebhookDestination(name="h", kind="webhook", url_env="HUB_URL"), message(), NOW, 0.2)
        with pytest.raises(AlertFault, match="timed out"):
            send(mail_to(Inbox(port=port), "a@example.com"), message(), NOW, 0.2)


def test_a_secret_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUB_URL", raising=False)
    with pytest.raises(ConfigError, match="HUB_URL must be set, but is not"):
        send(WebhookDestination(name="h", kind="webhook", url_env="HUB_URL"), message(), NOW, 5)


def test_only_http_is_posted_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_URL", "file:///etc/passwd")
    with pytest.raises(AlertFault, match=r"must be http:// or https://"):
        send(WebhookDestination(name="h", kind="webhook", url_env="HUB_URL"), message(), NOW, 5)


def test_what_data_says_cannot_become_a_link_or_a_mention() -> None:
    sly = Finding("r", "s", {}, NOW, "[click](http://evil) @all <b>", "x")
    text = message_of([sly], "en", LINK, 10).markdown()
    assert "[click](" not in text.replace("\\[click\\]", "")
    assert "@" not in text
    assert text.count("](") == 1 + text.count("\\](")


def test_the_newest_come_first_and_single_features_last() -> None:
    def of(rule: str, day: int) -> Finding:
        return Finding(rule, "s", {}, NOW.replace(day=day), rule, rule)

    told = message_of([of("drift.feature", 24), of("drift.score", 24), of("retrain.proposal", 20)], "en", LINK, 2)
    assert ([item.rule for item in told.items], told.count_more) == (["drift.score", "drift.feature"], 1)
