"""Airflow finds one nightly DAG per pipeline here."""

from overnight import catalog
from overnight.orchestration.nightly import nightly

for name in catalog.names():
    globals()[f"nightly_{name}"] = nightly(catalog.load(name))
