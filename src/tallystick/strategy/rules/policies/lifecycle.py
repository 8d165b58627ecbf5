"""Why a version of a policy may not be published. It goes from draft to approved to published as a strategy's does."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.refusals import Refusal


class PolicyDiffers(Refusal):
    """A version of another policy, or one that would make the word mean another kind of thing."""

    code = "strategy.policy_differs"
    sentence = _("The document is “{found}”; this is the policy “{expected}”.")
    status = 422


class PolicyCycle(Refusal):
    """Policies that speak of each other in a circle."""

    code = "strategy.policy_cycle"
    sentence = _("Policies speak of each other in a circle: {words}.")
    status = 422


class PolicyTooDeep(Refusal):
    """Too many policies stand one upon the other."""

    code = "strategy.policy_too_deep"
    sentence = _("More than {limit} policies stand one upon the other: {words}.")
    status = 422


class PolicyTooLong(Refusal):
    """A policy that comes to more than a statement should hold."""

    code = "strategy.policy_too_long"
    sentence = _("“{word}” is too long, with the policies that it speaks of.")
    status = 422


class PolicyInUse(Refusal):
    """A version that what stands on the policy could not be understood with."""

    code = "strategy.policy_in_use"
    sentence = _("“{user}” speaks of this policy and could not be understood any more: {problem}")


class OwnPolicy(Refusal):
    """Whoever wrote a version does not approve it."""

    code = "strategy.own_policy"
    sentence = _("Somebody else has to approve version {number}: you wrote it.")
    status = 403


class PolicyNotAsApproved(Refusal):
    """What would be published is not what was approved."""

    code = "strategy.policy_not_as_approved"
    sentence = _("Version {number} is not what was approved: its document has changed since.")
