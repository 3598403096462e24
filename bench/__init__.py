"""Measures pages, saving and sweep beside their floors, in the same run: ratios count, not milliseconds."""
