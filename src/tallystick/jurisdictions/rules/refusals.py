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


class NotGiven(Refusal):
    """A rule was asked without something that it needs, or with something that it cannot read."""

    code = "jurisdictions.not_given"
    sentence = _("“{title}” ({rule}) cannot be asked with “{name}” as it is. It takes: {needs}.")
    status = 422
