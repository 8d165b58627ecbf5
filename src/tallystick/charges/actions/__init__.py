"""Writes of the room: agree on interest, and charge it."""

from tallystick.charges.actions.accruing import accrue, prove_again
from tallystick.charges.actions.agreements import set_agreement

__all__ = ["accrue", "prove_again", "set_agreement"]
