"""The smallest changes read aloud: "£12.40 more paid", "in 4 days (Thursday, 3 December 2026)", "one more broken promise"."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils.translation import get_language, ngettext, to_locale
from django.utils.translation import gettext as _

from tallystick.kernel.facts import Fact, FactType
from tallystick.kernel.money import Money, written
from tallystick.strategy.rules import plain
from tallystick.strategy.rules.domains import Choice, Range
from tallystick.strategy.rules.levers import is_age
from tallystick.strategy.rules.remedies import Change, Remedy, Wait

#: Alternatives that are said; further ones are further away and would only be noise.
MOST_SAID = 3
#: Amounts that a payment brings down.
_PAID = frozenset(
    {
        "accounts.balance",
        "accounts.overdue",
        "accounts.largest_item",
        "disputes.undisputed_overdue",
        "promises.balance_growth",
    }
)


def said_remedies(remedies: Iterable[Remedy], currency: str, *, comes_on: Wait | None = None) -> str:
    """Say what something comes with, as alternatives, the nearest first; nothing where nothing would do, or nothing is needed.

    Where it is known to come by itself, that is said first, and other ways of waiting are left out.
    """
    found = [each for each in remedies if each]
    if comes_on:
        found = [(comes_on,), *(each for each in found if not all(isinstance(part, Wait) for part in each))]
    return _(", or ").join(dict.fromkeys(said_remedy(each, currency) for each in found[:MOST_SAID]))


def said_remedy(remedy: Remedy, currency: str) -> str:
    """Say everything that has to change together: the days first, then what it comes with."""
    waits = [said_wait(part.days, part.until) for part in remedy if isinstance(part, Wait)]
    changes = [_said_change(part, currency) for part in remedy if not isinstance(part, Wait)]
    if changes:
        waits.append(_("with {changes}").format(changes=_listed(changes)))
    return " ".join(waits)


def _listed(texts: list[str]) -> str:
    *first, last = texts
    return _("{first} and {last}").format(first=", ".join(first), last=last) if first else last


def said_wait(days: int, until: date) -> str:
    """Say how long to wait, and until when.

    >>> said_wait(4, date(2026, 12, 3))
    'in 4 days (Thursday, 3 December 2026)'
    """
    day = said_day(until)
    if days == 1:
        return _("tomorrow ({day})").format(day=day)
    return ngettext("in {days} day ({day})", "in {days} days ({day})", days).format(days=days, day=day)


def said_day(day: date) -> str:
    """Say a day with its weekday."""
    return format_date(day, "EEEE, d MMMM y", locale=_locale())


def _locale() -> str:
    return to_locale(get_language() or "en-gb")


def _said_change(change: Change, currency: str) -> str:
    match change.accepted:
        case Choice():
            return _said_choice(change, change.accepted)
        case Range():
            return _said_count(change, change.accepted, currency)


def _said_choice(change: Change, accepted: Choice) -> str:
    fact = change.fact
    if change.to is None:
        return _("{fact} unknown").format(fact=_called(fact))
    if accepted == Choice() or accepted == Choice(only=frozenset({True, False})):
        return _("{fact} known").format(fact=_called(fact))
    if isinstance(change.to, bool):
        said = _so().get((fact.name, change.to))
        return said or _meaning(fact, is_so=change.to)
    if accepted.only is not None:
        texts = [f"“{text}”" for text in sorted(map(str, accepted.only - accepted.without))]
        return _("{fact} {values}").format(fact=_called(fact), values=_(" or ").join(texts))
    texts = [f"“{text}”" for text in sorted(map(str, accepted.without))]
    return _("{fact} other than {values}").format(fact=_called(fact), values=_(" or ").join(texts))


def _said_count(change: Change, accepted: Range, currency: str) -> str:
    fact = change.fact
    if change.to is None:
        return _("{fact} unknown").format(fact=_called(fact))
    assert isinstance(change.to, int)  # noqa: S101
    if change.was is None or is_age(fact) or fact.type is FactType.DATE:
        return _said_target(fact, change.to, accepted, currency)
    by = change.by
    if fact.type is FactType.MONEY:
        return _said_amount(fact, by, written(Money(abs(by), currency), Locale.parse(_locale())))
    return _said_number(fact, by, change.to)


def _said_target(fact: Fact, to: int, accepted: Range, currency: str) -> str:
    """Say what a fact would have to be, where no difference can be told."""
    value = _written(fact, to, currency)
    is_low, is_high = accepted.low == to, accepted.high == to
    if fact.type is FactType.DATE:
        if is_low and to == date.min.toordinal():
            return _("{fact} known").format(fact=_called(fact))
        phrase = _("{fact} on {value}") if is_low and is_high else _("{fact} on {value} or later")
        phrase = phrase if is_low else _("{fact} on {value} or earlier")
    elif is_low and is_high:
        phrase = _("{fact} {value}")
    elif is_low or is_high:
        phrase = _("{fact} at least {value}") if is_low else _("{fact} at most {value}")
    else:
        phrase = _("{fact} known")
    return phrase.format(fact=_called(fact), value=value)


def _written(fact: Fact, value: int, currency: str) -> str:
    match fact.type:
        case FactType.MONEY:
            return plain.value_aloud(Money(value, currency))
        case FactType.DATE:
            return plain.value_aloud(date.fromordinal(value))
        case _:
            return " ".join(filter(None, [format_decimal(value, locale=_locale()), fact.unit]))


def _said_amount(fact: Fact, by: int, amount: str) -> str:
    if fact.name in _PAID or fact.name.startswith("payments."):
        is_paid = (by < 0) is (fact.name in _PAID)
        if is_paid:
            return _("{amount} more paid").format(amount=amount)
        if fact.name == "accounts.balance":
            return _("{amount} more owed").format(amount=amount)
        if fact.name == "accounts.overdue":
            return _("{amount} more overdue").format(amount=amount)
    phrase = _("{fact} {amount} higher") if by > 0 else _("{fact} {amount} lower")
    return phrase.format(fact=_called(fact), amount=amount)


def _said_number(fact: Fact, by: int, to: int) -> str:
    count = abs(by)
    if by > 0 and fact.unit == "promises" and "broken" in fact.name:
        return _counted(count, ngettext("one more broken promise", "{count} more broken promises", count))
    if known := _fewer_and_more().get((fact.unit, by > 0)):
        return _counted(count, known(count))
    value = " ".join(filter(None, [format_decimal(to, locale=_locale()), fact.unit]))
    phrase = _("{fact} up to {value}") if by > 0 else _("{fact} down to {value}")
    return phrase.format(fact=_called(fact), value=value)


def _counted(count: int, phrase: str) -> str:
    return phrase.format(count=format_decimal(count, locale=_locale()))


def _fewer_and_more() -> dict[tuple[str, bool], Callable[[int], str]]:
    """Give how more or fewer of something are said, by what is counted."""
    return {
        ("items", True): lambda n: ngettext("one more such item", "{count} more such items", n),
        ("items", False): lambda n: ngettext("one such item settled", "{count} such items settled", n),
        ("disputes", True): lambda n: ngettext("one more dispute", "{count} more disputes", n),
        ("disputes", False): lambda n: ngettext("the dispute decided", "{count} disputes decided", n),
        ("payments", True): lambda n: ngettext("one more payment", "{count} more payments", n),
        ("tasks", True): lambda n: ngettext("one more open task", "{count} more open tasks", n),
        ("tasks", False): lambda n: ngettext("one open task finished", "{count} open tasks finished", n),
        ("calls", True): lambda n: ngettext("one more call", "{count} more calls", n),
        ("messages", True): lambda n: ngettext("one more message", "{count} more messages", n),
    }


def _so() -> dict[tuple[str, bool], str]:
    """Give what it takes that a yes-or-no fact is so, or no longer, where trade has words for it."""
    return {
        ("parties.has_email", True): _("an e-mail address"),
        ("parties.has_mobile", True): _("a mobile number"),
        ("parties.has_phone", True): _("a telephone number"),
        ("parties.has_address", True): _("a postal address"),
        ("promises.is_open", True): _("a promise to pay"),
        ("promises.is_open", False): _("no open promise"),
        ("contact.is_suspended", True): _("the service suspended"),
        ("contact.is_suspended", False): _("the service resumed"),
        ("holds.active", False): _("the hold ended"),
        ("holds.stops_contact", False): _("the hold ended"),
        ("holds.stops_enforcement", False): _("the hold ended"),
    }


def _meaning(fact: Fact, *, is_so: bool) -> str:
    so = fact.meaning.removeprefix("Whether ").rstrip(".")
    if so == fact.meaning.rstrip("."):
        return (_("{fact}") if is_so else _("not {fact}")).format(fact=_called(fact))
    return so if is_so else _("it is not so that {meaning}").format(meaning=so)


def _called(fact: Fact) -> str:
    name = plain.fact_aloud(fact)
    return name.removesuffix(" on") if fact.type is FactType.DATE else name
