"""Running the steps of a day and going on with a run that was killed."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from funnelcast.context import Context
from funnelcast.daily.drop_folder import arrived, drop_folder
from funnelcast.daily.record import DONE, FAILED, SKIPPED, RunRecord, StepResult, file_of, unfinished_of
from funnelcast.daily.steps import STEPS, Figures, import_exports
from funnelcast.errors import CommandError, our_errors


def work(context: Context) -> RunRecord:
    """Run what is left of the day's steps, at the moment of the run; the record tells how each ended.

    A step that fails is recorded and does not keep the later ones from running; it is tried again when the command is
    given again at the same moment (`--as-of`). Steps that need a model are skipped where there is none yet.

    Raises
    ------
    CommandError: another process is at the day's work of this state.
    """
    folder = context.settings.paths.daily
    _ = context.engine  # without a state there is no work
    with _alone(folder):
        record = _resumed(folder, context) or _begun(folder, context)
        context.as_of, context.is_replay = record.as_of, record.is_replay
        names = context.settings.daily.steps
        for number, name in enumerate(names, start=1):
            before = record.steps.get(name)
            if before is None or before.status == FAILED:
                context.progress.say(f"[{number}/{len(names)}] {name} ...")
                record.note(_timed(name, context, record.exports))
        record.is_finished = True
        record.save()
    return record


def _resumed(folder: Path, context: Context) -> RunRecord | None:
    """The run to go on with: of the moment that was asked for, or an unfinished one of today."""
    if context.is_replay:
        file = file_of(folder, context.as_of)
        return RunRecord.read(file) if file.is_file() else None
    zone = context.settings.intake.timezone
    record = unfinished_of(folder, context.as_of.astimezone(ZoneInfo(zone)).date(), zone)
    if record is not None:
        context.progress.say(f"Going on with the run of {record.as_of.isoformat()}, which did not end.")
    return record


def _begun(folder: Path, context: Context) -> RunRecord:
    exports = arrived(drop_folder(context), context.settings.daily.settle_seconds, time.time())
    record = RunRecord(file_of(folder, context.as_of), context.as_of, context.is_replay, exports)
    record.save()
    return record


def _timed(name: str, context: Context, exports: list[str]) -> StepResult:
    from scoring.errors import NoModelError

    started = time.monotonic()
    summary: Figures = {}
    status, why = DONE, None
    try:
        summary = import_exports(context, exports) if name == "import" else STEPS[name](context)
    except NoModelError as error:
        status, why = SKIPPED, str(error)
    except our_errors() as error:
        status, why = FAILED, str(error)
    return StepResult(name, status, round(time.monotonic() - started, 2), summary, why)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the day's work; the lock ends with the process, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(
                f"One process may do the day's work at a time, but another holds {folder / 'lock'}."
            ) from None
        yield
