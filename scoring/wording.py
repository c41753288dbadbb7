"""The words of a reason, per model and per class explained."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    """How one model's reasons speak. Pairs are (English, Chinese).

    group: those whose median is the benchmark; good_label: their label.
    label: the class whose share is told of a category. verb: what that share of them does; event: what a reason
    raises or lowers.
    """

    group: tuple[str, str]
    good_label: int
    label: int
    verb: tuple[str, str]
    event: tuple[str, str]


WIN = Wording(("won leads", "赢单线索"), 1, 1, ("are won", "赢单率"), ("the chance to win", "赢单机会"))
CHURN = Wording(("customers who stayed", "留存客户"), 0, 1, ("churn", "流失率"), ("the risk of churn", "流失风险"))
DOWN = Wording(
    ("customers who kept their tier", "保持层级的客户"),
    1,
    0,
    ("move down", "降级率"),
    ("the risk of moving down", "降级风险"),
)
UP = Wording(
    ("customers who moved up", "升级的客户"), 2, 2, ("move up", "升级率"), ("the chance of moving up", "升级机会")
)


def wording_of(model: str, target: int) -> Wording:
    """The wording of a model; `target` is the class explained (see `scoring.contributions`)."""
    if model == "rfm":
        return UP if target == UP.label else DOWN
    return CHURN if model == "churn" else WIN
