"""A training asked for from the pages: the command line as a process of its own, one at a time per installation.

The process holds a lock on a file (flock, inherited from who started it) as long as it lives, however it ends; its
output goes to two files beside. So every worker sees the same, also after the service was started anew.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from configs.settings import Settings
from serving.errors import ConflictError

FOLDER = "retraining"
PROBES, PROBE_SECONDS = 3, 0.02
NICENESS = 10  # scores come first
TAIL_BYTES = 20_000
LINES_SHOWN = 8
_BAR = re.compile(r"(?P<label>[^\r\n|]*?):?\s+(?P<percent>\d{1,3})%\|[^|]*\|\s*(?P<done>[\d.]+)/(?P<total>[\d.]+)")


@dataclass(frozen=True)
class JobState:
    """The last training that was asked for.

    phase: preparing, tuning, judging or done; done, total: of the tuning's trials. answer: the report of
    `train --json`, None while it runs or where it failed; lines: the end of what the process told.
    """

    model: str
    started_by: str
    started_at: datetime
    is_running: bool
    phase: str
    done: int | None
    total: int | None
    answer: dict[str, Any] | None
    lines: tuple[str, ...]

    @property
    def has_failed(self) -> bool:
        """Whether it ended without a report."""
        return not self.is_running and self.answer is None


def command_of(model: str, as_of: datetime) -> list[str]:
    """What is run."""
    return [sys.executable, "-m", "funnelcast", "train", model, "--json", "--as-of", as_of.isoformat()]


class TrainingJob:
    """Starts a training and tells how far it is. command: the process for (model, as_of)."""

    def __init__(self, settings: Settings, command: Callable[[str, datetime], Sequence[str]] = command_of) -> None:
        self._settings, self._command = settings, command
        self._folder = settings.paths.home / FOLDER
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, model: str, as_of: datetime, started_by: str, at: datetime) -> None:
        """Start the training of a model.

        Raises
        ------
        ConflictError: one is running.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not _locked_soon(lock):
                raise ConflictError("One training may run at a time, but one is running.", code="training_runs")
            note = {"model": model, "started_by": started_by, "started_at": at.isoformat()}
            (self._folder / "job.json").write_text(json.dumps(note), encoding="utf-8")
            self._run(self._command(model, as_of), lock)
        finally:
            os.close(lock)

    def state(self) -> JobState | None:
        """The last training; None where there was none, or its files cannot be read."""
        for process in self._processes:
            process.poll()  # one of ours that ended is no zombie any more
        try:
            note = json.loads((self._folder / "job.json").read_text(encoding="utf-8"))
            told, answer = _tail(self._folder / "stderr"), _answer(self._folder / "stdout")
            is_running = self._is_running()
            started_at = datetime.fromisoformat(note["started_at"])
            model, started_by = str(note["model"]), str(note["started_by"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        phase, done, total = _progress(told)
        shown = tuple(_lines(told)[-LINES_SHOWN:])
        return JobState(
            model, started_by, started_at, is_running, phase if is_running else "done", done, total,
            None if is_running else answer, shown,
        )  # fmt: skip

    def _run(self, command: Sequence[str], lock: int) -> None:
        home = str(self._settings.paths.home.absolute())
        environment = {**os.environ, "FUNNELCAST_HOME": home, "PYTHONUNBUFFERED": "1"}
        with (self._folder / "stdout").open("wb") as out, (self._folder / "stderr").open("wb") as err:
            process = subprocess.Popen(  # noqa: S603 (our own command line; the model is one of three words)
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment, pass_fds=[lock],
                start_new_session=True,
            )  # fmt: skip
        os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        self._processes.append(process)

    def _is_running(self) -> bool:
        lock = os.open(self._folder / "lock", os.O_RDWR)
        try:
            return not _locked(lock)
        finally:
            os.close(lock)


def _locked_soon(lock: int) -> bool:
    """Whether we hold the lock now; who only looks at it has it for a moment."""
    for _ in range(PROBES):
        if _locked(lock):
            return True
        time.sleep(PROBE_SECONDS)
    return False


def _locked(lock: int) -> bool:
    """Whether we hold the lock now; closing every copy of the descriptor gives it up."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _tail(file: Path) -> str:
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - TAIL_BYTES))
        return opened.read().decode("utf-8", "replace")


def _answer(file: Path) -> dict[str, Any] | None:
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    try:
        found = json.loads(lines[-1])
    except (IndexError, ValueError):
        return None
    return found if isinstance(found, dict) and "version" in found else None


def _lines(told: str) -> list[str]:
    """What was told; of a bar, which is written over again and again, its last state."""
    lines = [line.split("\r")[-1].strip() for line in told.replace("\r\n", "\n").split("\n")]
    return [line for line in lines if line]


def _progress(told: str) -> tuple[str, int | None, int | None]:
    r"""The phase, and the tuning's trials.

    >>> _progress("win: 900 rows.\ntune win:   0%|   | 0/8 [00:00]\rtune win:  25%|## | 2/8 [00:04]")
    ('tuning', 2, 8)
    >>> _progress("")
    ('preparing', None, None)
    """
    bars = [bar for bar in _BAR.finditer(told) if "tune" in bar["label"]]
    if not bars:
        return "preparing", None, None
    done, total = int(float(bars[-1]["done"])), int(float(bars[-1]["total"]))
    return ("judging" if "judging" in told[bars[-1].end() :] else "tuning"), done, total
