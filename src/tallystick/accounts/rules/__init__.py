"""What accounts and items are, and which refusals their use cases know."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.kernel.refusals import Refusal
from tallystick.ledger.rules import Head
from tallystick.parties import rules as party_rules

#: The end of a hold that has none.
NEVER = date(9999, 12, 31)

_NOT_KEY = re.compile(r"[^A-Za-z0-9]")


class AccountState(Choice):
    """Where an account is in its life. What strategy does with it is the strategy's state, not this one."""

    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class CloseReason(Choice):
    """Why an account was closed."""

    PAID = "paid", _("Paid in full")
    SETTLED = "settled", _("Settled")
    RECALLED = "recalled", _("Recalled by the client")
    WRITTEN_OFF = "written_off", _("Written off")
    ERROR = "error", _("Opened in error")


class ItemKind(Choice):
    """What an item is: the thing that is owed."""

    INVOICE = "invoice", _("Invoice")
    INSTALMENT = "instalment", _("Instalment")
    PENALTY = "penalty", _("Penalty")
    INTEREST = "interest", _("Interest")
    FEE = "fee", _("Fee")
    COST = "cost", _("Cost")
    #: What was owed when an account was placed, where the client does not say which invoices it comes from.
    BALANCE = "balance", _("Balance placed")


class SourceCreditKind(Choice):
    """What a credit in the client's own books is."""

    CREDIT_NOTE = "credit_note", _("Credit note")
    PAYMENT = "payment", _("Payment to the creditor")
    SETTLEMENT = "settlement", _("Settled with the creditor")


#: Where the money of a credit in the client's books is: the far side of its entry.
DEBIT_OF = {
    SourceCreditKind.CREDIT_NOTE: Head.CREDIT_NOTES,
    SourceCreditKind.PAYMENT: Head.PAID_TO_CLIENT,
    SourceCreditKind.SETTLEMENT: Head.PAID_TO_CLIENT,
}


HEAD_OF = {
    ItemKind.INVOICE: Head.PRINCIPAL,
    ItemKind.INSTALMENT: Head.PRINCIPAL,
    ItemKind.PENALTY: Head.PRINCIPAL,
    ItemKind.INTEREST: Head.INTEREST,
    ItemKind.FEE: Head.FEES,
    ItemKind.COST: Head.COSTS,
    ItemKind.BALANCE: Head.PRINCIPAL,
}


#: What is charged for what is owed, and is no document of its own.
CHARGES = frozenset({ItemKind.INTEREST, ItemKind.FEE, ItemKind.COST, ItemKind.PENALTY})

#: What the reference of an item that holds what is charged on another has after the reference of that one.
BESIDE = {ItemKind.INTEREST: "/interest", ItemKind.FEE: "/fixed sum"}


class PartyRole(Choice):
    """What another party is to an account, beside its debtor."""

    JOINT = "joint", _("Joint debtor")
    GUARANTOR = "guarantor", _("Guarantor")
    SOLICITOR = "solicitor", _("Solicitor")
    ADVISER = "adviser", _("Debt adviser")
    CONTACT = "contact", _("Contact")


class Bucket(Choice):
    """How old a balance is, by days past the due day; money on account has no age.

    Twin: the buckets of `sql/ageing.sql`.
    """

    NOT_DUE = "not_due", _("Not due")
    TO_30 = "1_30", _("1–30")
    TO_60 = "31_60", _("31–60")
    TO_90 = "61_90", _("61–90")
    TO_180 = "91_180", _("91–180")
    TO_365 = "181_365", _("181–365")
    OVER_365 = "over_365", _("Over 365")
    ON_ACCOUNT = "on_account", _("On account")


_LAST_DAYS = (
    (0, Bucket.NOT_DUE),
    (30, Bucket.TO_30),
    (60, Bucket.TO_60),
    (90, Bucket.TO_90),
    (180, Bucket.TO_180),
    (365, Bucket.TO_365),
)


def bucket_of(days_past_due: int) -> Bucket:
    """Give the bucket of an item by its days past due; on the due day itself it is not due yet.

    Twin: the buckets of `sql/ageing.sql`.

    >>> bucket_of(0).value, bucket_of(1).value, bucket_of(366).value
    ('not_due', '1_30', 'over_365')
    """
    return next((bucket for last, bucket in _LAST_DAYS if days_past_due <= last), Bucket.OVER_365)


def reference_key(reference: str) -> str:
    """Give the form in which references are compared: capitals and digits, for banks drop and add everything else.

    Twin: the SQL function `accounts_reference_key`.

    >>> reference_key("inv-2024/0841"), reference_key("Crédit 7")
    ('INV20240841', 'CRDIT7')
    """
    return _NOT_KEY.sub("", reference).upper()


class ClientExists(Refusal):
    """A code names one client."""

    code = "accounts.client_exists"
    sentence = _("There is a client {code} already. Choose another code.")


class PortfolioExists(Refusal):
    """A code names one portfolio of a client."""

    code = "accounts.portfolio_exists"
    sentence = _("{client} already has a portfolio {code}.")


class AccountExists(Refusal):
    """The client has an account of that reference already."""

    code = "accounts.account_exists"
    sentence = _("{client} already has an account {reference}.")


class AccountIsClosed(Refusal):
    """Nothing more is done with a closed account."""

    code = "accounts.account_is_closed"
    sentence = _("The account {reference} is closed.")


class ItemExists(Refusal):
    """An account has one item of a kind and reference."""

    code = "accounts.item_exists"
    sentence = _("The account already has an item {reference} of this kind.")


class NothingChanges(Refusal):
    """A correction corrects something."""

    code = "accounts.nothing_changes"
    sentence = _("A correction of nothing changes nothing.")
    status = 422


class CurrencyDiffers(Refusal):
    """An account has one currency."""

    code = "accounts.currency_differs"
    sentence = _("The account is in {account_currency}; {currency} belongs on an account of its own.")


class AmountNotPositive(Refusal):
    """Only positive amounts are owed or paid."""

    code = "accounts.amount_not_positive"
    sentence = _("The amount must be more than nothing.")
    status = 422


class MoreThanOpen(Refusal):
    """An allocation or an adjustment cannot exceed what is open."""

    code = "accounts.more_than_open"
    sentence = _("{amount} is more than the {open} that is open.")


class AlreadyReversed(Refusal):
    """An entry is reversed once."""

    code = "accounts.already_reversed"
    sentence = _("That was taken back already.")


#: Kinds of reading that end a search when they find something.
EXACT = frozenset({"by_contact", "by_reference", "by_item", "by_postcode"})

FOUND_BY: dict[str, str | Promise] = {
    "by_contact": _("Contact"),
    "by_reference": _("Account"),
    "by_item": _("Item"),
    "by_postcode": _("Postcode"),
    "by_name": _("Name"),
    "by_name_inside": _("Name"),
    "by_name_alike": _("Similar name"),
}

_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?(\d[A-Z]{0,2})?")
_LEAST_OF_A_NAME = 2
_LEAST_INSIDE = 3


def readings(text: str) -> list[tuple[str, str]]:
    """Give what a search may mean, the likeliest first: the name of a query of `sql/search.sql` and the value to ask for.

    >>> readings("o'brien")[0], readings("LS6 2AB")[0], readings("ann@example.org")
    (('by_reference', 'OBRIEN'), ('by_postcode', 'LS62AB'), [('by_contact', 'ann@example.org')])
    """
    text = text.strip()
    if not text:
        return []
    if "@" in text:
        return [("by_contact", text.casefold())]
    found: list[tuple[str, str]] = []
    joined = party_rules.postcode_key(text)
    if _POSTCODE.fullmatch(joined):
        found.append(("by_postcode", joined))
    if sum(letter.isdigit() for letter in text) >= len(text) * 2 / 3:
        with suppress(Refusal):
            found.append(("by_contact", party_rules.contact_key(party_rules.ContactKind.PHONE, text)))
    key = reference_key(text)
    if key:
        found += [("by_reference", key), ("by_item", key)]
    name = party_rules.name_key(text)
    if len(name) >= _LEAST_OF_A_NAME:
        found.append(("by_name", name))
    if len(name) >= _LEAST_INSIDE:
        found += [("by_name_inside", name), ("by_name_alike", name)]
    return found


def chased_minor(
    *,
    open_minor: int,
    held_minor: int | None,
    held_from_on: date | None,
    held_until_on: date | None,
    disputed_minor: int | None = None,
    on: date,
) -> int:
    """Give how much of what is open on an item is chased on a day: all of it, less what is on hold or disputed.

    What is held is taken for a part of what is disputed, or the other way round: no pound is left out twice.

    Twin: the function `accounts_chased_minor` of the database, which everything that reads sets of items calls.

    >>> held = {"held_from_on": date(2026, 3, 2), "held_until_on": date(2026, 3, 9)}
    >>> [chased_minor(open_minor=500, held_minor=300, on=date(2026, 3, day), **held) for day in (1, 2, 8, 9)]
    [500, 200, 200, 500]
    >>> chased_minor(open_minor=500, held_minor=None, on=date(2026, 3, 2), **held)
    0
    >>> [chased_minor(open_minor=500, held_minor=300, disputed_minor=100, on=date(2026, 3, day), **held) for day in (8, 9)]
    [200, 400]
    """
    held = 0
    if held_from_on is not None and held_until_on is not None and held_from_on <= on < held_until_on:
        held = open_minor if held_minor is None else held_minor
    return max(open_minor - max(held, disputed_minor or 0), 0)


def refuse_if_closed(state: str, reference: str) -> None:
    """Refuse what is done with open accounts only.

    :raises AccountIsClosed: the account is closed
    """
    if state != AccountState.OPEN:
        raise AccountIsClosed(reference=reference)
