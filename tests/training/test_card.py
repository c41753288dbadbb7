from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scoring.metrics import binary_metrics
from tests.training.generated import won_leads
from training import after_closing, one_outcome, tells_the_end, twins
from training.after_closing import Quarantined
from training.backtest import backtest
from training.card import model_card
from training.card_words import QUARANTINE_ZH
from training.curves import curves_of
from training.dataset import Dataset
from training.gate_words import Language
from training.groups import by_group

TRAINING = Path(after_closing.__file__).parent
NAMES_OF_METHODS = {"AUC", "ROC", "F", "BG", "NBD"}
EVIDENCE = (
    Quarantined("leak", "skill_alone", {"single_auc": 0.99, "limit": 0.9, "rows": 600.0}, ""),
    Quarantined("leak", "identifier", {"distinct": 1200.0, "rows": 1234.0}, ""),
    Quarantined("leak", "filled_when_closed", {"filled_closed": 0.8, "filled_open": 0.1, "limit": 0.5}, ""),
    Quarantined("leak", "out_of_line", {"single_auc": 0.85, "next_auc": 0.6, "rows": 600.0}, ""),
    after_closing._found("leak", "signed", 0.3, 0.95, 4000),
    one_outcome._suspected("leak", "signed", 1200, 0.95, 0.2, "won"),
    tells_the_end._suspected("leak", 0.9, 0.8),
    twins._suspected("leak", "earlier", 0.1, 0.05, 0.3),
)


@pytest.fixture(scope="module")
def report() -> tuple[dict[str, Any], Dataset, np.ndarray]:
    """As a training gives it."""
    data = Dataset.of("win", won_leads(1500))
    data.frame["expected_amount"] = np.where(data.y == 1, 100.0, 50.0)
    data.frame["employee_count"] = np.where(np.arange(1500) % 2, 10, 700)
    p = np.clip(data.y * 0.3 + 0.2 + data.frame["noise"].to_numpy() * 0.05, 0.01, 0.99)
    metrics = binary_metrics(data.y, p, data.w)
    trait = {
        "en": "Region: <east>",
        "zh": "地区：<华东>",
        "cases": 66,
        "won": 21,
        "rate": 0.318,
        "low": 0.215,
        "high": 0.436,
        "lift": None,
    }
    return {
        "model": "win", "gate": {"reason": "Promoted: better.", "reason_zh": "已上线：更优。"},
        "split": {"words": "In order of time.", "words_zh": "按时间先后划分。", "test_positive_rate": 0.3},
        "rows": 1500, "positives": 400, "metrics": metrics, "intervals": {name: [0.1, 0.9] for name in metrics},
        "level": {"memory_rows": 500, "metrics_fixed": metrics},
        "baselines": {"base_rate": metrics, "naive_bayes": metrics},
        "ladder": [{"rung": rung, "log_loss": 0.5, "above_best": 0.0, "standard_error": 0.01, "max_shift": 0.7}
                   for rung in ("prior", "logistic_strong", "pace_led", "boosted", "stack")],
        "findings": {"traits": [trait], "backtest": backtest(data, p, seed=1), "groups": by_group(data, p)},
        "names": {"channel_id": {"web": {"en": "Website", "zh": "网站"}, "fair": {"en": "Trade show", "zh": "展会"},
                                 "referral": {"en": "Referral", "zh": "转介绍"}}},
        "quarantined": [one.to_json() for one in EVIDENCE],
    }, data, p  # fmt: skip


def words_of(card: str) -> str:
    return " ".join(unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", card)).split())


def made(report: tuple[dict[str, Any], Dataset, np.ndarray], language: Language) -> str:
    content, data, p = report
    return model_card(content, curves_of(data, p), language)


def test_the_chinese_card_has_no_english_word_left(report: tuple[dict[str, Any], Dataset, np.ndarray]) -> None:
    card = made(report, "zh")
    assert '<html lang="zh-CN">' in card
    latin = set(re.findall(r"[A-Za-z]+", words_of(card)))
    assert latin - NAMES_OF_METHODS == {"leak", "accept"}  # the column's own name, and a key of the mapping


def test_both_cards_tell_the_same_figures(report: tuple[dict[str, Any], Dataset, np.ndarray]) -> None:
    english, chinese = (re.findall(r"<td>([-+.\d]+%?)</td>", made(report, language)) for language in ("en", "zh"))
    assert english == chinese
    assert len(english) > 60


def test_what_was_found_is_told_in_the_words_of_the_language(
    report: tuple[dict[str, Any], Dataset, np.ndarray],
) -> None:
    english, chinese = words_of(made(report, "en")), words_of(made(report, "zh"))
    for part in (
        "Promoted: better.",
        "In order of time.",
        "Region: <east>",
        "Trade show",
        "under 20",
        "Traits of winners",
    ):
        assert part in english, part
    for part in (
        "已上线：更优。",
        "按时间先后划分。",
        "地区：<华东>",
        "展会",
        "不足 20 人",
        "强惩罚",
        "21.5% 至 43.6%",
    ):
        assert part in chinese, part
    assert "<east>" not in made(report, "en")


def test_the_backtest_stands_with_its_intervals(report: tuple[dict[str, Any], Dataset, np.ndarray]) -> None:
    found = report[0]["findings"]["backtest"]
    low, high = found["orders"]["priority"]["wins_interval"]
    words = words_of(made(report, "en"))
    assert f"{found['orders']['priority']['wins']:.1%} ({low:.1%} to {high:.1%})" in words
    best = found["against"]["wins"]
    assert f"({best['order'].capitalize()}): {100 * best['difference']:+.1f} percentage points (" in words


def test_every_reason_to_keep_a_column_out_is_said_in_chinese() -> None:
    """With the evidence as it is written by who finds it."""
    source = "".join(file.read_text(encoding="utf-8") for file in TRAINING.glob("*.py"))
    known = set(re.findall(r'Quarantined\(\s*[\w.]+, "(\w+)"', source))
    assert known == set(QUARANTINE_ZH) == {one.reason for one in EVIDENCE}
