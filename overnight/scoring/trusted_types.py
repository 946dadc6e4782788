"""The types that a model bundle may hold beyond those that skops trusts by itself. Reviewed one by one; no callables."""

TRUSTED_TYPES = (
    "numpy.dtype",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    # These two follow the node indices in their arrays unchecked, so forged ones could crash a worker: bundles are
    # parsed only once every byte is known to be the one that training registered.
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
)
