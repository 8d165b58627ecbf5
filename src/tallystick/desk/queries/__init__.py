"""Reads of the desk: one account with everything that stands on its page, the timeline in sentences, who works on what."""

from tallystick.desk.queries.case import Case, get_case

__all__ = ["Case", "get_case"]
