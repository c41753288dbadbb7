"""A reason that speaks of a rep says the name: the model knows ids alone, and so keeps nobody's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from crm_core.lookup.reps import RepName
from scoring.reasons import Reason

FEATURE = "rep_id"


def with_rep_names(reasons: Sequence[Reason], reps: Mapping[str, RepName]) -> list[Reason]:
    """The reasons, a rep's id replaced by the name where the visitor sees that rep.

    >>> told = Reason("rep_id", "R7", 0.2, "Sales rep: R7; 20 % are won", "销售代表：R7；赢单率 20%", "rep")
    >>> [(one.en, one.zh) for one in with_rep_names([told], {"R7": RepName("R7", "王芳", None)})]
    [('Sales rep: 王芳; 20 % are won', '销售代表：王芳；赢单率 20%')]
    """
    return [_named(reason, reps.get(str(reason.value))) if reason.feature == FEATURE else reason for reason in reasons]


def _named(reason: Reason, rep: RepName | None) -> Reason:
    if rep is None:
        return reason
    en, zh = (words.replace(rep.rep_id, rep.name, 1) for words in (reason.en, reason.zh))
    return replace(reason, en=en, zh=zh)
