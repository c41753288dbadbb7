"""`monitor` composes: monitoring proposes, the command trains where the configuration says so."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

import training.train
from configs.progress import SILENT
from configs.settings import Settings
from funnelcast.commands.watching import train_if_due
from funnelcast.context import Context
from tests.monitoring.fakes import AS_OF
from training.errors import TooFewExamplesError


@pytest.fixture
def context(settings: Settings) -> Context:
    context = Context(AS_OF, True, True, settings, SILENT)
    context.__dict__.update(repository=None, registry=None)
    return context


def proposal(start: str, is_proposed: bool = True) -> Any:
    return SimpleNamespace(model="win", start=start, is_proposed=is_proposed)


def trains(monkeypatch: pytest.MonkeyPatch, outcome: Any) -> list[Any]:
    """Stands in for the training; what it was called with."""
    calls: list[Any] = []

    def train(*arguments: Any, **options: Any) -> Any:
        calls.append((arguments[0], arguments[3], options["trials"]))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(training.train, "train", train)
    return calls


@pytest.mark.parametrize("found", [proposal("propose"), proposal("train", is_proposed=False)])
def test_nothing_is_started_unless_proposed_and_configured(
    context: Context, monkeypatch: pytest.MonkeyPatch, found: Any
) -> None:
    calls = trains(monkeypatch, None)
    assert train_if_due(context, found) is None
    assert calls == []


def test_the_training_is_that_of_the_command_and_the_gate_decides(
    context: Context, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = SimpleNamespace(version=4, is_promoted=False, gate={"passed": False, "reason": "Refused: no better."})
    calls = trains(monkeypatch, report)
    trained = train_if_due(context, proposal("train"))
    assert trained is not None
    assert calls == [("win", AS_OF, settings.training.trials)]
    assert (trained["version"], trained["promoted"]) == (4, False)
    assert trained["en"] == "Trained version 4, which was not promoted: Refused: no better."


def test_a_training_that_refuses_is_told_and_not_raised(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    trains(monkeypatch, TooFewExamplesError("Too few."))
    trained = train_if_due(context, proposal("train"))
    assert trained is not None
    assert (trained["version"], trained["en"]) == (None, "The training was refused: Too few.")
