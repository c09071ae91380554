"""A booster in ONNX: for whoever serves it without XGBoost. Serving here reads UBJ and never loads this module.

The graph is `rows` (n x features, float32, NaN where missing) -> `score` (n x 1): the trees' sum, through a sigmoid
where the objective is logistic. It is written only if it answers as the booster does.

Three traps that the comparison guards against: XGBoost stores the start value of a logistic objective as a probability
and the trees add to its logit; the converter takes every ranking objective for a classification; and a runtime may
ignore the transformation that an ensemble node names, so the sigmoid is a node of its own.
"""

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnxmltools.convert import convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType

from recommender.errors import UnequalExport

TOLERANCE = 1e-5
"""Largest difference of a score: sums of float32 leaves in another order differ by less."""

ROWS_COMPARED = 2000
"""Spread evenly over the training rows; each is compared as it is and with values missing."""

_LOGISTIC = ("binary:logistic", "reg:logistic")


def export(booster: Any, rows: npt.NDArray[np.float32]) -> bytes:
    """Return a booster as ONNX that gives equal answers; the same booster gives the same bytes.

    Args:
        booster: trained; trees that early stopping cut off are already gone.
        rows: real rows of its own columns, to compare on.

    Raises:
        UnequalExport: the two answer differently; such a model must not be packaged.
    """
    converted = _convert(booster).SerializeToString()
    require_equal(booster, converted, compared(rows))
    return converted


def require_equal(booster: Any, converted: bytes, rows: npt.NDArray[np.float32]) -> None:
    """Refuse an ONNX model that answers otherwise than its booster.

    Raises:
        UnequalExport: the text gives the largest difference and where.
    """
    wanted = booster.inplace_predict(rows)
    difference = np.abs(scores(converted, rows) - wanted)
    worst = int(np.argmax(np.where(np.isnan(difference), np.inf, difference)))
    if not difference[worst] <= TOLERANCE:  # also where it is NaN
        raise UnequalExport(
            f"the ONNX export answers otherwise than the booster: of {len(rows)} rows the worst differs by "
            f"{difference[worst]:.3g} (allowed: {TOLERANCE:g}) at a score of {wanted[worst]:.6g}; the model was not "
            "packaged. Compare the versions of xgboost and onnxmltools with those in the lock file"
        )


def scores(converted: bytes, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the ONNX model's score per row."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session: Any = onnxruntime.InferenceSession(converted, options, providers=["CPUExecutionProvider"])
    return session.run(["score"], {"rows": np.ascontiguousarray(rows)})[0][:, 0]


def compared(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the rows to compare on: a sample as it is, the same with one value missing each, and one with all."""
    chosen = rows[np.unique(np.linspace(0, len(rows) - 1, ROWS_COMPARED).astype(int))]
    holed = chosen.copy()
    holed[np.arange(len(chosen)), np.arange(len(chosen)) % rows.shape[1]] = np.nan
    return np.concatenate([chosen, holed, np.full((1, rows.shape[1]), np.nan, np.float32)])


def _convert(booster: Any) -> onnx.ModelProto:
    learner = json.loads(booster.save_config())["learner"]
    logistic = learner["objective"]["name"] in _LOGISTIC
    start = float(np.ravel(json.loads(learner["learner_model_param"]["base_score"]))[0])
    sums = booster.copy()
    sums.feature_names = None  # the converter reads positions and takes no other names
    sums.set_param(
        {"objective": "reg:squarederror", "base_score": float(np.log(start / (1 - start))) if logistic else start}
    )
    columns = FloatTensorType([None, booster.num_features()])
    model = convert_xgboost(sums, name="ranker", initial_types=[("rows", columns)])
    return _with_score(model, logistic)


def _with_score(model: Any, logistic: bool) -> onnx.ModelProto:
    """Name the answer `score`, through a sigmoid where it is one."""
    [output] = model.graph.output
    kind = "Sigmoid" if logistic else "Identity"
    model.graph.node.append(onnx.helper.make_node(kind, [output.name], ["score"], name="answer"))
    if not any(one.domain == "" for one in model.opset_import):
        model.opset_import.append(onnx.helper.make_opsetid("", 13))
    model.graph.output.pop()
    model.graph.output.append(onnx.helper.make_tensor_value_info("score", onnx.TensorProto.FLOAT, [None, 1]))
    onnx.checker.check_model(model)
    return model
