"""What a payment pays first: what may be set for a client or an account, and what a decision says of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.jurisdictions.rules.orders import First, Order, Ties
from tallystick.jurisdictions.rules.orders import Head as Kind
from tallystick.kernel.choices import Choice
from tallystick.kernel.refusals import Refusal
from tallystick.ledger.rules import Head

#: How many entries one decision of what a credit pays may have: the numbers of the next one begin behind them.
NUMBERS_OF_A_DECISION = 1_000_000

#: What a part of a debt is for, by the head that it stands under.
KIND_OF = {Head.COSTS: Kind.COSTS, Head.FEES: Kind.FEES, Head.INTEREST: Kind.INTEREST, Head.PRINCIPAL: Kind.PRINCIPAL}

#: How the law of every jurisdiction calls the order where nothing else is agreed.
LAW = "allocation.order"


class OrderBasis(Choice):
    """What a row says: an order of its own, the law's, or that none is set here any more."""

    OWN = "own", _("An order of its own")
    LAW = "law", _("As the law says")
    NONE = "none", _("None of its own")


class AllocatedBy(Choice):
    """By what it was decided which items a credit pays."""

    NAMED = "named", _("As the payer named them")
    OLDEST = "oldest", _("The oldest due first, for no order is set")
    CLIENT = "client", _("By the order of the client")
    ACCOUNT = "account", _("By the order of the account")
    PERSON = "person", _("Chosen by a person")


_FIRST = frozenset({Kind.COSTS, Kind.FEES})
_COSTS_FIRST = (_FIRST, frozenset({Kind.INTEREST}), frozenset({Kind.PRINCIPAL}))
_PRINCIPAL_FIRST = (frozenset({Kind.PRINCIPAL}), frozenset({Kind.INTEREST}), _FIRST)

OLDEST_FIRST = Order((First.CHOSEN, First.OLDEST), (), Ties.LISTED)


@dataclass(frozen=True, slots=True)
class Usual:
    """An order that is usual in the trade."""

    name: str
    title: str | Promise
    order: Order


#: What a client chooses from, beside the law and the oldest due first.
USUAL: dict[str, Usual] = {
    usual.name: usual
    for usual in (
        Usual(
            "costs_first",
            _("Costs and fees, then interest, then principal"),
            Order((First.CHOSEN, First.HEAD, First.OLDEST), _COSTS_FIRST, Ties.LISTED),
        ),
        Usual(
            "due_costs_first",
            _("What is due: costs and fees, interest, principal"),
            Order((First.CHOSEN, First.DUE, First.HEAD, First.OLDEST), _COSTS_FIRST, Ties.LISTED),
        ),
        Usual(
            "principal_first",
            _("Principal, then interest, then costs and fees"),
            Order((First.CHOSEN, First.HEAD, First.OLDEST), _PRINCIPAL_FIRST, Ties.LISTED),
        ),
        Usual(
            "costs_of_the_oldest",
            _("The oldest due first, of one day costs before principal"),
            Order((First.CHOSEN, First.OLDEST, First.HEAD), _COSTS_FIRST, Ties.LISTED),
        ),
        Usual("newest_first", _("The newest first"), Order((First.CHOSEN, First.NEWEST), (), Ties.LISTED)),
        Usual("smallest_first", _("The smallest first"), Order((First.CHOSEN, First.SMALLEST), (), Ties.LISTED)),
        Usual("largest_first", _("The largest first"), Order((First.CHOSEN, First.LARGEST), (), Ties.LISTED)),
        Usual(
            "in_proportion",
            _("In proportion to what is open, what is due first"),
            Order((First.CHOSEN, First.DUE), (), Ties.PROPORTIONAL),
        ),
        Usual(
            "costs_first_no_choice",
            _("Costs and fees, then interest, then principal, whatever the payer names"),
            Order((First.HEAD, First.OLDEST), _COSTS_FIRST, Ties.LISTED),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class OrderInForce:
    """The order that holds for an account on a day, and where it is from."""

    order: Order
    by: AllocatedBy
    title: str | Promise
    #: The row that says so, of the client or of the account.
    order_id: int | None = None
    from_on: date | None = None
    set_by: str = ""
    #: What the law is cited by, where it says the order.
    citation: str = ""

    @property
    def lets_choose(self) -> bool:
        """Whether what the payer names goes first."""
        return First.CHOSEN in self.order.by


NONE_SET = OrderInForce(OLDEST_FIRST, AllocatedBy.OLDEST, _("The oldest due first"))


class OrderIsFixed(Refusal):
    """A person chose items where the order leaves no choice."""

    code = "accounts.order_is_fixed"
    sentence = _("Nobody chooses here what is paid: “{order}” holds. Let the order allocate it.")


class NoSuchOrder(Refusal):
    """The law of the client's jurisdiction has no such order, or none is meant."""

    code = "accounts.no_such_order"
    sentence = _("There is no such order for this client. Choose one of the list.")
    status = 422


class CreditGone(Refusal):
    """What is to be allocated was taken back, or never came."""

    code = "accounts.credit_gone"
    sentence = _("This money was taken back. There is nothing to allocate.")


class AllocatedMeanwhile(Refusal):
    """Somebody decided while the page was open."""

    code = "accounts.allocated_meanwhile"
    sentence = _("It was allocated anew while you looked at it. Look at what it pays now, and decide again.")


class AllocatedSo(Refusal):
    """A decision changes something."""

    code = "accounts.allocated_so"
    sentence = _("It pays exactly that already.")
    status = 422


class WhyMissing(Refusal):
    """What is taken away from an item is taken away for a reason."""

    code = "accounts.why_missing"
    sentence = _("Say why: money that had paid something is taken away from it.")
    status = 422


class DayOutside(Refusal):
    """An allocation holds from a day after the money came, and not from one that lies ahead."""

    code = "accounts.day_outside"
    sentence = _("Give a day from {first} to {last}: the money had come, and what it paid was booked.")
    status = 422


class SettledAtSource(Refusal):
    """What was settled in the client's books is of the item that was settled there."""

    code = "accounts.settled_at_source"
    sentence = _("The client settled one item with this: it pays that item, and no other.")


class NothingLeft(Refusal):
    """All of a credit pays something already, or nothing is open."""

    code = "accounts.nothing_left"
    sentence = _("Nothing of it is left to allocate, or nothing is owed.")
