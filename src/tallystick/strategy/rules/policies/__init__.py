"""Policies: segments, scorecards and decision tables, in the language of conditions. Each is a word of that language."""
