"""Samples: real data for the demo."""
