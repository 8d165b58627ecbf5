"""Writes of the room: agree on interest, charge it, correct it, and put a change of the law in force."""

from tallystick.charges.actions.accruing import accrue, prove_again
from tallystick.charges.actions.agreements import set_agreement
from tallystick.charges.actions.correcting import correct_interest
from tallystick.charges.actions.law import put_law_in_force
from tallystick.charges.actions.reviewing import tell_of_reviews

__all__ = ["accrue", "correct_interest", "prove_again", "put_law_in_force", "set_agreement", "tell_of_reviews"]
