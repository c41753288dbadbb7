"""Command shadow: a challenger that scores a share of the calls unseen, beside the champion."""

from __future__ import annotations

from typing import Annotated

import typer

from funnelcast.context import Context
from funnelcast.errors import CommandError
from funnelcast.options import Json


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("shadow", epilog="Example: funnelcast shadow win 7")(shadow)


def shadow(
    model: Annotated[str, typer.Argument(help="win: the model whose challenger the service can run.")],
    version: Annotated[int | None, typer.Argument(min=1, help="Its version. None: end the shadow.")] = None,
    is_json: Json = False,
) -> None:
    """Name the challenger; its scores are stored as receipts of model win:challenger, and never returned."""
    from scoring.challenger import Challengers

    context = Context.of(None, is_json)
    if model != "win":
        raise CommandError(f"The model must be win, but got {model!r}.")
    challengers = Challengers(context.settings)
    if version is None:
        challengers.clear(model)
        context.answer({"model": model, "challenger": None}, "There is no challenger any more.")
        return
    challengers.name(model, version)
    context.answer({"model": model, "challenger": version}, f"Version {version} of {model} is the challenger now.")
