"""Bad input on the command line: one clear sentence on standard error, exit 1, no traceback, nothing half-written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.main import get_command

from funnelcast.cli import app, run

LEADS = "lead_id,created_at,channel_id,expected_amount\n" + "".join(
    f"L{i},2024-01-{i % 28 + 1:02d}T09:00:00,web,{1000 + i}\n" for i in range(200)
)
MAPPING = "tables: {leads: {file: leads.csv, columns: {lead_id: lead_id, created_at: created_at}}}\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FUNNELCAST_HOME", str(tmp_path / "home"))
    assert run(["init"]) == 0
    return tmp_path


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """The one sentence with which a command refuses."""
    capsys.readouterr()
    assert run([str(argument) for argument in arguments]) == 1
    shown = capsys.readouterr().err.strip().splitlines()
    sentence = next(line for line in reversed(shown) if line.startswith("funnelcast: "))
    assert "Traceback" not in "\n".join(shown)
    assert "did not foresee" not in sentence
    return sentence


def bundle(home: Path, **files: str | bytes) -> Path:
    folder = home / "bundle"
    folder.mkdir(exist_ok=True)
    for table, content in files.items():
        (folder / f"{table}.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def test_a_command_before_init_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FUNNELCAST_HOME", str(tmp_path / "nothing"))
    assert "run `funnelcast init` first" in refused(capsys, "features")


def test_a_missing_folder_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "nowhere" in refused(capsys, "import", home / "nowhere")


def test_a_missing_mapping_file_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no.yaml" in refused(capsys, "import", bundle(home, leads=LEADS), "--mapping", home / "no.yaml")


def test_a_wrong_delimiter_is_recognised(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sentence = refused(capsys, "import", bundle(home, leads=LEADS.replace(",", ";")))
    assert "leads.csv" in sentence
    assert ";" in sentence


def test_a_missing_required_column_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sentence = refused(capsys, "import", bundle(home, leads="lead_id,channel_id\nL1,web\n"))
    assert "created_at" in sentence


def test_a_mapping_to_an_unknown_column_names_it_and_the_closest(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping = home / "mapping.yaml"
    mapping.write_text(MAPPING.replace("created_at: created_at", "created_at: createdat"))
    sentence = refused(capsys, "import", bundle(home, leads=LEADS), "--mapping", mapping)
    assert "createdat" in sentence
    assert "created_at" in sentence


def test_undecodable_bytes_are_placed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sentence = refused(
        capsys, "import", bundle(home, leads=LEADS.encode() + "L999,2024-01-01,官网,5\n".encode("gb18030"))
    )
    assert "leads.csv" in sentence
    assert "utf-8" in sentence.lower()


@pytest.mark.parametrize(
    ("table", "content", "value"),
    [
        ("leads", "lead_id,created_at\nL1,soon\nL2,later\n", "soon"),
        ("orders", "order_id,customer_id,ordered_at,amount\nO1,C1,2024-01-01,about ten\n", "about ten"),
        ("stage_events", "lead_id,stage,entered_at\nL1,daydreaming,2024-01-01\n", "daydreaming"),
    ],
)
def test_a_table_of_bad_rows_is_refused_with_rule_value_and_place(
    home: Path, capsys: pytest.CaptureFixture[str], table: str, content: str, value: str
) -> None:
    sentence = refused(capsys, "import", bundle(home, **{table: content}))
    assert value in sentence
    assert table in sentence


def test_single_bad_rows_are_kept_with_their_reason_and_the_others_are_loaded(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        run(["import", str(bundle(home, leads=LEADS + "L900,soon,web,1\nL901,2024-01-01,web,a lot\n")), "--json"]) == 0
    )
    capsys.readouterr()
    (rejects,) = (home / "home" / "rejects").glob("*.csv")
    kept = pd.read_csv(rejects)
    assert kept[["table", "line", "column", "value"]].to_numpy().tolist() == [
        ["leads", 202, "created_at", "soon"],
        ["leads", 203, "expected_amount", "a lot"],
    ]


def test_training_without_any_outcome_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", str(bundle(home, leads=LEADS))]) == 0
    assert "outcome" in refused(capsys, "train", "win", "--as-of", "2024-12-31")


def test_training_with_one_class_says_what_is_missing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lost = "lead_id,stage,entered_at\n" + "".join(f"L{i},lost,2024-02-{i % 28 + 1:02d}T09:00:00\n" for i in range(200))
    assert run(["import", str(bundle(home, leads=LEADS, stage_events=lost))]) == 0
    sentence = refused(capsys, "train", "win", "--as-of", "2024-12-31")
    assert "won" in sentence


def test_training_as_of_before_the_first_row_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", str(bundle(home, leads=LEADS))]) == 0
    assert "before the first lead" in refused(capsys, "train", "win", "--as-of", "2001-01-01")


def test_scoring_without_a_model_gives_no_number(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", str(bundle(home, leads=LEADS))]) == 0
    assert "train win" in refused(capsys, "score", "leads", "--as-of", "2024-12-31")


@pytest.mark.usefixtures("home")
def test_promoting_before_any_training_says_what_to_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert "run `funnelcast train win`" in refused(capsys, "promote", "win", "1")


def test_every_command_takes_json() -> None:
    def options(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, list[str]]]:
        for name, below in getattr(command, "commands", {}).items():
            yield from options(below, (*path, name))
        if not hasattr(command, "commands"):
            yield " ".join(path), [option for parameter in command.params for option in parameter.opts]

    found = dict(options(get_command(app)))
    assert len(found) > 50
    assert [name for name, known in found.items() if "--json" not in known] == []


@pytest.mark.usefixtures("home")
def test_moments_for_machines_are_in_iso_8601(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["commission", "run", "--as-of", "2024-05-20T00:00:00Z", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["as_of"] == "2024-05-20T00:00:00+00:00"


@pytest.mark.parametrize("command", ["init", "models"])
def test_a_home_that_is_no_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    monkeypatch.setenv("FUNNELCAST_HOME", str(tmp_path / "file"))
    assert "FUNNELCAST_HOME must be a folder, but" in refused(capsys, command)


def test_a_home_that_cannot_be_made_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    monkeypatch.setenv("FUNNELCAST_HOME", str(tmp_path / "file" / "home"))
    assert "FUNNELCAST_HOME must be a folder that can be made" in refused(capsys, "init")


def test_an_unknown_command_is_wrong_usage() -> None:
    assert run(["sing"]) == 2


def test_an_unknown_ending_of_out_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ".csv or .parquet" in refused(capsys, "score", "leads", "--out", home / "scores.xlsx")
