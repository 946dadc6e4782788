"""Engines: interchangeable ways to turn a batch of features into scores."""
