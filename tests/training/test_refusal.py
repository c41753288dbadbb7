from __future__ import annotations

import pytest

from configs.settings import Settings
from tests.training.generated import Frame, won_leads
from training.dataset import Dataset
from training.errors import OneClassError, TooFewExamplesError
from training.refusal import check_enough


def of_classes(won: int, lost: int, landmarks: int = 1) -> Dataset:
    frame: Frame = won_leads(won + lost, landmarks=landmarks)
    frame.frame["label"] = [int(int(lead[1:]) < won) for lead in frame.frame["entity_id"]]
    return Dataset.of("win", frame)


def test_what_is_missing_is_said_in_numbers(settings: Settings) -> None:
    with pytest.raises(TooFewExamplesError) as refusal:
        check_enough(of_classes(12, 900), settings.training)
    assert str(refusal.value) == (
        "Training win needs at least 40 won and 40 lost leads with a known outcome, but got 12 won and 900 lost: "
        "28 won are missing."
    )


def test_landmarks_do_not_count_as_leads(settings: Settings) -> None:
    with pytest.raises(TooFewExamplesError, match="30 won and 50 lost: 10 won are missing"):
        check_enough(of_classes(30, 50, landmarks=4), settings.training)


def test_one_class_only_is_its_own_refusal(settings: Settings) -> None:
    with pytest.raises(OneClassError, match="got 0 won and 100 lost: all are lost"):
        check_enough(of_classes(0, 100), settings.training)


def test_forty_and_forty_are_enough(settings: Settings) -> None:
    check_enough(of_classes(40, 40), settings.training)
