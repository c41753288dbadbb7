"""Command serve; the keys that open it are in funnelcast.commands.keys."""

from __future__ import annotations

import json
import os
from typing import Annotated

import typer

from configs.settings import PROJECT_FOLDER
from funnelcast.commands import keys
from funnelcast.context import Context
from funnelcast.options import AsOf, Json

DEMO_HOME = PROJECT_FOLDER / "var" / "demo"


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("serve", epilog="Example: funnelcast serve --port 3000")(serve)
    keys.register(app)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: configs/serving.yaml.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port. Default: configs/serving.yaml.")] = None,
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """Start the scoring service. With --as-of its clock stands still there, for a replay."""
    from serving.run import serve as run_service

    context = Context.of(as_of, is_json)
    if "FUNNELCAST_HOME" not in os.environ and not context.has_state and DEMO_HOME.is_dir():
        typer.echo(f"There is no state of your own yet: serving the demo's in {DEMO_HOME}.", err=True)
        os.environ["FUNNELCAST_HOME"] = str(DEMO_HOME)
        context = Context.of(as_of, is_json)
    _ = context.engine  # a clear refusal now rather than a dead worker later
    serving = context.settings.serving
    run_service(
        context.settings, host or serving.host, port or serving.port, context.as_of if context.is_replay else None,
        lambda url: print(json.dumps({"url": url}), flush=True) if is_json else None,
    )  # fmt: skip
