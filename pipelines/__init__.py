"""Pipelines: one typed spec each."""
