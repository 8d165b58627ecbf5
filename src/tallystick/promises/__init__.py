"""Promises, plans, affordability."""
