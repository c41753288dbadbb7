"""The commands customers and recognition, as a person and as a program call them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import CommandLine, command_line
from tests.crm_core.golden_record.firm import FACTS, NAME

pytestmark = pytest.mark.slow
AS_OF = ("--as-of", "2025-01-06T10:00")
LATER = ("--as-of", "2025-01-06T11:00")
REPS = "rep_id,name,manager_id\nr1,An,m\nr2,Bo,m\nm,Min,\n"


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    folder: Path = tmp_path_factory.mktemp("customers")
    (folder / "bundle").mkdir()
    for table, content in {**FACTS, "reps": REPS}.items():
        (folder / "bundle" / f"{table}.csv").write_text(content, encoding="utf-8")
    line = command_line(folder / "home")
    line("import", folder / "bundle", *AS_OF)
    return line


def test_customers_are_checked_merged_shown_and_undone(line: CommandLine) -> None:
    assert line("customers", "check", *AS_OF) == {"new": 0, "faults": []}
    assert line("customers", "dedupe", *AS_OF)["merged"] == 1
    [match] = line("customers", "queue", *AS_OF)["waiting"]
    assert "name same_core +4" in line.run("customers", "queue", *AS_OF).stdout
    done = line("customers", "accept", match["match_id"], "--by", "li.na", *AS_OF)
    assert done["golden_id"] == "a"
    shown = line("customers", "show", "b", "--touches", "3", *AS_OF)
    assert [alias["customer_id"] for alias in shown["aliases"]] == ["a", "b", "c"]
    assert [touch["key"] for touch in shown["touch_points"]] == ["ob", "ra", "rb"]
    human = line.run("customers", "show", "b", "--touches", "3", *AS_OF).stdout
    assert NAME in human
    assert "3 of 7 touch points" in human
    assert line("customers", "undo", str(done["merge_id"]), *LATER)["from_id"] == "c"
    refused = line.run("customers", "undo", str(done["merge_id"]), *LATER)
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
    assert "undone once" in refused.stderr


def test_stars_praise_points_and_honours(line: CommandLine) -> None:
    [star] = line("recognition", "stars", "--month", "2024-05", "--award", *AS_OF)["stars"]
    assert (star["rep_id"], star["place"], star["mean_score"]) == ("r1", None, 4.5)
    assert (
        line("recognition", "kudos", "r1", "r2", "--medal", "teamwork", "--reason", "x", *AS_OF)["medal"] == "teamwork"
    )
    honour = line("recognition", "propose", "r2", "--title", "t", "--story", "s", "--by", "r1", *AS_OF)["honour_id"]
    line("recognition", "decide", honour, "--approve", "--by", "m", *AS_OF)
    assert line("recognition", "show", "r2", *AS_OF)["points"] == 160
    assert line("recognition", "redeem", "r2", "book_voucher", *LATER)["balance_after"] == 110
    assert "t" in line.run("recognition", "wall", *LATER).stdout
