"""The lake: names to URIs, files behind URIs, and what of them a run may read."""
