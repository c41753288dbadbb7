from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from crm_core.findings import Finding, read_findings, record_findings
from tests.crm_core.conftest import LATER, NOW

FINDING = Finding("channel_mix", "trade_show", {"share": 0.39}, NOW, "Share rose.", "占比上升。")


def test_findings_are_recorded_once(engine: Engine) -> None:
    record_findings(engine, [FINDING])
    record_findings(engine, [FINDING])
    record_findings(engine, [])
    assert read_findings(engine) == [FINDING]


def test_findings_are_read_by_time(engine: Engine) -> None:
    later = Finding("drift", "score", {}, LATER, "x", "x")
    record_findings(engine, [later, FINDING])
    assert read_findings(engine) == [FINDING, later]
    assert read_findings(engine, since=NOW + timedelta(days=1)) == [later]
    assert read_findings(engine, until=NOW) == [FINDING]
