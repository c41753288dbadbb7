"""Models: versions, what the gate decided, whether the probabilities are right, and drift."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from starlette.responses import HTMLResponse, Response

from serving.champion import MODELS, Champion
from serving.errors import NotFoundError
from serving.pages.desk import Desk
from serving.pages.leads import stage_names
from serving.pages.page_request import PageRequest
from serving.pages.permissions import MODELLING
from serving.pages.templating import render
from serving.pages.trust import trust_in
from serving.training_job import JobState

METRICS = ("log_loss", "brier", "ece", "roc_auc", "average_precision", "lift_at_10", "accuracy", "macro_f1")
FEATURES_SHOWN = 12
SEEN_GROUPS = {"channel_id": "channel", "rep_team": "team", "current_stage": "stage"}
MONITOR_FILE, DRIFT_FILE = "monitor.json", "drift.html"


def models(asked: PageRequest, desk: Desk) -> Response:
    """GET /models."""
    reports, job = desk.settings.paths.reports, desk.training.state()
    monitor = read_monitor(reports)
    return render(
        "models.html", asked.visitor, "/models", show=desk.formats(asked.visitor), monitor=monitor,
        trust=trust_in(desk.champions.get("win"), monitor, desk.now),
        cards=[_card(desk, name) for name in MODELS], has_drift=(reports / DRIFT_FILE).is_file(), metrics=METRICS,
        names={"stage": stage_names(desk, asked.visitor.language), "channel": desk.channels(asked.visitor.language)},
        job=job, job_reason=_gate_reason(job), may_change=asked.visitor.role in MODELLING,
    )  # fmt: skip


def drift(asked: PageRequest, desk: Desk) -> Response:  # noqa: ARG001 (every page is made so)
    """GET /models/drift: Evidently's report, for a frame without an origin."""
    file = desk.settings.paths.reports / DRIFT_FILE
    if not file.is_file():
        raise NotFoundError("A drift report must have been written, but there is none.")
    return HTMLResponse(file.read_bytes())


def card(asked: PageRequest, desk: Desk) -> Response:
    """GET /models/card: the model card of a version in the reader's language, for a page without an origin."""
    name, version = asked.text("model")[:40], asked.text("version")[:40]
    known = desk.registry.versions(name) if desk.registry is not None and name in MODELS else []
    run_id = next((str(one["run_id"]) for one in known if str(one["version"]) == version), "")
    page = desk.model_files.card_of(run_id, asked.visitor.language) if run_id else None
    if page is None:
        raise NotFoundError(f"A version must have a model card, but there is none of {name!r}, version {version!r}.")
    return HTMLResponse(page)


def read_monitor(reports: Path) -> dict[str, Any]:
    """What the last monitoring wrote; empty where there is none, or it cannot be read."""
    try:
        told = json.loads((reports / MONITOR_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _gate_reason(job: JobState | None) -> dict[str, str]:
    """What the gate said of the model that the last training made, by language."""
    return _spoken((job.answer or {}).get("gate") or {}) if job else _spoken({})


def _spoken(gate: dict[str, Any]) -> dict[str, str]:
    """A gate's reason by language; a version judged before Chinese was kept has English alone."""
    english = str(gate.get("reason") or "")
    return {"en": english, "zh": str(gate.get("reason_zh") or english)}


def _card(desk: Desk, name: str) -> dict[str, Any]:
    """A model: its versions newest first, its champion with figures beside the baselines, files of its training."""
    versions = desk.registry.versions(name) if desk.registry is not None else []
    champion = desk.champions.get(name)
    run_id = next((str(one["run_id"]) for one in versions if champion and one["version"] == champion.version), "")
    files = desk.model_files.of(run_id) if run_id else {}
    judged = files.get("judgement") or {}
    found = judged.get("findings") or {}
    return {
        "name": name,
        "versions": [{**one, "said": _spoken(one)} for one in versions],
        "has_previous": any(one.get("alias") == "previous" for one in versions),
        "champion": champion,
        "rows": _metric_rows(champion, judged.get("intervals") or {}) if champion else [],
        "baselines": sorted(_baselines(champion)) if champion else [],
        "reliability": _reliability(files),
        "features": _features(champion, files) if champion else [],
        "traits": found.get("traits") or [],
        "backtest": found.get("backtest"),
        "groups": {SEEN_GROUPS[one]: rows for one, rows in (found.get("groups") or {}).items() if one in SEEN_GROUPS},
    }


def _baselines(champion: Champion) -> dict[str, Any]:
    return dict(champion.artefact.provenance.get("baselines") or {})


def _metric_rows(champion: Champion, intervals: dict[str, Any]) -> list[dict[str, Any]]:
    measured, baselines = champion.artefact.metrics, _baselines(champion)
    return [
        {"metric": metric, "model": measured[metric], "interval": intervals.get(metric)}
        | {name: baselines[name].get(metric) for name in baselines}
        for metric in METRICS
        if metric in measured
    ]


def _reliability(files: dict[str, Any]) -> list[dict[str, float]]:
    """Per bin the mean probability and the share that came true."""
    rows = (files.get("curves") or {}).get("reliability") or []
    return [row for row in rows if isinstance(row, dict) and {"probability", "rate", "rows"} <= set(row)]


def _features(champion: Champion, files: dict[str, Any]) -> list[tuple[Any, float]]:
    """(feature with its names, share of the importance), the weightiest first."""
    weights = (files.get("importance") or {}).get("importance") or {}
    specs = {spec.name: spec for spec in champion.artefact.features}
    found = [(specs[name], float(weight)) for name, weight in weights.items() if name in specs and weight]
    return sorted(found, key=lambda pair: -pair[1])[:FEATURES_SHOWN]
