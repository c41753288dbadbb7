from __future__ import annotations

import threading
from pathlib import Path

import pytest

from serving.settings_watch import SettingsWatch
from serving.succession import Succession
from tests.waiting import until


class Life:
    """A runtime that notes what it was told."""

    def __init__(self, fails: bool = False) -> None:
        self.fails, self.told = fails, []  # type: ignore[var-annotated]

    def start(self) -> None:
        if self.fails:
            raise RuntimeError("no store")
        self.told.append("start")

    def prepare(self) -> None:
        self.told.append("prepare")

    def close(self) -> None:
        self.told.append("close")


def test_a_change_of_the_file_is_taken_over_once(tmp_path: Path) -> None:
    file, calls = tmp_path / "settings.yaml", []
    watch = SettingsWatch(file, lambda: calls.append(1))
    assert not watch.look()
    file.write_text("a: 1")
    assert watch.look()
    assert not watch.look()
    file.unlink()
    assert watch.look()
    assert len(calls) == 2


def test_a_file_that_cannot_be_taken_over_is_tried_again_when_it_changes(tmp_path: Path) -> None:
    file, calls = tmp_path / "settings.yaml", []

    def reload() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("broken by hand")

    watch = SettingsWatch(file, reload)
    file.write_text("a: [")
    assert not watch.look()
    assert not watch.look()
    file.write_text("a: [1]")
    assert watch.look()


def test_it_watches_by_itself_until_it_is_stopped(tmp_path: Path) -> None:
    taken = threading.Event()
    watch = SettingsWatch(tmp_path / "settings.yaml", taken.set, poll_seconds=0.01)
    watch.start()
    (tmp_path / "settings.yaml").write_text("a: 1")
    assert taken.wait(30)
    watch.stop()
    assert not [one for one in threading.enumerate() if one.name == "settings"]


def test_the_new_one_answers_and_the_old_one_ends_later() -> None:
    placed: list[Life] = []
    runtimes = Succession(placed.append, old_seconds=0.02)  # type: ignore[arg-type]
    first, second = Life(), Life()
    runtimes.take_over(first)
    runtimes.take_over(second)
    assert placed == [first, second]
    until(lambda: "close" in first.told)
    # Nobody answers while the first prepares itself; the second does it before it answers.
    assert (first.told, second.told) == (["start", "close"], ["start", "prepare"])


def test_closing_ends_an_old_one_that_still_waits_and_each_once() -> None:
    runtimes = Succession(lambda _: None, old_seconds=60)
    first, second = Life(), Life()
    runtimes.take_over(first)
    runtimes.take_over(second)
    runtimes.close()
    assert (first.told, second.told) == (["start", "close"], ["start", "prepare", "close"])


def test_one_that_does_not_start_leaves_the_old_one_answering() -> None:
    placed: list[Life] = []
    runtimes = Succession(placed.append)  # type: ignore[arg-type]
    first = Life()
    runtimes.take_over(first)
    with pytest.raises(RuntimeError):
        runtimes.take_over(Life(fails=True))
    assert placed == [first]
    assert first.told == ["start"]
