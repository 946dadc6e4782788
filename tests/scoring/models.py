"""Small fitted models of every kind that pipelines use, packed as bundles, and feature tables to score."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from overnight.features.contract import FeatureContract
from overnight.monitoring.profile import choose_bins, profile_batch
from overnight.monitoring.reference import build_reference
from overnight.runs.fingerprint import library_versions
from overnight.scoring import bundle
from overnight.scoring.bundle import BundleFiles, ModelCard
from overnight.spec import Task

CONTRACT = FeatureContract({"id": "int64"}, {"city": "categorical", "size": "numeric"})
CITIES = ["Ghent", "Lyon", "Turin"]


def ordinal() -> Any:
    """Categories as numbers, the rest as it is: what trees take."""
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    return make_column_transformer((encoder, ["city"]), remainder="passthrough", verbose_feature_names_out=False)


def one_hot() -> Any:
    """Categories as columns, numbers imputed and scaled: what linear models and forests take."""
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    return make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["city"]), (numbers, ["size"]))


ESTIMATORS: dict[str, tuple[Task, Pipeline]] = {
    "boosted binary": (Task.BINARY, make_pipeline(ordinal(), HistGradientBoostingClassifier(max_iter=5))),
    "boosted classes": (Task.MULTICLASS, make_pipeline(ordinal(), HistGradientBoostingClassifier(max_iter=5))),
    "boosted number": (Task.REGRESSION, make_pipeline(ordinal(), HistGradientBoostingRegressor(max_iter=5))),
    "forest of classes": (Task.MULTICLASS, make_pipeline(one_hot(), RandomForestClassifier(5, random_state=0))),
    "forest of numbers": (Task.REGRESSION, make_pipeline(one_hot(), RandomForestRegressor(5, random_state=0))),
    "logistic": (Task.BINARY, make_pipeline(one_hot(), LogisticRegression())),
    "linear": (Task.REGRESSION, make_pipeline(one_hot(), LinearRegression())),
    "calibrated sigmoid": (
        Task.BINARY,
        make_pipeline(ordinal(), CalibratedClassifierCV(HistGradientBoostingClassifier(max_iter=5), cv=2)),
    ),
    "calibrated isotonic": (
        Task.BINARY,
        make_pipeline(one_hot(), CalibratedClassifierCV(LogisticRegression(), cv=2, method="isotonic")),
    ),
}


def features(rows: int, *, seed: int = 0) -> pa.Table:
    """Key, date and features of `rows` rows; every tenth city and every seventh size is null."""
    random = np.random.default_rng(seed)
    city = random.choice(CITIES, rows).astype(object)
    city[::10] = None
    size = random.normal(size=rows).round(3)
    return pa.table(
        {
            "id": pa.array(range(rows), pa.int64()),
            "target_date": pa.array([19782] * rows, pa.int32()).cast(pa.date32()),  # 2024-02-29
            "city": pa.array(city, pa.string()),
            "size": pa.array(size, pa.float64(), mask=np.arange(rows) % 7 == 0),
        }
    )


def fitted(name: str) -> tuple[Task, Pipeline, pd.DataFrame]:
    """The task, the estimator fitted on 300 rows, and these rows."""
    task, estimator = ESTIMATORS[name]
    frame = features(300).select(["city", "size"]).to_pandas()
    size = frame["size"].fillna(0)
    target = {
        Task.BINARY: (size > 0).astype(int),
        Task.MULTICLASS: pd.Series(np.select([size < -0.5, size < 0.5], ["low", "middle"], "high")),
        Task.REGRESSION: 3 * size + 1,
    }[task]
    return task, estimator.fit(frame, target), frame


def packed(name: str, *, threshold: float | None = 0.5) -> BundleFiles:
    """A fitted estimator as the files of a bundle."""
    task, estimator, _ = fitted(name)
    table = features(300)
    bins = {column: choose_bins(column, table[column]) for column in ("city", "size")}
    card = ModelCard(
        pipeline="example",
        task=task,
        label="label",
        decision_threshold=threshold if task is Task.BINARY else None,
        classes=() if task is Task.REGRESSION else tuple(map(str, estimator.classes_)),
        trained_on="2024-01-01 to 2024-01-31",
        evaluated_on="2024-02-01 to 2024-02-28",
        training_rows=300,
        metrics={"log_loss": 0.5},
        calibration=((0.25, 0.5, 4),),
        libraries=library_versions(),
        fingerprint="0" * 64,
    )
    return bundle.pack(estimator, CONTRACT, build_reference(bins, [profile_batch(table, bins)], 1.0), card)


def feature_file(path: Path, table: pa.Table) -> str:
    """A table as a feature file."""
    pq.write_table(table, path)
    return str(path)
