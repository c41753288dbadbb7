"""The model card (Mitchell et al. 2019): one HTML page per version and language, without script or outside file."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from html import escape
from io import BytesIO
from typing import Any

from training.card_words import GROUPS, LIMITS, QUARANTINE_ZH, says
from training.curves import Curves, figure_of
from training.gate_words import Language

FILES: dict[Language, str] = {"en": "card.html", "zh": "card.zh.html"}
STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}table{border-collapse:collapse}"
    "td,th{border:1px solid #ccc;padding:2px 8px;text-align:right}td:first-child,th:first-child{text-align:left}"
    "div{overflow-x:auto}figure{display:inline-block;margin:0 1em 1em 0;max-width:24em}img{max-width:100%}"
    "figcaption{font-size:13px}"
)
SHARES = frozenset({"rate"})
Say = Callable[..., str]
Row = Mapping[str, Any]


def model_card(report: Mapping[str, Any], curves: Curves, language: Language = "en") -> str:
    """HTML of a version. report: `TrainReport.to_json` with `findings`, `split.words_zh` and `names`: per column of
    categories, what each value is called in both languages.
    """
    say, split = partial(says, language=language), report["split"]
    title = say("title", model=say(report["model"]))
    counts = say("counts", rows=report["rows"], positives=report["positives"], rate=split["test_positive_rate"])
    sections = [
        f"<h1>{escape(title)}</h1><p>{escape(_in(language, report['gate'], 'reason'))}</p>",
        f"<h2>{say('data')}</h2><p>{escape(_in(language, split, 'words'))}</p><p>{escape(counts)}</p>",
        f"<h2>{say('figures')}</h2>" + _metrics(report, say),
        f"<h2>{say('ladder')}</h2>" + _table(_ladder(report["ladder"], say), say),
        f"<h2>{say('curves')}</h2>" + "".join(_picture(name, curves, say) for name in ("reliability", "gain")),
        *_findings(report.get("findings", {}), report.get("names", {}), language, say),
        f"<h2>{say('kept_out')}</h2>" + _quarantined(report["quarantined"], language, say),
        f"<h2>{say('limits')}</h2>" + _list(line[language] for line in LIMITS),
    ]
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
    )
    lang = {"en": "en", "zh": "zh-CN"}[language]
    return f'<!doctype html><html lang="{lang}">{head}{"".join(sections)}</html>\n'


def _in(language: Language, both: Mapping[str, Any], key: str) -> str:
    """A text under `key` in English and under `key_zh` in Chinese."""
    return str(both[key] if language == "en" else both[f"{key}_zh"])


def _metrics(report: Mapping[str, Any], say: Say) -> str:
    rows: list[Row] = [{"": say("this_model"), **report["metrics"]}]
    intervals = {name: _between(edges, "{:.4f}", say) for name, edges in report["intervals"].items()}
    rows.append({"": say("interval"), **intervals})
    if report["level"]["memory_rows"] or report["level"].get("of"):
        rows.append({"": say("fixed"), **report["level"]["metrics_fixed"]})
    rows += [{"": say(name), **figures} for name, figures in report["baselines"].items()]
    return _table(rows, say)


def _ladder(rungs: Sequence[Row], say: Say) -> list[Row]:
    return [{**row, "rung": say(row["rung"])} for row in rungs]


def _findings(found: Mapping[str, Any], names: Mapping[str, Any], language: Language, say: Say) -> list[str]:
    parts = []
    if traits := found.get("traits"):
        rows = [_trait(one, language, say) for one in traits]
        parts.append(f"<h2>{say('traits')}</h2>{_table(rows, say)}<p>{say('traits_meaning')}</p>")
    if test := found.get("backtest"):
        parts.append(f"<h2>{say('backtest', share=test['share'])}</h2>{_backtest(test, say)}")
    for column, groups in found.get("groups", {}).items():
        called = {**GROUPS.get(column, {}), **names.get(column, {})}
        rows = [_group(one, called, language) for one in groups]
        parts.append(f"<h2>{escape(say('by', column=say(column)))}</h2>{_table(rows, say)}")
    return parts


def _trait(one: Row, language: Language, say: Say) -> Row:
    interval = _between((one["low"], one["high"]), "{:.1%}", say)
    return {"trait": one[language], "cases": one["cases"], "won": one["won"], "rate": one["rate"],
            "interval": interval, "lift": one["lift"]}  # fmt: skip


def _backtest(test: Mapping[str, Any], say: Say) -> str:
    rows: list[Row] = [
        {"order": say(name), "wins": _share(held, "wins", say), "money": _share(held, "money", say)}
        for name, held in test["orders"].items()
    ]
    beside = _list(_beside(good, one, say) for good, one in test["against"].items())
    meaning = say("backtest_meaning", leads=test["leads"], wins=test["wins"])
    return f"{_table(rows, say)}{beside}<p>{meaning}</p>"


def _share(held: Row, good: str, say: Say) -> str | None:
    """A share with its interval in brackets."""
    if held[good] is None:
        return None
    edges = held.get(f"{good}_interval")
    return f"{held[good]:.1%}" + (f" ({_between(edges, '{:.1%}', say)})" if edges else "")


def _beside(good: str, one: Row, say: Say) -> str:
    edges = one["interval"]
    interval = f" ({_between([100 * edge for edge in edges], '{:+.1f}', say)})" if edges else ""
    difference = "–" if one["difference"] is None else f"{100 * one['difference']:+.1f}"
    return say("against", good=say(good), order=say(one["order"]), difference=difference, interval=interval)


def _group(one: Row, called: Mapping[str, Any], language: Language) -> Row:
    value = one["group"]
    name = called[value][language] if value in called else value
    return {"group": name, "rows": one["rows"], "probability_told": f"{one['probability']:.1%}", "rate": one["rate"],
            "gap": f"{100 * one['gap']:+.1f}", "roc_auc": one["roc_auc"]}  # fmt: skip


def _quarantined(columns: Sequence[Any], language: Language, say: Say) -> str:
    return _list(_why(column, language) for column in columns) if columns else f"<p>{say('none')}</p>"


def _why(column: Mapping[str, Any], language: Language) -> str:
    if language == "en":
        return str(column["words"])
    return f"{column['column']}：{QUARANTINE_ZH[column['reason']].format(**column['evidence'])}"


def _picture(name: str, curves: Curves, say: Say) -> str:
    """A curve whose words stand below it as text: letters in a picture would need a font of each language."""
    drawn, figure = BytesIO(), figure_of(name, curves[name])
    figure.axes[0].set(xlabel="", ylabel="", title="")
    figure.savefig(drawn, format="png", metadata={"Software": None})
    code = base64.b64encode(drawn.getvalue()).decode()
    caption = escape(say(name))
    return f'<figure><img alt="" src="data:image/png;base64,{code}"><figcaption>{caption}</figcaption></figure>'


def _between(edges: Sequence[float], form: str, say: Say) -> str:
    """An interval in words; a dash where there is none."""
    return say("between", low=form.format(edges[0]), high=form.format(edges[1])) if edges else "–"


def _list(lines: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def _table(rows: Sequence[Row], say: Say) -> str:
    head = "".join(f"<th>{escape(say(str(name)))}</th>" for name in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{_cell(*cell)}</td>" for cell in row.items()) + "</tr>" for row in rows)
    return f"<div><table><tr>{head}</tr>{body}</table></div>"


def _cell(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.1%}" if name in SHARES else f"{value:.4g}"
    return escape(f"{value:,}" if isinstance(value, int) else str(value))
