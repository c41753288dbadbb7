"""XGBoost without its classes for scikit-learn: importing that took a second of every command on models.

XGBoost does without scikit-learn where it is not installed; of the two we use the booster alone. Where scikit-learn was
imported before, XGBoost finds it.
"""

from __future__ import annotations

import sys

SKLEARN = "sklearn"

is_hidden = SKLEARN not in sys.modules
if is_hidden:
    sys.modules[SKLEARN] = None  # type: ignore[assignment]  # Python's way to say that there is none
try:
    import xgboost as xgb
finally:
    if is_hidden:
        del sys.modules[SKLEARN]

__all__ = ["xgb"]
