"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="MOMENT", help="ISO 8601 moment to stand at; nothing later is seen. Default: now."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one machine-readable line on standard output.")]
