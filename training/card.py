"""The model card (Mitchell et al. 2019): one HTML page per version, without script or outside file."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from io import BytesIO
from typing import Any

from training.curves import Curves, figure_of

STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}table{border-collapse:collapse}"
    "td,th{border:1px solid #ccc;padding:2px 8px;text-align:right}td:first-child,th:first-child{text-align:left}"
)
LIMITS = (
    "Probabilities hold for leads like those of the data window; a new channel or product is not in it.",
    "Figures are of one newest part; the intervals resample its cases, not the history.",
    "Gaps between groups are shown, not removed. A gap in a group of few rows may be chance.",
    "A reason says what moved the score, not what would move the outcome.",
)


def model_card(report: Mapping[str, Any], curves: Curves) -> str:
    """HTML of a version. report: `TrainReport.to_json` with `findings`."""
    split, gate = report["split"], report["gate"]
    sections = [
        f"<h1>{escape(report['model'])} model</h1><p>{escape(gate['reason'])}</p>",
        f"<h2>Data</h2><p>{escape(split['words'])}</p><p>{report['rows']:,} rows, {report['positives']:,} positive; "
        f"rate of the test part {split['test_positive_rate']:.3f}.</p>",
        "<h2>Figures on the newest part</h2>" + _metrics(report),
        "<h2>Ladder (log loss on time-ordered folds before it)</h2>" + _table(report["ladder"]),
        "<h2>Reliability and gain</h2>" + "".join(_picture(name, curves) for name in ("reliability", "gain")),
        *_findings(report.get("findings", {})),
        "<h2>Columns kept out</h2>" + _quarantined(report["quarantined"]),
        "<h2>Known limits</h2><ul>" + "".join(f"<li>{escape(line)}</li>" for line in LIMITS) + "</ul>",
    ]
    head = f'<meta charset="utf-8"><title>{escape(report["model"])}</title><style>{STYLE}</style>'
    return f'<!doctype html><html lang="en">{head}{"".join(sections)}</html>\n'


def _metrics(report: Mapping[str, Any]) -> str:
    rows = [{"": "this model", **report["metrics"]}]
    rows.append({"": "95 % interval", **{name: _interval(edges) for name, edges in report["intervals"].items()}})
    if report["level"]["memory_rows"]:
        rows.append({"": "level not followed", **report["level"]["metrics_fixed"]})
    rows += [{"": name, **figures} for name, figures in report["baselines"].items()]
    return _table(rows)


def _interval(edges: Sequence[float]) -> str:
    return " to ".join(f"{edge:.4f}" for edge in edges)


def _findings(found: Mapping[str, Any]) -> list[str]:
    parts = []
    if traits := found.get("traits"):
        parts.append("<h2>Traits of winners</h2>" + _table(traits))
    if test := found.get("backtest"):
        rows = [{"order": name, **shares} for name, shares in test["orders"].items()]
        parts.append(f"<h2>First {test['share']:.0%} of the list would have held</h2>" + _table(rows))
    for column, groups in found.get("groups", {}).items():
        parts.append(f"<h2>By {escape(column)}</h2>" + _table(groups))
    return parts


def _quarantined(columns: Sequence[Any]) -> str:
    if not columns:
        return "<p>None.</p>"
    return "<ul>" + "".join(f"<li>{escape(column['words'])}</li>" for column in columns) + "</ul>"


def _picture(name: str, curves: Curves) -> str:
    drawn = BytesIO()
    figure_of(name, curves[name]).savefig(drawn, format="png", metadata={"Software": None})
    code = base64.b64encode(drawn.getvalue()).decode()
    return f'<img alt="{name}" src="data:image/png;base64,{code}">'


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    head = "".join(f"<th>{escape(str(name))}</th>" for name in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{_cell(cell)}</td>" for cell in row.values()) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else escape(str(value))
