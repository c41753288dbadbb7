"""What the gate says, in English and Chinese: one paragraph of a promotion or refusal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from training.comparison import Comparison

Language = Literal["en", "zh"]
Words = dict[Language, str]
NO_CHAMPION: Words = {"en": "There was no champion to compare with.", "zh": "当时没有可比较的冠军模型。"}

_RIVALS: dict[str, Words] = {
    "base_rate": {"en": "the base rate", "zh": "基准率"},
    "naive_bayes": {"en": "naive Bayes", "zh": "朴素贝叶斯"},
    "logistic": {"en": "logistic regression", "zh": "逻辑回归"},
    "stay": {"en": "'everybody stays'", "zh": "“人人不变”"},
    "markov": {"en": "the Markov transition rates", "zh": "马尔可夫转移率"},
    "recency": {"en": "the rule of the days since the last order", "zh": "按距上次下单天数的规则"},
    "bg_nbd": {"en": "BG/NBD", "zh": "BG/NBD 模型"},
    "calendar": {"en": "the same weeks of earlier years", "zh": "往年同周的比率"},
    "champion": {"en": "the present champion", "zh": "现任冠军模型"},
}


def not_better(one: Comparison, confidence: float) -> Words:
    """A rival that must be beaten was not."""
    return {
        "en": f"it must beat {_rival(one, 'en')} at {confidence:.0%} confidence, but has log loss {_figures(one)} "
        "against it",
        "zh": f"须以 {confidence:.0%} 的置信度优于{_rival(one, 'zh')}，但对数损失之差为 {_figures(one)}",
    }


def worse(one: Comparison) -> Words:
    """A rival is better."""
    return {
        "en": f"it must not be worse than {_rival(one, 'en')}, but has log loss {_figures(one)} against it",
        "zh": f"不得差于{_rival(one, 'zh')}，但对数损失之差为 {_figures(one)}",
    }


def badly_calibrated(ece: float, limit: float) -> Words:
    """The probabilities are far off."""
    return {
        "en": f"its calibration error {ece:.3f} is above the limit {limit}",
        "zh": f"校准误差 {ece:.3f} 超过上限 {limit}",
    }


def incomparable(version: object, error: Exception) -> Words:
    """The champion does not understand the rows."""
    return {
        "en": f"The champion, version {version}, could not be compared: {error}",
        "zh": f"无法与冠军模型（版本 {version}）比较：{error}",
    }


def tainted(version: object, columns: Sequence[str]) -> Words:
    """The champion learnt from columns that the leak guard keeps out now: on the past it knows the outcome."""
    names = ", ".join(columns)
    return {
        "en": f"The champion, version {version}, was not compared: it learnt from what is quarantined now ({names}).",
        "zh": f"未与冠军模型（版本 {version}）比较：它用到了现已隔离的列（{names}）。",
    }


def refused(faults: Sequence[Words]) -> Words:
    """All faults in one sentence."""
    return {
        "en": f"Refused: {'; '.join(one['en'] for one in faults)}.",
        "zh": f"未通过：{'；'.join(one['zh'] for one in faults)}。",
    }


def promoted(simplest: Comparison, others: Sequence[Comparison]) -> Words:
    """What was beaten, by how much, and what the model is not worse than."""
    gain = f"{-simplest.difference:.4f}"
    en, zh = (f"Promoted: beats {_rival(simplest, 'en')} by {gain} in log loss",
              f"已上线：对数损失比{_rival(simplest, 'zh')}低 {gain}")  # fmt: skip
    if others:
        en += f" and is not worse than {', '.join(_rival(one, 'en') for one in others)}"
        zh += f"，且不差于{'、'.join(_rival(one, 'zh') for one in others)}"
    return {"en": f"{en}.", "zh": f"{zh}。"}


def in_the_place_of(rung: str, refusal: Words) -> Words:
    """What a simpler model is used instead of."""
    return {
        "en": f"It stands in the place of the searched model ({rung}), which the gate refused: {refusal['en']}",
        "zh": f"它取代了搜索得到的模型（{rung}），该模型未通过门槛：{refusal['zh']}",
    }


def joined(first: Words, second: Words | None) -> Words:
    """Two sentences.

    >>> joined({"en": "A.", "zh": "甲。"}, {"en": "B.", "zh": "乙。"})
    {'en': 'A. B.', 'zh': '甲。乙。'}
    """
    if second is None:
        return first
    return {"en": f"{first['en']} {second['en']}", "zh": first["zh"] + second["zh"]}


def _rival(one: Comparison, language: Language) -> str:
    return _RIVALS[one.rival][language] if one.rival in _RIVALS else one.rival


def _figures(one: Comparison) -> str:
    return f"{one.difference:+.4f} [{one.low:+.4f}, {one.high:+.4f}]"
