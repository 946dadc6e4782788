"""Monitoring: profiles of a night, and their distance from training."""
