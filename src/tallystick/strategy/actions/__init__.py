"""Writes of the room: documents, facts, runs and answers."""

from tallystick.strategy.actions.answering import answer, answer_events, answer_some, touch
from tallystick.strategy.actions.approving import approve, send_back
from tallystick.strategy.actions.deferring import defer_run, defer_settling
from tallystick.strategy.actions.importing import import_strategy
from tallystick.strategy.actions.judging import Judgement, judge
from tallystick.strategy.actions.keeping import accept_golden, keep_golden, remove_golden, write_golden
from tallystick.strategy.actions.planning import cancel_plan, keep_plans, plan, tell_of_stopped
from tallystick.strategy.actions.publishing import assign, draft, publish, settle
from tallystick.strategy.actions.refreshing import rebuild, refresh, refresh_range
from tallystick.strategy.actions.rehearsing import rehearse
from tallystick.strategy.actions.restoring import roll_back
from tallystick.strategy.actions.running import finish_run, run_chunk, start_run, tidy_book, work_run
from tallystick.strategy.actions.steering import pause_run, resume_run, retry_failed
from tallystick.strategy.actions.trials import Terms as TrialTerms
from tallystick.strategy.actions.trials import (
    draft_winner,
    end_trial,
    register_trial,
    size_trial,
    take_look,
    take_looks,
)

__all__ = [
    "Judgement",
    "TrialTerms",
    "accept_golden",
    "answer",
    "answer_events",
    "answer_some",
    "approve",
    "assign",
    "cancel_plan",
    "defer_run",
    "defer_settling",
    "draft",
    "draft_winner",
    "end_trial",
    "finish_run",
    "import_strategy",
    "judge",
    "keep_golden",
    "keep_plans",
    "pause_run",
    "plan",
    "publish",
    "rebuild",
    "refresh",
    "refresh_range",
    "register_trial",
    "rehearse",
    "remove_golden",
    "resume_run",
    "retry_failed",
    "roll_back",
    "run_chunk",
    "send_back",
    "settle",
    "size_trial",
    "start_run",
    "take_look",
    "take_looks",
    "tell_of_stopped",
    "tidy_book",
    "touch",
    "work_run",
    "write_golden",
]
