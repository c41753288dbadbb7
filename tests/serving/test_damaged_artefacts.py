"""One flipped bit anywhere in an artefact's files: refused, 100 of 100 times, before anything is parsed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from scoring.artefact import FILES, Artefact
from scoring.errors import ArtefactError
from scoring.manifest import MANIFEST
from tests.serving import fakes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("artefact")
    fakes.artefact("win").save(made)
    return made


@pytest.mark.parametrize("seed", range(100))
def test_a_flipped_bit_is_refused(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    file = folder / chance.choice([*FILES, MANIFEST])
    sound = file.read_bytes()
    at = chance.randrange(len(sound))
    damaged = bytearray(sound)
    damaged[at] ^= 1 << chance.randrange(8)
    try:
        file.write_bytes(bytes(damaged))
        with pytest.raises(ArtefactError):
            Artefact.load(folder)
    finally:
        file.write_bytes(sound)


def test_unharmed_it_loads(folder: Path) -> None:
    assert Artefact.load(folder).name == "win"
