"""Writes of the room: people, the organization they work in, attempts to log in, and the audit trail."""

from tallystick.access.actions.attempts import forget_attempts, give_back_attempt, take_attempt
from tallystick.access.actions.organization import note_client, open_business_unit, open_team, set_teams
from tallystick.access.actions.people import (
    add_user,
    change_own_settings,
    change_user,
    end_sessions,
    issue_password_link,
    let_go,
    let_return,
    remove_second_factor,
    set_roles,
    unlock,
)
from tallystick.access.actions.trail import record

__all__ = [
    "add_user",
    "change_own_settings",
    "change_user",
    "end_sessions",
    "forget_attempts",
    "give_back_attempt",
    "issue_password_link",
    "let_go",
    "let_return",
    "note_client",
    "open_business_unit",
    "open_team",
    "record",
    "remove_second_factor",
    "set_roles",
    "set_teams",
    "take_attempt",
    "unlock",
]
