"""Expectations: Great Expectations suites per pipeline."""
