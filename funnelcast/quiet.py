"""No phone-home and no noise: set before any library is imported."""

from __future__ import annotations

import logging
import os
import warnings

# Each library's own switch for its usage reporting; Feast 0.67 has none left to switch off.
TELEMETRY_OFF = {
    "DO_NOT_TRACK": "true",  # Evidently and others
    "BENTOML_DO_NOT_TRACK": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",  # three small files need no bar
    "GIT_PYTHON_REFRESH": "quiet",  # MLflow looks for git, which a small machine may lack
}
# Libraries that tell on standard error what a user of the command line cannot act on.
TALKATIVE = ("alembic", "mlflow", "feast", "optuna", "bentoml", "evidently", "matplotlib", "py.warnings")


def be_quiet() -> None:
    """Switch telemetry off and keep libraries' own chatter out of the command line's output."""
    for key, value in TELEMETRY_OFF.items():
        os.environ.setdefault(key, value)
    # Some libraries reset the filters at import; a redirected warning stays quiet all the same.
    warnings.filterwarnings("ignore")
    logging.captureWarnings(True)
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "ERROR")  # it sets its own level when it is imported
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)
