"""The feature contract: the columns a model was trained on, by name, order and kind. Stored in the bundle."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from overnight.errors import ConfigurationError, UsageError
from overnight.features.history import TARGET_DATE

NUMERIC = "numeric"
CATEGORICAL = "categorical"
KEY_TYPES = {"int32": pa.int32(), "int64": pa.int64(), "string": pa.string(), "date32[day]": pa.date32()}


@dataclass(frozen=True)
class FeatureContract:
    """Key columns with their Arrow types, and feature columns with their kind, in order.

    Numeric features are float64 (null where unknown), categorical ones are strings.
    """

    key: Mapping[str, str]
    features: Mapping[str, str]

    @classmethod
    def of(cls, schema: pa.Schema, key: Sequence[str]) -> "FeatureContract":
        """The contract that a feature table's schema amounts to.

        Raises:
            UsageError: a key column has a type that no key may have, or a feature one that no model takes.
        """
        features = [field for field in schema if field.name not in (*key, TARGET_DATE)]
        return cls({name: _key_type(schema.field(name)) for name in key}, {field.name: _kind(field) for field in features})

    @property
    def categorical(self) -> list[str]:
        """The names of the categorical features."""
        return [name for name, kind in self.features.items() if kind == CATEGORICAL]

    def require(self, schema: pa.Schema) -> None:
        """Check that a feature table is what the model was trained on.

        Raises:
            ConfigurationError: columns are missing, new, of another kind or in another order.
        """
        found = FeatureContract.of(schema, list(self.key))
        if found == self and list(found.features) == list(self.features):
            return
        problems = [
            *(f"{name} is missing" for name in self.features if name not in found.features),
            *(f"{name} is new" for name in found.features if name not in self.features),
            *(
                f"{name} is {found.features[name]}, was {kind}"
                for name, kind in self.features.items()
                if found.features.get(name, kind) != kind
            ),
            *(f"key {name} is {found.key[name]}, was {kind}" for name, kind in self.key.items() if found.key[name] != kind),
        ]
        raise ConfigurationError(
            f"The features differ from those the model was trained on: {'; '.join(problems) or 'their order differs'}. "
            f"Train the model again (overnight train), or restore feature_pipelines/."
        )

    def key_fields(self) -> list[pa.Field]:
        """The key columns as Arrow fields."""
        return [pa.field(name, KEY_TYPES[kind]) for name, kind in self.key.items()]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON types; lists keep the order of the columns."""
        return {name: list(map(list, columns.items())) for name, columns in asdict(self).items()}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "FeatureContract":
        """The inverse of `as_json`."""
        return cls(dict(found["key"]), dict(found["features"]))


def _key_type(field: pa.Field) -> str:
    if str(field.type) not in KEY_TYPES:
        raise UsageError(f"Key column {field.name} has type {field.type}. Cast it to one of {', '.join(KEY_TYPES)}.")
    return str(field.type)


def _kind(field: pa.Field) -> str:
    if pa.types.is_float64(field.type):
        return NUMERIC
    if pa.types.is_string(field.type):
        return CATEGORICAL
    raise UsageError(f"Feature {field.name} has type {field.type}; features are float64 or string once built.")
