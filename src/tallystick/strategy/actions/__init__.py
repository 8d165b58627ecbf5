"""Writes of the room: documents, facts, runs and answers."""

from tallystick.strategy.actions.answering import answer, answer_events, answer_some, touch
from tallystick.strategy.actions.deferring import defer_run, defer_settling
from tallystick.strategy.actions.publishing import assign, draft, publish, settle
from tallystick.strategy.actions.refreshing import rebuild, refresh, refresh_range
from tallystick.strategy.actions.rehearsing import Rehearsal, rehearse
from tallystick.strategy.actions.running import finish_run, run_chunk, start_run, tidy_book, work_run

__all__ = [
    "Rehearsal",
    "answer",
    "answer_events",
    "answer_some",
    "assign",
    "defer_run",
    "defer_settling",
    "draft",
    "finish_run",
    "publish",
    "rebuild",
    "refresh",
    "refresh_range",
    "rehearse",
    "run_chunk",
    "settle",
    "start_run",
    "tidy_book",
    "touch",
    "work_run",
]
