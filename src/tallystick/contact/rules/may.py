"""May we? One question in one place, asked when something is decided and again when it leaves, answered rule by rule.

Twin: `sql/queue.sql` and `sql/send.sql` ask the same questions of a whole set of accounts; `test_twins.py` holds the
two together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.contact.rules.words import TO_DEBTOR, Channel, Command, Purpose
from tallystick.holds.rules import STOPS, Activity, Reason

BAD = "bad"


@dataclass(frozen=True, slots=True)
class Limits:
    """House limits: how often a person hears from us, and when a telephone may sound.

    The law of England and Wales names no number; these are the house's, as configuration.
    Source: FCA Handbook CONC 7.9.4R (unreasonable times); frequency is a house rule.
    """

    #: Messages to one person, over all accounts, clients and channels, within `cap_days` days.
    cap_messages: int = 3
    cap_days: int = 7
    #: Text messages leave within these local hours, the last one excluded, and not on Sundays.
    loud_from: time = time(8)
    loud_until: time = time(21)
    quiet_weekdays: frozenset[int] = frozenset({6})


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that decides whether one message may be sent: gathered by the caller, judged here."""

    channel: Channel
    purpose: Purpose = Purpose.DEMAND
    command: Command | None = None
    account_open: bool = True
    owed_minor: int = 1
    #: How much of it is on hold, item by item.
    held_minor: int = 0
    #: Why the account is held today; what each reason stops is the judgement of `holds`.
    holds: frozenset[Reason] = frozenset()
    #: A solicitor or debt adviser acts for the debtor, and we write to nobody past them.
    represented: bool = False
    #: Where it would go; empty when there is no address for the channel.
    address: str = ""
    #: What is known of the address: unverified, confirmed or bad.
    address_state: str = "unverified"
    #: True agreed, False refused, None nothing said.
    consent: bool | None = None
    #: Messages to the person that left or wait, within the days of the cap.
    recent: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """One question: its name in the record, when it is asked, and the code and words of a "no"."""

    name: str
    code: str
    question: Promise
    refusal: Promise
    asked: Callable[[Situation], bool]
    allows: Callable[[Situation, Limits], bool]


def _to_debtor(situation: Situation) -> bool:
    return situation.channel in TO_DEBTOR


def _stoppable(situation: Situation) -> bool:
    # Giving a service back is never stopped; taking it away is as serious as a demand.
    return _to_debtor(situation) or situation.command == Command.SUSPEND


def activity_of(*, purpose: Purpose, command: Command | None = None) -> Activity | None:
    """Give the activity that a hold must stop for a message to be stopped; None when no hold stops it.

    A demand is chasing. Taking a service away is enforcement; giving it back is never stopped. What the law or the contract
    demands is said whatever holds. Other information waits only where nothing may even be agreed: in breathing space and
    insolvency.

    >>> activity_of(purpose=Purpose.INFORMATION) in STOPS[Reason.PROMISE]
    False
    """
    if command is not None:
        return Activity.ENFORCE if command == Command.SUSPEND else None
    return {Purpose.DEMAND: Activity.CONTACT, Purpose.INFORMATION: Activity.AGREE}.get(purpose)


def _is_held(situation: Situation) -> bool:
    activity = activity_of(purpose=situation.purpose, command=situation.command)
    is_all_held = 0 < situation.owed_minor <= situation.held_minor and activity in {Activity.CONTACT, Activity.ENFORCE}
    return is_all_held or any(activity in STOPS[reason] for reason in situation.holds)


#: The questions in the order they are asked; the first "no" is the reason that is shown.
RULES: tuple[Rule, ...] = (
    Rule(
        "open",
        "contact.account_closed",
        _("Is the account open?"),
        _("The account is closed."),
        _stoppable,
        lambda situation, _limits: situation.account_open,
    ),
    Rule(
        "owed",
        "contact.nothing_owed",
        _("Is anything owed?"),
        _("Nothing is owed any more."),
        lambda situation: (
            situation.command == Command.SUSPEND or (_to_debtor(situation) and situation.purpose == Purpose.DEMAND)
        ),
        lambda situation, _limits: situation.owed_minor > 0,
    ),
    Rule(
        "not_held",
        "contact.held",
        _("Is nothing holding us back (a hold of the account or of all its items, breathing space, insolvency)?"),
        _("A hold stops this."),
        _stoppable,
        lambda situation, _limits: not _is_held(situation),
    ),
    Rule(
        "not_represented",
        "contact.represented",
        _("Is nobody acting for the debtor?"),
        _("A solicitor or adviser acts for the debtor."),
        _to_debtor,
        lambda situation, _limits: not situation.represented,
    ),
    Rule(
        "addressed",
        "contact.no_address",
        _("Is there an address for this channel?"),
        _("There is no address for this channel."),
        lambda _situation: True,
        lambda situation, _limits: situation.address != "",
    ),
    Rule(
        "working",
        "contact.address_bad",
        _("Does the address work?"),
        _("The address is known not to work."),
        _to_debtor,
        lambda situation, _limits: situation.address_state != BAD,
    ),
    Rule(
        "agreed",
        "contact.consent_refused",
        _("Has the person not refused to be reached here?"),
        _("The person refused to be reached here."),
        _to_debtor,
        lambda situation, _limits: situation.consent is not False,
    ),
    Rule(
        "seldom",
        "contact.too_often",
        _("Have we written seldom enough?"),
        _("The person has heard from us as often as the house allows."),
        lambda situation: _to_debtor(situation) and situation.purpose != Purpose.REQUIRED,
        lambda situation, limits: situation.recent < limits.cap_messages,
    ),
)

#: What each refusal says, by code.
REFUSAL_WORDS: dict[str, Promise] = {rule.code: rule.refusal for rule in RULES}


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers rule by rule, as they are recorded, and the code of the first "no"; empty when we may."""

    by_rule: dict[str, bool]
    refusal: str

    def __bool__(self) -> bool:
        return not self.refusal


def may_we(situation: Situation, limits: Limits) -> Answers:
    """Ask every question that concerns a message, and give all answers.

    Twin: `sql/queue.sql`, `sql/send.sql`.

    >>> may_we(Situation(Channel.EMAIL, address="ann@example.org", recent=3), Limits()).refusal
    'contact.too_often'
    >>> held = frozenset({Reason.DISPUTE})
    >>> bool(may_we(Situation(Channel.SERVICE, command=Command.RESUME, address="S-1", holds=held), Limits()))
    True
    """
    by_rule = {rule.name: rule.allows(situation, limits) for rule in RULES if rule.asked(situation)}
    refusal = next((rule.code for rule in RULES if by_rule.get(rule.name) is False), "")
    return Answers(by_rule, refusal)


def quiet_until(at: datetime, *, time_zone: str, limits: Limits, holidays: Iterable[object] = ()) -> datetime | None:
    """Give the instant from which a text message may leave again, or None when it may leave now.

    Hours are those of the person's place. Days on which no telephone may sound are the quiet weekdays and `holidays`.

    >>> from datetime import UTC
    >>> quiet_until(datetime(2026, 7, 4, 20, 30, tzinfo=UTC), time_zone="Europe/London", limits=Limits())
    datetime.datetime(2026, 7, 6, 7, 0, tzinfo=datetime.timezone.utc)
    """
    zone = ZoneInfo(time_zone)
    here = at.astimezone(zone)
    closed = set(holidays)

    def is_loud(moment: datetime) -> bool:
        return moment.weekday() not in limits.quiet_weekdays and moment.date() not in closed

    if is_loud(here) and limits.loud_from <= here.time() < limits.loud_until:
        return None
    day = here.date()
    if here.time() >= limits.loud_from:
        day += timedelta(days=1)
    opens = datetime.combine(day, limits.loud_from, tzinfo=zone)
    while not is_loud(opens):
        opens = datetime.combine(opens.date() + timedelta(days=1), limits.loud_from, tzinfo=zone)
    return opens.astimezone(at.tzinfo)
