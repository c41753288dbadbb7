from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from configs.settings import load_settings
from funnelcast.write_back.errors import SinkSilentError
from funnelcast.write_back.ledger import Ledger
from funnelcast.write_back.run import Pace, Report, write_back
from funnelcast.write_back.sink import LeadWrite
from tests.funnelcast.write_back.crm import score

RULES = load_settings().write_back
NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


@dataclass
class FakeSink:
    """Takes all but `bad`; silent in the calls whose number is in `silent`."""

    max_batch: int = 2
    bad: frozenset[str] = frozenset()
    silent: frozenset[int] = frozenset()
    pause: float | None = None
    taken: list[str] = field(default_factory=list)
    calls: int = 0

    def write(self, batch: Sequence[LeadWrite]) -> Mapping[str, str]:
        self.calls += 1
        if self.calls in self.silent:
            raise SinkSilentError("The CRM must answer, but does not.", self.pause)
        self.taken += [one.lead_id for one in batch if one.lead_id not in self.bad]
        return {one.lead_id: "not there" for one in batch if one.lead_id in self.bad}


@dataclass
class Run:
    ledger: Ledger
    slept: list[float] = field(default_factory=list)

    def __call__(self, sink: FakeSink, *scores: LeadWrite) -> Report:
        return write_back("crm", sink, scores, self.ledger, RULES, Pace(self.slept.append, lambda: NOW))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(Ledger(tmp_path / "state" / "write_back.db"))


def test_only_what_moved_is_written_again(run: Run) -> None:
    first = run(FakeSink(), score("a", 0.30), score("b", 0.30), score("c", 0.30))
    assert (first.written, first.unchanged, first.left) == (3, 0, 0)
    sink = FakeSink()
    second = run(sink, score("a", 0.319), score("b", 0.32), score("c", 0.30, grade="A"), score("d", 0.1))
    assert sink.taken == ["b", "c", "d"]
    assert (second.written, second.unchanged) == (3, 1)


def test_small_moves_add_up_against_what_was_written(run: Run) -> None:
    run(FakeSink(), score("a", 0.30))
    run(FakeSink(), score("a", 0.315))
    sink = FakeSink()
    run(sink, score("a", 0.325))
    assert sink.taken == ["a"]


def test_a_refused_lead_is_offered_again(run: Run) -> None:
    report = run(FakeSink(bad=frozenset("b")), score("a"), score("b"))
    assert report.refused == {"b": "not there"}
    sink = FakeSink()
    run(sink, score("a"), score("b"))
    assert sink.taken == ["b"]


def test_a_run_that_was_cut_off_goes_on_where_it_was(run: Run) -> None:
    everything = [score(key) for key in "abcdef"]
    report = run(FakeSink(silent=frozenset(range(2, 99))), *everything)
    assert (report.written, report.left) == (2, 4)
    assert report.silence
    sink = FakeSink()
    assert run(sink, *everything).written == 4
    assert sink.taken == ["c", "d", "e", "f"]


def test_a_pause_is_as_long_as_the_crm_asks_or_doubles(run: Run) -> None:
    assert run(FakeSink(silent=frozenset({1, 2}), pause=7.0), score("a")).written == 1
    assert run.slept == [7.0, 7.0]
    run.slept.clear()
    run(FakeSink(silent=frozenset({1, 2, 3})), score("b"))
    assert run.slept == [1.0, 2.0, 4.0]


def test_calls_keep_the_pace(run: Run) -> None:
    run(FakeSink(), *[score(key) for key in "abcdef"])
    assert run.slept == [1 / RULES.calls_per_second] * 2


def test_an_override_is_written_though_the_model_says_the_same(run: Run) -> None:
    run(FakeSink(), score("a"))
    sink = FakeSink()
    run(sink, score("a", override=0.9, override_reason="verbal commitment"))
    assert sink.taken == ["a"]


def test_overrides_of_before_are_handed_over_once(tmp_path: Path) -> None:
    file = tmp_path / "write_back.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE overrides (number INTEGER PRIMARY KEY, lead_id, value, reason, person, at)")
        connection.execute("INSERT INTO overrides VALUES (1, 'a', 0.9, 'because', 'Li', ?)", (NOW.isoformat(),))
    ledger = Ledger(file)
    assert ledger.earlier_overrides() == [("a", 0.9, "because", "Li", NOW.isoformat())]
    ledger.forget_earlier_overrides()
    assert ledger.earlier_overrides() == []
