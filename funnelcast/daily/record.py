"""What a run of the day's work has done so far, as a JSON file in the state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

DONE, FAILED, SKIPPED = "done", "failed", "skipped"


@dataclass
class StepResult:
    """How a step ended. `summary`: its figures; `why`: one sentence where it failed or was skipped."""

    step: str
    status: str
    seconds: float
    summary: dict[str, Any] = field(default_factory=dict)
    why: str | None = None


@dataclass
class RunRecord:
    """One run. `exports`: what lay in the drop folder at its start; what arrives later waits for the next run."""

    file: Path
    as_of: datetime
    is_replay: bool
    exports: list[str]
    steps: dict[str, StepResult] = field(default_factory=dict)
    is_finished: bool = False

    def note(self, result: StepResult) -> None:
        """Record a step that has ended."""
        self.steps[result.step] = result
        self.save()

    def save(self) -> None:
        """Write the file whole or not at all."""
        content = {**asdict(self), "as_of": self.as_of.isoformat()}
        del content["file"]
        part = self.file.with_suffix(".part")
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(content, ensure_ascii=False, indent=1, default=str), encoding="utf-8")
        part.replace(self.file)

    @classmethod
    def read(cls, file: Path) -> RunRecord:
        """Back from its file."""
        content = json.loads(file.read_text(encoding="utf-8"))
        steps = {name: StepResult(**result) for name, result in content.pop("steps").items()}
        return cls(file=file, steps=steps, **{**content, "as_of": datetime.fromisoformat(content["as_of"])})


def file_of(folder: Path, as_of: datetime) -> Path:
    """Where the run at a moment is recorded."""
    return folder / f"{as_of.astimezone(UTC):%Y%m%dT%H%M%S%fZ}.json"


def records(folder: Path) -> Iterator[RunRecord]:
    """All runs, the newest first; a file that cannot be read is left out."""
    for file in sorted(folder.glob("*.json"), reverse=True):
        with suppress(ValueError, KeyError, TypeError):
            yield RunRecord.read(file)


def unfinished_of(folder: Path, day: date, timezone: str) -> RunRecord | None:
    """The latest run of a day, if it has not ended; one of an earlier day is left as it is, for today's does it all."""
    for record in records(folder):
        if record.as_of.astimezone(ZoneInfo(timezone)).date() == day and not record.is_replay:
            return None if record.is_finished else record
    return None
