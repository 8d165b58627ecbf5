"""Writes of the room: documents, facts, runs and answers."""
