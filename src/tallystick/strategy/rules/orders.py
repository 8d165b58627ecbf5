"""What a step may have done: orders that strategy gives to the rooms below. One line of a `do:` list is one order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice


class Channel(Choice):
    """Ways a message to the debtor can go."""

    EMAIL = "email", _("e-mail")
    SMS = "sms", _("text message")
    LETTER = "letter", _("letter")


class Command(Choice):
    """What the creditor's service is told."""

    SUSPEND = "suspend", _("suspend the service")
    RESUME = "resume", _("resume the service")


class Colleague(Choice):
    """Who of the staff a notice goes to."""

    ROLE = "role", _("role")
    EMAIL = "email", _("e-mail address")
    ACCOUNT_MANAGER = "account_manager", _("account manager of the client")


class Priority(Choice):
    """How urgent a task is."""

    LOW = "low", _("low")
    NORMAL = "normal", _("normal")
    HIGH = "high", _("high")
    URGENT = "urgent", _("urgent")


@dataclass(frozen=True, slots=True)
class Message:
    """Send the debtor a message made from a template."""

    #: A person has to do something about it.
    is_human: ClassVar[bool] = False
    channel: Channel
    template: str


@dataclass(frozen=True, slots=True)
class Task:
    """Give a person something to do, by a business day counted from the day of the step."""

    is_human: ClassVar[bool] = True
    kind: str
    title: str
    team: str
    role: str
    due_business_days: int
    priority: Priority


@dataclass(frozen=True, slots=True)
class Hold:
    """Hold the account for a reason, for a number of days."""

    is_human: ClassVar[bool] = False
    reason: str
    days: int


@dataclass(frozen=True, slots=True)
class LiftHold:
    """Lift the holds of one reason."""

    is_human: ClassVar[bool] = False
    reason: str


@dataclass(frozen=True, slots=True)
class Service:
    """Tell the creditor's service to suspend or to resume."""

    is_human: ClassVar[bool] = False
    command: Command


@dataclass(frozen=True, slots=True)
class Notice:
    """Tell a colleague by e-mail: everybody of a role, one address, or the account manager of the client."""

    is_human: ClassVar[bool] = False
    colleague: Colleague
    #: The role or the address; empty for the account manager.
    to: str
    template: str


@dataclass(frozen=True, slots=True)
class Note:
    """Write a note on the timeline."""

    is_human: ClassVar[bool] = False
    text: str


Order: TypeAlias = Message | Task | Hold | LiftHold | Service | Notice | Note
