"""Writes of the room: agree on interest and fees, charge, correct and take them back, and put a change of the law in force."""

from tallystick.charges.actions.accruing import accrue, prove_again
from tallystick.charges.actions.agreements import set_agreement
from tallystick.charges.actions.correcting import correct_interest
from tallystick.charges.actions.fees import charge_fees, take_back_fee
from tallystick.charges.actions.law import put_law_in_force
from tallystick.charges.actions.reviewing import tell_of_reviews

__all__ = [
    "accrue",
    "charge_fees",
    "correct_interest",
    "prove_again",
    "put_law_in_force",
    "set_agreement",
    "take_back_fee",
    "tell_of_reviews",
]
