"""Runs: what was fixed when they opened, what their stages did, and the process around a stage."""
