"""What a trial is registered with, what comes of it, and the refusals of its use cases."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.kernel.refusals import Refusal


class Measure(Choice):
    """The closed list of what arms are compared by. Each is computed by `sql/trials.sql` for every account that entered."""

    PAID_IN_FULL = "paid_in_full", _("Accounts paid in full")
    COLLECTED = "collected", _("Collected of what was owed")
    PROMISE_KEPT = "promise_kept", _("Accounts that kept a promise")
    CONTACTS = "contacts", _("Messages and calls per account")
    DISPUTED = "disputed", _("Accounts with a dispute")

    @property
    def is_share(self) -> bool:
        """Whether it is a share of accounts, or of money: shown in percent, its difference in points."""
        return self is not Measure.CONTACTS

    @property
    def is_of_accounts(self) -> bool:
        """Whether an account either has it or not, so that its variance follows from the share."""
        return self in (Measure.PAID_IN_FULL, Measure.PROMISE_KEPT, Measure.DISPUTED)

    @property
    def less_is_better(self) -> bool:
        """Whether a challenger is better with less of it."""
        return self in (Measure.CONTACTS, Measure.DISPUTED)


#: Of fewer units nothing is concluded about how a measure varies.
ENOUGH = 30
#: What a trial may be about. Disputes are its guard: a challenger that raises them is stopped.
PRIMARY = (Measure.PAID_IN_FULL, Measure.COLLECTED, Measure.PROMISE_KEPT, Measure.CONTACTS)
GUARD = Measure.DISPUTED
#: What a split may learn by: an account has it or not, and the more have it the better.
LEARNED = (Measure.PAID_IN_FULL.value, Measure.PROMISE_KEPT.value)


class Outcome(Choice):
    """What a look says. All but the first end the trial."""

    GOES_ON = "goes_on", _("Goes on")
    BETTER = "better", _("The challenger is better")
    WORSE = "worse", _("The champion is better")
    HARM = "harm", _("The challenger does harm")
    NOTHING = "nothing", _("No difference found")
    MISMATCHED = "mismatched", _("Arms filled wrongly")


class Reason(Choice):
    """Why an account that came to the split is not counted."""

    BEFORE = "before", _("Its window had begun before the trial")
    CHANGED = "changed", _("It was decided for in another arm since")
    CURRENCY = "currency", _("It is in another currency")
    OWED_NOTHING = "owed_nothing", _("It owed nothing when it came")


class UnknownSplit(Refusal):
    """The published version has no such split, arms or state."""

    code = "strategy.trial_of_unknown_split"
    sentence = _("The published version has no split, arm or state “{word}”.")


class EntryUnseen(Refusal):
    """Accounts begin in the state, and no decision says when."""

    code = "strategy.trial_entry_unseen"
    sentence = _(
        "Accounts begin in the state “{state}”, or nothing leads there. Choose one that a transition leads to."
    )


class StartPassed(Refusal):
    """What is registered after it began may have been chosen by what was seen."""

    code = "strategy.trial_start_passed"
    sentence = _("A trial is registered before it starts. Choose a day after {day}.")


class SplitOnTrial(Refusal):
    """Two trials of the same arms would be two chances to find something."""

    code = "strategy.split_on_trial"
    sentence = _("The trial “{title}” reads the same split and has not ended.")


class SplitLearns(Refusal):
    """Its shares move while a trial would go on, and its own page says what came of each arm."""

    code = "strategy.trial_of_split_that_learns"
    sentence = _("“{split}” sets its shares anew every week. Its own page says what each arm brings.")


class TermsImpossible(Refusal):
    """A number is out of range."""

    code = "strategy.trial_terms_impossible"
    sentence = _("{what}")


class HistoryMissing(Refusal):
    """Nothing is known of how the measure varies."""

    code = "strategy.trial_history_missing"
    sentence = _(
        "Only {units} accounts or debtors have come here before. Say what share you expect, or measure a share of accounts."
    )


class LookNotDue(Refusal):
    """Looking more often than planned would find what is not there."""

    code = "strategy.trial_look_not_due"
    sentence = _("The next planned look needs {needed} whose window is over; there are {found}.")


class ArmStopped(Refusal):
    """A version written before a trial stopped an arm for harm would bring the arm back."""

    code = "strategy.arm_stopped"
    sentence = _(
        "It would bring the arm “{arm}” back, which the trial “{trial}” stopped on {day} because it does harm: this version was "
        "written before. Whoever wants that all the same writes another version."
    )
    status = 422


class TrialEnded(Refusal):
    """It has ended."""

    code = "strategy.trial_ended"
    sentence = _("The trial has ended.")


class NoWinner(Refusal):
    """No arm was found better."""

    code = "strategy.trial_without_winner"
    sentence = _("No arm was found better, so none takes all.")
