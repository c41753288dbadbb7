"""Names of a dimension's groups, as people know them."""

from __future__ import annotations

from collections.abc import Sequence

from crm_core.access import EVERYBODYS
from crm_core.funnel.dimensions import NONE, OTHER
from crm_core.funnel.group_words import group_words
from serving.pages.desk import Desk
from serving.pages.texts import texts_of


def group_names(desk: Desk, dimension: str, labels: Sequence[str], language: str) -> dict[str, str]:
    """Label -> name; a label that comes from the data is its own."""
    words = texts_of(language)
    known: dict[str, str] = {NONE: words("group.none"), OTHER: words("group.other"), "all": words("group.all")}
    if dimension == "channel":
        known |= desk.channels(language)
    if dimension == "rep":
        known |= {rep_id: rep.name for rep_id, rep in desk.reps(EVERYBODYS).items()}
    return {label: known.get(label, str(getattr(group_words(label), language))) for label in labels}
