"""Reads of the room: whether we may, what messages say, the outbox, templates and calls."""
