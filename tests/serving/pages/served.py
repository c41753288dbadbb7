"""The pages behind a real port, with something to show on each of them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pandas as pd
import uvicorn

from configs.settings import load_settings
from crm_core.bi.stages import keep_stages
from crm_core.commission.run import run_commission
from crm_core.database import open_database
from crm_core.exchange.score_changes import publish_scores
from crm_core.findings import Finding, record_findings
from crm_core.funnel import load_facts
from crm_core.rfm.retier import retier
from crm_core.tags.retag import retag
from monitoring.review.facts import ReviewFacts
from monitoring.review.pack import write_pack
from monitoring.review.period import Period
from serving.clock import Clock
from serving.pages import snapshot
from serving.pages.desk import Desk
from serving.vectors import VectorSource
from tests.serving import fakes
from tests.serving.conftest import Service
from tests.serving.pages.test_incidents import ACTIONS, EVIDENCE
from tests.serving.pages.test_models import prepared_desk

SOON = fakes.NOW - timedelta(minutes=10)


@contextmanager
def served(file: Path, home: Path) -> Iterator[str]:
    """Address of the running service; `file` is its database, `home` its state. Readers wait for figures."""
    with patch.object(snapshot, "PATIENCE_SECONDS", 60.0):
        yield from _served(file, home)


def _served(file: Path, home: Path) -> Iterator[str]:
    engine = open_database(f"sqlite:///{file}")
    add_content(engine, home)
    service = Service(load_settings())
    service.runtime.start()
    desk = Desk(
        engine, load_settings(), Clock(fakes.NOW), service.champions, VectorSource(service.reader),
        service.runtime.leads,
    )  # fmt: skip
    service.runtime.pages = prepared_desk(desk, home)
    server = uvicorn.Server(uvicorn.Config(service.app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()
    service.runtime.close()
    engine.dispose()


def add_content(engine: Any, home: Path) -> None:
    """Tiers, tags, scores, an alarm with its cause, and files of the monitoring."""
    settings = load_settings()
    keep_stages(engine, settings.funnel)
    retier(engine, settings, SOON)
    retag(engine, settings, SOON)
    run_commission(engine, settings, fakes.NOW)
    score = {"churn_probability": 0.4, "rfm_tier": "growth", "p_up": 0.1, "p_stay": 0.7, "p_down": 0.2,
             "value_at_risk": 1234.5}  # fmt: skip
    publish_scores(engine, "customer", {"C1": score, "C2": score}, SOON, 0.01)
    figures = {"rule": "stage_stock", "stage": "technical_exchange", "from": 35, "to": 64, "change": 0.83}
    cause = {"stage": "technical_exchange", "cause": "channel_mix_shift", "confidence": 0.94, "evidence": EVIDENCE,
             "segment": {"channel": "fair"}, "actions": ACTIONS}  # fmt: skip
    record_findings(
        engine,
        [
            Finding("funnel.stage_stock", "technical_exchange", figures, SOON, "The stock grew.", "存量增长。"),
            Finding("diagnosis.channel_mix_shift", "technical_exchange", cause, SOON, "The fair did it.", "展会所致。"),
        ],
    )
    reports = home / "reports"
    reports.mkdir()
    (reports / "drift.html").write_text("<!doctype html><title>Drift</title><script>document.title = 'ran'</script>")
    text = {"en": "No retrain.", "zh": "无需重训。"}
    (reports / "monitor.json").write_text(json.dumps({"retrain": text, "live_sentences": []}), encoding="utf-8")
    facts = ReviewFacts(load_facts(engine, settings, fakes.NOW), [], [], pd.Series(dtype=float), settings)
    zone = ZoneInfo(settings.intake.timezone)
    write_pack(facts, Period.of(None, fakes.NOW, zone, 0), home, reports)
    verdict = {"channel": "fair", "verdict": "cut", "text": {"en": "Cut the fair.", "zh": "削减展会。"}}
    (reports / "channels.json").write_text(json.dumps({"channels": [verdict]}), encoding="utf-8")
