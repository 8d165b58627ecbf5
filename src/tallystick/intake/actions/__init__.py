"""Writes of the room: take files in, say how they are read, check them, load them."""

from tallystick.intake.actions.checking import (
    Proposal,
    check_batch,
    guess_mapping,
    map_batch,
    note_problem,
    propose_mapping,
    samples,
    start_check,
)
from tallystick.intake.actions.committing import commit_next_chunk, finish_commit, start_commit
from tallystick.intake.actions.uploading import abandon_batch, open_source, upload_file

__all__ = [
    "Proposal",
    "abandon_batch",
    "check_batch",
    "commit_next_chunk",
    "finish_commit",
    "guess_mapping",
    "map_batch",
    "note_problem",
    "open_source",
    "propose_mapping",
    "samples",
    "start_check",
    "start_commit",
    "upload_file",
]
