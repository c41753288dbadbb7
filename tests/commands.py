"""Running the command line in tests on a state of its own: in this process, or in one of its own as outsiders do."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from funnelcast import cli


@dataclass
class CommandLine:
    """`funnelcast` on the state in `home`."""

    home: Path
    environment: dict[str, str]

    def __call__(self, *arguments: str | Path) -> dict[str, Any]:
        """The --json answer of the command's main in this process: another would spend seconds of CPU on imports."""
        out, err = io.StringIO(), io.StringIO()
        with patch.dict(os.environ, self._variables), redirect_stdout(out), redirect_stderr(err):
            code = cli.run([*map(str, arguments), "--json"])
        return _answer(arguments, code, out.getvalue(), err.getvalue())

    def outside(self, *arguments: str | Path) -> dict[str, Any]:
        """The same from a process of its own, as another program gets it."""
        done = self.run(*arguments, "--json")
        return _answer(arguments, done.returncode, done.stdout, done.stderr)

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """The finished process, whatever its exit code."""
        return subprocess.run(
            [sys.executable, "-m", "funnelcast", *map(str, arguments)],
            env={**os.environ, **self._variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )

    @property
    def _variables(self) -> dict[str, str]:
        return {"FUNNELCAST_HOME": str(self.home), **self.environment}


def _answer(arguments: tuple[str | Path, ...], code: int, out: str, err: str) -> dict[str, Any]:
    """Fails with the command's own words if it does not exit 0."""
    assert code == 0, f"{arguments}: {err}"
    answer: dict[str, Any] = json.loads(out.splitlines()[-1])
    return answer


def command_line(home: Path, **environment: str) -> CommandLine:
    """A command line on a new state."""
    line = CommandLine(home, environment)
    line("init")
    return line
