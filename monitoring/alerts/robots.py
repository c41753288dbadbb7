"""Group robots of DingTalk (钉钉) and WeCom (企业微信): Markdown to a URL that holds the robot's key.

Sources: open.dingtalk.com "Custom robot" (sign = base64 of HMAC-SHA256 over timestamp, line feed and
secret; timestamp in ms);
developer.work.weixin.qq.com "Group robot" (Markdown of at most 4,096 bytes of UTF-8, 20 messages a minute).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from urllib.parse import urlencode

from configs.sections import DingTalkDestination, WeComDestination
from configs.settings import read_secret
from monitoring.alerts.http_post import check_robot, post_json
from monitoring.alerts.message import Message

DINGTALK_MAX_BYTES = 18_000  # of 20,000 for the whole body
WECOM_MAX_BYTES = 4_096


def send_dingtalk(destination: DingTalkDestination, message: Message, at: datetime, timeout_seconds: float) -> None:
    """Post to a DingTalk robot.

    Raises
    ------
    AlertFault: it did not take it. ConfigError: a variable is not set.
    """
    url = read_secret(destination.url_env)
    if destination.secret_env:
        url = signed_url(url, read_secret(destination.secret_env), at)
    text = message.as_markdown(DINGTALK_MAX_BYTES)
    body = {"msgtype": "markdown", "markdown": {"title": message.title, "text": text}}
    check_robot(post_json(url, json.dumps(body, ensure_ascii=False).encode(), {}, timeout_seconds))


def signed_url(url: str, secret: str, at: datetime) -> str:
    """The URL with the moment and the signature that a robot with a secret asks for.

    >>> at = datetime.fromisoformat("2024-01-01T00:00:00+00:00")
    >>> signed_url("https://oapi.dingtalk.com/robot/send?access_token=a", "SEC1", at).split("&")[1]
    'timestamp=1704067200000'
    """
    timestamp = str(int(at.timestamp() * 1000))
    digest = hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256)
    query = urlencode({"timestamp": timestamp, "sign": base64.b64encode(digest).decode()})
    return f"{url}{'&' if '?' in url else '?'}{query}"


def send_wecom(destination: WeComDestination, message: Message, timeout_seconds: float) -> None:
    """Post to a WeCom robot.

    Raises
    ------
    AlertFault: it did not take it. ConfigError: the variable is not set.
    """
    body = {"msgtype": "markdown", "markdown": {"content": message.as_markdown(WECOM_MAX_BYTES)}}
    url = read_secret(destination.url_env)
    check_robot(post_json(url, json.dumps(body, ensure_ascii=False).encode(), {}, timeout_seconds))
