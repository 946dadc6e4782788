"""Orchestration: Airflow code that is no DAG."""
