"""The story of the demo book: set up, brought in, lived through until today."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.utils.translation import gettext as _

from tallystick.config.demo import book, living, loading, organization, trying
from tallystick.config.demo.organization import log_ins
from tallystick.config.working_off import work_off
from tallystick.insight import actions as insight
from tallystick.insight import rules as insight_rules
from tallystick.intake.rules import FileKind
from tallystick.kernel import clock, months
from tallystick.kernel.actor import system
from tallystick.strategy import actions as strategy

__all__ = ["load", "log_ins"]

#: Days that are lived through before today.
DAYS = 30


def load(*, size: int, seed: int, progress: Callable[[str], None], days: int = DAYS) -> living.Life:
    """Make a demo book of `size` accounts from a seed, live through it until today, and give the life it had.

    `progress` is told each step. What debtors paid before the first day is not told: the book begins with what was still
    owed then.
    """
    today = clock.now().date()
    first = today - timedelta(days=days)
    debtors = list(book.accounts(size=size, seed=seed, today=today))
    try:
        _begin(debtors, first, seed, progress)
        life = living.Life(seed=seed, debtors={debtor.reference: debtor for debtor in debtors})
        life.expect(debtors, after=first)
        sources = {creditor.code: loading.open_sources(creditor) for creditor in book.CREDITORS}
        for creditor in book.CREDITORS:
            of_creditor = [debtor for debtor in debtors if debtor.creditor is creditor]
            loading.bring_in(
                loading.customers_file(of_creditor),
                source_id=sources[creditor.code][FileKind.CUSTOMERS],
                name=f"customers-{first}.csv",
                currency=creditor.currency,
            )
            _invoices(loading.open_on(of_creditor, day=first), sources[creditor.code], first)
            progress(_("{client}: {count} customers brought in.").format(client=creditor.name, count=len(of_creditor)))
        work_off()
        _live(life, debtors, sources, first, today, progress)
        return life
    finally:
        clock.travel_to(None)


def _begin(debtors: Sequence[book.DemoAccount], first: date, seed: int, progress: Callable[[str], None]) -> None:
    """Set everything up on the day before: a trial starts on a later day than it is registered."""
    at = datetime.combine(first - timedelta(days=1), time(16), UTC)
    clock.travel_to(at)
    months.open_months(first=at.date(), last=first + timedelta(days=400))
    strategy.begin_book(day=first)
    organization.set_up(at=at)
    trying.register_trial(starts_on=first, at=at)
    clock.travel_to(datetime.combine(first, time(4), UTC))
    progress(_("People, clients, templates and strategies set up."))


def _invoices(owed: list[tuple[book.DemoAccount, book.DemoInvoice]], sources: dict[FileKind, int], day: date) -> None:
    if owed:
        loading.bring_in(
            loading.invoices_file(owed),
            source_id=sources[FileKind.INVOICES],
            name=f"invoices-{day}.csv",
            currency=owed[0][0].creditor.currency,
        )


def _live(
    life: living.Life,
    debtors: Sequence[book.DemoAccount],
    sources: dict[str, dict[FileKind, int]],
    first: date,
    today: date,
    progress: Callable[[str], None],
) -> None:
    days = (today - first).days
    for number in range(1, days + 1):
        day = first + timedelta(days=number)
        if day.weekday() == 0 or day == today:
            # New invoices come once a week, as from a billing run.
            clock.travel_to(datetime.combine(day, time(4), UTC))
            for creditor in book.CREDITORS:
                of_creditor = [debtor for debtor in debtors if debtor.creditor is creditor]
                new = loading.issued_between(of_creditor, after=_last_billing(day, first), upto=day)
                _invoices(new, sources[creditor.code], day)
            work_off()
        _close_months(day)
        life.day(day)
        if number % 10 == 0 or day == today:
            progress(_("Lived through {done} of {days} days.").format(done=number, days=days))


def _close_months(day: date) -> None:
    """Close the month that ended the day before, and add what became known since of the one before."""
    at, by = datetime.combine(day, time(2, 20), UTC), system("the figures of the month")
    insight.close_months(month_on=insight_rules.month_before(day), today=day, at=at, by=by)
    insight.add_later_known(at=at, by=by)


def _last_billing(day: date, first: date) -> date:
    back = 7 if day.weekday() == 0 else day.weekday()
    return max(first, day - timedelta(days=back))
