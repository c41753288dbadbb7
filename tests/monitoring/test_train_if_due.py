"""`monitor` composes: monitoring proposes, the command trains where the configuration says so."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

import training.pace_level
import training.relevel
import training.train
from configs.progress import SILENT
from configs.settings import Settings
from funnelcast.commands.watching import change_model, train_if_due
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


@pytest.mark.parametrize(
    ("level", "is_replay", "start", "is_promoted", "is_asked"),
    [
        ("follow", False, "propose", False, True),
        ("keep", False, "propose", False, False),
        ("follow", True, "propose", False, False),  # a look at the past changes nothing of the present
        ("follow", True, "train", False, True),
        ("follow", False, "train", True, False),  # the new champion has its own level
    ],
)
def test_the_level_follows_unless_forbidden_past_or_just_trained(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, level: str, is_replay: bool, start: str, is_promoted: bool,
    is_asked: bool,
) -> None:  # fmt: skip
    rules = settings.retraining.model_copy(update={"level": level, "start": start})
    context = Context(AS_OF, is_replay, True, settings.model_copy(update={"retraining": rules}), SILENT)
    registry = SimpleNamespace(champion_version=lambda name: None if name == "churn" else 3)
    context.__dict__.update(repository=None, registry=registry)
    trains(monkeypatch, SimpleNamespace(version=4, is_promoted=is_promoted, gate={"reason": "It is told."}))
    asked: list[Any] = []

    def relevel(*arguments: Any) -> None:
        asked.append(arguments[:3])

    monkeypatch.setattr(training.relevel, "relevel", relevel)
    seen: Any = SimpleNamespace(proposal=proposal(start), live=SimpleNamespace(scores="the scores"))
    assert change_model(context, seen)["levelled"] is None
    assert asked == ([("win", registry, "the scores")] if is_asked else [])


@pytest.mark.parametrize(
    ("level", "is_replay", "start", "is_asked"),
    [("follow", False, "propose", True), ("keep", False, "propose", False), ("follow", True, "propose", False),
     ("follow", True, "train", True)],
)  # fmt: skip
def test_the_churn_model_follows_its_customers_even_where_no_lead_was_watched(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, level: str, is_replay: bool, start: str, is_asked: bool
) -> None:
    rules = settings.retraining.model_copy(update={"level": level, "start": start})
    context = Context(AS_OF, is_replay, True, settings.model_copy(update={"retraining": rules}), SILENT)
    registry = SimpleNamespace(champion_version=lambda _: 3)
    repository = SimpleNamespace(current_frame=lambda entity, moment: (entity, moment))
    context.__dict__.update(repository=repository, registry=registry)
    asked: list[Any] = []

    def follow_pace(*arguments: Any) -> Any:
        asked.append(arguments[:2])
        return SimpleNamespace(to_json=lambda: {"version": 4})

    monkeypatch.setattr(training.pace_level, "follow_pace", follow_pace)
    assert change_model(context, None)["paced"] == ({"version": 4} if is_asked else None)
    assert asked == ([(registry, ("customers", AS_OF))] if is_asked else [])
