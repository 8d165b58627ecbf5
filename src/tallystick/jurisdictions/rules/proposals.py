"""The life of a pack that was brought in, and what is said no to."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.kernel.refusals import Refusal


class State(Choice):
    """What became of a pack that was brought in."""

    PROPOSED = "proposed", _("Proposed")
    APPLIED = "applied", _("In force")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class PackRefused(Refusal):
    """A file that is no pack, or one whose own examples do not hold."""

    code = "jurisdictions.pack_refused"
    sentence = _("The pack cannot be taken: {mistakes}.")
    status = 422


class NothingDiffers(Refusal):
    """A pack that says what is in force already."""

    code = "jurisdictions.nothing_differs"
    sentence = _("The pack {pack} says what is in force already: nothing would change.")


class OlderReview(Refusal):
    """A pack that was looked at before the one that it is to replace."""

    code = "jurisdictions.older_review"
    sentence = _(
        "The pack {pack} was reviewed on {last_review}, the one in force on {in_force}. "
        "Write the day of your own review into “last_review”."
    )


class NotProposed(Refusal):
    """What was decided is not decided again."""

    code = "jurisdictions.not_proposed"
    sentence = _("That pack is {state}: nothing waits for a decision.")


class OwnProposal(Refusal):
    """Whoever brought a pack in does not put it in force."""

    code = "jurisdictions.own_proposal"
    sentence = _("Somebody else has to put this pack in force: you brought it in.")
    status = 403
