"""Debts, rates and parts of debts for the tests of this room."""

from datetime import date, timedelta
from decimal import Decimal

from tallystick.charges.rules.allocation import Part
from tallystick.charges.rules.interest import Bearing
from tallystick.charges.rules.terms import Balance
from tallystick.jurisdictions.rules.orders import First, Head, Order, Ties
from tallystick.jurisdictions.rules.rates import RateStep

START = date(2026, 1, 1)


def day(number):
    """Give the day that many days after the start: the first day of interest is day 1."""
    return START + timedelta(days=number)


def rate(percent, number=1):
    """Give a rate in percent a year from a day on."""
    return RateStep(day(number), Decimal(percent), "contract", day(number), f"rate {percent}")


def bearing(*balances, rates=(), freezes=(), paid=()):
    """Give a debt by pairs of the day from which a balance counts and its minor units, at 8 percent if nothing else is said."""
    return Bearing(
        day(1),
        [Balance(day(number), minor) for number, minor in balances],
        list(rates) or [rate("8")],
        freezes,
        [Balance(day(number), minor) for number, minor in paid],
    )


def part(reference, head, minor, due=0, **more):
    """Give a part of a debt that fell due so many days after the start."""
    return Part(reference, Head(head), minor, day(due), **more)


def order(by, heads="", ties="listed"):
    """Give an order from words: heads are parted by spaces, equals by “+”."""
    groups = tuple(frozenset(map(Head, group.split("+"))) for group in heads.split())
    return Order(tuple(map(First, by.split())), groups, Ties(ties))
