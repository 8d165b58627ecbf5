"""The demo book: the same from the same seed, as mixed as a real one, and true to the cent once it has been lived through."""

from __future__ import annotations

import io
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db.models import F

from tallystick.accounts.models import Account, Item
from tallystick.accounts.rules import bucket_of
from tallystick.config.demo import book, load
from tallystick.disputes.models import Dispute
from tallystick.insight.models import Closing
from tallystick.kernel import clock
from tallystick.kernel.actor import Scope
from tallystick.ledger import queries as ledger_queries
from tallystick.payments import queries as payments
from tallystick.payments.models import FileWarning
from tallystick.promises.models import Promise
from tallystick.strategy.models import LearnedShares, Score
from tallystick.strategy.queries import learning, trial_report, trials
from tallystick.timeline import actions as timeline

SEED, TODAY = 1, date(2026, 6, 30)
#: Of the book that is lived through.
SIZE = 80


def test_the_same_seed_makes_the_same_book_and_another_one_another():
    made = list(book.accounts(size=50, seed=SEED, today=TODAY))

    assert made == list(book.accounts(size=50, seed=SEED, today=TODAY))
    assert made == list(book.accounts(size=80, seed=SEED, today=TODAY))[:50]
    assert made != list(book.accounts(size=50, seed=SEED + 1, today=TODAY))


def test_the_book_has_something_of_everything():
    made = list(book.accounts(size=400, seed=SEED, today=TODAY))
    invoices = [invoice for debtor in made for invoice in debtor.invoices]

    assert {debtor.creditor for debtor in made} == set(book.CREDITORS)
    assert {debtor.character for debtor in made} == set(book.Character)
    assert {debtor.creditor.currency for debtor in made} == {"GBP", "EUR"}
    assert {debtor.is_company for debtor in made} == {True, False}
    assert {debtor.country for debtor in made} >= {"GB", "IE"}
    assert len({bucket_of((TODAY - invoice.due_on).days) for invoice in invoices}) == 7
    assert any((TODAY - invoice.due_on).days > 2 * 365 for invoice in invoices)
    assert len({invoice.reference for invoice in invoices}) == len(invoices)


def test_nobody_pays_before_there_is_an_invoice_nor_more_than_it():
    invoices, paid = {}, Counter()
    for debtor in book.accounts(size=200, seed=SEED, today=TODAY):
        invoices |= {invoice.reference: invoice for invoice in debtor.invoices}
        for payment in debtor.payments:
            paid[payment.reference] += payment.amount_minor
            assert payment.paid_on > invoices[payment.reference].issued_on

    assert paid
    assert all(minor <= invoices[reference].amount_minor for reference, minor in paid.items())


@pytest.mark.django_db(transaction=True)
def test_a_book_that_was_lived_through_owes_what_its_debtors_left_unpaid(tmp_path, settings):
    settings.CONTACT_SENDERS = {
        channel: {**sender, "OPTIONS": {"folder": str(tmp_path / channel)}}
        for channel, sender in settings.CONTACT_SENDERS.items()
    }
    clock.travel_to(datetime(2026, 6, 30, 8, tzinfo=UTC))
    life = load(size=SIZE, seed=SEED, progress=lambda _said: None)

    accounts = {account.reference: account for account in Account.objects.filter(is_house=False)}
    assert accounts.keys() == life.debtors.keys()
    waiting = _waiting_minor(life)
    assert {
        reference: ledger_queries.balance(account.pk, currency=account.currency).minor - waiting[reference]
        for reference, account in accounts.items()
    } == {reference: life.balance_minor(reference, on=TODAY) for reference in life.debtors}
    assert set(Promise.objects.values_list("state", flat=True)) >= {"open", "kept", "broken"}
    assert Score.objects.count() > Score.objects.values("account_id").distinct().count() > SIZE // 2
    assert not Promise.objects.filter(state="open", pay_on__lt=TODAY - timedelta(days=1)).exists()
    assert set(Dispute.objects.values_list("state", flat=True)) == {"open", "upheld", "rejected"}
    assert not FileWarning.objects.exists()
    assert Item.objects.filter(open_minor__gt=0, open_minor__lt=F("amount_minor")).exists()
    _has_a_trial_that_goes_on()
    _has_a_split_that_watches()
    assert Closing.objects.filter(month_on="2026-05-31", number=0, receivables_minor__gt=0).exists()
    while timeline.seal_events(at=clock.now()):
        pass
    call_command("check", stdout=io.StringIO())


def _has_a_trial_that_goes_on():
    [trial] = trials.trials(scope=Scope())
    report = trial_report.report(trial, day=TODAY)
    assert trial.registered_by == "Morgan Hale"
    assert not report.has_ended
    assert "Nothing can be said yet" in report.sentence
    watched = report.measures[0]
    assert 0 < watched.champion.units + watched.challenger.units < report.needed
    assert watched.champion.y + watched.challenger.y > 0, "what a statement brings counts as paid"
    assert report.waiting + watched.champion.units + watched.challenger.units == sum(dict(report.entered).values())


def _has_a_split_that_watches():
    """In so small a book too little is known to move its shares; it says what it has seen."""
    [(strategy, split)] = learning.learners()
    seen = learning.read(strategy, split, learning.alone(split), day=TODAY)
    assert (strategy.name, split.id, set(seen.counts)) == ("staged-reminders", "whom-to-call", {"everybody", "large"})
    assert all(count.came >= count.over > 0 for count in seen.counts.values())
    assert not LearnedShares.objects.exists()


def _waiting_minor(life):
    """Give the money that is here and that nobody has said whose it is, by the reference of the debtor who sent it."""
    waiting = Counter()
    for line in payments.waiting_lines():
        [sender] = [
            debtor
            for debtor in life.debtors.values()
            if debtor.creditor.code == line.bank_account.client.code
            and debtor.name in f"{line.counterparty} {line.narrative}"
        ]
        waiting[sender.reference] += line.open_minor
    return waiting
