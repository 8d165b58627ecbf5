"""Measures of speed on a synthetic book of any size, each beside a yardstick of the same run."""
