"""What a new trial may be about: which arm against which, from which state on; what it may not be about, why, and what helps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tallystick.strategy.models import Trial, Version
from tallystick.strategy.queries import trials, versions
from tallystick.strategy.rules import own_words, plain
from tallystick.strategy.rules.document import Split
from tallystick.strategy.rules.program import Program


@dataclass(frozen=True, slots=True)
class Candidate:
    """An arm of a split of a published version against another, in a state: what a trial may be about."""

    version: Version
    split: Split
    champion: str
    challenger: str
    state: str
    state_title: str

    @property
    def key(self) -> str:
        """The choice as a form sends it."""
        return "|".join((self.version.paper.name, self.split.id, self.champion, self.challenger, self.state))


@dataclass(frozen=True, slots=True)
class NotOffered:
    """What cannot be tried, why, and what helps."""

    what: str
    why: str
    helps: str
    #: The version to change, or the trial that is in the way.
    version: Version | None = None
    trial: Trial | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to try, and what there is not."""

    offered: list[Candidate]
    not_offered: list[NotOffered]


def choices() -> Choices:
    """Give each split of a published version that is not on trial, its arms against the first, in each state that is entered."""
    published = [row.published for row in versions.rows(versions.strategies()) if row.published is not None]
    offered: list[Candidate] = []
    not_offered: list[NotOffered] = []
    for version in published:
        program = versions.program_of(version.document)
        for split in program.document.splits:
            if why := _obstacle(version, program, split):
                not_offered.append(why)
                continue
            offered += _of_split(version, program, split)
            not_offered += _unseen(version, program, split)
    if not published:
        not_offered.append(
            NotOffered(_("No strategy"), _("None is published yet."), _("Publish one that has a split."))
        )
    elif not offered and not not_offered:
        not_offered.append(
            NotOffered(
                _("No split"),
                _("No published strategy tells accounts apart by chance."),
                _("Add a split to one, speak of it in a condition, and publish that version."),
            )
        )
    return Choices(offered, not_offered)


def _obstacle(version: Version, program: Program, split: Split) -> NotOffered | None:
    """Say why nothing of a split can be tried, or None."""
    name = _("“{split}” of {strategy}").format(
        split=plain.name_aloud(split.id).capitalize(), strategy=version.paper.title
    )
    if trial := trials.on_trial(version.paper, split.id):
        return NotOffered(
            name,
            _("It is on trial already, and two trials of the same arms would be two chances to find something."),
            _("Wait until that has ended, or end it."),
            trial=trial,
        )
    if split.learns:
        return NotOffered(
            name,
            _("It learns: its shares follow what comes of its arms, and a trial needs shares that stay."),
            _("Its own page says what each arm would have brought."),
            version=version,
        )
    if len(_filled(split)) < 2:
        return NotOffered(
            name,
            _("Only one of its arms gets accounts."),
            _("Give two arms a share, and publish that version."),
            version=version,
        )
    if not any(trials.entries(program, state.id) for state in program.document.states):
        return NotOffered(
            name,
            _("No transition leads to any state, so no decision says when an account comes to one."),
            _("Lead accounts to a state from which on they are treated differently, and publish that version."),
            version=version,
        )
    return None


def _unseen(version: Version, program: Program, split: Split) -> Iterator[NotOffered]:
    """Give the states that speak of a split and that nobody is seen to come to."""
    for state in program.document.states:
        if not _speaks(program, state.id, split) or _is_seen(program, state.id):
            continue
        why = (
            _(
                "Accounts begin there without a decision, so nothing says from when on each is watched, nor what it owed."
            )
            if state.id == program.document.start
            else _("Nothing leads there.")
        )
        yield NotOffered(
            _("The state “{state}” of {strategy}").format(state=state.title, strategy=version.paper.title),
            why,
            _(
                "Move what “{split}” changes to a state of its own that a transition leads to, and publish that version."
            ).format(split=plain.name_aloud(split.id).capitalize()),
            version=version,
        )


def _of_split(version: Version, program: Program, split: Split) -> Iterable[Candidate]:
    """Give what there is to try of a split; first the states where it makes a difference."""
    champion, *others = _filled(split)
    found = [
        Candidate(version, split, champion, other, state.id, state.title)
        for state in program.document.states
        if _is_seen(program, state.id)
        for other in others
    ]
    return sorted(found, key=lambda each: not _speaks(program, each.state, split))


def _filled(split: Split) -> list[str]:
    return [arm for arm, share in split.shares if share]


def _is_seen(program: Program, state: str) -> bool:
    """Test if a decision says when an account comes to a state: accounts begin in the start without one."""
    return state != program.document.start and bool(trials.entries(program, state))


def _speaks(program: Program, state: str, split: Split) -> bool:
    """Test if a condition of a state speaks of a split, so that accounts are treated otherwise from there on."""
    word = own_words.name_of_split(split.id)
    conditions = [each.condition for each in program.effects if each.state is not None and each.state.id == state]
    return any(condition is not None and word in condition.text for condition in conditions)
