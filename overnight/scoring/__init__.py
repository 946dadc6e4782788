"""Scoring: the bundle, the engines, and what an executor does."""
