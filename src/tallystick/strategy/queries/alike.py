"""Accounts that both ways treat by the same words. They are asked once; most of a book is, for a changed version changes little.

The number of what happens by the version follows from the number of what happens now, so that accounts are counted by the
latter, and both ways are told of each group.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from tallystick.strategy.queries.imagining import Imagined, array
from tallystick.strategy.rules import rehearsal
from tallystick.strategy.rules.document import State
from tallystick.strategy.rules.outline import first_effect, outline
from tallystick.strategy.rules.program import Effect, Place
from tallystick.strategy.rules.statement import Numbered

#: Accounts that are named, with their client and what they owe: a type of the connection.
NAMED = "strategy_rehearsed_named"
#: Of places: not alike, alike for who waits for no day, alike.
_OTHERWISE, _UNLESS_WAITING, _ALIKE = range(3)


class Alike:
    """Places in which both ways say the same, and what each way makes of what happens there."""

    def __init__(self, imagined: Imagined) -> None:
        self.imagined = imagined
        [self._now] = imagined.after.statement.versions
        self._outlines = {
            state.id: outline(imagined.after.statement, self._now, state)
            for state in self._now.version.program.document.states
        }
        #: By the number of a place now: how alike, and its place by the version.
        self._kinds: list[int] = []
        self._images: list[Place | None] = []
        #: By the number of what happens now: what happens by the version.
        self._numbers: list[int | None] = []
        for numbered in imagined.before.statement.versions:
            self._look_at(numbered)

    def _look_at(self, numbered: Numbered) -> None:
        program = numbered.version.program
        alike = {}
        for state in program.document.states:
            text = outline(self.imagined.before.statement, numbered, state)
            alike[state.id] = text is not None and text == self._outlines.get(state.id)
        for place in program.places:
            image = self.imagined.place_of(numbered.version, place) if alike[place.state.id] else None
            if image is not None and (image.state.id, _within(numbered, place)) != (
                place.state.id,
                _within(self._now, image),
            ):
                image = None
            self._images.append(image)
            stays = numbered.version.version_id == self.imagined.version.pk
            self._kinds.append(
                _OTHERWISE if image is None else _ALIKE if stays or image.step is not None else _UNLESS_WAITING
            )
        self._numbers += [
            self._number(numbered, effect) if effect.state and alike[effect.state.id] else None
            for effect in program.effects
        ]

    def _number(self, numbered: Numbered, effect: Effect) -> int | None:
        assert effect.state is not None  # noqa: S101
        theirs = self._state(effect.state.id)
        number = effect.number - first_effect(numbered, effect.state) + first_effect(self._now, theirs)
        effects = self._now.version.program.effects
        return number if number <= len(effects) and effects[number - 1].state is theirs else None

    def _state(self, state_id: str) -> State:
        return self._now.version.program.document.state(state_id)

    @property
    def is_anywhere(self) -> bool:
        """Whether there is any such place."""
        return any(self._kinds)

    @property
    def condition(self) -> str:
        """Write that a row of the book, as it is stored, is of such an account."""
        return f"""(CASE {array("smallint", self._kinds)}[{self._stand} + 1]
            WHEN {_ALIKE} THEN true WHEN {_UNLESS_WAITING} THEN book.next_review_on IS NULL ELSE false
        END AND book.state_entered_on IS DISTINCT FROM {self.imagined.quoted_day})"""

    @cached_property
    def _stand(self) -> str:
        return self.imagined.before.stand("book.place")

    def both(self, rows: str) -> str:
        """Write both ways of such accounts among some rows, counted by what they are alike in.

        Those are named that may fare otherwise, go on, or have facts that the day changes. All others that the version would
        treat stand nowhere, so that one scan tells whether there are any.
        """
        imagined = self.imagined
        alike = "number, stand, is_stale, owes, currency, portfolio_id, is_company, age, care"
        told = list(self._told())
        after = f"{array('integer', self._numbers)}[number]"
        there = array("integer", [None if image is None else image.number for image in self._images])
        return f"""
            SELECT number AS was_number, {after} AS is_number,
                   coalesce({array("integer", [was for was, _now, _named in told])}[number], stand) AS was_stand,
                   coalesce({array("integer", [now for _was, now, _named in told])}[number], {there}[stand + 1]) AS is_stand,
                   is_stale, owes, currency, portfolio_id, is_company, age, care,
                   accounts, open_minor, named
            FROM (
                SELECT {alike}, count(*) AS accounts, sum(open_minor) AS open_minor, {named("is_named")} AS named
                FROM (
                    SELECT account_id, client_id, portfolio_id, currency, open_minor, is_company, owes, age, care,
                           CASE WHEN stand IS NOT NULL THEN number END AS number,
                           CASE WHEN number IS NULL THEN {array("integer", self._representatives())}[stand + 1] ELSE stand END
                               AS stand,
                           CASE WHEN stand IS NOT NULL THEN is_stale END AS is_stale,
                           stand IS NOT NULL
                               AND (is_stale OR CASE WHEN number IS NULL THEN {array("boolean", self._otherwise())}[stand + 1]
                               ELSE {array("boolean", [named for _was, _now, named in told])}[number] END) AS is_named
                    FROM (
                        SELECT account_id, client_id, portfolio_id, currency, open_minor, is_company,
                               {imagined.counted}, {imagined.before.statement.timed} AS number,
                               CASE WHEN {self.condition} THEN {self._stand} END AS stand, {imagined.is_stale} AS is_stale
                        FROM ({rows}) AS book WHERE {imagined.may_be_treated} OFFSET 0
                    ) AS book
                ) AS book
                GROUP BY {alike}
            ) AS book
        """  # noqa: S608

    def _told(self) -> Iterator[tuple[int | None, int | None, bool]]:
        """Give by what happens now: where an account stands then, where by the version, and whether it is named."""
        after = self._now.version.program
        numbers = iter(self._numbers)
        first = 0
        for numbered in self.imagined.before.statement.versions:
            program = numbered.version.program
            for effect in program.effects:
                number = next(numbers)
                if number is None:
                    yield None, None, True
                    continue
                other = after.effect(number)
                was, now = effect.to_place, other.to_place
                is_same = (
                    not effect.goes_on
                    and rehearsal.doing(effect, program) == rehearsal.doing(other, after)
                    and was is not None
                    and now is not None
                    and rehearsal.standing(program.places[was]) == rehearsal.standing(after.places[now])
                )
                yield None if was is None else first + was, now, not is_same
            first += len(program.places)

    def _otherwise(self) -> list[bool]:
        """Give by place whether it is another one by the version."""
        return [
            image is None or rehearsal.standing(place) != rehearsal.standing(image)
            for (_version, place), image in zip(self.imagined.before.stands(), self._images, strict=True)
        ]

    def _representatives(self) -> Iterable[int]:
        """Give by place the one that stands for it where nothing happens: those the same both ways are not told apart."""
        first: dict[int, int] = {}
        for stand, ((version, _place), otherwise) in enumerate(
            zip(self.imagined.before.stands(), self._otherwise(), strict=True)
        ):
            yield stand if otherwise else first.setdefault(version.version_id, stand)


def named(which: str) -> str:
    """Write the accounts of a group that are named, each as one value: whether it is one is asked once."""
    return f"array_agg(ROW(account_id, client_id, open_minor)::{NAMED}) FILTER (WHERE {which})"


def _within(numbered: Numbered, place: Place) -> int:
    """Give which place of its state a place is."""
    return place.number - numbered.version.program.first_place(place.state.id).number
