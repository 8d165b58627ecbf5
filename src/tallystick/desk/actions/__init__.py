"""What people do at the desk in one stroke and what belongs with it: one task, the rest happens by itself."""

from tallystick.desk.actions.calls import Spoken, hear_dispute, record_call, take_promise
from tallystick.desk.actions.reach import add_contact_point, change_contact_point, set_address
from tallystick.desk.actions.undoing import look_at_reversal, reverse_with_all

__all__ = [
    "Spoken",
    "add_contact_point",
    "change_contact_point",
    "hear_dispute",
    "look_at_reversal",
    "record_call",
    "reverse_with_all",
    "set_address",
    "take_promise",
]
