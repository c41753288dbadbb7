"""What README says is so."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from funnelcast.cli import app

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_tree_names_every_top_level_folder_and_no_other() -> None:
    tree = README.split("```text\nfunnelcast\n")[1].split("```")[0]
    told = set(re.findall(r"^[├└]── ([\w.-]+)/", tree, flags=re.M))
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    tracked = listing.stdout.split()
    there = {path.split("/")[0] for path in tracked if "/" in path}
    assert told == there


@pytest.mark.parametrize("command", sorted(get_command(app).commands))  # type: ignore[attr-defined]
def test_every_command_is_told(command: str) -> None:
    assert f"`{command}" in README or f"funnelcast {command}" in README


def test_every_make_target_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"[`$] ?make ([a-z-]+)", README)):
        assert re.search(rf"^{target}:", makefile, flags=re.M), target


def test_every_link_to_a_file_leads_somewhere() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)", README):
        assert (ROOT / target).exists(), target
