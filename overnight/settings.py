"""Where things are: the few environment variables that differ between a laptop and production."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Locations of a deployment. The defaults keep everything below `var/` of the checkout."""

    lake: str
    registry: str
    spark_master: str

    @classmethod
    def from_env(cls) -> "Settings":
        """Read `OVERNIGHT_LAKE`, `MLFLOW_TRACKING_URI` and `OVERNIGHT_SPARK_MASTER`."""
        lake = os.environ.get("OVERNIGHT_LAKE", str(ROOT / "var" / "lake"))
        return cls(
            lake=lake if "://" in lake else str(Path(lake).resolve()),
            registry=os.environ.get("MLFLOW_TRACKING_URI", f"sqlite:///{ROOT}/var/mlflow/registry.db"),
            spark_master=os.environ.get("OVERNIGHT_SPARK_MASTER", "local[*]"),
        )
