"""Airflow finds one training DAG per pipeline here."""

from overnight import catalog
from overnight.orchestration.training import training

for name in catalog.names():
    globals()[f"training_{name}"] = training(catalog.load(name))
