"""Validation: judging raw partitions, and keeping broken rows out."""
