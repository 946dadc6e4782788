"""Two small pipelines of the tests' own, with data whose right answers can be computed by hand."""
