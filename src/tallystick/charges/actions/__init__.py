"""Writes of the room: agree on interest, charge it, and correct it."""

from tallystick.charges.actions.accruing import accrue, prove_again
from tallystick.charges.actions.agreements import set_agreement
from tallystick.charges.actions.correcting import correct_interest

__all__ = ["accrue", "correct_interest", "prove_again", "set_agreement"]
