"""Training: from validated history to a judged, packed model."""
