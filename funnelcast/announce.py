"""Batch scores to where others find them: the change feed, and the score log that live performance is judged by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from funnelcast.context import Context

if TYPE_CHECKING:
    from pandas import DataFrame

    from scoring.artefact import Artefact

PIECE_ROWS = 10_000  # at a time: of a million leads what is told takes more memory than the scores


def announce_scores(context: Context, entity: str, scores: DataFrame) -> int:
    """Tell other systems of the lead or customer scores that moved, and of credit holds; returns how many changes.

    A replay (`--as-of`) tells nobody.
    """
    from crm_core.exchange import publish_credit_holds, publish_scores

    if context.is_replay:
        return 0
    count, least = 0, context.settings.exchange.min_score_change
    with context.progress.bar("tell others", len(scores)) as bar:
        for start in range(0, len(scores), PIECE_ROWS):
            bodies = _bodies(entity, scores[start : start + PIECE_ROWS])
            count += publish_scores(context.engine, entity, bodies, context.as_of, least)
            if entity == "lead":
                holds = {lead_id: bool(body["credit_hold"]) for lead_id, body in bodies.items()}
                count += publish_credit_holds(context.engine, holds, context.as_of)
            bar.update(len(bodies))
    return count


def _bodies(entity: str, scores: DataFrame) -> dict[str, Any]:
    """What the feed tells of each score, by id."""
    from crm_core.exchange.score_changes import BODY

    figures = (scores[name] for name in BODY[entity])  # by column: `to_dict("records")` takes three times as long
    columns = [column.astype(object).where(column.notna(), None).tolist() for column in figures]
    names, rows = (*BODY[entity], "model_version"), zip(*columns, _versions(entity, scores), strict=True)
    bodies = (dict(zip(names, row, strict=True)) for row in rows)
    return dict(zip(scores[f"{entity}_id"], bodies, strict=True))


def keep_scores(context: Context, model: Artefact, version: int, scores: DataFrame) -> None:
    """Put the scores of all open leads into the score log, and take out what is older than it keeps.

    Not those of a moment before the model was trained: it has seen what became of these leads.
    """
    from monitoring.live.score_log import log_scores, prune

    home = context.settings.paths.home
    if len(scores) and model.trained_as_of <= context.as_of:
        log_scores(home, scores, context.as_of, version, model.horizon_days)
    if not context.is_replay:
        prune(home, context.settings.monitoring.live.keep_days, context.as_of)


def _versions(entity: str, scores: DataFrame) -> list[str]:
    """The model versions as the service's receipts write them: `3`, or `1,2` for churn and rfm."""
    if entity == "lead":
        return [str(version) for version in scores["model_version"]]
    return [f"{versions['churn']},{versions['rfm']}" for versions in scores["model_versions"]]
