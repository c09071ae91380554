"""XGBoost, imported without scikit-learn.

XGBoost imports scikit-learn where it finds it, only for wrapper classes that nothing here uses. In an environment that
holds both this takes three seconds a process, and a server has to start in less.
"""

import sys


def _hide_scikit_learn() -> bool:
    if "sklearn" in sys.modules:
        return False
    sys.modules["sklearn"] = None  # type: ignore[assignment]  # the documented way to make an import fail
    return True


_hidden = _hide_scikit_learn()
try:
    import xgboost
finally:
    if _hidden:
        del sys.modules["sklearn"]

__all__ = ["xgboost"]
