"""Ways out of the house: each fulfils a Protocol of `ports.py`, and settings plug it in."""
