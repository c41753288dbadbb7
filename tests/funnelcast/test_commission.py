"""The commands `commission`, as a person and as a program call them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crm_core.errors import DatabaseError
from funnelcast.cli import run
from funnelcast.context import Context

pytestmark = pytest.mark.slow

Command = Callable[..., Any]
TABLES = {
    "reps": "rep_id,name\nR1,An\nR2,Bo\nM,Min\n",
    "orders": "order_id,customer_id,ordered_at,amount,rep_id\n"
    "O1,C1,2024-05-06,50000.00,R1\nO2,C1,2024-05-07,100.00,R1\n",
    "payments": "payment_id,order_id,amount,paid_at\nP1,O1,12500.00,2024-05-20\nP2,O2,100.00,2024-05-21\n",
}
AS_OF = ("--as-of", "2024-06-10")


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs `funnelcast commission ...` on a small state: the answer, the text for people, or the sentence refused."""
    monkeypatch.setenv("FUNNELCAST_HOME", str(tmp_path / "home"))
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    for table, content in TABLES.items():
        (bundle / f"{table}.csv").write_text(content, encoding="utf-8")
    assert run(["init"]) == 0
    assert run(["import", str(bundle), "--as-of", "2024-06-01"]) == 0
    capsys.readouterr()

    def _command(*arguments: str, is_human: bool = False) -> Any:
        code = run(["commission", *arguments, *([] if is_human else ["--json"])])
        streams = capsys.readouterr()
        if code:
            return streams.err
        return streams.out if is_human else json.loads(streams.out.splitlines()[-1])

    return _command


def test_what_is_due_is_booked_shown_agreed_on_and_checked(command: Command) -> None:
    assert command("share", "O2", "R1=6000", "R2=4000", "--as-of", "2024-06-09")["is_new"]
    assert command("mentor", "R2", "M", "--from", "2024-05-01", "--as-of", "2024-06-09")["is_new"]
    done = command("run", *AS_OF)
    assert (done["journals"], done["owed_cents"]) == ({"payment": 2}, {"CNY": 100_000 + 600 + 24})
    assert command("run", *AS_OF)["journals"] == {}
    shown = command("statement", "--rep", "R1", "--period", "2024-05", *AS_OF)
    assert [entry["amount_cents"] for entry in shown["entries"]] == [100_000, 360]
    assert shown["entries"][0]["en"] == "8 % of 12,500.00 CNY paid of 50,000.00, first order -> 1,000.00"
    assert shown["totals"] == {"CNY": {"order_rate": 100_360, "all": 100_360}}
    checked = command("check")
    assert (checked["is_sound"], checked["count_journals"]) == (True, 2)


def test_people_read_the_same(command: Command) -> None:
    assert "is empty" in command("check", is_human=True)
    told = command("run", *AS_OF, is_human=True)
    assert "2 payment" in told
    assert "Owed in all: 1,006.00 CNY." in told
    shown = command("statement", "--rep", "R1", "--period", "2024-05", *AS_OF, is_human=True)
    assert "8 % of 12,500.00 CNY paid of 50,000.00, first order -> 1,000.00" in shown
    assert "合同额 50,000.00 中已回款 12,500.00 CNY 的 8 %，客户第 1 单 -> 1,000.00" in shown
    assert "O1 P1 on 2024-05-20" in shown
    assert "Total 1,006.00 CNY: order_rate 1,006.00." in shown
    assert "No entry" in command("statement", "--rep", "R2", "--period", "2024-05", *AS_OF, is_human=True)
    later = ("--as-of", "2024-06-11")
    assert "is shared: R1 50 %, R2 50 %" in command("share", "O2", "R1=5000", "R2=5000", *later, is_human=True)
    assert "from 2024-05-01 to 2024-05-31" in command(
        "mentor", "R2", "M", "--from", "2024-05-01", "--to", "2024-05-31", *later, is_human=True
    )
    assert "sound" in command("check", is_human=True)


def test_what_is_not_booked_yet_is_a_difference(command: Command) -> None:
    command("run", *AS_OF)
    command("share", "O2", "R2=10000", "--as-of", "2024-06-11")
    assert command("check")["is_sound"]
    assert "2 balances that a replay gives otherwise" in command("check", "--as-of", "2024-06-12")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["share", "O2", "R1"], "written REP=BP"),
        (["share", "O2", "R1=5000", "R1=5000"], "once per rep"),
        (["share", "O2", "R1=5000"], "add up to 10,000 basis points, but got R1=5000"),
        (["mentor", "R2", "M", "--from", "May"], "YYYY-MM-DD such as 2024-05-31, but got 'May'"),
        (["mentor", "R2", "R2", "--from", "2024-05-01"], "somebody else"),
        (
            ["statement", "--rep", "R9", "--period", "2024-05"],
            "known or have an entry in the month, but got 'R9'",
        ),
        (["statement", "--rep", "R1", "--period", "May"], "written YYYY-MM such as 2024-05, but got 'May'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(command: Command, arguments: list[str], sentence: str) -> None:
    told = command(*arguments, *AS_OF)
    assert sentence in told
    assert told.count("\n") == 1


def test_a_run_in_the_past_and_an_entry_edited_by_hand_are_refused(command: Command) -> None:
    command("run", *AS_OF)
    assert "must not stand before the ledger" in command("run", "--as-of", "2024-06-01")
    from crm_core.database import write_transaction  # noqa: PLC0415 (only this test goes past the commands)

    edit = "UPDATE commission_lines SET amount_cents = 0"
    with pytest.raises(DatabaseError, match="UPDATE is refused"), write_transaction(Context.of(None, True).engine) as c:
        c.exec_driver_sql(edit)
