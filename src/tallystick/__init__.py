"""Tallystick: credit control and debt collection, from the first invoice to the last penny."""

__version__ = "0.1.0"
