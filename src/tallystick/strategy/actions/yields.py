"""Draft a trial of a step that seems to bring nothing."""

from __future__ import annotations

from datetime import datetime

from tallystick.kernel.actor import Actor
from tallystick.strategy.actions.publishing import draft
from tallystick.strategy.models import Version
from tallystick.strategy.queries import catalogue, versions
from tallystick.strategy.rules.editing import leaving_out


def draft_without(*, strategy: str, state: str, step: str, at: datetime, by: Actor) -> Version:
    """Keep a draft in which half the accounts pass a step over. A person reads it, has it approved, publishes and registers it.

    :raises NotFound: there is no such strategy, state or step
    :raises NotPublished: the strategy has no published version
    :raises StepNotLeftOut: passing it over would change more than that
    """
    by.must_be_allowed_to("publish strategies")
    found = versions.get_strategy(strategy)
    published = versions.published_version(found)
    text = leaving_out.left_out(published.document, state=state, step=step, vocabulary=catalogue.vocabulary())
    return draft(document=text, of=found, at=at, by=by)
