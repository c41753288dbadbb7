"""From the configuration to a sink."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from configs.sections import (
    AnySink,
    CsvSinkRules,
    DynamicsSinkRules,
    HubSpotSinkRules,
    OdooSinkRules,
    SalesforceSinkRules,
    WriteBack,
)
from configs.settings import read_secret
from funnelcast.write_back.csv_file import CsvSink
from funnelcast.write_back.dynamics import DynamicsSink
from funnelcast.write_back.errors import WriteBackError
from funnelcast.write_back.http_json import HttpJson
from funnelcast.write_back.hubspot import HubSpotSink
from funnelcast.write_back.odoo import OdooSink
from funnelcast.write_back.salesforce import SalesforceSink
from funnelcast.write_back.sink import Sink
from funnelcast.write_back.webhook import WebhookSink


def named(rules: WriteBack, name: str) -> AnySink:
    """The sink of this name in the configuration.

    Raises
    ------
    WriteBackError: there is none.
    """
    found = [sink for sink in rules.sinks if sink.name == name]
    if not found:
        known = ", ".join(sink.name for sink in rules.sinks) or "none, see configs/write_back.yaml"
        raise WriteBackError(f"The sink must be one of those configured ({known}), but got {name!r}.")
    return found[0]


def open_sink(sink: AnySink, timeout_seconds: float, home: Path, now: Callable[[], datetime]) -> Sink:
    """The sink with its secrets, which stand in environment variables.

    Raises
    ------
    ConfigError: a variable that the configuration names is not set.
    """

    def http(url: str, token_env: str) -> HttpJson:
        return HttpJson(url.rstrip("/"), {"authorization": f"Bearer {read_secret(token_env)}"}, timeout_seconds)

    match sink:
        case CsvSinkRules():
            return CsvSink(home / sink.path)
        case DynamicsSinkRules():
            return DynamicsSink(http(sink.url, sink.token_env))
        case HubSpotSinkRules():
            return HubSpotSink(http(sink.url, sink.token_env), sink.object_type, sink.properties)
        case SalesforceSinkRules():
            crm = http(sink.url, sink.token_env)
            return SalesforceSink(crm, sink.api_version, sink.object_type, sink.fields)
        case OdooSinkRules():
            password = read_secret(sink.password_env)
            return OdooSink(sink.url.rstrip("/"), sink.database, sink.user, password, sink.fields, timeout_seconds)
    secret = read_secret(sink.secret_env) if sink.secret_env else None
    return WebhookSink(HttpJson(sink.url, {}, timeout_seconds), secret, now)
