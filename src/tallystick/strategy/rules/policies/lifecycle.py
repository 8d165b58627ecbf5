"""Why a version of a policy may not be published, beside what keeps any version from it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.refusals import Refusal


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
