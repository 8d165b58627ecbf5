"""Change a strategy document part by part: every line that a change does not concern stays as somebody wrote it."""
