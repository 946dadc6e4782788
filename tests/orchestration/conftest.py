"""Airflow's tests run in a throwaway home."""

from tests.orchestration import airflow_home

__all__ = ["airflow_home"]
