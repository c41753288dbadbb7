"""Writing what readers open: a file is there whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from monitoring.errors import RenderError


def write_text(path: Path, content: str) -> Path:
    """Write a file in one step, its folder with it.

    Raises
    ------
    RenderError: the place cannot be written to.
    """
    draft = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(content, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise RenderError(f"{path} must be writable, but is not: {error.strerror}.") from error
    return path


def write_json(path: Path, figures: dict[str, Any]) -> Path:
    """Write figures as JSON that every parser takes: no NaN, keys in the order given."""
    return write_text(path, json.dumps(figures, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
