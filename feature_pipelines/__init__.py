"""Feature pipelines: pure DataFrame code, used by training and by scoring alike."""
