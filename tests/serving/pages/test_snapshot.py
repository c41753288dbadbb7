from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from configs.settings import Settings
from serving.errors import FiguresBeingMadeError
from serving.pages import snapshot
from serving.pages.behind import Behind
from serving.pages.snapshot import Snapshot

WAIT = 10  # seconds after which a test has failed


@dataclass
class Maker:
    """Makes 1, 2, 3...; holds back while `may_go` is not set, and fails while `error` is."""

    made: list[int | None] = field(default_factory=list)
    has_begun: threading.Event = field(default_factory=threading.Event)
    may_go: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None

    def __call__(self, old: int | None) -> int:
        self.has_begun.set()
        assert self.may_go.wait(WAIT)
        self.made.append(old)
        if self.error:
            raise self.error
        return len(self.made)


@dataclass
class World:
    maker: Maker
    behind: Behind
    snapshot: Snapshot[int]
    seconds: list[float]

    def pass_by(self, seconds: float) -> None:
        self.seconds[0] += seconds

    def settle(self) -> None:
        """Wait for what is under way."""
        done = threading.Event()
        self.behind.do(done.set)
        assert done.wait(WAIT)


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    """Made anew after 10 s, too old after 100 s; 1 is kept."""
    rules = settings.pages.model_copy(update={"figures_seconds": 10, "figures_max_age_seconds": 100})
    maker, behind, seconds = Maker(), Behind(), [0.0]
    maker.may_go.set()
    found = World(maker, behind, Snapshot(maker, rules, behind, lambda: seconds[0]), seconds)
    assert found.snapshot.get() == 1
    maker.has_begun.clear()
    yield found
    maker.may_go.set()
    behind.close()


def test_what_is_old_is_answered_at_once_and_made_anew_meanwhile(world: World) -> None:
    world.maker.may_go.clear()
    world.pass_by(11)
    assert world.snapshot.get() == 1
    assert world.maker.has_begun.wait(WAIT)
    assert world.snapshot.get() == 1  # it is being made
    world.maker.may_go.set()
    world.settle()
    assert world.snapshot.get() == 2
    assert world.maker.made == [None, 1]


def test_many_readers_have_it_made_once(world: World) -> None:
    world.pass_by(11)
    world.maker.may_go.clear()
    assert {world.snapshot.get() for _ in range(20)} == {1}
    world.maker.may_go.set()
    world.settle()
    assert len(world.maker.made) == 2


def test_readers_of_what_is_too_old_wait_for_the_same(world: World) -> None:
    world.pass_by(101)
    world.maker.may_go.clear()
    found: list[int] = []
    readers = [threading.Thread(target=lambda: found.append(world.snapshot.get())) for _ in range(3)]
    for reader in readers:
        reader.start()
    assert world.maker.has_begun.wait(WAIT)
    assert not found
    world.maker.may_go.set()
    for reader in readers:
        reader.join(WAIT)
    assert found == [2, 2, 2]
    assert world.maker.made == [None, None]  # nothing is taken over from what is too old


def test_a_failure_keeps_what_there_is_and_is_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.maker.error = OSError("the disk is gone")
    world.pass_by(11)
    with caplog.at_level(logging.WARNING, "funnelcast.pages"):
        assert world.snapshot.get() == 1
        world.settle()
    assert [record.__dict__["fields"]["error_type"] for record in caplog.records] == ["OSError"]
    assert world.snapshot.get() == 1
    world.settle()
    assert len(world.maker.made) == 2  # not tried again by every reader
    world.maker.error = None
    world.pass_by(11)
    assert world.snapshot.get() == 1
    world.settle()
    assert world.snapshot.get() == 3


def test_a_reader_who_waited_hears_of_the_failure(world: World) -> None:
    world.maker.error = OSError("the disk is gone")
    world.pass_by(101)
    with pytest.raises(OSError, match="gone"):
        world.snapshot.get()


def test_who_needs_it_fresh_waits(world: World) -> None:
    world.pass_by(11)
    assert world.snapshot.fresh() == 2
    assert world.snapshot.fresh() == 2


def test_the_thread_ends_with_the_service(world: World) -> None:
    world.pass_by(11)
    world.maker.may_go.clear()
    world.snapshot.get()
    assert world.maker.has_begun.wait(WAIT)
    left: list[str] = []
    world.behind.do(lambda: left.append("never"))
    world.behind.stop()
    world.maker.may_go.set()
    world.behind.close()
    assert not [one for one in threading.enumerate() if one.name.startswith("pages-behind")]
    world.pass_by(11)
    assert world.snapshot.get() == 2  # and what comes later still finds what there is
    assert not left


def test_who_comes_before_anything_is_made_is_told_so_and_then_answered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "PATIENCE_SECONDS", 0.05)
    world.pass_by(101)
    world.maker.may_go.clear()
    for _ in range(2):
        with pytest.raises(FiguresBeingMadeError):
            world.snapshot.get()
    world.maker.may_go.set()
    world.settle()
    assert world.snapshot.get() == 2
    assert len(world.maker.made) == 2


def test_what_fails_is_told_to_who_waits(world: World) -> None:
    world.pass_by(101)
    world.maker.error = ValueError("no model")
    with pytest.raises(ValueError, match="no model"):
        world.snapshot.get()


def test_the_thread_behind_does_not_wait_for_itself(world: World) -> None:
    world.pass_by(101)
    found: list[int] = []
    world.behind.do(lambda: found.append(world.snapshot.get()))
    world.settle()
    assert found == [2]
