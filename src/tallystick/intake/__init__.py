"""Placements and imports: map, validate, commit."""
