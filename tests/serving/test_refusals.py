from __future__ import annotations

from pathlib import Path

import pytest

from scoring.artefact import Artefact
from scoring.errors import ArtefactError
from serving.champion import Refusal
from serving.refusals import finding_of
from tests.serving import fakes


def test_a_finding_tells_the_file_as_it_lies_in_the_state(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "win" / "run"
    fakes.artefact("win").save(folder)
    (folder / "model.ubj").write_bytes(b"spoilt")
    with pytest.raises(ArtefactError) as refused:
        Artefact.load(folder)
    finding = finding_of(Refusal("win", 7, str(refused.value)), fakes.NOW, tmp_path)
    reason = "models/win/run/model.ubj must have the manifest's SHA-256, but its content was changed."
    assert finding.figures == {"model": "win", "version": 7, "reason": reason}
    assert finding.subject == "win:7"
    for told in (finding.en, finding.zh):
        assert told.endswith(reason)
        assert str(tmp_path) not in told
