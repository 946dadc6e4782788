"""The engine: everything that is not one pipeline's own."""
