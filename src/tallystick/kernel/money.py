"""Money: an exact amount and its currency. Integer minor units inside, never float, never mixed."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from fractions import Fraction
from functools import cache

from babel import Locale
from babel.numbers import NumberPattern

from tallystick.kernel.currencies import currency

#: The most minor units that a column of a table holds.
_MOST = 2**63 - 1
_LETTER_BEFORE_FIGURE = re.compile(r"(?<=[^\W\d_])(?=\d)")
_EXACT = Context(prec=38, traps=[Inexact, InvalidOperation, Overflow])


class CurrencyMismatch(TypeError):
    """Two currencies met in one sum: a defect, for the caller must convert by a dated rate first."""


def decimals_of(code: str) -> int:
    """Give the number of decimals of an ISO 4217 currency, in use or withdrawn.

    :raises UnknownCurrency: the code is no currency; a `ValueError` that says the nearest one

    >>> decimals_of("GBP"), decimals_of("JPY"), decimals_of("KWD"), decimals_of("CLF")
    (2, 0, 3, 4)
    """
    return currency(code).decimals


def half_up(exact: Fraction) -> int:
    """Round an exact number of minor units to a whole one, halves away from zero: as people expect it of a bill.

    >>> half_up(Fraction(5, 2)), half_up(Fraction(-5, 2)), half_up(Fraction(249, 100))
    (3, -3, 2)
    """
    return -half_up(-exact) if exact < 0 else int(exact + Fraction(1, 2))


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount of one currency, held as an integer number of its minor units (pence, cents).

    >>> Money(1250, "GBP") + Money(50, "GBP")
    Money(1300, 'GBP')
    >>> Money.of("12.50", "GBP").amount
    Decimal('12.50')
    >>> Money(1, "GBP") + Money(1, "EUR")
    Traceback (most recent call last):
    ...
    tallystick.kernel.money.CurrencyMismatch: GBP and EUR cannot be added, subtracted or compared
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are an int, not {type(self.minor).__name__}")
        decimals_of(self.currency)

    @classmethod
    def of(cls, amount: Decimal | str | int, currency: str) -> Money:
        """Make money from a decimal amount, exactly.

        :raises ValueError: the amount has more decimals than the currency, is no number, or is too large to be kept
        """
        if isinstance(amount, float):
            raise TypeError("a float is not an exact amount")
        try:
            # The context refuses to round: an amount with more digits than it keeps is an error, not another amount.
            minor = _EXACT.scaleb(Decimal(amount), decimals_of(currency)).to_integral_exact(context=_EXACT)
        except ArithmeticError:
            raise ValueError(f"{amount} is not an exact amount of {currency}") from None
        if not minor.is_finite() or abs(minor) > _MOST:
            raise ValueError(f"{amount} is not an exact amount of {currency}")
        return cls(int(minor), currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Give nothing, in a currency."""
        return cls(0, currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-decimals_of(self.currency))

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be added, subtracted or compared")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __gt__(self, other: Money) -> bool:
        return other < self

    def __ge__(self, other: Money) -> bool:
        return other <= self

    def __bool__(self) -> bool:
        return self.minor != 0

    def __repr__(self) -> str:
        return f"Money({self.minor}, {self.currency!r})"

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


def written(amount: Money, locale: Locale) -> str:
    """Write an amount in a language, with the sign of its currency and all its decimals.

    The language data write some currencies with fewer decimals than the standard gives them, for nobody pays with such small
    coins: but an amount that is owed is never rounded for show.

    >>> written(Money(1250, "GBP"), Locale.parse("en_GB")), written(Money(1250, "KWD"), Locale.parse("de"))
    ('£12.50', '1,250\xa0KWD')
    >>> written(Money(1250, "IQD"), Locale.parse("en_GB"))
    'IQD\xa01.250'
    """
    pattern = _pattern(str(locale), decimals_of(amount.currency))
    text = pattern.apply(amount.amount, locale, currency=amount.currency, currency_digits=False)
    return parted(text)


def parted(text: str) -> str:
    """Part a currency's letters from the figures behind them (KWD 1.500), as CLDR asks and Babel does not."""
    return _LETTER_BEFORE_FIGURE.sub("\N{NO-BREAK SPACE}", text)


@cache
def _pattern(locale: str, decimals: int) -> NumberPattern:
    pattern: NumberPattern = copy.copy(Locale.parse(locale).currency_formats["standard"])
    pattern.frac_prec = (decimals, decimals)
    return pattern
