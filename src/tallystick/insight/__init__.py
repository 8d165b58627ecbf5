"""Measures of the book that are kept: the figures of each month, as they were when it was closed."""
