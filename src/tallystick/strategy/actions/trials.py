"""Register trials, take the looks that were planned, and end one. What was said before a trial starts is never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tallystick.accounts import queries as account_queries
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.strategy.actions.publishing import draft
from tallystick.strategy.models import Trial, TrialEnd, TrialLook, Version
from tallystick.strategy.queries import trial_history, trials, versions
from tallystick.strategy.queries.trial_history import History
from tallystick.strategy.rules import lifecycle, own_words
from tallystick.strategy.rules.document import Split
from tallystick.strategy.rules.trials import sizes, terms, winner
from tallystick.strategy.rules.trials.terms import Measure, Outcome

if TYPE_CHECKING:
    from tallystick.strategy.rules.trials.sizes import Size


@dataclass(frozen=True, slots=True)
class Terms:
    """What is said of a trial before it starts."""

    title: str
    strategy: str
    split: str
    champion: str
    challenger: str
    state: str
    measure: Measure
    window_days: int
    effect: Decimal
    starts_on: date
    client: str = ""
    currency: str = ""
    alpha: Decimal = Decimal("0.05")
    power: Decimal = Decimal("0.80")
    looks: int = 4
    #: What share is expected of the champion, where the past says too little.
    expected: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Sized:
    """How large a trial has to be, and what that was worked out from."""

    size: Size
    baseline: float
    variance: float
    past: History
    days: int | None


@transaction.atomic
def register_trial(said: Terms, *, at: datetime, by: Actor) -> Trial:
    """Register a trial before it starts; from then on nothing of it is changed.

    :raises NotFound: there is no such strategy or client within the actor's scope
    :raises UnknownSplit, EntryUnseen: the published version has no such split, arm or state, or nobody sees who comes to it
    :raises StartPassed: it would have started already
    :raises SplitOnTrial: another trial of the split has not ended
    :raises TermsImpossible, HistoryMissing: see `size_trial`
    """
    by.must_be_allowed_to("publish strategies")
    _check(said)
    reading, split = _reading(said, by=by)
    today = local_day(at, settings.TIME_ZONE)
    if said.starts_on <= today:
        raise terms.StartPassed(day=today.isoformat())
    versions.lock_paper(reading.strategy.pk)
    if other := trials.on_trial(reading.strategy, split.id):
        raise terms.SplitOnTrial(title=other.title)
    sized = _size(said, reading, split, today=today)
    return Trial.objects.create(
        title=said.title.strip(),
        strategy=reading.strategy,
        split=split.id,
        shares=[list(each) for each in split.shares],
        by_debtor=split.by_debtor,
        champion=said.champion,
        challenger=said.challenger,
        state=said.state,
        client_id=reading.client_id,
        measure=said.measure,
        currency=said.currency,
        window_days=said.window_days,
        effect=said.effect,
        alpha=said.alpha,
        power=said.power,
        looks=said.looks,
        baseline=sized.baseline,
        variance=sized.variance,
        inflow=sized.past.per_day,
        past_units=sized.past.sums.units,
        champion_units=sized.size.champion,
        challenger_units=sized.size.challenger,
        starts_on=said.starts_on,
        registered_at=at,
        registered_by=by.label,
        registered_by_id=by.user_id,
    )


def size_trial(said: Terms, *, today: date, by: Actor) -> Sized:
    """Say how large a trial would have to be, and how long it would go on, before anybody registers it.

    :raises NotFound, UnknownSplit, EntryUnseen: see `register_trial`
    :raises TermsImpossible: a number is out of range
    :raises HistoryMissing: the past says too little of the measure, and nobody said what to expect
    """
    by.must_be_allowed_to("publish strategies")
    _check(said)
    reading, split = _reading(said, by=by)
    return _size(said, reading, split, today=today)


def look_back(said: Terms, *, today: date, by: Actor) -> History:
    """Give what a trial would be about as it was until today: its state, arms, measure and window are asked, and nothing else.

    :raises NotFound, UnknownSplit, EntryUnseen: see `register_trial`
    :raises TermsImpossible: the measure needs a currency, or the window is out of range
    """
    by.must_be_allowed_to("publish strategies")
    _refuse(_wrong_of_measure(said))
    reading, _split = _reading(said, by=by)
    return trial_history.history(reading, day=today)


def _reading(said: Terms, *, by: Actor) -> tuple[trials.Reading, Split]:
    strategy = versions.get_strategy(said.strategy)
    client = account_queries.get_client(said.client) if said.client else None
    if client is None and by.scope.client_ids is not None:
        raise NotPermitted(right=_("try a strategy on everybody"))
    if client is not None and not by.scope.allows(client.pk):
        raise NotFound(what="client", reference=said.client)
    program = versions.program_of(versions.published_version(strategy).document)
    split = next((each for each in program.document.splits if each.id == said.split), None)
    if split is None:
        raise terms.UnknownSplit(word=said.split)
    for arm in (said.champion, said.challenger):
        if arm not in dict(split.shares) or said.champion == said.challenger:
            raise terms.UnknownSplit(word=arm)
    if said.state not in {state.id for state in program.document.states}:
        raise terms.UnknownSplit(word=said.state)
    # Accounts that begin in a state come to it without a decision.
    if said.state == program.document.start or not trials.entries(program, said.state):
        raise terms.EntryUnseen(state=said.state)
    arms = (said.champion, said.challenger)
    client_id = client.pk if client else None
    return (
        trials.Reading(strategy, split, said.state, arms, client_id, said.currency, said.measure, said.window_days),
        split,
    )


def _check(said: Terms) -> None:
    """Refuse numbers that mean nothing.

    :raises TermsImpossible: always says which
    """
    _refuse(
        (
            (not said.title.strip(), _("Say what the trial is called.")),
            *_wrong_of_measure(said),
            (
                not said.effect > 0 or (said.measure.is_share and said.effect >= 1),
                _("The effect is from 0 to 100 points."),
            ),
            (
                not Decimal("0.001") <= said.alpha <= Decimal("0.2"),
                _("The rate of false findings is from 0.1 % to 20 %."),
            ),
            (not Decimal("0.5") <= said.power <= Decimal("0.99"), _("The power is from 50 % to 99 %.")),
            (not 1 <= said.looks <= 10, _("There are from 1 to 10 looks.")),
            (
                said.expected is not None and not 0 < said.expected < 1,
                _("The share expected is between 0 % and 100 %."),
            ),
        )
    )


def _wrong_of_measure(said: Terms) -> tuple[tuple[bool, str], ...]:
    return (
        (said.measure not in terms.PRIMARY, _("Disputes are the guard of every trial, not what it is about.")),
        (said.measure is Measure.COLLECTED and not said.currency, _("Money is compared in one currency. Name it.")),
        (not 1 <= said.window_days <= 365, _("The window is from 1 to 365 days.")),
    )


def _refuse(wrong: tuple[tuple[bool, str], ...]) -> None:
    for is_wrong, sentence in wrong:
        if is_wrong:
            raise terms.TermsImpossible(what=sentence)


def _size(said: Terms, reading: trials.Reading, split: Split, *, today: date) -> Sized:
    past = trial_history.history(reading, day=today)
    baseline, variance = past.sums.ratio, past.sums.spread
    if said.expected is not None and said.measure.is_of_accounts:
        baseline, variance = float(said.expected), float(said.expected * (1 - said.expected)) * past.crowding
    elif not past.is_known or baseline is None or variance is None:
        raise terms.HistoryMissing(units=past.sums.units)
    shares = dict(split.shares)
    of = {
        "effect": float(said.effect),
        "alpha": float(said.alpha),
        "power": float(said.power),
        "per_challenger": shares[said.champion] / shares[said.challenger],
    }
    if said.measure.is_of_accounts and not split.by_debtor:
        if baseline + of["effect"] >= 1:
            raise terms.TermsImpossible(what=_("The share cannot grow by so much."))
        needed = sizes.of_shares(before=baseline, **of)
    else:
        needed = sizes.of_means(variance=variance, **of)
    plan = {name: of[name] for name in ("per_challenger", "alpha", "power")}
    size = sizes.planned(needed, looks=said.looks, **plan)
    days = sizes.days(
        size,
        per_day=past.per_day,
        champion_share=shares[said.champion],
        challenger_share=shares[said.challenger],
        window=said.window_days,
    )
    return Sized(size, baseline, variance, past, days)


@transaction.atomic
def take_look(*, trial_id: int, at: datetime, by: Actor) -> TrialLook:
    """Take the planned look that is due: what is seen today is kept for ever, with what it says.

    :raises NotFound: there is no such trial within the actor's scope
    :raises TrialEnded: it has ended
    :raises LookNotDue: too few windows are over
    """
    by.must_be_allowed_to("publish strategies")
    trial = trials.lock_trial(trial_id, scope=by.scope)
    if trials.has_ended(trial):
        raise terms.TrialEnded
    seen = trials.standing(trial, day=local_day(at, settings.TIME_ZONE))
    judged = trials.judged(trial, seen)
    if judged is None:
        taken = trials.looks(trial).last()
        needed = trials.units_needed(trial) * ((taken.number if taken else 0) + 1) // trial.looks
        raise terms.LookNotDue(needed=needed, found=trials.information(trial, seen))
    return TrialLook.objects.create(
        trial=trial,
        number=judged.number,
        day=seen.day,
        fraction=judged.fraction,
        bound=judged.bound,
        outcome=judged.outcome,
        sums=seen.as_json(),
        taken_at=at,
        taken_by=by.label,
    )


def take_looks(*, at: datetime, by: Actor) -> int:
    """Take every planned look that is due; give how many were taken."""
    taken = 0
    for trial in trials.trials(scope=by.scope):
        if trials.has_ended(trial):
            continue
        try:
            take_look(trial_id=trial.pk, at=at, by=by)
        except (terms.LookNotDue, terms.TrialEnded):
            continue
        taken += 1
    return taken


@transaction.atomic
def end_trial(*, trial_id: int, reason: str, at: datetime, by: Actor) -> TrialEnd:
    """End a trial before its looks do. Nothing is concluded from it.

    :raises NotFound, TrialEnded: see `take_look`
    :raises ReasonMissing: nobody would know why
    """
    by.must_be_allowed_to("publish strategies")
    trial = trials.lock_trial(trial_id, scope=by.scope)
    if trials.has_ended(trial):
        raise terms.TrialEnded
    if not reason.strip():
        raise lifecycle.ReasonMissing
    return TrialEnd.objects.create(trial=trial, reason=reason.strip(), at=at, by=by.label, by_id=by.user_id)


@transaction.atomic
def draft_winner(*, trial_id: int, at: datetime, by: Actor) -> Version:
    """Keep a draft in which the arm that was found better takes all. A person reads, has it approved and publishes it.

    :raises NotFound: there is no such trial within the actor's scope
    :raises NoWinner: none was found better
    """
    by.must_be_allowed_to("publish strategies")
    trial = trials.get_trial(trial_id, scope=by.scope)
    last = trials.looks(trial).last()
    if last is None or last.outcome not in (Outcome.BETTER, Outcome.WORSE, Outcome.HARM):
        raise terms.NoWinner
    arm = trial.challenger if last.outcome == Outcome.BETTER else trial.champion
    published = versions.published_version(trial.strategy)
    document = winner.takes_all(published.document, word=own_words.name_of_split(trial.split), arm=arm)
    return draft(document=document, of=trial.strategy, at=at, by=by)
