"""Trials of one arm of a split against another: the mathematics, and what is said of it. Values in, answers out."""
