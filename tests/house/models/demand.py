"""The estimator of demand: a straight line, whose predictions can be checked by hand."""

from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def build_estimator() -> Pipeline:
    """Unfitted."""
    prepare = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["store_code"]),
        (make_pipeline(SimpleImputer(), StandardScaler()), ["item_number", "promoted", "units_1d"]),
    )
    return make_pipeline(prepare, LinearRegression())
