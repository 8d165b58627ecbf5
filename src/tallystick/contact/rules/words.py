"""The words of the room: channels, states, purposes, outcomes of calls, and the refusals of its use cases."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.kernel.refusals import Refusal


class Channel(Choice):
    """How something is said. A channel never changes by itself: an account without an e-mail address gets no letter."""

    EMAIL = "email", _("E-mail")
    LETTER = "letter", _("Letter")
    SMS = "sms", _("Text message")
    #: A command to the creditor's own systems, such as suspending a service.
    SERVICE = "service", _("Service command")
    #: A notice to colleagues.
    NOTICE = "notice", _("Notice to colleagues")


#: Channels that reach the debtor.
TO_DEBTOR = (Channel.EMAIL, Channel.LETTER, Channel.SMS)
#: Channels that speak by a template.
TEMPLATED = (Channel.EMAIL, Channel.LETTER, Channel.SMS, Channel.NOTICE)


class MessageState(Choice):
    """Where a message is on its way out."""

    QUEUED = "queued", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    REFUSED = "refused", _("Not allowed")
    CANCELLED = "cancelled", _("Cancelled")
    #: A notice whose every receiver is told of it in a digest: see `models.NoticeCopy`.
    GATHERED = "gathered", _("In a digest")


#: States that count against how often a person hears from us: what was said, and what will be.
HEARD = (MessageState.QUEUED, MessageState.SENDING, MessageState.SENT)


class Purpose(Choice):
    """Why a template speaks; it decides which questions are asked before it may."""

    #: Asks for money.
    DEMAND = "demand", _("Asks for payment")
    #: Tells something without asking for money.
    INFORMATION = "information", _("Informs")
    #: Must be said, by law or contract: does not count against how often we write, but stops for holds like any other.
    REQUIRED = "required", _("Required by law or contract")
    #: Goes to colleagues.
    INTERNAL = "internal", _("Internal")


class TemplateState(Choice):
    """Where a version of a template is in its life. A version that was live is never changed again."""

    DRAFT = "draft", _("Draft")
    LIVE = "live", _("Live")
    RETIRED = "retired", _("Retired")


class Command(Choice):
    """What a service can be told."""

    SUSPEND = "suspend", _("Suspend the service")
    RESUME = "resume", _("Resume the service")


class Audience(Choice):
    """Which colleagues a notice goes to."""

    #: Everybody who holds a role for the account's client.
    ROLE = "role", _("Role")
    #: Everybody in a team; the client's own team where none is named.
    TEAM = "team", _("Team")
    USER = "user", _("User")
    #: Who looks after the account.
    OWNER = "owner", _("Owner of the account")
    #: Who looks after the client's key accounts.
    ACCOUNT_MANAGER = "account_manager", _("Account manager")


@dataclass(frozen=True, slots=True)
class To:
    """The colleagues a notice goes to: a kind of audience, and its name where the kind needs one.

    >>> To.read("role:team leader"), str(To(Audience.OWNER))
    (To(audience=<Audience.ROLE: 'role'>, name='team leader'), 'owner:')
    """

    audience: Audience
    name: str = ""

    def __post_init__(self) -> None:
        if self.audience in {Audience.ROLE, Audience.USER} and not self.name:
            raise ValueError(f"name the {self.audience}")

    def __str__(self) -> str:
        return f"{self.audience.value}:{self.name}"

    @classmethod
    def read(cls, text: str) -> To:
        """Read what `str` wrote.

        :raises ValueError: it names no audience
        """
        audience, _colon, name = text.partition(":")
        return cls(Audience(audience), name.strip())


class Direction(Choice):
    """Who called whom."""

    OUT = "out", _("We called")
    IN = "in", _("They called")


class CallOutcome(Choice):
    """What came of a call."""

    NO_ANSWER = "no_answer", _("No answer")
    BUSY = "busy", _("Busy")
    DEAD_NUMBER = "dead_number", _("Number does not work")
    WRONG_PARTY = "wrong_party", _("Wrong person")
    THIRD_PARTY = "third_party", _("Somebody else, who may not hear of it")
    LEFT_MESSAGE = "left_message", _("Left a message to call back")
    PROMISE = "promise", _("Right person: promised to pay")
    PAID = "paid", _("Right person: says it is paid")
    DISPUTE = "dispute", _("Right person: disputes the debt")
    REFUSES = "refuses", _("Right person: will not pay")
    HARDSHIP = "hardship", _("Right person: cannot pay")
    CALLBACK = "callback", _("Right person: asked to be called back")
    INFORMED = "informed", _("Right person: other")


#: Outcomes after which the same number is tried again on the next business day.
TRY_AGAIN = frozenset({CallOutcome.NO_ANSWER, CallOutcome.BUSY, CallOutcome.LEFT_MESSAGE})

#: Outcomes in which the right person was spoken to.
RIGHT_PARTY = frozenset(
    {
        CallOutcome.PROMISE,
        CallOutcome.PAID,
        CallOutcome.DISPUTE,
        CallOutcome.REFUSES,
        CallOutcome.HARDSHIP,
        CallOutcome.CALLBACK,
        CallOutcome.INFORMED,
    }
)


class NoSuchTemplate(Refusal):
    """There is no live template of that name for the channel."""

    code = "contact.no_such_template"
    sentence = _("There is no live template “{name}” for {channel}.")


class TemplateWrong(Refusal):
    """A template says something that cannot be rendered."""

    code = "contact.template_wrong"
    sentence = _("The template cannot be used: {problems}")
    status = 422


class TemplateNotDraft(Refusal):
    """Only a draft is changed or published."""

    code = "contact.template_not_draft"
    sentence = _("This version is not a draft. Make a new version instead.")


class MessageNotResendable(Refusal):
    """Only a message that failed is sent again."""

    code = "contact.message_not_resendable"
    sentence = _("The message is not one that failed, so it cannot be sent again.")


class MessageNotWaiting(Refusal):
    """Only a message that waits is cancelled."""

    code = "contact.message_not_waiting"
    sentence = _("The message is not waiting any more, so it cannot be cancelled.")


class CommandNotSent(Refusal):
    """Only a command that was sent is acknowledged."""

    code = "contact.command_not_sent"
    sentence = _("There is no such command that was sent.")
    status = 404


class CallInFuture(Refusal):
    """A call that is recorded has happened."""

    code = "contact.call_in_future"
    sentence = _("The call is in the future.")
    status = 422
