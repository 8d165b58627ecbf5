"""What people do at the desk in one stroke and what belongs with it: one task, the rest happens by itself."""

from tallystick.desk.actions.calls import Spoken, hear_dispute, record_call, take_promise
from tallystick.desk.actions.charges import look_at_charge, undo_charge
from tallystick.desk.actions.reach import add_contact_point, change_contact_point, set_address
from tallystick.desk.actions.undoing import look_at_reversal, reverse_with_all
from tallystick.desk.actions.uploads import (
    defer,
    finish_upload,
    look_at_upload,
    take_next_chunk_back,
    take_upload_back,
)

__all__ = [
    "Spoken",
    "add_contact_point",
    "change_contact_point",
    "defer",
    "finish_upload",
    "hear_dispute",
    "look_at_charge",
    "look_at_reversal",
    "look_at_upload",
    "record_call",
    "reverse_with_all",
    "set_address",
    "take_next_chunk_back",
    "take_promise",
    "take_upload_back",
    "undo_charge",
]
