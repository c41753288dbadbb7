"""A model is read without scikit-learn, which can still be imported afterwards and before."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "code",
    [
        "import scoring.artefact; assert 'sklearn' not in sys.modules; from sklearn.isotonic import IsotonicRegression",
        "import scoring.artefact; import training.train; assert 'sklearn' in sys.modules",
        "import sklearn.base; import scoring.artefact; assert sys.modules['sklearn'].base is sklearn.base",
    ],
)
def test_reading_models_needs_no_scikit_learn(code: str) -> None:
    assert subprocess.run([sys.executable, "-W", "error", "-c", f"import sys; {code}"], check=False).returncode == 0
