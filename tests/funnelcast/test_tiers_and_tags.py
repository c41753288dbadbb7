"""The commands tiers and tags, as a person and as a program call them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import CommandLine, command_line

pytestmark = pytest.mark.slow

ORDERS = "order_id,customer_id,ordered_at,amount,category,discount_rate\n" + "".join(
    [f"a{place},A,2024-12-2{place},900,pump,0.2\n" for place in range(5)]
    + [f"{who},{who},2024-11-01,50,valve,0\n" for who in "BCD"]
)
AS_OF = ("--as-of", "2025-01-01")


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    folder: Path = tmp_path_factory.mktemp("tiers")
    (folder / "bundle").mkdir()
    (folder / "bundle" / "orders.csv").write_text(ORDERS, encoding="utf-8")
    line = command_line(folder / "home")
    line("import", folder / "bundle", *AS_OF)
    return line


def test_tiers_are_run_shown_and_due(line: CommandLine) -> None:
    run = line("tiers", "run", *AS_OF)
    assert run["per_tier"] == {"strategic": 1, "growth": 0, "maintenance": 3}
    shown = line("tiers", "show", "A", *AS_OF)
    assert [move["tier"] for move in shown["moves"]] == ["strategic"]
    assert shown["service"]["contact_every_days"] == 7
    due = line("tiers", "due", *AS_OF)["due"]
    assert [one["customer_id"] for one in due] == ["A", "B", "C", "D"]
    human = line.run("tiers", "show", "A", *AS_OF).stdout
    assert "专属客户经理" in human
    assert "4 customers are due" in line.run("tiers", "due", *AS_OF).stdout


def test_tags_are_run_and_shown(line: CommandLine) -> None:
    run = line("tags", "run", *AS_OF)
    assert run["held"]["price_driven"] == 1
    shown = line("tags", "show", "A", *AS_OF)["tags"]
    assert {"price_driven", "high_value"} <= {tag["tag"] for tag in shown}
    human = line.run("tags", "show", "A", *AS_OF).stdout
    assert "价格导向型 Price driven" in human
    assert "order_count >= 3" in human
    assert "Nobody has no tags." in line.run("tags", "show", "Nobody", *AS_OF).stdout
