from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from configs.settings import load_settings
from scoring.registry import Registry

# Dies at the n-th commit of a database, as a machine does that loses power.
DRIVER = """
import os, signal, sys
from sqlalchemy import Engine, event
left = int(sys.argv[1])
@event.listens_for(Engine, "commit")
def count(_):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
from configs.settings import load_settings
from scoring.registry import Registry
Registry(load_settings()).versions("win")
"""


@pytest.mark.slow
def test_a_kill_while_mlflow_makes_its_tables_leaves_nothing_half_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FUNNELCAST_HOME", str(tmp_path))
    killed = subprocess.run([sys.executable, "-c", DRIVER, "30"], env=dict(os.environ), check=False)
    assert killed.returncode == -signal.SIGKILL
    again = subprocess.run([sys.executable, "-c", DRIVER, "9999"], env=dict(os.environ), check=False)
    assert again.returncode == 0
    assert Registry(load_settings()).versions("win") == []
