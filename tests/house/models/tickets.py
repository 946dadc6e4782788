"""The estimator of tickets: boosted trees over three classes."""

from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OrdinalEncoder


def build_estimator() -> Pipeline:
    """Unfitted."""
    encode = make_column_transformer(
        (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), ["channel_code"]),
        remainder="passthrough",
        verbose_feature_names_out=False,
    )
    return make_pipeline(encode, HistGradientBoostingClassifier(max_iter=30, random_state=0))
