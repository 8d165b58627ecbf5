"""What the law as data says no to."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.refusals import Refusal


class NoFigure(Refusal):
    """A rule has no row for a day: it was not yet, or no longer, law."""

    code = "jurisdictions.no_figure"
    sentence = _(
        "“{title}” ({rule}) says nothing for {day}. Ask for a day from {first_day} on, or add a row to its pack."
    )
    status = 422


class NoSuchBankAccount(Refusal):
    """A number that fails the check of its sort code is nobody's account: money sent there comes back, or is lost."""

    code = "jurisdictions.no_such_bank_account"
    sentence = _(
        "There can be no account {number} at the sort code {sort_code}: a digit is wrong. "
        "Compare both with a statement of the bank."
    )
    status = 422


class DayNotKnown(Refusal):
    """A calendar was asked for a day beyond those that it knows: nobody can say whether it is a holiday."""

    code = "jurisdictions.day_not_known"
    sentence = _(
        "“{title}” are known from {first_day} and before {until}, not for {day}. Bring in a calendar that reaches so far."
    )
    status = 422


class NotGiven(Refusal):
    """A rule was asked without something that it needs, or with something that it cannot read."""

    code = "jurisdictions.not_given"
    sentence = _("“{title}” ({rule}) cannot be asked with “{name}” as it is. It takes: {needs}.")
    status = 422
