"""What the room of exchange rates says no to."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.refusals import Refusal


class RateMissing(Refusal):
    """No rate leads from one currency to another on a day: there is no amount, neither nothing nor the same number."""

    code = "exchange.rate_missing"
    sentence = _(
        "There is no rate of {given} in {wanted} for {day} that is at most {most_days} days old, neither of the two nor "
        "by way of {base}."
    )
    status = 422


class RatesUnreadable(Refusal):
    """A file of rates has a line that cannot be read: nothing of it is loaded."""

    code = "exchange.unreadable"
    sentence = _("{place}: {problem}. Nothing of the file was loaded.")
    status = 422


class FeedOff(Refusal):
    """Rates are to be fetched, and no address of a feed is set."""

    code = "exchange.feed_off"
    sentence = _("No feed of rates is set. Set TALLYSTICK_RATES_FEED to the address of one, or load a file.")


class FeedAway(Refusal):
    """The feed did not answer with a file."""

    code = "exchange.feed_away"
    sentence = _("The feed of rates at {host} did not answer with a file: {problem}.")
    status = 502
