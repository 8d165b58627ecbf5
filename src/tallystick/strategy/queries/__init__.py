"""Reads of the room: the catalogue of facts, the book, versions, runs, and why something happened or did not."""
