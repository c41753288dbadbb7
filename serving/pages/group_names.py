"""Names of a dimension's groups, as people know them."""

from __future__ import annotations

from collections.abc import Sequence

from crm_core.access import EVERYBODYS
from crm_core.funnel.dimensions import NONE, OTHER
from serving.pages.desk import Desk
from serving.pages.texts import texts_of


def group_names(desk: Desk, dimension: str, labels: Sequence[str], language: str) -> dict[str, str]:
    """Label -> name; a label that nobody named is its own."""
    words = texts_of(language)
    known: dict[str, str] = {NONE: words("group.none"), OTHER: words("group.other"), "all": words("group.all")}
    if dimension == "channel":
        known |= desk.channels()
    if dimension == "rep":
        known |= {rep_id: rep.name for rep_id, rep in desk.reps(EVERYBODYS).items()}
    return {label: known.get(label, _in_words(label, language)) for label in labels}


def _in_words(label: str, language: str) -> str:
    """Bands in Chinese: `50 to <200` reads 50 至 200 以下."""
    if language != "zh" or "<" not in label:
        return label
    low, _, high = label.partition(" to <")
    return f"{low}至{high}以下" if high else f"{label.removeprefix('<')}以下"
