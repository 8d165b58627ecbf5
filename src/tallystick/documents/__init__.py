"""Stored files and versions, rendering."""
