"""Judgement of the room: rights and roles, grants, passwords, throttling. Pure: values in, answers out."""
