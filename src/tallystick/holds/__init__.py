"""Reasons to stop or soften: hold, vulnerability, breathing space, insolvency, instruction."""
