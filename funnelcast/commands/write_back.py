"""Commands write-back and override: scores into the CRMs that people work in, and a person's own number beside them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funnelcast.context import Context
from funnelcast.errors import CommandError
from funnelcast.options import AsOf, Json
from funnelcast.tables import text_table

if TYPE_CHECKING:
    from funnelcast.write_back.ledger import Ledger
    from funnelcast.write_back.run import Report
    from funnelcast.write_back.sink import LeadWrite

SHOWN_REFUSALS = 5


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("write-back", epilog="Example: funnelcast write-back hubspot")(write_back)
    app.command("override", epilog='Example: funnelcast override L000123 0.9 --by Li --reason "verbal commitment"')(
        override
    )


def write_back(
    sink: Annotated[str, typer.Argument(help="Name of a sink in configs/write_back.yaml.")],
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """Write the scores of open leads that moved since the last time. What is not taken is offered again next time."""
    context = Context.of(as_of, is_json)
    report = write_back_now(context, sink)
    told = f"Wrote {report.written} scores to {sink}; {report.unchanged} had not moved, {len(report.refused)} refused."
    if report.silence:
        raise CommandError(f"{report.silence} {told} The next run writes the {report.left} that are left.")
    refusals = [f"{key}: {why}" for key, why in list(report.refused.items())[:SHOWN_REFUSALS]]
    context.answer({"sink": sink, **asdict(report)}, "\n".join([told, *refusals]))


def write_back_now(context: Context, sink: str) -> Report:
    """Write to one sink what moved as of the context's moment."""
    import time
    from datetime import UTC, datetime

    from funnelcast.write_back.run import Pace
    from funnelcast.write_back.run import write_back as run
    from funnelcast.write_back.sinks import named, open_sink

    rules, ledger = context.settings.write_back, _ledger(context)
    pace = Pace(time.sleep, lambda: datetime.now(UTC))
    opened = open_sink(named(rules, sink), rules.timeout_seconds, _home(context), pace.now)
    return run(sink, opened, _scores(context, sink, ledger), ledger, rules, pace)


def override(
    lead_id: Annotated[str | None, typer.Argument(help="The lead. Default: show the overrides that there are.")] = None,
    value: Annotated[float | None, typer.Argument(min=0, max=1, help="Your own probability. None: take back.")] = None,
    reason: Annotated[str, typer.Option(help="Why; it is kept and shown beside the model's score.")] = "",
    by: Annotated[str, typer.Option(help="Who says so.")] = "",
    is_json: Json = False,
) -> None:
    """Put a person's own number beside the model's score, which stays what it is; every change is kept."""
    from crm_core.overrides import Override, current_overrides, record_override

    context = Context.of(None, is_json)
    _take_over(context, _ledger(context))
    if lead_id is not None:
        if not reason.strip() or not by.strip():
            raise CommandError("An override must name --reason and --by, but one is missing.")
        record_override(context.engine, Override(lead_id, value, reason.strip(), by.strip(), context.as_of))
    overrides = current_overrides(context.engine).values()
    found = [{**asdict(one), "said_at": one.said_at.isoformat()} for one in overrides]
    header = ["lead", "probability", "reason", "person", "at"]
    table = text_table(header, [[str(cell) for cell in one.values()] for one in found])
    context.answer({"overrides": found}, table if found else "There are no overrides.")


def _take_over(context: Context, ledger: Ledger) -> None:
    """Overrides that stood in the ledger move into the CRM's database, those of leads that are gone excepted."""
    from datetime import datetime

    from crm_core.errors import UnknownLeadError
    from crm_core.overrides import Override, record_override

    for lead_id, value, reason, person, at in ledger.earlier_overrides():
        with suppress(UnknownLeadError):
            record_override(context.engine, Override(lead_id, value, reason, person, datetime.fromisoformat(at)))
    ledger.forget_earlier_overrides()


def _home(context: Context) -> Path:
    return context.settings.paths.home


def _ledger(context: Context) -> Ledger:
    from funnelcast.write_back.ledger import Ledger

    _ = context.engine  # there must be a state
    return Ledger(_home(context) / "write_back.db")


def _scores(context: Context, sink: str, ledger: Ledger) -> list[LeadWrite]:
    """Every open lead's, best first. Not those of `score leads`, which are also logged for live performance."""
    from crm_core.overrides import current_overrides
    from scoring.lead_batch import score_leads

    _take_over(context, ledger)
    artefact, version = context.registry.load_champion("win")
    frame = context.repository.current_frame("leads", context.as_of)
    table = score_leads(artefact, version, frame, context.settings, context.as_of)
    before, overrides = ledger.written(sink), current_overrides(context.engine)
    threshold = context.settings.scoring.trend_threshold
    return [_write_of(row, before, overrides, threshold) for row in table.to_dict("records")]


def _write_of(row: dict[Any, Any], before: Any, overrides: Any, threshold: float) -> LeadWrite:
    from funnelcast.write_back.sink import LeadWrite
    from serving.previous_scores import trend_of

    key = str(row["lead_id"])
    last, own = before.get(key), overrides.get(key)
    value = row["expected_value"]
    return LeadWrite(
        lead_id=key,
        win_probability=float(row["win_probability"]),
        grade=row["grade"],
        expected_value=None if value != value else float(value),  # noqa: PLR0124 (NaN alone differs from itself)
        trend=trend_of(last.win_probability if last else None, row["win_probability"], threshold),
        reasons=" | ".join(reason["en"] for reason in row["reasons"]),
        model_version=str(row["model_version"]),
        scored_at=row["as_of"].isoformat(),
        override=own.win_probability if own else None,
        override_reason=own.reason if own else None,
    )
