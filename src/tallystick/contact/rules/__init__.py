"""Judgement of the room: whether we may, what a template may say, how a message is written, when it is tried again."""
