"""Running the command line in tests as an outside program does: in a process of its own, with a state of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class CommandLine:
    """`funnelcast` on the state in `home`."""

    home: Path
    environment: dict[str, str]

    def __call__(self, *arguments: str | Path) -> dict[str, Any]:
        """The --json answer; fails with the command's own words if it does not exit 0."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """The finished process, whatever its exit code."""
        return subprocess.run(
            [sys.executable, "-m", "funnelcast", *map(str, arguments)],
            env={**os.environ, "FUNNELCAST_HOME": str(self.home), **self.environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )


def command_line(home: Path, **environment: str) -> CommandLine:
    """A command line on a new state."""
    line = CommandLine(home, environment)
    line("init")
    return line
