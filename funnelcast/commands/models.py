"""Commands for data scientists: train, models, promote, rollback."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated, Any

import typer

from funnelcast.context import Context
from funnelcast.options import AsOf, Json
from funnelcast.tables import text_table


class ModelName(StrEnum):
    """The three models."""

    win = "win"
    churn = "churn"
    rfm = "rfm"


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("train", epilog="Example: funnelcast train win --trials 25 --seed 7")(train)
    app.command("models", epilog="Example: funnelcast models")(models)
    app.command("promote", epilog="Example: funnelcast promote win 3")(promote)
    app.command("rollback", epilog="Example: funnelcast rollback win")(rollback)


def train(
    model: Annotated[ModelName, typer.Argument(help="Which model.")],
    trials: Annotated[int | None, typer.Option(min=1, help="Optuna trials. Default: configs/training.yaml.")] = None,
    timeout: Annotated[int | None, typer.Option(min=1, help="Seconds for the search.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed. Default: configs/training.yaml.")] = None,
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """Tune, fit, calibrate, judge, register, and promote if the gate allows."""
    from training.train import train as train_model

    context = Context.of(as_of, is_json)
    defaults = context.settings.training
    report = train_model(
        model.value, context.repository, context.settings, context.as_of,
        trials=trials or defaults.trials, timeout=timeout or defaults.timeout_seconds,
        seed=defaults.seed if seed is None else seed, progress=context.progress, registry=context.registry,
    ).to_json()  # fmt: skip
    context.answer(report, _in_words(report))


def models(
    with_traits: Annotated[
        bool, typer.Option("--traits", help="Show the traits of winners of the win champion.")
    ] = False,
    is_json: Json = False,
) -> None:
    """List registered versions and which one is the champion."""
    context = Context.of(None, is_json)
    if with_traits:
        artefact, version = context.registry.load_champion("win")
        traits = artefact.provenance.get("findings", {}).get("traits", [])
        context.answer({"model": "win", "version": version, "traits": traits}, _traits_in_words(traits))
        return
    rows = [version for name in ModelName for version in context.registry.versions(name.value)]
    header = ["model", "version", "alias", "trained_as_of", "log_loss", "gate"]
    human = text_table(header, [[row.get(column) for column in header] for row in rows])
    context.answer({"models": rows}, human if rows else "No model is registered yet: run `funnelcast train win`.")


def promote(
    model: Annotated[ModelName, typer.Argument(help="Which model.")],
    version: Annotated[int, typer.Argument(help="The version to make champion.")],
    is_json: Json = False,
) -> None:
    """Make a version the champion."""
    context = Context.of(None, is_json)
    with _kept(context, "promote", model) as details:
        context.registry.promote(model.value, version)
        details["version"] = version
    context.answer(
        {"model": model.value, "champion": version}, f"Version {version} of {model.value} is the champion now."
    )


def rollback(model: Annotated[ModelName, typer.Argument(help="Which model.")], is_json: Json = False) -> None:
    """Give the champion's place back to the version that had it before."""
    context = Context.of(None, is_json)
    with _kept(context, "rollback", model) as details:
        details["version"] = version = context.registry.rollback(model.value)
    context.answer(
        {"model": model.value, "champion": version}, f"Version {version} of {model.value} is the champion again."
    )


@contextmanager
def _kept(context: Context, action: str, model: ModelName) -> Iterator[dict[str, Any]]:
    """Keeps a change of the champion in the audit log, as one from the page is: the entry and the act together, with
    the details that the caller fills in.
    """
    from crm_core import audit
    from crm_core.database import write_transaction

    details: dict[str, Any] = {}
    with write_transaction(context.engine) as connection:
        yield details
        audit.record(connection, getpass.getuser(), f"model.{action}", f"model:{model.value}", details, context.as_of)


def _traits_in_words(traits: list[dict[str, Any]]) -> str:
    """A line per segment, as measured on the newest part when the model was judged."""
    if not traits:
        return "No segment of the past was won clearly more often than the rest."
    rows = [
        [trait["en"], trait["zh"], trait["cases"], f"{trait['rate']:.0%}", f"{trait['low']:.0%} to {trait['high']:.0%}",
         f"{trait['lift']:.1f}"]
        for trait in traits
    ]  # fmt: skip
    return text_table(["segment", "细分", "leads", "won", "95 %", "lift"], rows)


def _in_words(report: dict[str, Any]) -> str:
    """The report's figures beside the baselines'."""
    names = list(report["metrics"])
    rows = [["this model", *report["metrics"].values()]]
    rows += [[name, *[figures.get(metric) for metric in names]] for name, figures in report["baselines"].items()]
    shown = [[row[0], *[None if cell is None else round(float(cell), 4) for cell in row[1:]]] for row in rows]
    verdict = "promoted to champion" if report["promoted"] else "not promoted"
    split = report["split"]
    return "\n".join(
        [
            f"{report['model']} version {report['version']}: {verdict}. {report['gate'].get('reason', '')}",
            f"Judged once on the newest {split['test_rows']:,} rows, from {split['test_from']} on.",
            text_table(["on the test part", *names], shown),
            *(f"Left out, for it may know the outcome: {found['words']}" for found in report["quarantined"]),
        ]
    )
