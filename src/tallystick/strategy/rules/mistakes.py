"""What can be wrong with a condition. Each names the place, the word, and the nearest word that exists."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tallystick.kernel.refusals import Refusal
from tallystick.strategy.rules.tree import Span


class ConditionMistake(Refusal):
    """A condition that cannot be understood. `place` counts characters from 1; `nearest` is empty when nothing is near."""

    status: ClassVar[int] = 422
    sentence: ClassVar[str | Promise]

    def __init__(self, span: Span, *, word: str = "", nearest: str = "", **fields: object) -> None:
        super().__init__(place=span.start + 1, word=word, nearest=nearest, **fields)
        self.span = span

    def __str__(self) -> str:
        said = super().__str__()
        if self.fields["nearest"]:
            said += " " + str(_("Did you mean “{nearest}”?")).format(nearest=self.fields["nearest"])
        return said


class UnreadableCharacter(ConditionMistake):
    code = "strategy.unreadable_character"
    sentence = _("At character {place}, “{word}” is no part of the language.")


class UnfinishedText(ConditionMistake):
    code = "strategy.unfinished_text"
    sentence = _("At character {place}, the text that begins with {word} is not closed.")


class UnexpectedWord(ConditionMistake):
    code = "strategy.unexpected_word"
    sentence = _("At character {place}, “{word}” stands where {expected} was expected.")


class UnexpectedEnd(ConditionMistake):
    code = "strategy.unexpected_end"
    sentence = _("The condition ends at character {place}, where {expected} was expected.")


class ComparisonChained(ConditionMistake):
    code = "strategy.comparison_chained"
    sentence = _("At character {place}, “{word}” follows another comparison. Join two comparisons by “and”.")


class ConditionTooLong(ConditionMistake):
    code = "strategy.condition_too_long"
    sentence = _("The condition is too long: {limit} {what} at most.")


class ConditionTooDeep(ConditionMistake):
    code = "strategy.condition_too_deep"
    sentence = _("At character {place}, the condition is nested more than {limit} levels deep.")


class UnknownWord(ConditionMistake):
    code = "strategy.unknown_word"
    sentence = _("At character {place}, “{word}” is not a fact of the catalogue.")


class AmbiguousWord(ConditionMistake):
    code = "strategy.ambiguous_word"
    sentence = _("At character {place}, “{word}” could be any of: {choices}. Write the whole name.")


class UnknownMeasure(ConditionMistake):
    code = "strategy.unknown_measure"
    sentence = _("At character {place}, “{word}” is no way to look back. There are: {choices}.")


class UnknownHistory(ConditionMistake):
    code = "strategy.unknown_history"
    sentence = _("At character {place}, “{word}” is not a history of the catalogue.")


class FactLookedBack(ConditionMistake):
    code = "strategy.fact_looked_back"
    sentence = _("At character {place}, “{word}” is a fact, of which only today's value is known, and not a history.")


class HistoryAlone(ConditionMistake):
    code = "strategy.history_alone"
    sentence = _(
        "At character {place}, “{word}” is a history. Say what to ask of it, and for how many days: count({word}, 90 days)."
    )


class HistoryWithoutAmounts(ConditionMistake):
    code = "strategy.history_without_amounts"
    sentence = _(
        "At character {place}, “{word}” has no amounts that could be summed. Its times are counted by “count”."
    )


class NoSuchWindow(ConditionMistake):
    code = "strategy.no_such_window"
    sentence = _(
        "At character {place}, {word} is no window to look back over: it is a whole number of days, from 1 to {limit}."
    )


class UnknownChoice(ConditionMistake):
    code = "strategy.unknown_choice"
    sentence = _("At character {place}, “{word}” is never a value of “{fact}”.")


class NoSuchDay(ConditionMistake):
    code = "strategy.no_such_day"
    sentence = _("At character {place}, {word} is not a day of the calendar.")


class DayOutOfReach(ConditionMistake):
    code = "strategy.day_out_of_reach"
    sentence = _("At character {place}, {word} is out of reach: days are written from {first} to {last}.")


class DayMovedTooFar(ConditionMistake):
    code = "strategy.day_moved_too_far"
    sentence = _("At character {place}, a day is moved by {word} days in all: {limit} at most, which is a century.")


class NoSuchMoney(ConditionMistake):
    code = "strategy.no_such_money"
    sentence = _("At character {place}, {word} is not an amount of money: {reason}.")


class NumberTooLong(ConditionMistake):
    code = "strategy.number_too_long"
    sentence = _("At character {place}, {word} has too many digits: {limit} at most.")


class WrongType(ConditionMistake):
    code = "strategy.wrong_type"
    sentence = _("At character {place}, “{word}” is {found}; {expected} is needed here.")


class CannotCompare(ConditionMistake):
    code = "strategy.cannot_compare"
    sentence = _("At character {place}, {left} cannot be compared with {right} by “{word}”.{hint}")


class CannotCalculate(ConditionMistake):
    code = "strategy.cannot_calculate"
    sentence = _("At character {place}, “{word}” cannot join {left} and {right}.{hint}")


def nearest(word: str, existing: Iterable[str]) -> str:
    """Give the existing word that is spelt most like a word; empty when none is near.

    >>> nearest("days_pastdue", ["days_past_due", "balance"])
    'days_past_due'
    >>> nearest("xyz", ["days_past_due", "balance"])
    ''
    """
    lowered = {candidate.lower(): candidate for candidate in existing}
    found = difflib.get_close_matches(word.lower()[:80], lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found else ""
