"""DAGs: when things run."""
