"""The command line `funnelcast`: exit 0 done, 1 refused or failed with one sentence, 2 wrong usage."""

from __future__ import annotations

import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from funnelcast.quiet import be_quiet

be_quiet()  # before any library is imported, because they read their switches at import

import typer  # noqa: E402
from typer.exceptions import TyperException  # noqa: E402

from configs.settings import ConfigError, load_settings  # noqa: E402
from funnelcast.commands import (  # noqa: E402
    alerts,
    audit,
    bi,
    channels,
    commission,
    customers,
    daily,
    diagnose,
    funnel,
    incidents,
    intake,
    models,
    privacy,
    recognition,
    review,
    scores,
    service,
    settings,
    shadow,
    tags,
    tiers,
    users,
    watching,
    webhooks,
    write_back,
)
from funnelcast.errors import our_errors  # noqa: E402
from funnelcast.memory import look_for_cycles_less_often  # noqa: E402

app = typer.Typer(
    name="funnelcast",
    help="Lead scoring with MLOps: import a CRM's export, train, score, serve, watch.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
ROOMS = (
    intake, customers, models, shadow, scores, service, watching, review, diagnose, incidents, channels, alerts,
    funnel, tiers, tags, commission, recognition, webhooks, write_back, users, privacy, audit, settings, bi, daily,
)  # fmt: skip
for room in ROOMS:
    room.register(app)


def main() -> None:
    """Run the command line of this process."""
    look_for_cycles_less_often()
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; errors become one sentence on standard error."""
    try:
        result: Any = app(args=arguments, prog_name="funnelcast", standalone_mode=False)
    except TyperException as error:  # wrong usage, which Typer explains itself
        error.show()  # type: ignore[attr-defined]
        return int(error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        return _fail("Stopped by the user; what was not finished is not kept.")
    except BrokenPipeError:
        return 1
    except Exception as error:  # the last resort of the process
        return _fail(_sentence(error))
    return int(result or 0)


def _fail(sentence: str) -> int:
    print(f"funnelcast: {sentence}", file=sys.stderr)
    return 1


def _sentence(error: Exception) -> str:
    """What is shown of an error: its own words if it is one of ours, else where its trace was put."""
    if isinstance(error, our_errors()):
        return " ".join(str(error).split())
    return (
        f"An error that we did not foresee: {type(error).__name__}. Its trace is in {_keep_trace()}; please report it."
    )


def _keep_trace() -> Path:
    try:
        folder = load_settings().paths.home / "logs"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ConfigError):  # the state itself may be what failed
        folder = Path(gettempdir())
    file = folder / f"error-{datetime.now(UTC):%Y%m%dT%H%M%S}.log"
    file.write_text(traceback.format_exc(), encoding="utf-8")
    return file


if __name__ == "__main__":
    main()
