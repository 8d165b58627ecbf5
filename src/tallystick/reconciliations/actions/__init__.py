"""Compare a statement with the book, explain what differs, and say what is sent every day."""

from tallystick.reconciliations.actions.comparing import reconcile, said
from tallystick.reconciliations.actions.following import arrange, explain_differences, give_differences, note_missing

__all__ = ["arrange", "explain_differences", "give_differences", "note_missing", "reconcile", "said"]
