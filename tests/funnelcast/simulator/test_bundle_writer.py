from __future__ import annotations

from pathlib import Path

import pytest

from funnelcast.simulator.bundle_writer import TABLES, TRUTH_FILE, check_folder
from funnelcast.simulator.errors import ForeignFolderError


def test_absent_empty_and_earlier_folders_are_accepted(tmp_path: Path) -> None:
    check_folder(tmp_path / "absent")
    check_folder(tmp_path)
    for name in [*(f"{t}.csv" for t in TABLES), TRUTH_FILE, "leads.csv.part"]:
        (tmp_path / name).touch()
    check_folder(tmp_path)


def test_half_written_folder_of_a_killed_run_is_accepted(tmp_path: Path) -> None:
    (tmp_path / f"{TRUTH_FILE}.part").touch()
    (tmp_path / "leads.csv.part").touch()
    check_folder(tmp_path)


def test_foreign_files_are_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine")
    with pytest.raises(ForeignFolderError, match=r"holds diary\.txt"):
        check_folder(tmp_path)
    assert (tmp_path / "diary.txt").read_text() == "mine"


def test_an_export_that_only_looks_like_a_bundle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").touch()
    with pytest.raises(ForeignFolderError, match="tables without a planted truth"):
        check_folder(tmp_path)


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(ForeignFolderError, match="is a file"):
        check_folder(tmp_path / "out")
