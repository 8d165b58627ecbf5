"""Writes of the room: agree on interest and fees, charge them, and take them back."""

from tallystick.charges.actions.accruing import accrue, prove_again
from tallystick.charges.actions.agreements import set_agreement
from tallystick.charges.actions.fees import charge_fees, take_back_fee

__all__ = ["accrue", "charge_fees", "prove_again", "set_agreement", "take_back_fee"]
