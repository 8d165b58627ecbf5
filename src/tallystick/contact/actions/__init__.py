"""Writes of the room: queue, send, cancel and send again, log calls, keep templates."""

from tallystick.contact.actions.calls import log_call
from tallystick.contact.actions.digests import make_digests, resend_digest, send_digests
from tallystick.contact.actions.imagining import imagine_sending
from tallystick.contact.actions.outbox import (
    acknowledge_command,
    cancel_message,
    cancel_messages,
    resend_message,
    send_message,
)
from tallystick.contact.actions.pacing import choose_for_house, choose_own
from tallystick.contact.actions.queueing import queue_messages, queue_notices, queue_service_commands
from tallystick.contact.actions.sending import recover_stalled, send_due
from tallystick.contact.actions.templates import draft_template, load_templates, publish_template, revise_template

__all__ = [
    "acknowledge_command",
    "cancel_message",
    "cancel_messages",
    "choose_for_house",
    "choose_own",
    "draft_template",
    "imagine_sending",
    "load_templates",
    "log_call",
    "make_digests",
    "publish_template",
    "queue_messages",
    "queue_notices",
    "queue_service_commands",
    "recover_stalled",
    "resend_digest",
    "resend_message",
    "revise_template",
    "send_digests",
    "send_due",
    "send_message",
]
