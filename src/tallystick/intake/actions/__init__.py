"""Writes of the room: take files in, say how they are read, check them, load them."""

from tallystick.intake.actions.checking import check_batch, note_problem, start_check
from tallystick.intake.actions.committing import commit_next_chunk, finish_commit, start_commit
from tallystick.intake.actions.deferring import check_as_remembered, check_in_background, load_in_background
from tallystick.intake.actions.mapping import Proposal, guess_mapping, map_batch, propose_mapping
from tallystick.intake.actions.undoing import (
    Undone,
    count_loaded,
    finish_undo,
    get_loaded,
    note_undone,
    start_undo,
    undo_next_chunk,
)
from tallystick.intake.actions.uploading import abandon_batch, choose_heading, open_source, upload_file, upload_first

__all__ = [
    "Proposal",
    "Undone",
    "abandon_batch",
    "check_as_remembered",
    "check_batch",
    "check_in_background",
    "choose_heading",
    "commit_next_chunk",
    "count_loaded",
    "finish_commit",
    "finish_undo",
    "get_loaded",
    "guess_mapping",
    "load_in_background",
    "map_batch",
    "note_problem",
    "note_undone",
    "open_source",
    "propose_mapping",
    "start_check",
    "start_commit",
    "start_undo",
    "undo_next_chunk",
    "upload_file",
    "upload_first",
]
