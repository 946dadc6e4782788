"""The estimator of flight_delays: boosted trees, which take missing history as it is."""

from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OrdinalEncoder

CATEGORIES = ["carrier_code", "origin_code", "dest_code"]


def build_estimator() -> Pipeline:
    """Unfitted. Log loss is what the trees minimise; kept shallow, their probabilities need no further calibration."""
    encode = make_column_transformer(
        (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), CATEGORIES),
        remainder="passthrough",
        verbose_feature_names_out=False,
    )
    trees = HistGradientBoostingClassifier(
        max_iter=80, learning_rate=0.05, max_leaf_nodes=8, min_samples_leaf=1000, l2_regularization=10.0, random_state=0
    )
    return make_pipeline(encode, trees)
