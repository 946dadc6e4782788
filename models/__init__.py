"""Models: unfitted scikit-learn estimators per pipeline."""
