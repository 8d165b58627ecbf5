"""Writes of the room: documents, facts, runs and answers."""

from tallystick.strategy.actions.answering import answer, answer_account, answer_events, answer_some, touch
from tallystick.strategy.actions.approving import approve, send_back
from tallystick.strategy.actions.concluding import tell_of_trial
from tallystick.strategy.actions.configuring import compare_configuration, import_configuration, judge_published
from tallystick.strategy.actions.deferring import (
    defer_following,
    defer_foresight,
    defer_rehearsal,
    defer_run,
    defer_scoring,
    defer_settling,
)
from tallystick.strategy.actions.editing import (
    add_part,
    begin_copy,
    begin_strategy,
    drop_copy,
    keep_copy,
    move_part,
    put_part,
    remove_part,
    take_over,
    tidy_copies,
    undo_edit,
    write_copy,
)
from tallystick.strategy.actions.foreseeing.making import (
    finish_foresight,
    foresee,
    foresee_chunk,
    set_house_numbers,
    start_foresight,
    work_foresight,
)
from tallystick.strategy.actions.importing import import_strategy
from tallystick.strategy.actions.judging import Judgement, judge
from tallystick.strategy.actions.judging_policies import Behind, accept_golden_of_strategy, judge_policy
from tallystick.strategy.actions.keeping import accept_golden, keep_golden, remove_golden, write_golden
from tallystick.strategy.actions.learning import freeze_split, learn, tell_of_held_back, thaw_split
from tallystick.strategy.actions.planning import cancel_plan, keep_plans, plan, tell_of_stopped
from tallystick.strategy.actions.publishing import assign, draft, publish, settle
from tallystick.strategy.actions.refreshing import begin_book, rebuild, refresh, refresh_range, renew_facts
from tallystick.strategy.actions.rehearsing import (
    finish_rehearsal,
    rehearse,
    rehearse_chunk,
    start_rehearsal,
    work_rehearsal,
)
from tallystick.strategy.actions.restoring import roll_back
from tallystick.strategy.actions.running import finish_run, run_chunk, start_run, tidy_book, work_run
from tallystick.strategy.actions.scoring import keep_scores
from tallystick.strategy.actions.steering import pause_run, resume_run, retry_failed
from tallystick.strategy.actions.trials import Terms as TrialTerms
from tallystick.strategy.actions.trials import (
    draft_winner,
    end_trial,
    look_back,
    register_trial,
    size_trial,
    take_look,
    take_looks,
)
from tallystick.strategy.actions.yields import draft_without

__all__ = [
    "Behind",
    "Judgement",
    "TrialTerms",
    "accept_golden",
    "accept_golden_of_strategy",
    "add_part",
    "answer",
    "answer_account",
    "answer_events",
    "answer_some",
    "approve",
    "assign",
    "begin_book",
    "begin_copy",
    "begin_strategy",
    "cancel_plan",
    "compare_configuration",
    "defer_following",
    "defer_foresight",
    "defer_rehearsal",
    "defer_run",
    "defer_scoring",
    "defer_settling",
    "draft",
    "draft_winner",
    "draft_without",
    "drop_copy",
    "end_trial",
    "finish_foresight",
    "finish_rehearsal",
    "finish_run",
    "foresee",
    "foresee_chunk",
    "freeze_split",
    "import_configuration",
    "import_strategy",
    "judge",
    "judge_policy",
    "judge_published",
    "keep_copy",
    "keep_golden",
    "keep_plans",
    "keep_scores",
    "learn",
    "look_back",
    "move_part",
    "pause_run",
    "plan",
    "publish",
    "put_part",
    "rebuild",
    "refresh",
    "refresh_range",
    "register_trial",
    "rehearse",
    "rehearse_chunk",
    "remove_golden",
    "remove_part",
    "renew_facts",
    "resume_run",
    "retry_failed",
    "roll_back",
    "run_chunk",
    "send_back",
    "set_house_numbers",
    "settle",
    "size_trial",
    "start_foresight",
    "start_rehearsal",
    "start_run",
    "take_look",
    "take_looks",
    "take_over",
    "tell_of_held_back",
    "tell_of_stopped",
    "tell_of_trial",
    "thaw_split",
    "tidy_book",
    "tidy_copies",
    "touch",
    "undo_edit",
    "work_foresight",
    "work_rehearsal",
    "work_run",
    "write_copy",
    "write_golden",
]
