"""What a measure was before a trial, in sentences with both numbers; or that too little is known, and what to do."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallystick.kernel.money import Money
from tallystick.strategy.queries.trial_history import History
from tallystick.strategy.rules import plain
from tallystick.strategy.rules.trials.terms import ENOUGH, Measure


def said(found: History) -> list[str]:
    """Say what was seen and of how many, or that it is too little and what to do."""
    return [_seen(found), _came(found)] if found.is_known else [_too_little(found), _instead(found), _came(found)]


def _seen(found: History) -> str:
    return _("In the {days} days since {begins}: {counted}.").format(
        days=_number(found.days), begins=plain.value_aloud(found.begins), counted=_counted(found)
    )


def _counted(found: History) -> str:
    measure, sums, window = found.reading.measure, found.sums, found.reading.window
    words = {
        "of": _of_whom(found),
        "window": _number(window),
        "share": plain.value_aloud(Decimal(f"{(sums.ratio or 0.0) * 100:.1f}")),
    }
    match measure:
        case Measure.COLLECTED:
            currency = found.reading.currency
            reached, owed = (plain.value_aloud(Money(minor, currency)) for minor in (sums.y, sums.x))
            told = _("{reached} of the {owed} owed by {of} were collected within {window} days, {share} %")
            return told.format(reached=reached, owed=owed, **words)
        case Measure.CONTACTS:
            mean = plain.value_aloud(Decimal(f"{sums.ratio or 0.0:.2f}"))
            told = _("{reached} messages and calls within {window} days to {of}, {mean} for each account")
            return told.format(reached=_number(sums.y), mean=mean, **words)
        case Measure.PROMISE_KEPT:
            told = _("{reached} of {of} kept a promise within {window} days, {share} %")
        case _:
            told = _("{reached} of {of} were paid in full within {window} days, {share} %")
    return told.format(reached=_number(sums.y), **words)


def _of_whom(found: History) -> str:
    units = found.sums.units
    if not found.reading.split.by_debtor:
        return _accounts(units)
    debtors = ngettext("{n} debtor", "{n} debtors", units).format(n=_number(units))
    if found.reading.measure is Measure.COLLECTED:
        return debtors
    return _("{accounts} of {debtors}").format(accounts=_accounts(found.sums.x), debtors=debtors)


def _accounts(number: int) -> str:
    return ngettext("{n} account", "{n} accounts", number).format(n=_number(number))


def _came(found: History) -> str:
    return _("{came} came to this state in {days} days, {per_day} a day.").format(
        came=_number(found.came), days=_number(found.days), per_day=plain.value_aloud(Decimal(f"{found.per_day:.1f}"))
    )


def _too_little(found: History) -> str:
    if found.sums.units < ENOUGH:
        told = _("Too little is known: {units} have come and been watched for {window} days, and {enough} are needed.")
        return told.format(
            units=_number(found.sums.units), window=_number(found.reading.window), enough=_number(ENOUGH)
        )
    return _("Nothing varied, so nothing can be worked out of it. {seen}").format(seen=_seen(found))


def _instead(found: History) -> str:
    if found.reading.measure.is_of_accounts:
        return _("Say below what share you expect of the champion.")
    return _(
        "Wait until more have come, watch for fewer days, or compare by a share of accounts, which you can estimate."
    )


def _number(number: int) -> str:
    return plain.value_aloud(Decimal(number))
